// What one sample counts. Noise follows from it, because samples come by chance.

import { grainOf } from '../grain.ts';

/** More samples than any recording has: such counts are periods, or times. */
const MOST_SAMPLES = 1e7;

/**
 * The least grain of counts in another unit that are periods of samples: perf's cpu-clock prints the same number of ns
 * for each sample.
 */
const LEAST_PERIOD = 1000;
/** Units of times of waiting, which are no samples. */
const TIMES: ReadonlySet<string> = new Set(['us', 'ms', 's']);

/**
 * What one sample adds to a count. `unit` is what the input or the user says. If nobody says one, the counts may be
 * samples, or multiples of a period. 'unit', 'size': they are no samples, because of their unit or size.
 */
export function sampleOf(columns: readonly Float64Array[], unit: string | undefined): number | 'unit' | 'size' {
  const grain = grainOf(columns);
  // even counts do not make a sample of two, but scaled ones may make a sample of a part
  if (unit === 'samples') return Math.min(grain, 1);
  if (unit !== undefined && (TIMES.has(unit) || grain < LEAST_PERIOD)) return 'unit';
  const most = Math.max(...columns.map((counts) => counts.reduce((sum, count) => sum + count, 0)));
  return most / grain > MOST_SAMPLES ? 'size' : grain;
}
