// A map of a dump, while it is read: which of its entries lie in the table, and what its other entries say.

import type { StackTable } from '../../../engine/stack-table.ts';
import { type Settled, settleTuples, Tuples } from './tuple-dumps.ts';

/** A value that is no plain number: texts and stacks (frame ids, innermost first) in the order of the dump. */
export type Part = string | Uint32Array;

/** How many stacks may be compared for each line; and in any case. */
const MOST_COMPARED = 64;
const LEAST_COMPARED = 1e6;

export class BpftraceMap {
  /** with its `@`, as printed */
  readonly name: string;
  /** stands first in each of its stacks in the table: 1, 2 … */
  readonly id: number;
  /** entries read whose key is more than a number */
  entries = 0;
  /** has any entry frames? has any entry without frames an empty part in its key? */
  hasStacks = false;
  hasGaps = false;
  /** of entries whose key is a number, or several with a tuple as value, by that text: what a program remembers of each thread */
  readonly threads = new Map<string, Part[]>();
  /** the numbers of values that are tuples; an entry in the table has its index, from 1, beside its map */
  readonly tuples = new Tuples();
  /** the kind of its values, if they can't be folded: hist, stats … */
  refused = '';
  #dumps = 0;
  /** the index of the first tuple of each dump */
  readonly #tupleStarts: number[] = [];
  /** was a stack printed again in a later dump, and did a sum shrink from one dump to the next? */
  #repeated = false;
  #shrank = false;
  /** by stack index: weight and hits when the present dump began, and the weight that its last dump gave it */
  #weights = new Float64Array(0);
  #hits = new Float64Array(0);
  #seen = new Float64Array(0);
  /** stacks compared so far, lines read, and the line of the present dump in its input */
  #compared = 0;
  #lines = 0;
  #line = 0;

  constructor(name: string, id: number) {
    this.name = name;
    this.id = id;
  }

  /** Another dump of this map begins. */
  beginDump(table: StackTable): void {
    this.#dumps++;
    if (this.tuples.length > 0) this.#tupleStarts.push(this.tuples.length - 1);
    if (this.#dumps === 1 || !this.#mayCompare(table)) return;
    this.#compare(table);
    this.#weights = table.weights.slice();
    this.#hits = table.hits.slice();
  }

  /**
   * May another dump be compared? Entries in no order look like as many dumps, and each would compare all stacks of the
   * table. Real dumps have lines in proportion.
   */
  #mayCompare(table: StackTable): boolean {
    const line = table.linesRead;
    this.#lines += line >= this.#line ? line - this.#line : line;
    this.#line = line;
    this.#compared += table.stackCount;
    return !this.#isUnordered;
  }

  get #isUnordered(): boolean {
    return this.#compared > LEAST_COMPARED + MOST_COMPARED * this.#lines;
  }

  /** Compares the dump that ends with what came before. */
  #compare(table: StackTable): void {
    const { weights, hits, words } = table;
    const seen = new Float64Array(table.stackCount).fill(-1);
    seen.set(this.#seen);
    table.forEachAt((from, _, i) => {
      if (words[from] !== this.id || hits[i] === (this.#hits[i] ?? 0)) return;
      const value = (weights[i] as number) - (this.#weights[i] ?? 0);
      if ((seen[i] as number) >= 0) this.#repeated = true;
      if (value < (seen[i] as number)) this.#shrank = true;
      seen[i] = value;
    });
    this.#seen = seen;
  }

  /**
   * The weight of each of its stacks over all its dumps, once all is read. Dumps are running totals if each has all
   * stacks of those before, with sums at least as large. Then the last one counts; if not, they are added up.
   */
  settle(table: StackTable, repeats: 'auto' | 'add' | 'last'): Settled {
    if (this.#tupleStarts.length > 1) return settleTuples(this.id, this.#tupleStarts, table, repeats);
    const { weights, hits, words } = table;
    if (this.#isUnordered) return { weights: weights.slice(), dumps: 1, running: false };
    if (this.#dumps > 1) this.#compare(table);
    // entries in another order than bpftrace's are no dumps of their own
    if (!this.#repeated) return { weights: weights.slice(), dumps: 1, running: false };
    const last = new Float64Array(table.stackCount);
    let gone = false;
    table.forEachAt((from, _, i) => {
      if (words[from] !== this.id) return;
      if (hits[i] === this.#hits[i]) gone = true;
      else last[i] = (weights[i] as number) - (this.#weights[i] ?? 0);
    });
    const running = repeats === 'last' || (repeats === 'auto' && !gone && !this.#shrank);
    return { weights: running ? last : weights.slice(), dumps: this.#dumps, running };
  }
}
