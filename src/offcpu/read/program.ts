// Our own program, bpf/offcpu.bt, and its Postgres variant: docs/offcpu-dump.md describes their dump. It counts every
// interval twice over: by stack in @offcpu, and by thread in @thread, so that what is missing shows.

import type { StackTable } from '../../engine/stack-table.ts';
import type { OffcpuKind, Particulars } from '../entry.ts';
import type { ThreadTimes } from '../thread-times.ts';
import { EMPTY_SPAN, type IdSpan, spanOf } from './bpftrace/id-span.ts';
import { type KeyMeaning, type KeyPart, PARTICULAR_PARTS, readKeys } from './bpftrace/keys.ts';
import { BpftraceMap, type Part } from './bpftrace/map.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import { MapRows, nameSpan } from './bpftrace/rows.ts';
import type { BpftraceText } from './bpftrace/text.ts';
import { Callers } from './callers.ts';
import { type Calls, callsOf } from './calls.ts';
import { type Life, livesOf, threadsOf } from './lives.ts';
import { ParticularsReader } from './particulars.ts';
import { execsOf, LAST_MAPS, lacksThreads, numbersOf, uncoveredIn, unmapped } from './program-losses.ts';
import type { OffcpuStacks } from './stacks.ts';
import { Waits } from './waits.ts';
import { wakerStacksOf } from './waker-stacks.ts';
import type { RecordedWindow } from './window.ts';

export const OUR_MAP = '@offcpu';
/** By the format of the dump. */
const ORDERS: Readonly<Record<string, readonly KeyPart[]>> = {
  1: ['kstack', 'ustack', 'comm', 'tid', 'state', 'wait-event'],
  2: ['kstack', 'ustack', 'comm', 'tid', 'state', 'wait-event', ...PARTICULAR_PARTS.slice(0, -1)],
  3: ['kstack', 'ustack', 'comm', 'tid', 'state', 'wait-event', ...PARTICULAR_PARTS],
  4: ['kstack', 'ustack', 'comm', 'tid', 'state', 'wait-event', ...PARTICULAR_PARTS],
};

/** The window of a recording, and what became of its threads. Times are nanoseconds. */
export interface Program extends RecordedWindow {
  /** what the parts of its keys are */
  order: readonly KeyPart[];
  /** did no wait end in the window? */
  isStill: boolean;
  /** intervals that had not ended */
  inProgress: number;
  /** is the end of the dump missing? */
  isCut: boolean;
  /** time that is in no entry, because the map was full */
  unmappedNs: number;
  /** of a part of the window: time off the CPU in the whole of it whose single waits are missing */
  unlistedNs: number;
  /**
   * threads of its processes that never left a CPU in the window, so the dump says nothing of them; 0: also if not
   * known
   */
  uncovered: number;
  /** false: the kernel has no BTF, so that locks, files, callers and wakers are missing */
  hasObjects: boolean;
  /** wake-ups whose waker's stack found no room */
  stackless: number;
  /** was there no room for some threads? */
  lacksThreads: boolean;
  /** of fsync */
  calls: Calls;
  /** each wait by itself: those that had ended only if the program printed them */
  waits: Waits;
  /** when its threads lived, and their names: what a part of the window needs beside `waits` */
  lives: Life[];
}

/** States in which a thread can run: R, R+, and one of the program's own for threads that have not run yet. */
const RUNNABLE_STATES: ReadonlySet<number> = new Set([0, 0x100, 0x10000]);
/** Could the thread run when it was switched out, by its prev_state? */
export function isRunnableState(state: number): boolean {
  return RUNNABLE_STATES.has(state);
}
/** The time before a thread's first turn: comm and stacks of such an entry are its creator's. */
const NEW_THREAD = 0x10000;

