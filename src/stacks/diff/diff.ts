// Diff: two sides, each of one recording or more, over the stacks of one table.

import { InputError } from '../../engine/errors.ts';
import { INEXACT, StackTable } from '../../engine/stack-table.ts';
import { divided } from '../rounding.ts';
import { totalOf } from '../total.ts';

/** Counts of one recording, in the order of the table's stacks. A column may be short: stacks seen later are not in it. */
export type Counts = Float64Array;

/** What is compared. `before` and `after`: a column each recording. */
export interface Sides {
  table: StackTable;
  before: readonly Counts[];
  after: readonly Counts[];
}

/** The sum of the columns, as long as the table. Throws InputError where it is no longer exact. */
export function sumOf(table: StackTable, runs: readonly Counts[]): Counts {
  const sum = new Float64Array(table.stackCount);
  for (const counts of runs) for (let i = 0; i < counts.length; i++) sum[i]! += counts[i] as number;
  if (sum.some((count) => count > Number.MAX_SAFE_INTEGER)) throw new InputError(INEXACT);
  return sum;
}

/**
 * Makes the table one of two counts a stack: hits are the sums before, weights those after; every stack of either side is
 * in it. `normalize` scales the counts before to the total after: whole counts stay whole, and add up to it exactly.
 */
export function pairCounts({ table, before, after }: Sides, normalize: boolean): void {
  const counts = sumOf(table, before);
  const then = sumOf(table, after);
  const [total, goal] = [totalOf(counts), totalOf(then)];
  table.weights.set(then);
  table.hits.set(normalize && total > 0 ? scaled(counts, total / goal) : counts);
}

function scaled(counts: Counts, divisor: number): ArrayLike<number> {
  if (!Number.isFinite(divisor)) return new Float64Array(counts.length);
  return counts.every(Number.isInteger) ? divided(counts, divisor) : counts.map((count) => count / divisor);
}

// read_0x7f00deadbeef
//      └─────┬──────┘
const HEX = /0x[0-9a-fA-F]+/g;

/** The same with addresses in names written `0x...`; stacks that become equal are one. */
export function stripHex({ table, before, after }: Sides): Sides {
  const stripped = new StackTable();
  const renamed = new Uint32Array(table.nameCount + 1);
  const place: number[] = [];
  for (const { ids } of table.stacks()) {
    const own = Array.from(ids, (id) => (renamed[id] ||= stripped.name(table.nameText(id).replace(HEX, '0x...'))));
    place.push(stripped.add(own, 0, 0));
  }
  const moved = (counts: Counts): Counts => {
    const to = new Float64Array(stripped.stackCount);
    for (let i = 0; i < counts.length; i++) to[place[i] as number]! += counts[i] as number;
    return to;
  };
  return { table: stripped, before: before.map(moved), after: after.map(moved) };
}
