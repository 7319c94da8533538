// What the off-CPU tools found an input to be.

import type { Losses } from './bpftrace/noise.ts';
import type { DumpFacts } from './dump.ts';
import type { PerfTimes } from './perf-entries.ts';
import type { Unit } from './stacks.ts';
import type { RecordedWindow } from './window.ts';

export type Format = 'bpftrace' | 'json' | 'bcc' | 'folded' | 'perf';

export interface InputFacts {
  name: string;
  format: Format;
  unit: Unit;
  entries: number;
  losses: Losses;
  /** lines that are neither entries nor messages: what the program printed by itself */
  said: readonly string[];
  /** did its last line lack the newline? */
  cut: boolean;
  /** entries of threads whose names look like bpftrace's output, and entries that could not be read */
  imitations: number;
  broken: number;
  /** of bpftrace */
  dump: DumpFacts | undefined;
  /** of perf: events that it lost, events without a field that they need, and the recording that it is a part of, once all inputs are read */
  perf?: { lostEvents: number; lacking: ReadonlyMap<string, number>; times: PerfTimes | undefined };
  /** the window, and what became of the threads, where known */
  recording: RecordedWindow | undefined;
}
