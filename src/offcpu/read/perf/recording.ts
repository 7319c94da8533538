// What one `perf script` text of scheduler events says, thread by thread.

import type { ThreadEvents } from './thread-events.ts';

/** One input: the events of its threads. Times are nanoseconds on perf's clock. */
export interface PerfRecording {
  /** by tid; of those in `own` all that happened, of others switch-ins and wake-ups */
  threads: Map<number, ThreadEvents>;
  /** threads whose switch-outs were recorded, with stacks or as records */
  own: Set<number>;
  startNs: number;
  endNs: number;
  /** switch-outs with a stack, samples of offcpu-time, and other scheduler events */
  switches: number;
  sums: number;
  others: number;
  lostEvents: number;
  /** how many events were printed without a field that they need, by its name */
  lacking: Map<'tid' | 'time' | 'period' | 'trace', number>;
  /** events that are earlier than the one before */
  backwards: number;
}

export function newRecording(): PerfRecording {
  return {
    ...{ threads: new Map<number, ThreadEvents>(), own: new Set<number>(), startNs: Infinity, endNs: -Infinity },
    ...{ switches: 0, sums: 0, others: 0, lostEvents: 0, lacking: new Map(), backwards: 0 },
  };
}
