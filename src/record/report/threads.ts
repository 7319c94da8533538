// The threads of a run, one row each: how long they ran and waited, and mostly for what. Idle ones are folded away.

import { nameText } from '../../stacks/name-text.ts';
import type { CpuProfile } from '../render/cpu-profile.ts';
import type { Identity } from '../render/identity.ts';
import type { Waited } from './waits.ts';

/** Times in seconds; all but that on a CPU are undefined where off-CPU time was not recorded. */
export interface ThreadRow {
  tid: number;
  name: string;
  onCpu: number;
  /** its part of the window */
  seconds?: number;
  /** waiting for a CPU */
  runnable?: number;
  blocked?: number;
  /** undecided: blocked, or waiting for work */
  undecided?: number;
  /** waiting for work or a time */
  idle?: number;
  /** the reason of most of its time off the CPU, idle time excluded: `[futex]` */
  wait?: string;
}

export interface Threads {
  /** the busiest first */
  rows: ThreadRow[];
  /** threads that did hardly anything but sleep */
  idle: ThreadRow[];
}

/** A thread that runs, waits for a CPU and is held up for less than this share of its time is idle. */
const BUSY = 0.005;

/** `comms`: the last name of a thread, latin1. */
export function threadsOf(
  { threads }: Identity,
  waits: Iterable<Waited>,
  comms: ReadonlyMap<number, string>,
  asleep: ReadonlySet<number>,
): Threads {
  const sums = new Map<number, { blocked: number; undecided: number; idle: number; reasons: Map<string, number> }>();
  const names = new Map(comms);
  for (const { kind, reason, ns, entry } of waits) {
    if (entry?.tid === undefined) continue;
    if (entry.comm !== undefined && !names.has(entry.tid)) names.set(entry.tid, entry.comm);
    const sum = sums.get(entry.tid) ?? { blocked: 0, undecided: 0, idle: 0, reasons: new Map<string, number>() };
    sums.set(entry.tid, sum);
    if (kind === 'wait') sum.blocked += ns;
    else if (kind === 'open') sum.undecided += ns;
    else if (kind === 'idle' || kind === 'timer') sum.idle += ns;
    if (kind === 'wait' || kind === 'open') sum.reasons.set(reason, (sum.reasons.get(reason) ?? 0) + ns);
  }
  const rows = threads.map((thread) => {
    const { tid, lifeNs } = thread;
    const { blocked = 0, undecided = 0, idle = 0, reasons = new Map<string, number>() } = sums.get(tid) ?? {};
    const [wait] = [...reasons].sort(([, a], [, b]) => b - a);
    return {
      tid,
      name: nameText(names.get(tid) ?? '?'),
      seconds: lifeNs / 1e9,
      onCpu: thread.onCpuNs / 1e9,
      runnable: thread.runnableNs / 1e9,
      blocked: blocked / 1e9,
      undecided: undecided / 1e9,
      idle: (asleep.has(tid) ? lifeNs : idle) / 1e9,
      ...(wait ? { wait: wait[0] } : {}),
    };
  });
  const isIdle = ({ tid, seconds, onCpu, runnable, blocked }: Required<Omit<ThreadRow, 'wait'>>): boolean =>
    asleep.has(tid) || onCpu + runnable + blocked < BUSY * seconds;
  const busy = rows.filter((row) => !isIdle(row));
  // a program that only waits shows all its threads
  return busy.length === 0 ? { rows, idle: [] } : { rows: busy.sort(byBusy), idle: rows.filter(isIdle) };
}

/** A larger share of a thread's time in one wait leaves it hardly any other work. */
const ONE_WAIT = 0.9;

/**
 * Threads that have worked, and since then wait in one wait of which nothing is known but that it is a futex, as a command's
 * first thread joins the others after its start. None if all do: then that wait may be why.
 */
export function retiredThreads({ rows }: Threads, waits: Iterable<Waited>): number[] {
  const longest = new Map<number, number>();
  for (const { kind, reason, meaning, entry } of waits) {
    if (kind !== 'open' || reason !== '[futex]' || meaning !== undefined || entry?.tid === undefined) continue;
    const ns = entry.kind === 'in-progress' ? entry.ns : (entry.maxNs ?? 0);
    longest.set(entry.tid, Math.max(longest.get(entry.tid) ?? 0, ns));
  }
  const retired = rows.filter(({ tid, seconds = 0 }) => (longest.get(tid) ?? 0) / 1e9 >= ONE_WAIT * seconds);
  return retired.length === rows.length ? [] : retired.map(({ tid }) => tid);
}

/** By perf's samples alone, each of which stands for a second by `frequency`. */
export function threadsOfSamples({ samplesByThread, commsByThread }: CpuProfile, frequency: number): Threads {
  const rows = Array.from(samplesByThread, ([tid, samples]): ThreadRow => {
    return { tid, name: nameText(commsByThread.get(tid) ?? '?'), onCpu: samples / frequency };
  });
  return { rows: rows.sort(byBusy), idle: [] };
}

function byBusy(a: ThreadRow, b: ThreadRow): number {
  const busy = ({ onCpu, runnable = 0, blocked = 0 }: ThreadRow): number => onCpu + runnable + blocked;
  return busy(b) - busy(a) || a.tid - b.tid;
}