// flamepipe offcpu 1 pid 4242 attach_ns 4435254439383 wait_events 0
// flamepipe offcpu 2 pid 4242 attach_ns 4435254439383 wait_events 0 objects 1 children 0
const HEADER =
  /^flamepipe offcpu (\d+) pid \d+ attach_ns \d+ wait_events ([01])(?: objects (\d+))?(?: (?:unwound (1)|[a-z]+ \d+))*$/;
// flamepipe offcpu end pid 4242 start_ns 4435305347608 end_ns 4438836079481
export const FOOTER = /^flamepipe offcpu end pid (\d+) start_ns (\d+) end_ns (\d+)$/;
// (4438656450897, 1, 0, ⟨kernel stack⟩, ⟨user stack⟩, mix)      an empty stack is nothing, from 0.25 on a newline
// └─── since ───┘  │  └ wait event
//                  └ state
// format 2: (4438656450897, 1, 0, 202, 94907791753920, 139670015083650, ⟨kernel stack⟩ …     call, object, caller
// from 3 on: (4438656450897, 1, 0, 202, 94907791753920, 139670015083650, 0, ⟨kernel stack⟩ …  and statement
const OPEN = /^\((\d+), (\d+), (\d+), (?:(-?\d+), (-?\d+), (-?\d+), (?:(\d+), )?)?(\0)?\n?, ?(\0)?\n?, (.*)\)$/s;
const WAIT_MAPS = ['@wait0', '@wait1'];
/** Where the lengths of a wait stand in its value. */
const AFTER_STATE = 8;
/** The footer's pid when the program followed several processes. */
const SEVERAL = 0;

export function isOurProgram(text: BpftraceText): boolean {
  return headerOf(text) !== undefined;
}

/** The reason why the dump can't be read; undefined: it can. */
function whyNot(text: BpftraceText): string | undefined {
  const format = headerOf(text)?.[1];
  if (format === undefined || !(format in ORDERS))
    return `this dump is of format ${format}, which this version does not know`;
  const footer = footerOf(text);
  if (!footer) return 'bpftrace was killed before it printed its maps: stop it with SIGINT';
  if (footer[2] === '0' || Number(footer[3]) <= Number(footer[2]))
    return 'the recording ended before it began: nothing was measured';
  if (text.maps.has(OUR_MAP) || text.maps.has('@open') || text.maps.has('@thread')) return undefined;
  if (!hasAllMaps(text)) return 'cut off before its maps: bpftrace was killed while it printed';
  return 'no thread of that process came onto or left a CPU: all slept or ran throughout (/proc/PID/task/*/stack tells), or there is no such process (of one in a container, give the PID that the host sees)';
}

function hasAllMaps({ scalars }: BpftraceText): boolean {
  return LAST_MAPS.some((name) => scalars.has(name));
}

function headerOf(text: BpftraceText): RegExpExecArray | undefined {
  return text.said.map((line) => HEADER.exec(line)).find((match) => match !== null) ?? undefined;
}
function footerOf(text: BpftraceText): RegExpExecArray | undefined {
  return text.said.map((line) => FOOTER.exec(line)).find((match) => match !== null) ?? undefined;
}

/** An interval's thread, stacks and particulars. */
interface Thread {
  comm: string;
  /** undefined: one of several processes, and the dump does not tell which */
  pid: number | undefined;
  tid: number;
  state: number;
  waitEvent: number | undefined;
  particulars: Particulars | undefined;
  user: IdSpan;
  kernel: IdSpan;
}

