// What all exports take: folded stacks, their one count or two, and names that other programs can read.

import { InputError } from '../engine/errors.ts';
import type { Stack, StackTable } from '../engine/stack-table.ts';
import type { Folded } from '../stacks/folded.ts';
import { originOf, unmarked } from '../stacks/marks.ts';
import { nameText } from '../stacks/name-text.ts';
import { divided } from '../stacks/rounding.ts';

/** A side of a comparison, or the only one. */
export interface Side {
  name: '' | 'before' | 'after';
  countOf(stack: Stack): number;
}

/** What is exported: the counts, or each side of a comparison. */
export function sidesOf({ isDifferential }: Folded): Side[] {
  const weight = ({ weight }: Stack): number => weight;
  if (!isDifferential) return [{ name: '', countOf: weight }];
  return [
    { name: 'before', countOf: ({ hits }) => hits },
    { name: 'after', countOf: weight },
  ];
}

export interface Name {
  /** without its mark */
  text: string;
  /** what the mark says: `[kernel.kallsyms]` */
  origin: string | undefined;
}

const STRAY = /\p{Cs}/gu;

/** A name (latin1) as UTF-8 can hold it: � for each byte that is none. */
export function readableName(latin1: string): string {
  return nameText(latin1).replace(STRAY, '\ufffd');
}

/** The names of a table, by id; the first is that of no id. */
export function namesOf(table: StackTable): Name[] {
  return Array.from({ length: table.nameCount + 1 }, (_, id) => {
    const text = id === 0 ? '' : readableName(table.nameText(id));
    return { text: unmarked(text), origin: originOf(text) };
  });
}

/** How many names hold bytes that are no UTF-8. */
export function unreadableNames(table: StackTable): number {
  let count = 0;
  for (let id = 1; id <= table.nameCount; id++) if (nameText(table.nameText(id)).search(STRAY) >= 0) count++;
  return count;
}

/**
 * Rounds the counts so that `factor` times each is a whole number. Their sum stays as near as it can. Tells whether
 * there was anything to round.
 */
export function roundCounts({ table, isDifferential }: Folded, factor: number): boolean {
  const columns = isDifferential ? [table.weights, table.hits] : [table.weights];
  const broken = columns.filter((counts) =>
    counts.some((count) => !Number.isInteger(count) && !isWhole(count * factor)),
  );
  for (const counts of broken) counts.set(divided(counts, 1 / factor).map((whole) => whole / factor));
  return broken.length > 0;
}

/** 0.29 * 100 is 28.999999999999996. */
function isWhole(product: number): boolean {
  return Math.abs(product - Math.round(product)) < 1e-6;
}

const MOST = 2n ** 63n - 1n;

/** A rounded count times the factor, exactly. Throws InputError where 64 bits can't hold it. */
export function multiplied(count: number, factor: number): number | bigint {
  const product = Math.round(count * factor);
  if (Number.isSafeInteger(product)) return product;
  const exact = BigInt(Math.round(count)) * BigInt(factor);
  if (exact > MOST) throw new InputError('a count in nanoseconds is above 2^63; is --unit right?');
  return exact;
}
