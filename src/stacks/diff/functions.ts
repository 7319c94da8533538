// Functions: what each comes to in two sides, with what it calls and by itself, and how much of a change is noise.

import type { StackTable } from '../../engine/stack-table.ts';
import type { Counts, Sides } from './diff.ts';
import { countNoise, spreadNoise } from './noise.ts';

/** Sums of one recording by name id. */
export interface FunctionSums {
  /** of the stacks a function is in, each once, however often it calls itself */
  inclusive: Float64Array;
  /** of the stacks it is the last frame of */
  self: Float64Array;
}

/** The sums of each column of counts. */
export function functionSums(table: StackTable, columns: readonly Counts[]): FunctionSums[] {
  const size = table.nameCount + 1;
  const sums = columns.map(() => ({ inclusive: new Float64Array(size), self: new Float64Array(size) }));
  const seen = new Float64Array(size);
  let stack = 0;
  for (const { ids } of table.stacks()) {
    const leaf = ids[ids.length - 1] as number;
    for (let run = 0; run < sums.length; run++) {
      const count = (columns[run] as Counts)[stack];
      if (!count) continue;
      const { inclusive, self } = sums[run] as FunctionSums;
      const mark = stack * sums.length + run + 1;
      self[leaf]! += count;
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i] as number;
        if (seen[id] === mark) continue;
        seen[id] = mark;
        inclusive[id]! += count;
      }
    }
    stack++;
  }
  return sums;
}

/** Values of one function; several runs a side give the mean of theirs. */
export interface Change {
  before: number;
  after: number;
  change: number;
  /** a change up to this may be chance; undefined: not known */
  noise: number | undefined;
}

export interface FunctionChange {
  /** latin1 */
  name: string;
  inclusive: Change;
  self: Change;
}

/** How counts become the values that are compared. */
export interface Basis {
  /** of each run before, of each run after: what its counts are multiplied by */
  before: readonly number[];
  after: readonly number[];
  /** what one sample counts; undefined: the counts are no samples */
  sample: number | undefined;
}

/** All functions of either side, in no order. */
export function functionChanges({ table, before, after }: Sides, basis: Basis): FunctionChange[] {
  const sums = functionSums(table, [...before, ...after]);
  const sides = [sums.slice(0, before.length), sums.slice(before.length)] as const;
  const changeOf = (id: number, column: keyof FunctionSums): Change => {
    const counts = sides.map((side) => side.map((sum) => sum[column][id] as number));
    return changeFrom(counts[0] as number[], counts[1] as number[], basis);
  };
  const rows: FunctionChange[] = [];
  for (let id = 1; id <= table.nameCount; id++) {
    if (sums.every(({ inclusive }) => inclusive[id] === 0)) continue;
    rows.push({ name: table.nameText(id), inclusive: changeOf(id, 'inclusive'), self: changeOf(id, 'self') });
  }
  return rows;
}

/** From the counts of each run. */
export function changeFrom(before: readonly number[], after: readonly number[], basis: Basis): Change {
  const earlier = valuesOf(before, basis.before, basis.sample);
  const later = valuesOf(after, basis.after, basis.sample);
  const spread = before.length + after.length > 2 ? spreadNoise(earlier.values, later.values) : undefined;
  const chance = basis.sample === undefined ? undefined : countNoise(earlier.variance, later.variance);
  const noise = spread === undefined ? chance : Math.max(spread, chance ?? 0);
  return { before: earlier.mean, after: later.mean, change: later.mean - earlier.mean, noise };
}

/** The values of a side's runs, and the variance that their mean has if it is of samples. */
function valuesOf(
  counts: readonly number[],
  factors: readonly number[],
  sample = 0,
): { values: number[]; mean: number; variance: number } {
  const values = counts.map((count, i) => count * (factors[i] as number));
  // n samples vary by n (Poisson); a count is n × sample, a value is count × factor
  const variances = values.map((value, i) => value * (factors[i] as number) * sample);
  return { values, mean: meanOf(values), variance: meanOf(variances) / counts.length };
}

/** NaN for no values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** May this change be chance? */
export function isNoise({ change, noise }: Change): boolean {
  return noise !== undefined && Math.abs(change) <= noise;
}

/** The largest changes first, those that may be chance behind all others. */
export function byChange(rows: FunctionChange[], by: 'inclusive' | 'self'): FunctionChange[] {
  return rows.sort(
    (a, b) =>
      Number(isNoise(a[by])) - Number(isNoise(b[by])) ||
      Math.abs(b[by].change) - Math.abs(a[by].change) ||
      (a.name < b.name ? -1 : 1),
  );
}
