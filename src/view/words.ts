// What the picture says in words: tooltips, details, the lines under the title.

import { amount, grouped, percent, points, signed } from './amounts.ts';

/** Units and totals of a recording; counts as they are in the input, before `factor`. */
export interface Measure {
  unit: string;
  factor: number;
  total: number;
  /** undefined when it is no comparison */
  totalBefore: number | undefined;
}

/** `1,234 samples, 12.34%`; in a comparison also what it was before, and the difference. */
export function sizeText(measure: Measure, size: number, before: number): string {
  const { unit, factor, total, totalBefore } = measure;
  const share = total > 0 ? size / total : 0;
  const now = `${amount(size * factor, unit)}, ${percent(share)}`;
  if (totalBefore === undefined) return now;
  const shareBefore = totalBefore > 0 ? before / totalBefore : 0;
  if (before === 0) return `${now}; new, ${signed(size * factor)}`;
  const difference = `${signed((size - before) * factor)}, ${points(share - shareBefore)}`;
  return `${now}; before ${grouped(before * factor)}, ${percent(shareBefore)}; ${difference}`;
}

/** `name (1,234 samples, 12.34%)` */
export function boxText(measure: Measure, name: string, size: number, before: number): string {
  return `${name} (${sizeText(measure, size, before)})`;
}
