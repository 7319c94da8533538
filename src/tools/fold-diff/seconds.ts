// The wall times of the runs that fold-diff compares.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import type { Seconds } from '../../stacks/diff/basis.ts';
import type { NamedFiles } from './read.ts';

/** Takes one number a side or one a run from `--seconds`, else from the run.json beside each file. Throws UsageError. */
export function secondsOf([before, after]: readonly [NamedFiles, NamedFiles], given: string | undefined): Seconds {
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

/** Reads the window from the run.json that flame-record leaves in its folder. */
function secondsBeside(file: string): number {
  try {
    const seconds: unknown = JSON.parse(readFileSync(join(dirname(file), 'run.json'), 'utf8'))?.window?.seconds;
    if (typeof seconds === 'number' && seconds > 0) return seconds;
  } catch {
    // a missing file and a foreign one need the same advice
  }
  throw new UsageError(
    `--per-second needs the wall time of ${file}, but no run.json of flame-record is beside it; give --seconds BEFORE,AFTER`,
  );
}
