// Which boxes the static picture draws: those with room for it, row by row, and the marks where towers are cut off.

import type { Boxes } from '../engine/drawing.ts';
import { SLIVER } from './geometry.ts';
import { foldNeedles, type Row, type Tower } from './needles.ts';

export interface Rows {
  rows: Row[];
  /** by depth, the marks of towers whose uppermost drawn box lies one row below */
  marks: Tower[][];
  /** boxes that are wide enough and yet hidden */
  hidden: number;
  /** boxes thinner than this are drawn as slivers, px */
  sliver: number;
}

/** Boxes of their own; what is more is drawn as slivers. */
const MOST_BOXES = 500;

/** `scale`: px a value; `mostRows`: no more are drawn. */
export function rowsOf(boxes: Boxes, scale: number, mostRows: number): Rows {
  const { order, rows: starts } = byRow(boxes);
  const rows = Array.from({ length: boxes.deepest + 1 }, (_, depth): Row => {
    const items = Array.from(order.subarray(starts[depth], starts[depth + 1]));
    const lefts = items.map((box) => (boxes.start[box] as number) * scale);
    return { items, lefts, rights: items.map((box, i) => (lefts[i] as number) + (boxes.width[box] as number) * scale) };
  });
  const marks = foldNeedles(rows, 0, boxes.top, mostRows);
  const isOwn = (box: number): boolean => boxes.together[box] === 0;
  const drawn = rows.reduce((sum, { items }) => sum + items.filter(isOwn).length, 0);
  const hidden = boxes.count - boxes.together.subarray(0, boxes.count).reduce((a, b) => a + b, 0) - drawn;
  return { rows, marks, hidden, sliver: sliverOf(rows, isOwn) };
}

/** The width from which on boxes have elements of their own, px. */
function sliverOf(rows: readonly Row[], isOwn: (box: number) => boolean): number {
  const widths: number[] = [];
  for (const { items, lefts, rights } of rows) {
    for (let i = 0; i < items.length; i++) {
      const width = (rights[i] as number) - (lefts[i] as number);
      if (width >= SLIVER && isOwn(items[i] as number)) widths.push(width);
    }
  }
  return widths.length <= MOST_BOXES ? SLIVER : (widths.sort((a, b) => b - a)[MOST_BOXES] as number);
}

/** The boxes' indices by depth, from left to right within one: row d is rows[d] … rows[d + 1] - 1 of `order`. */
function byRow(boxes: Boxes): { order: Uint32Array; rows: Uint32Array } {
  const rows = new Uint32Array(boxes.deepest + 2);
  for (let i = 0; i < boxes.count; i++) rows[(boxes.depth[i] as number) + 1]!++;
  for (let d = 1; d < rows.length; d++) rows[d]! += rows[d - 1] as number;
  const next = rows.slice();
  const order = new Uint32Array(boxes.count);
  for (let i = 0; i < boxes.count; i++) order[next[boxes.depth[i] as number]!++] = i;
  return { order, rows };
}
