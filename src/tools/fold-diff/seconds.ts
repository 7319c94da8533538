// The wall times of the runs that fold-diff compares.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import type { Seconds } from '../../stacks/diff/basis.ts';
import type { Side } from './read.ts';

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
