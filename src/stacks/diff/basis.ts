// What two sides are compared by: counts, or counts per second of wall time, or of equal totals; and what one sample counts.

import { grainOf } from '../grain.ts';
import { type Counts, type Sides, totalOf } from './diff.ts';
import type { NoiseSource, ValueBasis } from './function-table.ts';
import { type Basis, meanOf } from './functions.ts';

/** More samples than any recording has: such counts are periods, or times. */
const MOST_SAMPLES = 1e7;

/**
 * What counts of another unit have in common at least, if they are periods of samples: perf's cpu-clock prints the same
 * number of ns for each.
 */
const LEAST_PERIOD = 1000;
/** Units of times of waiting, which are no samples. */
const TIMES: ReadonlySet<string> = new Set(['us', 'ms', 's']);

export function noiseOf(sides: Sides, unit: string, sample: number | undefined): NoiseSource {
  const columns = [...sides.before, ...sides.after];
  const one = oneRunNoise(columns, unit, sample);
  return columns.length > 2 ? { ...one, from: 'spread' } : one;
}

function oneRunNoise(columns: readonly Counts[], unit: string, sample: number | undefined): NoiseSource {
  if (sample !== undefined) return { from: 'samples', sample };
  const grain = grainOf(columns);
  if (unit !== 'samples' && (TIMES.has(unit) || grain < LEAST_PERIOD)) return { from: 'unit' };
  return Math.max(...columns.map(totalOf)) / grain > MOST_SAMPLES
    ? { from: 'size' }
    : { from: 'samples', sample: grain };
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
