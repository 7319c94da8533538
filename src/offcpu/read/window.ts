// The wall time that dumps cover, and how their threads spent it, where their program tells it.

import type { ThreadTimes } from './program.ts';
import type { InputFacts } from './reader.ts';

/** Nanoseconds in which at least one of the recordings ran; undefined: not known of all of them. */
export function windowOf(inputs: readonly Pick<InputFacts, 'dump'>[]): number | undefined {
  const programs = inputs.map(({ dump }) => dump?.program);
  if (programs.length === 0 || programs.includes(undefined)) return undefined;
  const windows = programs.flatMap((program) => (program ? [[program.startNs, program.endNs] as const] : []));
  let sum = 0;
  let covered = Number.NEGATIVE_INFINITY;
  for (const [start, end] of windows.sort(([a], [b]) => a - b)) {
    sum += Math.max(0, end - Math.max(start, covered));
    covered = Math.max(covered, end);
  }
  return sum > 0 ? sum : undefined;
}

/** The sums over threads: nanoseconds, and how many threads. */
export type TimeSums = Omit<ThreadTimes, 'tid'> & { threads: number };

/** What the threads of all the recordings did; undefined: not known of all of them. */
export function timesOf(inputs: readonly Pick<InputFacts, 'dump'>[]): TimeSums | undefined {
  const sums = { threads: 0, lifeNs: 0, onCpuNs: 0, runnableNs: 0, blockedNs: 0, inProgressNs: 0, beforeNs: 0 };
  if (inputs.length === 0) return undefined;
  for (const { dump } of inputs) {
    if (!dump?.program) return undefined;
    for (const thread of dump.program.threads) {
      sums.threads++;
      sums.lifeNs += thread.lifeNs;
      sums.onCpuNs += thread.onCpuNs;
      sums.runnableNs += thread.runnableNs;
      sums.blockedNs += thread.blockedNs;
      sums.inProgressNs += thread.inProgressNs;
      sums.beforeNs += thread.beforeNs;
    }
  }
  return sums;
}
