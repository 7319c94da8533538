// How the workload ended: did it run through the window, and what did it print last, such as its throughput?

import { lastLinesOf, lastWords } from '../failure.ts';
import type { Window } from './plan.ts';

/** When and how a workload ended. */
export interface WorkloadEnd {
  when: 'before' | 'during' | 'after';
  /** of the window, when it ended; undefined: not during it */
  seconds: number | undefined;
  /** share of the window after its end, 0 to 1; undefined: no window, or the workload outlived it */
  missed?: number;
  /** from its start to the end of the window, which begins when the profilers have attached */
  neededSeconds?: number;
  code: number | null;
  signal: string | null;
  problem?: string;
  /** latin1; the newest last */
  lastLines: string[];
}

/** Facts about a workload after the window. Times are of CLOCK_MONOTONIC. `endedNs` is undefined: flame-record ended it. */
export interface WorkloadFacts {
  ending: { code: number | null; signal: string | null; problem?: string };
  startedNs: number;
  endedNs: number | undefined;
  /** undefined: there was no window yet */
  window: Window | undefined;
  log: string;
}

const LINES = 10;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** How the workload ended: before, within or after the window. Times are nanoseconds of CLOCK_MONOTONIC. */
export function workloadEndOf({ ending, startedNs, endedNs, window, log }: WorkloadFacts): WorkloadEnd {
  const { code, signal, problem } = ending;
  const isEarly = endedNs !== undefined && (!window || endedNs < window.endNs);
  const isDuring = isEarly && window !== undefined && endedNs >= window.startNs;
  return {
    when: isDuring ? 'during' : isEarly ? 'before' : 'after',
    seconds: isDuring ? (endedNs - window.startNs) / 1e9 : undefined,
    code,
    signal,
    ...(isEarly &&
      window && {
        missed: Math.min(1, (window.endNs - endedNs) / (window.endNs - window.startNs)),
        neededSeconds: (window.endNs - startedNs) / 1e9,
      }),
    ...(problem !== undefined && { problem }),
    lastLines: lastLinesOf(log, LINES),
  };
}

/** Did it fail by itself? The status of one that flame-record ended says nothing. */
export function hasFailed({ when, code, problem }: WorkloadEnd): boolean {
  return problem !== undefined || (when !== 'after' && code !== 0);
}

/** the workload failed 3.20 s into the window (status 1: connection refused) */
export function workloadText(end: WorkloadEnd): string {
  const { when, seconds, code, signal, lastLines } = end;
  if (when === 'after') return `the workload outlived the window, and ended with ${signal ?? `status ${code}`}`;
  const isMissing = code === NOT_FOUND || code === NOT_EXECUTABLE;
  const verb = !hasFailed(end) ? 'ended' : isMissing ? 'could not be started' : 'failed';
  const time = seconds === undefined ? 'before the window began' : `${seconds.toFixed(2)} s into the window`;
  const words = lastWords(end, lastLines.at(-1) ?? '');
  return verb === 'could not be started'
    ? `the workload ${verb} (${words})`
    : `the workload ${verb} ${time} (${words})`;
}
