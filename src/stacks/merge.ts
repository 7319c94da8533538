// Merging: what fold-merge does to a table that holds the stacks of all inputs, each counted already.

import { InputError } from '../engine/errors.ts';
import { INEXACT, type StackTable } from '../engine/stack-table.ts';
import { whole } from './rounding.ts';

export interface MergeSettings {
  /** drop a frame that equals its caller */
  collapseRecursion: boolean;
  /** multiply all counts; undefined leaves them as they are */
  scale: number | undefined;
  /** keep this many stacks, the largest; undefined: all */
  top: number | undefined;
  /** root frames that inputs were given, which keep a rest of their own */
  labels: readonly (readonly string[])[];
}

/** The frame that stands for the stacks left out. */
const REST = '[rest]';
const MAX_EXACT = Number.MAX_SAFE_INTEGER;

/**
 * Applies the settings to the table. With `pairs` a stack has two counts, its hits and its weight. The sum of the
 * counts stays; with `scale` it is the scaled sum, rounded. Throws InputError for a count above 2^53.
 */
export function settleMerged(table: StackTable, settings: MergeSettings, pairs: boolean): void {
  if (settings.collapseRecursion) table.rewrite(withoutRecursion);
  if (settings.scale !== undefined) scaleCounts(table, settings.scale, pairs);
  if (settings.top !== undefined) keepLargest(table, settings.top, settings.labels, pairs);
  table.checkExact();
  if (pairs && table.hits.some((count) => count > MAX_EXACT)) throw new InputError(INEXACT);
}

/** A frame called by itself is there once: `a;f;f;g` becomes `a;f;g`. */
function withoutRecursion(ids: Uint32Array): Uint32Array {
  return ids.filter((id, i) => i === 0 || id !== ids[i - 1]);
}

/** Shares out in byte order what rounding loses, so that the order of the inputs makes no difference. */
function scaleCounts(table: StackTable, factor: number, pairs: boolean): void {
  const order = Array.from(table.sorted(), ({ index }) => index);
  for (const counts of pairs ? [table.weights, table.hits] : [table.weights]) {
    const scaled = whole(order.map((index) => (counts[index] as number) * factor));
    if (scaled.some((count) => count > MAX_EXACT)) throw new InputError(INEXACT);
    for (const [i, index] of order.entries()) counts[index] = scaled[i] as number;
  }
}

/** Keeps the largest stacks, and joins all others of a label, or of none, in one frame. */
function keepLargest(table: StackTable, most: number, labels: MergeSettings['labels'], pairs: boolean): void {
  const rest = table.name(REST);
  const rootsOf = rootsIn(table, labels);
  const isRest = (ids: Uint32Array): boolean => ids.at(-1) === rest && ids.length === rootsOf(ids).length + 1;
  const kept = new Set<number>();
  for (const { index, ids } of table.sorted(pairs ? 'pair' : 'weight')) {
    if (kept.size >= most) break;
    if (!isRest(ids)) kept.add(index);
  }
  let index = 0;
  table.rewrite((ids) => (kept.has(index++) ? ids : [...rootsOf(ids), rest]));
}

/** Finds the longest label that a stack begins with; no frames if it begins with none. */
function rootsIn(table: StackTable, labels: MergeSettings['labels']): (ids: Uint32Array) => Uint32Array {
  const known = new Set(labels.map((frames) => frames.map((frame) => table.name(frame)).join()));
  const lengths = [...new Set(labels.map((frames) => frames.length))].sort((a, b) => b - a);
  return (ids) => ids.subarray(0, lengths.find((length) => known.has(ids.subarray(0, length).join())) ?? 0);
}
