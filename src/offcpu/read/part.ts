// A part of the window of a dump that tells its waits one by one. A wait across a border of the part counts for what lies
// within. Of a wait the dump knows the times, and what it was on; the switches that perf recorded give it its stacks.

import type { OffcpuKind, Particulars, Subject } from '../entry.ts';
import { NO_TIMES, type ThreadTimes } from '../thread-times.ts';
import { EMPTY_SPAN, type IdSpan } from './bpftrace/id-span.ts';
import type { Life } from './lives.ts';
import type { EntrySink } from './perf-entries.ts';
import { isRunnableState, type Program, runnableKind } from './program.ts';
import type { OffcpuStacks } from './stacks.ts';
import type { Wait, WaitLength, Waits } from './waits.ts';
import type { RecordedWindow } from './window.ts';

/** Nanoseconds of the dump's clock. */
export type Part = Pick<RecordedWindow, 'startNs' | 'endNs'>;

/** Gives waits the stacks that perf recorded of them. */
export class StacksOfWaits implements EntrySink {
  readonly #waits: Waits;

  constructor(waits: Waits) {
    this.#waits = waits;
  }

  add({ tid }: Subject, _: 'ns', user: IdSpan, kernel: IdSpan, _ns: number, _n: number, _max: number, sinceNs: number) {
    if (tid === undefined || kernel.from === kernel.to) return;
    const wait = this.#waits.at(tid, sinceNs);
    if (wait) wait.stack = { user, kernel };
  }
}

/** Adds the waits of a part to `stacks`, and makes the program's facts those of the part. */
export function addPart(program: Program, part: Part, stacks: OffcpuStacks): void {
  const entries = new PartEntries(part, stacks);
  const offCpu = program.threads.reduce(
    (sum, { blockedNs, runnableNs, inProgressNs }) => sum + blockedNs + runnableNs + inProgressNs,
    0,
  );
  program.unlistedNs = Math.max(
    0,
    offCpu - program.lives.reduce((sum, { tid }) => sum + lengthOf(program.waits.of(tid)), 0),
  );
  program.unmappedNs = 0;
  program.threads = program.lives.flatMap((life) => entries.addThread(life, program.waits.of(life.tid)) ?? []);
  program.startNs = part.startNs;
  program.endNs = part.endNs;
  program.inProgress = entries.inProgress;
  program.calls = { sums: [], missing: 0 };
  stacks.wholeNs = entries.wholeNs;
}

function lengthOf(waits: readonly Wait[]): number {
  return waits.reduce((sum, { length }) => sum + Math.max(0, (length?.blockedNs ?? 0) + (length?.runnableNs ?? 0)), 0);
}

class PartEntries {
  readonly #part: Part;
  readonly #stacks: OffcpuStacks;
  /** by those of the whole wait, because equal ones must be one object: without the length, and the later waker */
  readonly #begunBefore = new Map<Particulars, Particulars>();
  readonly #endedLater = new Map<Particulars, Particulars>();
  inProgress = 0;
  /** of waits whose stacks are known */
  wholeNs = 0;

  constructor(part: Part, stacks: OffcpuStacks) {
    this.#part = part;
    this.#stacks = stacks;
  }

  /** Gives what the thread did in the part; undefined: it did not live then. */
  addThread(life: Life, waits: readonly Wait[]): ThreadTimes | undefined {
    const { tid, startNs, endNs, beforeNs } = life;
    const lifeNs = this.#within(startNs, endNs);
    if (lifeNs <= 0) return undefined;
    const times: ThreadTimes = { ...NO_TIMES, tid, lifeNs, beforeNs: this.#within(startNs, startNs + beforeNs) };
    for (const wait of waits) if (wait.length) this.#addWait(life, wait, wait.length, times);
    // the program ran at each switch
    times.switches = waits.filter(({ sinceNs }) => sinceNs >= this.#part.startNs && sinceNs < this.#part.endNs).length;
    times.recorderNs = waits.length === 0 ? 0 : (life.recorderNs * times.switches) / waits.length;
    times.onCpuNs = lifeNs - times.beforeNs - times.blockedNs - times.runnableNs - times.inProgressNs;
    return times;
  }

  /** How much of a span lies in the part. */
  #within(from: number, to: number): number {
    return Math.max(0, Math.min(to, this.#part.endNs) - Math.max(from, this.#part.startNs));
  }

  #addWait(life: Life, wait: Wait, length: WaitLength, times: ThreadTimes): void {
    const wokenNs = wait.sinceNs + length.blockedNs;
    const runsNs = wokenNs + length.runnableNs;
    const [blocked, runnable] = [this.#within(wait.sinceNs, wokenNs), this.#within(wokenNs, runsNs)];
    if (blocked + runnable === 0) return;
    const isEnded = runsNs <= this.#part.endNs && !length.isOpen;
    if (!isEnded) this.inProgress++;
    const isCut = wait.sinceNs < this.#part.startNs || !isEnded;
    const own = isCut ? { ...wait, particulars: this.#cutOf(wait.particulars, isEnded) } : wait;
    const canRun = isRunnableState(length.state);
    const open = (kind: OffcpuKind): OffcpuKind => (isEnded ? kind : 'in-progress');
    if (blocked > 0) this.#add(life, own, open('blocked'), blocked, isEnded);
    const waiting = runnableKind(length.state);
    if (runnable > 0) this.#add(life, own, canRun ? open(waiting) : waiting, runnable, isEnded);
    times[isEnded ? 'blockedNs' : 'inProgressNs'] += blocked;
    times.runnableNs += runnable;
  }

  #cutOf(whole: Particulars | undefined, isEnded: boolean): Particulars | undefined {
    if (whole === undefined) return undefined;
    const known = isEnded ? this.#begunBefore : this.#endedLater;
    let cut = known.get(whole);
    if (cut === undefined) {
      cut = { ...whole, lengthLog2: undefined, ...(isEnded ? {} : { waker: undefined }) };
      known.set(whole, cut);
    }
    return cut;
  }

  #add({ tid, pid, comm }: Life, wait: Wait, kind: OffcpuKind, ns: number, isEnded: boolean): void {
    const { stack, length, waitEvent, particulars } = wait;
    const state = length?.state;
    const isLost = stack === undefined && kind !== 'runnable' && !isRunnableState(state ?? 0);
    const subject: Subject = { kind: isLost ? 'lost' : kind, comm, pid, tid, state, waitEvent, particulars };
    const { user = EMPTY_SPAN, kernel = EMPTY_SPAN } = stack ?? {};
    this.#stacks.add(subject, 'ns', user, kernel, ns, isEnded ? 1 : 0, ns);
    if (stack) this.wholeNs += ns;
  }
}
