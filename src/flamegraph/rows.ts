// Which boxes the static picture draws: those with room for it, row by row, and the marks where towers are cut off.

import { SLIVER } from './geometry.ts';
import { type Boxes, byRow } from './layout.ts';
import { isNeedle, lastRow, MARK_ROOM } from './needles.ts';

export interface Rows {
  /** box indices by depth, from left to right */
  rows: number[][];
  /** by depth, the marks of towers whose uppermost drawn box lies one row below: px, and how many frames are hidden */
  marks: { x: number; hidden: number }[][];
  /** boxes that are wide enough and yet hidden */
  hidden: number;
  /** boxes thinner than this are drawn as slivers, px */
  sliver: number;
}

/** Boxes of their own; what is more is drawn as slivers. */
const MOST_BOXES = 900;

/** `scale`: px a value; `mostRows`: no more are drawn. */
export function rowsOf(boxes: Boxes, scale: number, mostRows: number): Rows {
  const { order, rows } = byRow(boxes);
  const all = Array.from({ length: boxes.deepest + 1 }, (_, depth) => order.subarray(rows[depth], rows[depth + 1]));
  const full = boxes.width[order[0] as number] as number;
  const ink = all.map((row) => sumOf(row, boxes.width) / full);
  const last = Math.min(lastRow(ink, 1), mostRows - 1);
  const shown: number[][] = [];
  const tops: number[][] = [];
  let hidden = 0;
  for (const [depth, row] of all.entries()) {
    const carriers = depth === 0 ? [...row] : (shown[depth - 1] ?? []);
    const kept = depth > last ? [] : depth === 0 ? [...row] : standing(boxes, row, carriers, scale);
    hidden += row.length - kept.length;
    if (kept.length > 0) shown.push(kept);
    if (depth > 0) tops.push(carriers.filter((box) => isCut(boxes, box, depth - 1, last, scale)));
  }
  return {
    rows: shown,
    marks: [[], ...tops].map((towers, depth) => marksOf(boxes, towers, all[depth] ?? NONE, depth > last, scale)),
    hidden,
    sliver: sliverOf(boxes, shown, scale),
  };
}

/** The width from which on boxes have elements of their own, px. */
function sliverOf(boxes: Boxes, shown: readonly (readonly number[])[], scale: number): number {
  const widths = new Float64Array(boxes.count);
  let count = 0;
  for (const row of shown) {
    for (const box of row) {
      const width = (boxes.width[box] as number) * scale;
      if (width >= SLIVER) widths[count++] = width;
    }
  }
  return count <= MOST_BOXES ? SLIVER : (widths.subarray(0, count).sort()[count - 1 - MOST_BOXES] as number);
}

const NONE = new Uint32Array(0);

function isCut(boxes: Boxes, box: number, depth: number, last: number, scale: number): boolean {
  const more = (boxes.top[box] as number) - depth;
  return more > 0 && (depth === last || isNeedle((boxes.width[box] as number) * scale, more));
}

function sumOf(row: Uint32Array, column: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += column[row[i] as number] as number;
  return sum;
}

/** Those of a row that stand on a box which carries more. Both rows run from left to right. */
function standing(boxes: Boxes, row: Uint32Array, carriers: readonly number[], scale: number): number[] {
  const kept: number[] = [];
  let at = 0;
  for (const box of row) {
    const from = boxes.start[box] as number;
    while (at + 1 < carriers.length && (boxes.start[carriers[at + 1] as number] as number) <= from) at++;
    const carrier = carriers[at];
    if (carrier === undefined) continue;
    const start = boxes.start[carrier] as number;
    const width = boxes.width[carrier] as number;
    if (from < start || from >= start + width) continue;
    const more = (boxes.top[carrier] as number) - (boxes.depth[carrier] as number);
    if (!isNeedle(width * scale, more)) kept.push(box);
  }
  return kept;
}

/** Marks for the towers that have room for one. Towers and row run from left to right. `isAbove`: no box of their row is drawn. */
function marksOf(boxes: Boxes, towers: readonly number[], row: Uint32Array, isAbove: boolean, scale: number) {
  const marks: { x: number; hidden: number }[] = [];
  const start = (box: number): number => (boxes.start[box] as number) * scale;
  const width = (box: number): number => (boxes.width[box] as number) * scale;
  let at = 0;
  for (const box of towers) {
    const x = start(box) + width(box) / 2;
    const hidden = (boxes.top[box] as number) - (boxes.depth[box] as number);
    const previous = marks[marks.length - 1];
    if (previous && x - previous.x < 3 * MARK_ROOM) continue;
    while (at < row.length && start(row[at] as number) + width(row[at] as number) < x - MARK_ROOM) at++;
    let isFree = true;
    for (let i = at; isFree && i < row.length && start(row[i] as number) <= x + MARK_ROOM; i++)
      isFree = Math.abs(start(row[i] as number) - x) < 2;
    if (isAbove || isFree) marks.push({ x, hidden });
  }
  return marks;
}
