// The wall time that dumps cover, and how their threads spent it, where their program tells it.

import { sumOfTimes, type TimeSums } from '../thread-times.ts';
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

/** What the threads of all the recordings did; undefined: not known of all of them. */
export function timesOf(inputs: readonly Pick<InputFacts, 'dump'>[]): TimeSums | undefined {
  const programs = inputs.map(({ dump }) => dump?.program);
  if (programs.length === 0 || programs.includes(undefined)) return undefined;
  return sumOfTimes(programs.flatMap((program) => program?.threads ?? []));
}
