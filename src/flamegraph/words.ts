// What the picture says in words: tooltips, details, the lines under the title.

import { grouped, percent, relative, secondsIn } from '../stacks/amounts.ts';

/** Units and totals of a recording, in values: counts before `factor`; in a comparison times the basis' factors. */
export interface Measure {
  unit: string;
  factor: number;
  total: number;
  diff?: DiffMeasure;
}

/** Of a comparison: the sides as they are called, and whether changes are of a frame without its callees. */
export interface DiffMeasure {
  totalBefore: number;
  before: string;
  after: string;
  bySelf: boolean;
  /** values are per second of wall time */
  perSecond: boolean;
}

/** A frame's values: now, and in a comparison before, its change, which may be that without its callees, its noise. */
export interface Sizes {
  size: number;
  before: number;
  change: number;
  /** a change up to this may be chance; 0: not known */
  noise: number;
}

const LENGTHS: readonly (readonly [unit: string, seconds: number])[] = [
  ['s', 1],
  ['ms', 1e-3],
  ['µs', 1e-6],
  ['ns', 1e-9],
];

/** A value with its unit as people read it: `1,234 samples`, `1.2 s` for 1,201,654 us, `21.9 samples/s`. */
export function valueText({ unit, factor, diff }: Measure, value: number): string {
  const shown = value * factor;
  const rate = diff?.perSecond ? '/s' : '';
  const scale = secondsIn(unit);
  if (scale === undefined) return `${grouped(diff ? significant(shown) : shown)} ${unit}${rate}`;
  const seconds = Math.abs(shown * scale);
  const [length, size] = LENGTHS.find(([, least]) => seconds >= least) ??
    (seconds === 0 ? LENGTHS[0] : LENGTHS[3]) ?? [unit, scale];
  return `${grouped(significant((shown * scale) / size))} ${length}${rate}`;
}

/** Four digits at least, whole ones all. */
function significant(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}

/**
 * `1,234 samples, 12.34%`; in a comparison both sides and the change:
 *
 *     run 1: 1,000 samples, 10.00%; run 2: 1,234 samples, 12.34%; +234 samples, +23.4%
 */
export function sizeText(measure: Measure, sizes: Sizes): string {
  const { total, diff } = measure;
  const side = (value: number, all: number): string => `${valueText(measure, value)}, ${percent(ratio(value, all))}`;
  const now = side(sizes.size, total);
  if (diff === undefined) return now;
  const own = diff.bySelf ? `; itself ${signedText(measure, sizes.change)}` : '';
  const then = side(sizes.before, diff.totalBefore);
  return `${diff.before}: ${then}; ${diff.after}: ${now}; ${changeText(measure, sizes)}${own}`;
}

/** `+234 samples, +23.4%`, `+234 samples, new`, `-1,000 samples, gone`, `no change`; with ` (may be chance: ±260)` */
export function changeText(measure: Measure, { size, before, change, noise }: Sizes): string {
  if (size === before) return 'no change';
  const kind = before === 0 ? 'new' : size === 0 ? 'gone' : relative(size, before);
  const chance = noise > 0 && Math.abs(change) <= noise ? ' (may be chance)' : '';
  return `${signedText(measure, size - before)}, ${kind}${chance}`;
}

/** How much of a change may be chance: `±14 samples`. */
export function noiseText(measure: Measure, noise: number): string {
  return `±${valueText(measure, measure.diff?.perSecond ? noise : Math.round(noise))}`;
}

export function signedText(measure: Measure, value: number): string {
  return `${value > 0 ? '+' : ''}${valueText(measure, value)}`;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** `name (1,234 samples, 12.34%)` */
export function boxText(measure: Measure, name: string, sizes: Sizes): string {
  return `${name} (${sizeText(measure, sizes)})`;
}