/** Adds the closed intervals, by stack, and those that were still open. Gives the reason if it can't. */
export function addProgram(
  text: BpftraceText,
  table: StackTable,
  names: BpftraceNames,
  stacks: Pick<OffcpuStacks, 'add' | 'noteCallerless'>,
  separator: string,
): Program | string {
  const why = whyNot(text);
  if (why !== undefined) return why;
  const [, footerPid = 0, startNs = 0, endNs = 0] = Array.from(footerOf(text) ?? [], Number);
  const threads = threadsOf(text, endNs);
  const format = headerOf(text)?.[1] ?? '';
  const order = ORDERS[format] ?? [];
  const particulars = order.includes('length')
    ? new ParticularsReader(text, Number(headerOf(text)?.[3] ?? 1), Number(format))
    : undefined;
  const callers = new Callers(particulars, names);
  // stacks that DWARF unwound lack no caller
  const ofWaits = headerOf(text)?.[4] === '1' ? undefined : callers;
  const pidOf = (tid: number): number | undefined => (footerPid === SEVERAL ? particulars?.processOf(tid) : footerPid);
  const program: Program = {
    order,
    startNs,
    endNs,
    threads: [...threads.values()],
    inProgress: 0,
    isCut: !hasAllMaps(text),
    unmappedNs: 0,
    unlistedNs: 0,
    isStill: (text.maps.get(OUR_MAP)?.entries ?? 0) === 0,
    uncovered: uncoveredIn(text),
    hasObjects: headerOf(text)?.[3] !== '0',
    lacksThreads: lacksThreads(text),
    stackless: Number(text.scalars.get('@stackless') ?? 0),
    calls: callsOf(text, particulars),
    waits: new Waits(),
    lives: [],
  };
  const hasWaitEvents = headerOf(text)?.[2] === '1';
  const mapped = new Map<number, number>();
  const comms = new Map<number, string>();
  const map = text.maps.get(OUR_MAP) ?? new BpftraceMap(OUR_MAP, 0);
  const rows = new MapRows(map, table, names, table.weights.slice());
  const meanings = readKeys(rows.keys, separator, order)?.meanings ?? [];
  const isWhole = !program.isCut && !program.lacksThreads && execsOf(text) === 0;
  if (isWhole && threads.size > 0 && meanings.length > 0 && !meanings.some(({ tid = -1 }) => threads.has(tid)))
    return `its keys are not those of format ${format}: the program was changed; record with flamepipe's own`;
  callers.learn(meanings.map(({ caller }) => caller));
  if (particulars) {
    const isNew = ({ state }: { state: number | undefined }): boolean => state === NEW_THREAD;
    particulars.learnNames(meanings.filter((meaning) => !isNew(meaning)));
    for (const meaning of meanings.filter(isNew)) meaning.comm = particulars.commOf(meaning.tid) ?? meaning.comm;
    const wakers = meanings.map(({ waker }) => waker);
    const processOf = (tid: number): number | undefined => particulars.processOf(tid);
    particulars.wakerStacks = wakerStacksOf(wakers, { text, table, names, callers, processOf });
  }
  const callerless: (readonly [row: number, ns: number])[] = [];
  rows.take(meanings, ({ texts, user, kernel, tuple = [] }) => {
    const meaning = meanings[texts] as KeyMeaning;
    const { comm = '', tid = -1, state = 1, waitEvent } = meaning;
    const [blocked = 0, runnable = 0, count = 0, longestBlocked = 0, longestRunnable = 0] = tuple;
    const pid = pidOf(tid);
    const whole = ofWaits?.into(user, meaning.caller, pid) ?? { user, isMissing: false };
    const isCallerless = (meaning.call ?? -1) >= 0 && whole.isMissing;
    const thread = {
      ...{ comm, pid, tid, state, waitEvent: hasWaitEvents ? waitEvent : undefined, kernel },
      particulars: particulars?.of(meaning),
      user: whole.user,
    };
    const addTo = (kind: OffcpuKind, ns: number, longest: number): void => {
      const row = add(stacks, thread, kind, ns, count, longest);
      if (isCallerless) callerless.push([row, ns]);
    };
    if (blocked > 0 || !isRunnableState(state)) addTo('blocked', blocked, longestBlocked);
    if (runnable > 0) addTo(runnableKind(state), runnable, longestRunnable);
    mapped.set(tid, (mapped.get(tid) ?? 0) + blocked + runnable);
    comms.set(tid, comm);
  });
  if (callers.hasFound) for (const [row, ns] of callerless) stacks.noteCallerless(row, ns);
  const opens = [...openIntervals(text, names, pidOf, particulars, ofWaits)];
  for (const { tid, comm } of opens) comms.set(tid, comm);
  for (const { tid, ns } of unmapped(program.threads, mapped, execsOf(text) > 0)) {
    program.unmappedNs += ns;
    const comm = tid === undefined ? undefined : comms.get(tid);
    const subject = {
      kind: 'lost',
      comm,
      pid: tid && pidOf(tid),
      tid,
      state: undefined,
      waitEvent: undefined,
    } as const;
    stacks.add(subject, 'ns', EMPTY_SPAN, EMPTY_SPAN, ns, undefined, undefined);
  }
  addWaits(text, program.waits, particulars, hasWaitEvents);
  program.lives = [...livesOf(text, endNs)].map((life) => ({
    ...life,
    pid: pidOf(life.tid),
    comm: comms.get(life.tid),
  }));
  for (const open of opens) {
    if (!hasWaitEvents) open.waitEvent = undefined;
    const end = endOf(open, text, endNs);
    const { user, kernel, state } = open;
    const length = { state, blockedNs: end.blockedNs, runnableNs: end.runnableNs, isOpen: true };
    program.waits.add(open.tid, { ...open, sinceNs: open.since, length, stack: { user, kernel } });
    if (open.since >= endNs) continue;
    if (end.isOff) program.inProgress++;
    addOpen(open, end, stacks);
    const thread = threads.get(open.tid);
    if (thread) addToThread(thread, end, endNs);
  }
  return program;
}

