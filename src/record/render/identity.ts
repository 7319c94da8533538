// The identity: on-CPU + runnable + blocked + in progress = the window, for each thread. perf measures the time on the
// CPU and bpftrace the rest, so the sum checks both.

import { asleepThroughout, NO_TIMES, sumOfTimes, type ThreadTimes } from '../../offcpu/thread-times.ts';
import { grouped } from '../../stacks/amounts.ts';

export interface ThreadIdentity extends ThreadTimes {
  /** perf's samples × their period; undefined: perf did not record */
  sampledNs: number | undefined;
  /** the time that is missing (negative) or too much, as a share of the thread's time */
  error: number;
}

/** The sums over all threads. */
export interface Identity extends Omit<ThreadTimes, 'tid'> {
  error: number;
  /** the error with the on-CPU time of the switches instead of perf's samples, which are coarse if they are few */
  errorOfSwitches: number;
  threads: ThreadIdentity[];
  /** those whose times don't add up, the worst first */
  wrong: ThreadIdentity[];
  /** why the sums are off, where those of each thread are not: the work at so many switches, or threads that ran shortly */
  cause: 'switches' | 'short' | undefined;
  /**
   * Threads that ran for a few periods of perf's clock or less. `missedNs` of their time has no sample: the first one
   * comes after a whole period, and what a thread has left at its end is lost.
   */
  short: { threads: number; onCpuNs: number; missedNs: number };
}

/** Periods: a thread that runs for more loses less than an eighth. */
const SHORT = 4;

export const MOST_ERROR = 0.02;
/**
 * What a switch takes at most in perf, bpftrace and the kernel: perf's sampling stops and starts there, and each counts
 * the other's work on one side or the other. A pipe that two threads passed bytes through was off by 2 to 6 µs a switch.
 */
const SWITCH_NS = 8000;

/** perf's samples, and the time that each stands for: a difference below that is no error. */
export interface Sampling {
  samplesByThread: ReadonlyMap<number, number>;
  periodNs: number;
}

/**
 * @param sleepers threads that slept through the window, which no switch shows
 * @param sampling undefined: perf did not record, and the switches' own on-CPU time stands for it
 */
export function identityOf(
  seen: readonly ThreadTimes[],
  sleepers: readonly number[],
  windowNs: number,
  sampling: Sampling | undefined,
): Identity {
  const asleep = sleepers.map((tid) => asleepThroughout(tid, windowNs));
  const known = new Set([...seen.map(({ tid }) => tid), ...sleepers]);
  // on one CPU from the start to the end, without a switch
  const steady = [...(sampling?.samplesByThread.keys() ?? [])]
    .filter((tid) => !known.has(tid))
    .map((tid) => ({ ...NO_TIMES, tid, lifeNs: windowNs, onCpuNs: windowNs }));
  const threads = [...seen, ...asleep, ...steady].map((thread): ThreadIdentity => {
    const sampledNs = sampling && (sampling.samplesByThread.get(thread.tid) ?? 0) * sampling.periodNs;
    const sum = (sampledNs ?? thread.onCpuNs) + offCpu(thread);
    return { ...thread, sampledNs, error: thread.lifeNs > 0 ? sum / thread.lifeNs - 1 : 0 };
  });
  const sums = sumOfTimes(threads);
  const onCpuNs = threads.reduce((sum, thread) => sum + (thread.sampledNs ?? thread.onCpuNs), 0);
  const errorOf = (onCpu: number): number => (sums.lifeNs > 0 ? (onCpu + offCpu(sums)) / sums.lifeNs - 1 : 0);
  const grainNs = sampling?.periodNs ?? 0;
  const wrong = threads
    .filter((thread) => isWrong(thread, 2 * grainNs + thread.switches * SWITCH_NS))
    .sort((a, b) => Math.abs(b.error) * b.lifeNs - Math.abs(a.error) * a.lifeNs);
  const error = errorOf(onCpuNs);
  const short = shortOf(threads, SHORT * grainNs);
  const hasCause = wrong.length === 0 && isWrong({ ...sums, error }, 2 * grainNs);
  const isOfShort = short.missedNs > (-error * sums.lifeNs) / 2 && error < 0;
  return {
    ...{ ...sums, onCpuNs, error, errorOfSwitches: errorOf(sums.onCpuNs), threads, wrong },
    cause: hasCause ? (isOfShort ? 'short' : 'switches') : undefined,
    short,
  };
}

