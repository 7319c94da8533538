// The sum of all counts.

import { InputError } from '../engine/errors.ts';

/** Throws InputError where doubles no longer hold it exactly. */
export function totalOf(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= Number.MAX_SAFE_INTEGER) return total;
  throw new InputError(
    'the sum of all counts is above 2^53 and would no longer be exact: scale them down, as fold-merge --scale 0.001 does',
  );
}