/** Adds the waits that had ended. */
function addWaits(
  text: BpftraceText,
  waits: Waits,
  particulars: ParticularsReader | undefined,
  hasEvents: boolean,
): void {
  for (const map of WAIT_MAPS) {
    for (const [since, [value]] of text.maps.get(map)?.threads ?? []) {
      const numbers = numbersOf(value);
      const [tid = 0, event, call = -1, object = 0, length = 0, waker = 0, statement = 0, state] = numbers;
      const [blockedNs = 0, runnableNs = 0] = numbers.slice(AFTER_STATE);
      waits.add(tid, {
        sinceNs: Number(since),
        waitEvent: hasEvents ? event : undefined,
        particulars: particulars?.of({ call, object, length, waker, statement }),
        length: state === undefined ? undefined : { state, blockedNs, runnableNs, isOpen: false },
      });
    }
  }
}

/** What time on the run queue is, by the prev_state. */
export function runnableKind(state: number): OffcpuKind {
  return isRunnableState(state) && state !== NEW_THREAD ? 'preempted' : 'runnable';
}

function add(
  stacks: Pick<OffcpuStacks, 'add'>,
  thread: Thread,
  kind: OffcpuKind,
  ns: number,
  count: number,
  max: number,
): number {
  const { comm, pid, tid, state, waitEvent, particulars, user, kernel } = thread;
  const isLost = kind === 'blocked' && user.from === user.to && kernel.from === kernel.to;
  const subject = { kind: isLost ? 'lost' : kind, comm, pid, tid, state, waitEvent, particulars } as const;
  return stacks.add(subject, 'ns', user, kernel, ns, count, max);
}

// ── what had not ended ───────────────────────────────────────────────────────────────────────────────────────────

/** How the last interval of a living thread ends, as docs/offcpu-dump.md says. */
interface End {
  blockedNs: number;
  runnableNs: number;
  /** is the thread still off the CPU? */
  isOff: boolean;
  /** since when it runs; the end of the window if it does not */
  runsNs: number;
}

