// How user stacks off the CPU are found: bpftrace walks frame pointers; perf copies the stack at each switch and walks it
// by DWARF, which costs more. The one place where it is decided.

/** fp: as bpftrace has them. dwarf: made whole by perf's. */
export interface OffcpuStacksChoice {
  how: 'fp' | 'dwarf';
  why: string;
}

export const OFFCPU_STACKS = ['auto', 'fp', 'dwarf'] as const;
export type OffcpuStacksWish = (typeof OFFCPU_STACKS)[number];

/** What perf takes for a switch with its stack, in seconds of a CPU; docs/run.md tells it. */
const SECONDS_A_SWITCH = 12e-6;

export interface SwitchFacts {
  wish: OffcpuStacksWish;
  /** are both halves recorded? perf takes samples then anyway */
  isBoth: boolean;
  /** how perf unwinds */
  callGraph: string;
  /** switches a second of the targets; undefined: not measured */
  rate: number | undefined;
  /** percent of a CPU */
  maxOverhead: number;
}

export function offcpuStacksOf({ wish, isBoth, callGraph, rate, maxOverhead }: SwitchFacts): OffcpuStacksChoice {
  const percent = rate === undefined ? undefined : 100 * rate * SECONDS_A_SWITCH;
  const cost =
    percent === undefined
      ? ''
      : `: about ${percent.toFixed(1)} % of a CPU at ${Math.round(rate ?? 0)} switches a second`;
  if (wish === 'fp') return { how: 'fp', why: 'as asked for' };
  if (wish === 'dwarf') return { how: 'dwarf', why: `as asked for${cost}` };
  if (!isBoth) return { how: 'fp', why: 'perf does not record' };
  if (!callGraph.startsWith('dwarf')) return { how: 'fp', why: 'the target keeps frame pointers' };
  if (percent === undefined) return { how: 'fp', why: 'nobody knows how often the target switches' };
  return percent > maxOverhead
    ? { how: 'fp', why: `DWARF would take too much${cost}, --max-overhead is ${maxOverhead} %` }
    : { how: 'dwarf', why: `finds callers without frame pointers${cost}` };
}
