// Comparisons: what the two sides are multiplied by, how much of a change may be chance, and its colour. Red is more
// than before, blue is less; colour-blind eyes tell them apart, too.

import { countNoise } from '../stacks/diff/noise.ts';

/** How counts become the values that are compared. */
export interface SideFactors {
  before: number;
  after: number;
  /** what one sample counts; 0: the counts are no samples, so that the noise is not known */
  sample: number;
}

/** The value that a change may have by chance; 0: not known. Takes values, counts times their factor. */
export function noiseOf({ before, after, sample }: SideFactors, valueBefore: number, value: number): number {
  return sample === 0 ? 0 : countNoise(valueBefore * before * sample, value * after * sample);
}

const STEPS = 6;

/**
 * The class of a box that changed by `change`, when the largest change of all is `most`. What may be noise has the
 * palest shade of its side.
 */
export function changeClass(change: number, most: number, noise: number): string {
  if (change === 0 || most === 0) return 'n0';
  const side = change > 0 ? 'p' : 'm';
  if (Math.abs(change) <= noise) return `${side}0`;
  const step = Math.min(Math.ceil(Math.sqrt(Math.abs(change) / most) * STEPS), STEPS) - 1;
  return `${side}${Math.max(step, 1)}`;
}
