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

/** By dump: the sum of the first numbers of all entries with one key. */
type Sums = Map<number, number>;

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
  const earlier: number[] = [];
  const keys = new Map<string, Sums>();
  const last = starts.length - 1;
  table.forEachAt((from, to, index) => {
    if (words[from] !== map) return;
    const tuple = (words[from + Entry.extra] as number) - 1;
    const dump = starts.findLastIndex((start) => start <= tuple);
    const key = words.subarray(from + Entry.shape, to).join(' ');
    const sums: Sums = keys.get(key) ?? new Map();
    sums.set(dump, (sums.get(dump) ?? 0) + (weights[index] as number));
    keys.set(key, sums);
    if (dump < last) earlier.push(index);
  });
  const all = [...keys.values()];
  if (all.every((sums) => sums.size === 1)) return { weights, dumps: 1, running: false };
  const running = repeats === 'last' || (repeats === 'auto' && all.every((sums) => isRunning(sums, last)));
  if (running) for (const index of earlier) weights[index] = 0;
  return { weights, dumps: starts.length, running };
}

/** Does the sum never shrink, and is it in the last dump? */
function isRunning(sums: Sums, last: number): boolean {
  const values = [...sums.values()];
  return sums.has(last) && values.every((value, i) => i === 0 || value >= (values[i - 1] as number));
}
