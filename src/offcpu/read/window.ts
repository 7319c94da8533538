// The wall time that recordings cover, and how their threads spent it.

import { sumOfTimes, type ThreadTimes, type TimeSums } from '../thread-times.ts';

/** Times are nanoseconds. */
export interface RecordedWindow {
  startNs: number;
  endNs: number;
  threads: ThreadTimes[];
}

/** An input with the recording that it is, or is a part of; undefined: not known. */
interface OfRecording {
  recording: RecordedWindow | undefined;
}

/** Nanoseconds in which at least one of the recordings ran; undefined: not known of all of them. */
export function windowOf(inputs: readonly OfRecording[]): number | undefined {
  const recordings = recordingsOf(inputs);
  if (recordings === undefined) return undefined;
  let sum = 0;
  let covered = Number.NEGATIVE_INFINITY;
  for (const { startNs, endNs } of recordings.sort((a, b) => a.startNs - b.startNs)) {
    sum += Math.max(0, endNs - Math.max(startNs, covered));
    covered = Math.max(covered, endNs);
  }
  return sum > 0 ? sum : undefined;
}

/** What the threads of all the recordings did; undefined: not known of all of them. */
export function timesOf(inputs: readonly OfRecording[]): TimeSums | undefined {
  const recordings = recordingsOf(inputs);
  return recordings && sumOfTimes(recordings.flatMap(({ threads }) => threads));
}

/** Each recording once, because several inputs may be parts of one. */
function recordingsOf(inputs: readonly OfRecording[]): RecordedWindow[] | undefined {
  const recordings = new Set(inputs.map(({ recording }) => recording));
  return recordings.size === 0 || recordings.has(undefined) ? undefined : ([...recordings] as RecordedWindow[]);
}
