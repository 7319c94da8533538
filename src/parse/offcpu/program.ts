// Our own program, bpf/offcpu.bt, and its Postgres variant: docs/offcpu-dump.md describes their dump. It counts every
// interval twice over: by stack in @offcpu, and by thread in @thread, so that what is missing shows.

import type { StackTable } from '../../fold/stack-table.ts';
import { type KeyMeaning, type KeyPart, readKeys } from '../bpftrace/keys.ts';
import { BpftraceMap, type Part } from '../bpftrace/map.ts';
import type { BpftraceNames } from '../bpftrace/names.ts';
import { MapRows, nameRun } from '../bpftrace/rows.ts';
import type { BpftraceText } from '../bpftrace/text.ts';
import type { OffcpuKind } from './entry.ts';
import { NO_STACK, type Run, runOf } from './shape.ts';
import type { OffcpuStacks } from './stacks.ts';

export const OUR_MAP = '@offcpu';
export const OUR_ORDER: readonly KeyPart[] = ['kstack', 'ustack', 'comm', 'tid', 'state', 'wait-event'];

/** The window of a recording, and what became of its threads. Times are nanoseconds. */
export interface Program {
  pid: number;
  startNs: number;
  endNs: number;
  threads: ProgramThread[];
  /** intervals that had not ended */
  inProgress: number;
  /** does the end of the dump miss? */
  isCut: boolean;
  /** time that is in no entry, for the map was full */
  unmappedNs: number;
}

/**
 * `lastNs - firstNs = beforeNs + onCpuNs + blockedNs + runnableNs`, exactly; intervals in progress come on top. In
 * `beforeNs`, up to its first switch, the thread was off the CPU, its stack unknown.
 */
export interface ProgramThread {
  tid: number;
  firstNs: number;
  lastNs: number;
  beforeNs: number;
  onCpuNs: number;
  blockedNs: number;
  runnableNs: number;
  count: number;
}

/** States in which a thread can run: R, R+, and one of the program's own for threads that have not run yet. */
const RUNNABLE_STATES: ReadonlySet<number> = new Set([0, 0x100, 0x10000]);
const NEW_THREAD = 0x10000;

// flamepipe offcpu 1 pid 4242 attach_ns 4435254439383 wait_events 0
const HEADER = /^flamepipe offcpu (\d+) pid \d+ attach_ns \d+ wait_events ([01])$/;
// flamepipe offcpu end pid 4242 start_ns 4435305347608 end_ns 4438836079481
const FOOTER = /^flamepipe offcpu end pid (\d+) start_ns (\d+) end_ns (\d+)$/;
// (4438656450897, 1, 0, ⟨kernel stack⟩, ⟨user stack⟩, mix)      an empty stack is nothing, from 0.25 on a newline
// └─── since ───┘  │  └ wait event
//                  └ state
const OPEN = /^\((\d+), (\d+), (\d+), (\0)?\n?, ?(\0)?\n?, (.*)\)$/s;
const FORMAT = '1';
/** What bpftrace prints last. */
const LAST_MAP = '@threads';

export function isOurProgram(text: BpftraceText): boolean {
  return headerOf(text) !== undefined;
}

/** The reason why the dump can't be read; undefined: it can. */
function whyNot(text: BpftraceText): string | undefined {
  const format = headerOf(text)?.[1];
  if (format !== FORMAT) return `this dump is of format ${format}, which this version does not know`;
  const footer = footerOf(text);
  if (!footer) return 'bpftrace was killed before it printed its maps: stop it with SIGINT';
  if (footer[2] === '0' || Number(footer[3]) <= Number(footer[2]))
    return 'the recording ended before it began: nothing was measured';
  if (text.maps.has(OUR_MAP) || text.maps.has('@open')) return undefined;
  if (!text.scalars.has(LAST_MAP)) return 'cut off before its maps: bpftrace was killed while it printed';
  return 'no thread of that process came onto or left a CPU: all slept or ran throughout (/proc/PID/task/*/stack tells), or there is no such process';
}

function headerOf(text: BpftraceText): RegExpExecArray | undefined {
  return text.said.map((line) => HEADER.exec(line)).find((match) => match !== null) ?? undefined;
}
function footerOf(text: BpftraceText): RegExpExecArray | undefined {
  return text.said.map((line) => FOOTER.exec(line)).find((match) => match !== null) ?? undefined;
}

/** What intervals are of. */
interface Thread {
  comm: string;
  pid: number;
  tid: number;
  state: number;
  waitEvent: number | undefined;
  user: Run;
  kernel: Run;
}

