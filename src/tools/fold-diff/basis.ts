// What fold-diff compares: counts, or counts per second of wall time, or of equal totals; and what one sample counts.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import { grainOf } from '../../flamegraph/pack.ts';
import { type Counts, type Sides, totalOf } from '../../stacks/diff/diff.ts';
import type { NoiseSource, ValueBasis } from '../../stacks/diff/function-table.ts';
import { type Basis, meanOf } from '../../stacks/diff/functions.ts';
import type { Side } from './read.ts';

/** More samples than any recording has: such counts are periods, or times. */
const MOST_SAMPLES = 1e7;

export function noiseOf(sides: Sides, unit: string, sample: number | undefined): NoiseSource {
  const columns = [...sides.before, ...sides.after];
  const one = oneRunNoise(columns, unit, sample);
  return columns.length > 2 ? { ...one, from: 'spread' } : one;
}

function oneRunNoise(columns: readonly Counts[], unit: string, sample: number | undefined): NoiseSource {
  if (sample !== undefined) return { from: 'samples', sample };
  if (unit !== 'samples') return { from: 'unit' };
  const grain = grainOf(columns);
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

export interface Seconds {
  before: number[];
  after: number[];
}

/** From `--seconds`: one number a side, or one a run; else from the run.json beside each file. Throws UsageError. */
export function secondsOf([before, after]: readonly [Side, Side], given: string | undefined): Seconds {
  if (given === undefined) return { before: before.files.map(secondsBeside), after: after.files.map(secondsBeside) };
  const numbers = given.split(',').map(Number);
  const runs = before.files.length + after.files.length;
  if (numbers.some((value) => !(value > 0)) || (numbers.length !== 2 && numbers.length !== runs)) {
    throw new UsageError(`--seconds takes the wall time of both sides, BEFORE,AFTER, or of each run, not "${given}"`);
  }
  if (numbers.length === runs) {
    return { before: numbers.slice(0, before.files.length), after: numbers.slice(before.files.length) };
  }
  return { before: before.files.map(() => numbers[0] as number), after: after.files.map(() => numbers[1] as number) };
}

/** flame-record leaves a run.json in its folder, which tells its window. */
function secondsBeside(file: string): number {
  try {
    const seconds: unknown = JSON.parse(readFileSync(join(dirname(file), 'run.json'), 'utf8'))?.window?.seconds;
    if (typeof seconds === 'number' && seconds > 0) return seconds;
  } catch {
    // the same advice for a file that is not there and one that is another's
  }
  throw new UsageError(
    `--per-second: the wall time of ${file} is not known, for there is no run.json of flame-record beside it; give --seconds BEFORE,AFTER`,
  );
}
