// What two sides are compared by: counts, per second of wall time, scaled to one total, or as shares. And what one
// sample counts.

import { totalOf } from '../total.ts';
import type { Sides } from './diff.ts';
import type { NoiseSource, ValueBasis } from './function-table.ts';
import { type Basis, meanOf } from './functions.ts';
import { sampleOf } from './sample.ts';

/** `unit`: as the input or the user says; undefined: neither does. */
export function noiseOf(sides: Sides, unit: string | undefined, sample: number | undefined): NoiseSource {
  const columns = [...sides.before, ...sides.after];
  const one = sample ?? sampleOf(columns, unit);
  const source: NoiseSource = typeof one === 'string' ? { from: one } : { from: 'samples', sample: one };
  return columns.length > 2 ? { ...source, from: 'spread' } : source;
}

/** `seconds`: the wall time of each run, before and after. */
export function basisOf(
  sides: Sides,
  kind: ValueBasis | 'share',
  noise: NoiseSource,
  seconds: Seconds | undefined,
): Basis {
  const totals = { before: sides.before.map(totalOf), after: sides.after.map(totalOf) };
  const goal = meanOf(totals.after);
  const factors = (side: 'before' | 'after'): number[] =>
    totals[side].map((total, i) => {
      if (kind === 'counts') return 1;
      if (kind === 'per second') return 1 / (seconds?.[side][i] as number);
      return (kind === 'share' ? 1 : goal) / total;
    });
  return { before: factors('before'), after: factors('after'), sample: noise.sample };
}

/** The wall time of each run. */
export interface Seconds {
  before: number[];
  after: number[];
}
