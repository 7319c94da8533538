// perf-fold as a function: options and the text of `perf script` in; folded stacks, statistics and notes out.

import { StackTable } from '../engine/stack-table.ts';
import { WHAT_TO_DO } from '../stacks/sniff.ts';
import type { RootParts } from './roots.ts';
import { type OnSkip, PerfScript, type PerfScriptOptions } from './script.ts';
import { notesOn, type PerfStats, statsOf, unitOf, whyEmpty } from './stats.ts';

/** The values of options that nobody gave. */
const DEFAULTS: PerfScriptOptions = {
  by: 'comm',
  event: [],
  count: 'period',
  from: undefined,
  to: undefined,
  srcline: false,
  maxDepth: undefined,
  markKernel: false,
  markJit: false,
  markInlined: false,
  addresses: false,
  tidy: true,
  demangle: true,
  keepHash: false,
  skipAfter: [],
  kernelSymbols: undefined,
  objects: true,
  lookup: undefined,
};

export interface PerfFolded {
  table: StackTable;
  /** computed when it is first asked for, from the stacks as they are then */
  readonly stats: PerfStats;
  /** sentences that the user should read */
  notes: string[];
  /** by the id of a root frame: whose it is, in latin1 */
  roots: ReadonlyMap<number, RootParts>;
  /** by the id of any other frame: the objects it was found in, as perf prints them */
  readonly objects: ReadonlyMap<number, readonly string[]>;
}

/** The inputs held no sample: why, and whether they are of a foreign kind. */
export interface NothingFolded {
  why: string;
  isForeign: boolean;
}

/** Takes inputs one after the other: begin, block …, end for each; then finish. */
export class PerfFold {
  readonly #options: PerfScriptOptions;
  readonly #script: PerfScript;
  #skippedLines = 0;

  /** Calls `onSkip` for each line that it can't use. */
  constructor(options: Partial<PerfScriptOptions>, onSkip: OnSkip) {
    this.#options = { ...DEFAULTS, ...options };
    this.#script = new PerfScript(new StackTable(), this.#options, (...line) => {
      this.#skippedLines++;
      onSkip(...line);
    });
  }

  begin(name: string): void {
    this.#script.beginInput(name);
  }

  /** Throws InputError when this is no text. */
  block(bytes: Uint8Array): void {
    this.#script.write(bytes);
  }

  end(isWhole = true): void {
    this.#script.endInput(isWhole);
  }

  /** Throws InputError when the wanted event is not among the samples. */
  finish(): PerfFolded | NothingFolded {
    const script = this.#script;
    const { count } = this.#options;
    script.finish();
    if (script.samples.folded === 0) {
      return { why: `${script.input}: ${whyEmpty(script)}`, isForeign: WHAT_TO_DO[script.kind] !== undefined };
    }
    script.table.unit = unitOf(script, count);
    const skippedLines = this.#skippedLines;
    let stats: PerfStats | undefined;
    return {
      table: script.table,
      get stats() {
        stats ??= statsOf(script, count, skippedLines);
        return stats;
      },
      notes: [...notesOn(script), ...script.lookupNotes],
      roots: script.rootParts,
      get objects() {
        return script.names.objectsByName();
      },
    };
  }
}
