// fold-diff's table as a function: two sides in, their functions side by side out; and the limits they are held to.

import { UsageError } from '../../engine/errors.ts';
import { secondsIn } from '../amounts.ts';
import { totalOf } from '../total.ts';
import { basisOf, noiseOf, type Seconds } from './basis.ts';
import type { Sides } from './diff.ts';
import type { FunctionTable, ValueBasis } from './function-table.ts';
import { byChange, changeFrom, type FunctionChange, functionChanges, isNoise } from './functions.ts';
import { type Broken, checkLimits, type Measured, parseLimit } from './limit.ts';

export interface FunctionTableSettings {
  /** of both sides, latin1 */
  names: readonly [string, string];
  /** as the input or the user says; undefined: neither does */
  unit: string | undefined;
  basis: ValueBasis;
  by: 'inclusive' | 'self';
  sample: number | undefined;
  seconds: Seconds | undefined;
}

/** The functions of both sides, those that changed most first. */
export function functionTable(
  sides: Sides,
  { names, unit, basis, by, sample, seconds }: FunctionTableSettings,
): FunctionTable {
  const noise = noiseOf(sides, unit, sample);
  const factors = basisOf(sides, basis, noise, seconds);
  const [before, after] = names;
  return {
    before: { name: before, runs: sides.before.length, seconds: seconds?.before },
    after: { name: after, runs: sides.after.length, seconds: seconds?.after },
    unit: unit ?? 'samples',
    basis,
    by,
    noise,
    total: changeFrom(sides.before.map(totalOf), sides.after.map(totalOf), factors),
    rows: byChange(functionChanges(sides, factors), by),
  };
}

/**
 * Holds both sides to the limits of --fail-over, latin1. Throws InputError and UsageError for limits that make no
 * sense.
 */
export function brokenLimits(
  texts: readonly string[],
  sides: Sides,
  { names, unit, by, sample, seconds }: FunctionTableSettings,
): Broken {
  const noise = noiseOf(sides, unit, sample);
  const rowsBy = (kind: 'share' | 'per second'): Map<string, FunctionChange> =>
    new Map(functionChanges(sides, basisOf(sides, kind, noise, seconds)).map((row) => [row.name, row]));
  let shares: Map<string, FunctionChange> | undefined;
  const unknown: string[] = [];
  const limits = texts.map(parseLimit);
  const found = checkLimits(limits, ({ name, unit: of, text }): Measured => {
    const isTime = of === 'ms/s';
    const scale = isTime ? secondsIn(unit ?? 'samples') : 1;
    if (isTime && seconds === undefined) {
      throw new UsageError(`--fail-over ${text}: needs --per-second, or --seconds BEFORE,AFTER`);
    }
    if (scale === undefined)
      throw new UsageError(`--fail-over ${text}: ${unit ?? 'samples'} are no time; say --countname us`);
    shares ??= rowsBy('share');
    const row = (isTime ? rowsBy('per second') : shares).get(name);
    if (row === undefined) unknown.push(`--fail-over ${text}: neither run has a function of that name`);
    const { after, change } = row?.[by] ?? { after: 0, change: 0 };
    const isChance = row !== undefined && isNoise(row[by]);
    return { now: after * scale, changes: [{ since: names[0], change: change * scale, isNoise: isChance }] };
  });
  return { ...found, notes: [...unknown, ...found.notes] };
}
