// What one sample counts: noise is that of samples, which come by chance.

import { grainOf } from '../grain.ts';

/** More samples than any recording has: such counts are periods, or times. */
const MOST_SAMPLES = 1e7;

/**
 * What counts of another unit have in common at least, if they are periods of samples: perf's cpu-clock prints the same
 * number of ns for each.
 */
const LEAST_PERIOD = 1000;
/** Units of times of waiting, which are no samples. */
const TIMES: ReadonlySet<string> = new Set(['us', 'ms', 's']);

/**
 * What one sample adds to a count. `unit` is what the input says, or the user; where nobody does, the counts may be
 * samples, or periods, which they all are multiples of. 'unit', 'size': no samples, because of their unit or size.
 */
export function sampleOf(columns: readonly Float64Array[], unit: string | undefined): number | 'unit' | 'size' {
  const grain = grainOf(columns);
  // that all counts are even does not make a sample of two; of scaled counts one may be a part
  if (unit === 'samples') return Math.min(grain, 1);
  if (unit !== undefined && (TIMES.has(unit) || grain < LEAST_PERIOD)) return 'unit';
  const most = Math.max(...columns.map((counts) => counts.reduce((sum, count) => sum + count, 0)));
  return most / grain > MOST_SAMPLES ? 'size' : grain;
}
