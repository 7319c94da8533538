// How a thread spent the window of a recording.

/** `lifeNs = onCpuNs + runnableNs + blockedNs + inProgressNs + beforeNs` for each thread, exactly. */
export interface ThreadTimes {
  tid: number;
  /** its part of the window, birth and death considered */
  lifeNs: number;
  onCpuNs: number;
  /** the part of it in which the recording's own program ran, at each switch; 0: also where nobody measured it */
  recorderNs: number;
  /** how often it came back onto a CPU; 0: also where nobody counted */
  switches: number;
  runnableNs: number;
  blockedNs: number;
  /** blocked at the end: a lower bound */
  inProgressNs: number;
  /** off the CPU at the start, up to its first switch; the reason is unknown, so no row holds this time */
  beforeNs: number;
}

/** Of a thread that did nothing yet. */
export const NO_TIMES: Readonly<Omit<ThreadTimes, 'tid' | 'lifeNs'>> = {
  onCpuNs: 0,
  recorderNs: 0,
  switches: 0,
  runnableNs: 0,
  blockedNs: 0,
  inProgressNs: 0,
  beforeNs: 0,
};

/** Of a thread that slept through the window. */
export function asleepThroughout(tid: number, windowNs: number): ThreadTimes {
  return { ...NO_TIMES, tid, lifeNs: windowNs, inProgressNs: windowNs };
}

/** The sums over `threads` threads, in nanoseconds. */
export type TimeSums = Omit<ThreadTimes, 'tid'> & { threads: number };

export function sumOfTimes(all: Iterable<ThreadTimes>): TimeSums {
  const sums = { ...NO_TIMES, threads: 0, lifeNs: 0 };
  for (const { lifeNs, onCpuNs, recorderNs, switches, runnableNs, blockedNs, inProgressNs, beforeNs } of all) {
    sums.threads++;
    sums.lifeNs += lifeNs;
    sums.onCpuNs += onCpuNs;
    sums.recorderNs += recorderNs;
    sums.switches += switches;
    sums.runnableNs += runnableNs;
    sums.blockedNs += blockedNs;
    sums.inProgressNs += inProgressNs;
    sums.beforeNs += beforeNs;
  }
  return sums;
}

const LITTLE = 0.005;

/** Is the recorder's own time so much of the threads' that it needs a name of its own? */
export function isWorthSaying(recorderNs: number, lifeNs: number): boolean {
  return recorderNs > LITTLE * lifeNs;
}
