// A map of a dump, while it is read: which of its entries lie in the table, and what its other entries say.

import type { StackTable } from '../../fold/stack-table.ts';

/** A value that is no plain number: texts and stacks (frame ids, innermost first) in the order of the dump. */
export type Part = string | Uint32Array;

export class BpftraceMap {
  /** with its `@`, as printed */
  readonly name: string;
  /** the id that stands outermost in its stacks in the table */
  readonly root: number;
  /** entries read whose key is more than a number */
  entries = 0;
  /** has any of them frames; has any without frames an empty part in its key? */
  hasStacks = false;
  hasGaps = false;
  /** of entries whose key is a single number, by that number: what a program remembers of each thread */
  readonly threads = new Map<string, Part[]>();
  /** the numbers of values that are tuples; in the table their index stands beside the root */
  readonly tuples: number[][] = [];
  /** the kind of its values, if they can't be folded: hist, stats … */
  refused = '';
  #dumps = 0;
  /** was a stack printed again in a later dump, and did a sum shrink from one dump to the next? */
  #repeated = false;
  #shrank = false;
  #last = Number.NEGATIVE_INFINITY;
  /** by stack index: weight and hits when the present dump began, and the weight that its last dump gave it */
  #weights = new Float64Array(0);
  #hits = new Float64Array(0);
  #seen = new Float64Array(0);

  constructor(name: string, root: number) {
    this.name = name;
    this.root = root;
  }

  /**
   * An entry with this value comes. Entries are printed from the least to the greatest, so a lesser one begins another
   * dump of this map; so does anything printed in between (`apart`). `rows` gives the map of each stack of the table.
   */
  beginEntry(value: number, apart: boolean, table: StackTable, rows: readonly BpftraceMap[]): void {
    if (apart || value < this.#last || this.#dumps === 0) this.#beginDump(table, rows);
    this.#last = value;
    this.entries++;
  }

  #beginDump(table: StackTable, rows: readonly BpftraceMap[]): void {
    this.#dumps++;
    if (this.#dumps === 1) return;
    this.#compare(table, rows);
    this.#weights = table.weights.slice();
    this.#hits = table.hits.slice();
  }

  /** Compares the dump that ends with what came before. */
  #compare(table: StackTable, rows: readonly BpftraceMap[]): void {
    const { weights, hits } = table;
    const seen = new Float64Array(rows.length).fill(-1);
    seen.set(this.#seen);
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] !== this || hits[i] === (this.#hits[i] ?? 0)) continue;
      const value = (weights[i] as number) - (this.#weights[i] ?? 0);
      if ((seen[i] as number) >= 0) this.#repeated = true;
      if (value < (seen[i] as number)) this.#shrank = true;
      seen[i] = value;
    }
    this.#seen = seen;
  }

  /**
   * The weight of each of its stacks over all its dumps, once all is read. Where each dump has all that the ones before
   * had, with sums at least as large, they are running totals and the last one counts; else they are added up.
   */
  settle(table: StackTable, rows: readonly BpftraceMap[], repeats: 'auto' | 'add' | 'last'): Settled {
    const { weights, hits } = table;
    if (this.#dumps > 1) this.#compare(table, rows);
    // entries that are in another order than bpftrace prints them are no dumps of their own
    if (!this.#repeated) return { weights: weights.slice(), dumps: 1, running: false };
    const last = new Float64Array(rows.length);
    let gone = false;
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] !== this) continue;
      if (hits[i] === this.#hits[i]) gone = true;
      else last[i] = (weights[i] as number) - (this.#weights[i] ?? 0);
    }
    const running = repeats === 'last' || (repeats === 'auto' && !gone && !this.#shrank);
    return { weights: running ? last : weights.slice(), dumps: this.#dumps, running };
  }
}

export interface Settled {
  /** by stack index of the table; of use for this map's stacks only */
  weights: Float64Array;
  /** how often the map was printed */
  dumps: number;
  /** were several dumps taken for running totals? */
  running: boolean;
}