/** The threads' own time on the CPU, as the switches tell it. */
export function ranNsOf({ threads }: Pick<Identity, 'threads'>): number {
  return threads.reduce((sum, { onCpuNs, recorderNs }) => sum + Math.max(0, onCpuNs - recorderNs), 0);
}

function shortOf(threads: readonly ThreadIdentity[], mostNs: number): Identity['short'] {
  const short = { threads: 0, onCpuNs: 0, missedNs: 0 };
  for (const { onCpuNs, recorderNs, sampledNs } of threads) {
    const ranNs = onCpuNs - recorderNs;
    if (sampledNs === undefined || ranNs <= 0 || ranNs >= mostNs) continue;
    short.threads++;
    short.onCpuNs += ranNs;
    short.missedNs += ranNs - sampledNs;
  }
  return short;
}

/** One sample more or less is the grain of the picture. */
function isWrong({ error, lifeNs }: Pick<ThreadIdentity, 'error' | 'lifeNs'>, grainNs: number): boolean {
  return Math.abs(error) > MOST_ERROR && Math.abs(error) * lifeNs > grainNs;
}

function offCpu({ runnableNs, blockedNs, inProgressNs, beforeNs }: Omit<ThreadTimes, 'tid'>): number {
  return runnableNs + blockedNs + inProgressNs + beforeNs;
}

/** identity: on-CPU 4.87 s + runnable 0.61 s + blocked 3.02 s + in progress 24.00 s = 100.2 % of 32.42 s (4 threads) */
export function identityLine(identity: Identity): string {
  const { threads, lifeNs, error, beforeNs } = identity;
  const parts = [
    `on-CPU ${seconds(identity.onCpuNs)}`,
    `runnable ${seconds(identity.runnableNs)}`,
    `blocked ${seconds(identity.blockedNs)}`,
    `in progress ${seconds(identity.inProgressNs)}`,
    ...(beforeNs > 0 ? [`unknown at the start ${seconds(beforeNs)}`] : []),
  ];
  const count = `${threads.length} ${threads.length === 1 ? 'thread' : 'threads'}`;
  const sum = `identity: ${parts.join(' + ')} = ${(100 * (1 + error)).toFixed(1)} % of ${seconds(lifeNs)} (${count})`;
  return identity.cause ? `${sum}; ${causeText(identity)}` : sum;
}

/** Why the times do not add up, where there is a cause. */
export function causeText({ cause, error, switches, lifeNs, short }: Identity): string {
  if (cause === 'short') {
    const threads = short.threads === 1 ? '1 thread' : `${grouped(short.threads)} threads`;
    return `${seconds(short.missedNs)} of ${threads} that ran shortly are missing in perf's samples`;
  }
  const us = (Math.abs(error) * lifeNs) / 1000 / switches;
  const count = Math.round(switches / 1000).toLocaleString('en-US');
  const is = error < 0 ? 'missing' : 'too much';
  return `${us.toFixed(1)} µs ${is} at each of ${count} thousand switches is work of perf and bpftrace`;
}

const WARNED = 3;

/** A line a thread whose times are off, the worst; and how many more. */
export function identityWarnings({ wrong }: Identity): string[] {
  const lines = wrong.slice(0, WARNED).map(({ tid, error, lifeNs }) => {
    const off = `${(100 * Math.abs(error)).toFixed(1)} % ${error < 0 ? 'missing' : 'too much'}`;
    return `warning: thread ${tid}: its times don't add up: ${off} of ${seconds(lifeNs)}`;
  });
  return wrong.length > WARNED ? [...lines, `warning: and ${wrong.length - WARNED} more threads`] : lines;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(2)} s`;
}