/** Adds the closed intervals, by stack, and those that were still open. Gives the reason if that can't be done. */
export function addProgram(
  text: BpftraceText,
  table: StackTable,
  names: BpftraceNames,
  stacks: OffcpuStacks,
  separator: string,
): Program | string {
  const why = whyNot(text);
  if (why !== undefined) return why;
  const [, pid = 0, startNs = 0, endNs = 0] = Array.from(footerOf(text) ?? [], Number);
  const threads = threadsOf(text, endNs);
  const isCut = !text.scalars.has(LAST_MAP);
  const program: Program = { pid, startNs, endNs, threads, inProgress: 0, isCut, unmappedNs: 0 };
  const hasWaitEvents = headerOf(text)?.[2] === '1';
  const mapped = new Map<number, number>();
  const comms = new Map<number, string>();
  const map = text.maps.get(OUR_MAP) ?? new BpftraceMap(OUR_MAP, 0);
  const rows = new MapRows(map, text, table, names, table.weights.slice());
  const meanings = readKeys(rows.keys, separator, OUR_ORDER)?.meanings ?? [];
  rows.take(meanings, ({ texts, user, kernel, tuple = [] }) => {
    const meaning = meanings[texts] as KeyMeaning;
    const { comm = '', tid = -1, state = 1, waitEvent } = meaning;
    const [blocked = 0, runnable = 0, count = 0, longestBlocked = 0, longestRunnable = 0] = tuple;
    const thread = { comm, pid, tid, state, waitEvent: hasWaitEvents ? waitEvent : undefined, user, kernel };
    if (blocked > 0 || !RUNNABLE_STATES.has(state)) add(stacks, thread, 'blocked', blocked, count, longestBlocked);
    if (runnable > 0) add(stacks, thread, runnableKind(state), runnable, count, longestRunnable);
    mapped.set(tid, (mapped.get(tid) ?? 0) + blocked + runnable);
    comms.set(tid, comm);
    return null;
  });
  for (const open of openIntervals(text, names, pid)) {
    comms.set(open.tid, open.comm);
    if (!hasWaitEvents) open.waitEvent = undefined;
    if (open.since >= endNs) continue;
    if (addOpen(open, runningSince(text, open.tid), text, stacks, endNs)) program.inProgress++;
  }
  for (const { tid, blockedNs, runnableNs } of threads) {
    const missing = blockedNs + runnableNs - (mapped.get(tid) ?? 0);
    if (missing <= 0) continue;
    program.unmappedNs += missing;
    const subject = { kind: 'lost', comm: comms.get(tid), pid, tid, state: undefined, waitEvent: undefined } as const;
    stacks.add(subject, 'ns', NO_STACK, NO_STACK, missing, undefined, undefined);
  }
  return program;
}

function runnableKind(state: number): OffcpuKind {
  return RUNNABLE_STATES.has(state) && state !== NEW_THREAD ? 'preempted' : 'runnable';
}

function add(stacks: OffcpuStacks, thread: Thread, kind: OffcpuKind, ns: number, count: number, max: number): void {
  const { comm, pid, tid, state, waitEvent, user, kernel } = thread;
  const isLost = kind === 'blocked' && user.from === user.to && kernel.from === kernel.to;
  const subject = { kind: isLost ? 'lost' : kind, comm, pid, tid, state, waitEvent } as const;
  stacks.add(subject, 'ns', user, kernel, ns, count, max);
}

// ── what had not ended ───────────────────────────────────────────────────────────────────────────────────────────

/** Closes an interval as docs/offcpu-dump.md says. Gives whether it was in progress. */
function addOpen(
  open: Thread & { since: number },
  running: number | undefined,
  text: BpftraceText,
  stacks: OffcpuStacks,
  endNs: number,
): boolean {
  const { since, state, tid } = open;
  const inProgress = running === undefined || running < since;
  const end = inProgress ? endNs : running;
  const wakeUp = numberOf(text, '@woken', tid) ?? -1;
  const canRun = RUNNABLE_STATES.has(state);
  const woken = canRun ? since : wakeUp >= since && wakeUp <= end ? wakeUp : end;
  const blocked = woken - since;
  const runnable = end - woken;
  const kind = (other: OffcpuKind): OffcpuKind => (inProgress ? 'in-progress' : other);
  const count = inProgress ? 0 : 1;
  if (blocked > 0) add(stacks, open, kind('blocked'), blocked, count, blocked);
  // woken, and still waiting for a CPU: that it is in progress matters less
  if (runnable > 0) add(stacks, open, canRun ? kind(runnableKind(state)) : 'runnable', runnable, count, runnable);
  return inProgress;
}

function* openIntervals(text: BpftraceText, names: BpftraceNames, pid: number): Generator<Thread & { since: number }> {
  for (const [tid, parts] of text.maps.get('@open')?.threads ?? []) {
    const found = parts.filter((part): part is Uint32Array => typeof part !== 'string' && part.length > 0);
    const match = OPEN.exec(withPlaces(parts));
    if (!match) continue;
    const [, since, state, waitEvent, hasKernel, hasUser, comm = ''] = match;
    const next = (isThere: unknown): Run =>
      isThere ? nameRun(runOf((found.shift() as Uint32Array).slice().reverse()), names) : NO_STACK;
    const kernel = next(hasKernel);
    const user = next(hasUser);
    yield {
      since: Number(since),
      comm,
      pid,
      tid: Number(tid),
      state: Number(state),
      waitEvent: Number(waitEvent),
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

/** Since when the thread runs on some CPU; undefined: on none. */
function runningSince(text: BpftraceText, tid: number): number | undefined {
  for (const [value] of text.maps.get('@cpu')?.threads.values() ?? []) {
    const [since, who] = numbersOf(value);
    if (who === tid) return since;
  }
  return undefined;
}

function threadsOf(text: BpftraceText, endNs: number): ProgramThread[] {
  const threads: ProgramThread[] = [];
  for (const [tid, [value]] of text.maps.get('@thread')?.threads ?? []) {
    const [firstNs = 0, lastNs = 0, beforeNs = 0, onCpuNs = 0, blockedNs = 0, runnableNs = 0, count = 0] =
      numbersOf(value);
    if (firstNs >= endNs) continue;
    threads.push({ tid: Number(tid), firstNs, lastNs, beforeNs, onCpuNs, blockedNs, runnableNs, count });
  }
  return threads;
}

function numberOf(text: BpftraceText, map: string, tid: number): number | undefined {
  const value = text.maps.get(map)?.threads.get(String(tid))?.[0];
  return value === undefined ? undefined : numbersOf(value)[0];
}

/** The numbers of `(4438836079481, 4250)`, or of a value that is one. */
function numbersOf(value: Part | undefined): number[] {
  return typeof value === 'string' ? value.replace(/[()]/g, '').split(/, ?/).map(Number) : [];
}
