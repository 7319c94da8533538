// offcpu-fold as a function: options and recordings of bpftrace, bcc or perf in; folded stacks, statistics and notes
// out.

import type { StackTable } from '../../engine/stack-table.ts';
import type { OnSkip } from '../../perf/script.ts';
import type { EntryRows } from '../entry-rows.ts';
import { OffcpuReader, type ReaderOptions } from './reader.ts';
import type { FoldOptions, Quality } from './stacks.ts';
import { lossesOn, notesOn, type OffcpuStats, statsOf, uncoveredNotes } from './stats.ts';

export type FoldOffcpuOptions = ReaderOptions & FoldOptions;

/** The values of options that nobody gave. */
const DEFAULTS: FoldOffcpuOptions = {
  map: undefined,
  order: undefined,
  inputUnit: undefined,
  repeats: 'auto',
  tidy: true,
  demangle: true,
  keepHash: false,
  by: 'comm',
  unit: 'us',
  markKernel: false,
  maxDepth: undefined,
};

export interface OffcpuFolded {
  table: StackTable;
  /** undefined unless measure() was called */
  stats: OffcpuStats | undefined;
  /** what is missing in the recording itself, and other sentences that the user should read */
  losses: string[];
  notes: string[];
  /** threads that the dumps do not cover, a sentence each */
  uncovered: string[];
}

/** Takes inputs one after the other: begin, block …, end for each; then entries and measure, and finish at last. */
export class OffcpuFold {
  readonly #options: FoldOffcpuOptions;
  readonly #reader: OffcpuReader;
  #quality: Quality | undefined;
  #input = '';
  #skippedLines = 0;

  /** Calls `onSkip` for each line that it can't use. */
  constructor(options: Partial<FoldOffcpuOptions>, onSkip: OnSkip) {
    this.#options = { ...DEFAULTS, ...options };
    this.#reader = new OffcpuReader(this.#options, (kind, line, text) => {
      this.#skippedLines++;
      onSkip(kind, `${this.#input}:${line}`, text);
    });
  }

  begin(name: string): void {
    this.#input = name;
    this.#reader.beginInput(name);
  }

  /** Throws InputError when the input is of a kind that it can't read. */
  block(bytes: Uint8Array): void {
    this.#reader.write(bytes);
  }

  /** Gives the reason why nothing of the input could be used, behind its name. */
  end(): string | undefined {
    const why = this.#reader.endInput();
    return why === undefined ? undefined : `${this.#input}: ${why}`;
  }

  /** Was there nothing in the inputs that could be used? */
  get isEmpty(): boolean {
    return this.#reader.isEmpty;
  }

  /** Why isEmpty. */
  get whyEmpty(): string {
    return this.#reader.whyEmpty;
  }

  /** Is the last input of a foreign kind? */
  get isForeign(): boolean {
    return this.#reader.isForeign;
  }

  /** The inputs that had something to read. */
  get inputs(): OffcpuReader['inputs'] {
    return this.#reader.inputs;
  }

  /** Each distinct entry once. Call it before finish(). */
  entries(): EntryRows {
    return this.#reader.entries();
  }

  /** Makes the statistics, which take time and which few want. Call it before finish(). */
  measure(): void {
    this.#quality = this.#reader.quality();
  }

  finish(): OffcpuFolded {
    const reader = this.#reader;
    const { unit } = this.#options;
    reader.fold(this.#options);
    reader.table.unit = unit;
    const stats = this.#quality && statsOf(reader, this.#quality, unit, this.#skippedLines);
    return {
      table: reader.table,
      stats,
      losses: lossesOn(reader),
      notes: notesOn(reader),
      uncovered: uncoveredNotes(reader.inputs),
    };
  }
}
