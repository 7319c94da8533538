// Who finds the user stacks off the CPU: bpftrace walks frame pointers. Or perf copies the stack at each switch and
// walks it by DWARF, which costs more. Only this file decides it.

import { stackBytesOf } from './call-graph.ts';

/**
 * fp: bpftrace's stacks, by frame pointers. dwarf: perf's stacks make them whole. dw_ustack: bpftrace unwinds by DWARF
 * itself.
 */
export interface OffcpuStacksChoice {
  how: 'fp' | 'dwarf' | 'dw_ustack';
  why: string;
}

export const OFFCPU_STACKS = ['auto', 'fp', 'dwarf'] as const;
export type OffcpuStacksWish = (typeof OFFCPU_STACKS)[number];

/** The cost of a switch with its stack to perf, in seconds of a CPU; docs/run.md says so, too. */
const SECONDS_A_SWITCH = 12e-6;

/** What bpftrace's own unwinding takes more than a walk of frame pointers, of a deep stack. */
const SECONDS_UNWOUND = 6e-6;

/** A larger recording needs the user's word. */
const MOST_BYTES = 1e9;
/** auto takes no more of the disk's free room than this part. */
const MOST_ROOM = 0.5;
/** The size of a sample without its copy of the stack. */
const SAMPLE_BYTES = 400;

export interface SwitchFacts {
  wish: OffcpuStacksWish;
  /** are both halves recorded? perf takes samples then anyway */
  isBoth: boolean;
  /** has bpftrace dw_ustack(), and can it be used for these targets? */
  canUnwind: boolean;
  /** may perf record switches? An ordinary user may not */
  mayTrace: boolean;
  /** how perf would unwind their stacks */
  callGraph: string;
  /** switches a second of the targets; undefined: not measured */
  rate: number | undefined;
  /** of the window */
  seconds: number;
  /** that may be written where the run goes */
  freeBytes: number;
  /** percent of a CPU */
  maxOverhead: number;
}

/** How user stacks off the CPU are walked, and why. */
export function offcpuStacksOf(facts: SwitchFacts): OffcpuStacksChoice {
  const { wish, isBoth, mayTrace, callGraph, rate, seconds, freeBytes, maxOverhead } = facts;
  if (wish === 'fp') return { how: 'fp', why: 'as asked for' };
  if (facts.canUnwind) return unwoundChoice(facts);
  if (!isBoth) return { how: 'fp', why: 'perf does not record' };
  if (wish === 'auto' && !mayTrace && callGraph.startsWith('dwarf'))
    return { how: 'fp', why: 'perf may not record switches here; root may' };
  if (rate === undefined) {
    if (wish === 'dwarf') return { how: 'dwarf', why: 'as asked for' };
    const isDwarf = callGraph.startsWith('dwarf');
    return { how: 'fp', why: isDwarf ? 'the switches were not counted' : 'the call graph has frame pointers' };
  }
  const percent = 100 * rate * SECONDS_A_SWITCH;
  const bytes = rate * seconds * (stackBytesOf(callGraph) + SAMPLE_BYTES);
  const cost = `about ${percent.toFixed(1)} % of a CPU and ${(bytes / 1e6).toFixed(0)} MB at ${Math.round(rate)} switches a second`;
  if (wish === 'dwarf') return { how: 'dwarf', why: `as asked for: ${cost}` };
  if (percent > maxOverhead)
    return { how: 'fp', why: `DWARF would take too much: ${cost}, --max-overhead is ${maxOverhead} %` };
  if (bytes > MOST_BYTES)
    return { how: 'fp', why: `perf would write too much: ${cost}; --off-cpu-stacks dwarf does it` };
  if (bytes > MOST_ROOM * freeBytes)
    return { how: 'fp', why: `perf would fill the disk: ${cost}, and ${(freeBytes / 1e6).toFixed(0)} MB are free` };
  return { how: 'dwarf', why: `finds callers without frame pointers: ${cost}` };
}

/** dw_ustack costs less than perf's switches, writes nothing, and no stack has to find its wait. */
function unwoundChoice({ wish, callGraph, rate, maxOverhead }: SwitchFacts): OffcpuStacksChoice {
  const isDwarf = callGraph.startsWith('dwarf');
  if (wish === 'auto' && !isDwarf) return { how: 'fp', why: 'the call graph has frame pointers' };
  if (rate === undefined)
    return wish === 'dwarf'
      ? { how: 'dw_ustack', why: "as asked for, by bpftrace's own unwinder" }
      : { how: 'fp', why: 'the switches were not counted' };
  const percent = 100 * rate * SECONDS_UNWOUND;
  const cost = `about ${percent.toFixed(1)} % of a CPU at ${Math.round(rate)} switches a second`;
  if (wish === 'dwarf') return { how: 'dw_ustack', why: `as asked for, by bpftrace's own unwinder: ${cost}` };
  if (percent > maxOverhead)
    return { how: 'fp', why: `DWARF would take too much: ${cost}, --max-overhead is ${maxOverhead} %` };
  return { how: 'dw_ustack', why: `bpftrace finds callers without frame pointers: ${cost}` };
}