function endOf({ since, state, tid }: Thread & { since: number }, text: BpftraceText, endNs: number): End {
  const running = runningSince(text, tid) ?? -1;
  const isOff = running < since;
  const runsNs = isOff ? endNs : running;
  const wakeUp = numberOf(text, '@ready', tid) ?? -1;
  const isWoken = wakeUp >= since && wakeUp <= runsNs;
  const woken = isRunnableState(state) ? since : isWoken ? wakeUp : runsNs;
  return { blockedNs: woken - since, runnableNs: runsNs - woken, isOff, runsNs };
}

function addOpen(open: Thread, { blockedNs, runnableNs, isOff }: End, stacks: Pick<OffcpuStacks, 'add'>): void {
  const canRun = isRunnableState(open.state);
  const kind = (other: OffcpuKind): OffcpuKind => (isOff ? 'in-progress' : other);
  const count = isOff ? 0 : 1;
  if (blockedNs > 0) add(stacks, open, kind('blocked'), blockedNs, count, blockedNs);
  // a woken thread that still waits for a CPU counts as runnable, though it is in progress, too
  const runnable = canRun ? kind(runnableKind(open.state)) : 'runnable';
  if (runnableNs > 0) add(stacks, open, runnable, runnableNs, count, runnableNs);
}

function addToThread(thread: ThreadTimes, { blockedNs, runnableNs, isOff, runsNs }: End, endNs: number): void {
  thread.lifeNs += blockedNs + runnableNs + (endNs - runsNs);
  thread.onCpuNs += endNs - runsNs;
  thread.runnableNs += runnableNs;
  thread[isOff ? 'inProgressNs' : 'blockedNs'] += blockedNs;
}

function* openIntervals(
  text: BpftraceText,
  names: BpftraceNames,
  pidOf: (tid: number) => Thread['pid'],
  particulars: ParticularsReader | undefined,
  callers: Callers | undefined,
): Generator<Thread & { since: number }> {
  for (const [tid, parts] of text.maps.get('@open')?.threads ?? []) {
    const found = parts.filter((part): part is Uint32Array => typeof part !== 'string' && part.length > 0);
    const match = OPEN.exec(withPlaces(parts));
    if (!match) continue;
    const [, since, state, waitEvent, call, object, caller, statement, hasKernel, hasUser, comm = ''] = match;
    const next = (isThere: unknown): IdSpan =>
      isThere ? nameSpan(spanOf((found.shift() as Uint32Array).slice().reverse()), names) : EMPTY_SPAN;
    const kernel = next(hasKernel);
    callers?.learn([Number(caller)]);
    const pid = pidOf(Number(tid));
    const printed = next(hasUser);
    const { user } = callers?.into(printed, Number(caller), pid) ?? { user: printed };
    const numbers = {
      call: Number(call),
      object: Number(object),
      statement: Number(statement ?? 0),
    };
    const own = Number(state) === NEW_THREAD ? particulars?.commOf(Number(tid)) : undefined;
    yield {
      since: Number(since),
      comm: own ?? comm,
      pid,
      tid: Number(tid),
      state: Number(state),
      waitEvent: Number(waitEvent),
      particulars: particulars?.of(numbers),
      user,
      kernel,
    };
  }
}

/** A value in one piece, each stack as NUL. */
function withPlaces(parts: readonly Part[]): string {
  return parts
    .map((part, i) => (typeof part === 'string' ? part : part.length > 0 ? '\0' : i === 0 ? '' : '\n'))
    .join('');
}

/** Since when the thread runs on a CPU; undefined: it runs on none. */
function runningSince(text: BpftraceText, tid: number): number | undefined {
  for (const [value] of text.maps.get('@cpu')?.threads.values() ?? []) {
    const [since, who] = numbersOf(value);
    if (who === tid) return since;
  }
  return undefined;
}

function numberOf(text: BpftraceText, map: string, tid: number): number | undefined {
  const value = text.maps.get(map)?.threads.get(String(tid))?.[0];
  return value === undefined ? undefined : numbersOf(value)[0];
}
