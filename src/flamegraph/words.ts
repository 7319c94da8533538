// What the picture says in words: tooltips, details, the lines under the title.

import { amount, percent, relative, signed } from '../stacks/amounts.ts';

/** Units and totals of a recording; counts as they are in the input, before `factor`. */
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
}

/** A frame's counts: now, and in a comparison before, and its change, which may be that without its callees. */
export interface Sizes {
  size: number;
  before: number;
  change: number;
}

/**
 * `1,234 samples, 12.34%`; in a comparison both sides and the change:
 *
 *     run 1: 1,000 samples, 10.00%; run 2: 1,234 samples, 12.34%; +234, +23.4%
 */
export function sizeText({ unit, factor, total, diff }: Measure, { size, before, change }: Sizes): string {
  const side = (count: number, all: number): string => `${amount(count * factor, unit)}, ${percent(ratio(count, all))}`;
  const now = side(size, total);
  if (diff === undefined) return now;
  const own = diff.bySelf ? `; itself ${signed(change * factor)}` : '';
  const then = side(before, diff.totalBefore);
  return `${diff.before}: ${then}; ${diff.after}: ${now}; ${changeText(size, before, factor)}${own}`;
}

/** `+234, +23.4%`, `+234, new`, `-1,000, gone`, `no change` */
function changeText(size: number, before: number, factor: number): string {
  if (size === before) return 'no change';
  const change = signed((size - before) * factor);
  if (before === 0) return `${change}, new`;
  return `${change}, ${size === 0 ? 'gone' : relative(size, before)}`;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** `name (1,234 samples, 12.34%)` */
export function boxText(measure: Measure, name: string, sizes: Sizes): string {
  return `${name} (${sizeText(measure, sizes)})`;
}
