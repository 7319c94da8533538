// A map whose values are tuples, printed several times. Each of its entries is a stack of its own in the table, so
// entries of one key have to be found again by their shape and frames.

import { Entry } from '../../../engine/map-entries.ts';
import type { StackTable } from '../../../engine/stack-table.ts';

/** What the dumps of a map come to. */
export interface Settled {
  /** by stack index of the table; of use for this map's stacks only */
  weights: Float64Array;
  /** how often the map was printed */
  dumps: number;
  /** do several dumps hold running totals? */
  running: boolean;
}

/** Tuples in the order in which they were read, flat, because a dump may have millions. */
export class Tuples {
  readonly #numbers: number[] = [];
  /** where each begins, and the next one would */
  readonly #starts: number[] = [0];

  get length(): number {
    return this.#starts.length - 1;
  }

  /** Adds one. Gives its index. */
  push(numbers: readonly number[]): number {
    this.#numbers.push(...numbers);
    return this.#starts.push(this.#numbers.length) - 2;
  }

  at(index: number): readonly number[] {
    return this.#numbers.slice(this.#starts[index], this.#starts[index + 1]);
  }
}

/** What the dumps so far say of one key. Entries come in the order of their dumps. */
interface Sums {
  /** where its ids lie in the table */
  from: number;
  to: number;
  /** the last dump that has the key, and the sum of its first numbers there */
  dump: number;
  sum: number;
  /** the same of the dump before that has it; -1: none has */
  before: number;
  /** has no sum shrunk? */
  grows: boolean;
}

/**
 * The weights of a map's entries, by its id, over all its dumps: the last one's alone, if they are running totals.
 * `starts` are the indices of the tuples that begin a dump.
 */
export function settleTuples(
  map: number,
  starts: readonly number[],
  table: StackTable,
  repeats: 'auto' | 'add' | 'last',
): Settled {
  const { words } = table;
  const weights = table.weights.slice();
  const keys = new Keys(words);
  const last = starts.length - 1;
  let dump = 0;
  let earlier = 0; // stacks of the dumps before the last
  table.forEachAt((from, to, index) => {
    if (words[from] !== map) return;
    const tuple = (words[from + Entry.extra] as number) - 1;
    while (dump < last && (starts[dump + 1] as number) <= tuple) dump++;
    if (dump < last) earlier = index + 1;
    const sums = keys.of(from + Entry.shape, to, dump);
    if (sums.dump !== dump) {
      sums.grows &&= sums.sum >= sums.before;
      sums.before = sums.sum;
      sums.dump = dump;
      sums.sum = 0;
    }
    sums.sum += weights[index] as number;
  });
  const all = [...keys.all()];
  if (all.every(({ before }) => before < 0)) return { weights, dumps: 1, running: false };
  const isRunning = (sums: Sums): boolean => sums.dump === last && sums.grows && sums.sum >= sums.before;
  const running = repeats === 'last' || (repeats === 'auto' && all.every(isRunning));
  if (running)
    table.forEachAt((from, _, index) => {
      if (index >= earlier) return 'stop';
      if (words[from] === map) weights[index] = 0;
      return undefined;
    });
  return { weights, dumps: starts.length, running };
}

/** The sums by key, found by a hash of their ids, which several keys may have. */
class Keys {
  readonly #words: Uint32Array;
  readonly #known = new Map<number, Sums[]>();

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** Of the key whose ids lie between two places; it is new in `dump` if it is. */
  of(from: number, to: number, dump: number): Sums {
    const words = this.#words;
    let hash = to - from;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + (words[i] as number)) | 0;
    const alike = this.#known.get(hash) ?? [];
    for (const sums of alike) if (this.#isSame(sums, from, to)) return sums;
    const sums = { from, to, dump, sum: 0, before: -1, grows: true };
    alike.push(sums);
    this.#known.set(hash, alike);
    return sums;
  }

  #isSame(sums: Sums, from: number, to: number): boolean {
    const words = this.#words;
    if (sums.to - sums.from !== to - from) return false;
    for (let i = from; i < to; i++) if (words[i] !== words[sums.from - from + i]) return false;
    return true;
  }

  *all(): Generator<Sums> {
    for (const alike of this.#known.values()) yield* alike;
  }
}
