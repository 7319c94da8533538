// Which nodes of a tree have room on the screen, row by row, and where towers are cut off.

import { isNeedle, lastRow } from '../needles.ts';
import { pathTo, type Tree } from './tree.ts';

export interface Collected {
  /** nodes by depth, from left to right */
  rows: number[][];
  /** by depth, the nodes one row below on which a hidden tower stands */
  cut: number[][];
  /** how many frames are too thin to be drawn */
  thin: number;
}

/** What lies at and below `zoom`, and its callers; `scale`: px a value. */
export function collect(tree: Tree, zoom: number, scale: number, minPx: number): Collected {
  const { end, width, depth, top } = tree;
  const least = Math.max(minPx, 0.05) / scale;
  const rows = pathTo(tree, zoom).map((node) => [node]);
  const base = rows.length - 1;
  const cut: number[][] = [];
  const ink: number[] = rows.map(() => 1);
  let thin = 0;
  const full = width[zoom] as number;
  for (let node = zoom + 1; node < (end[zoom] as number); ) {
    const wide = width[node] as number;
    if (wide < least) {
      thin += (end[node] as number) - node;
      node = end[node] as number;
      continue;
    }
    const at = depth[node] as number;
    rows[at] ??= [];
    rows[at].push(node);
    ink[at] = (ink[at] ?? 0) + wide / full;
    const more = (top[node] as number) - at;
    if (isNeedle(wide * scale, more)) {
      cut[at + 1] ??= [];
      cut[at + 1]?.push(node);
      node = end[node] as number;
    } else node++;
  }
  const last = lastRow(ink, base + 1);
  if (last < rows.length - 1) {
    rows.length = last + 1;
    cut.length = last + 1;
    cut[last + 1] = (rows[last] as number[]).filter((node) => (top[node] as number) > last);
  }
  return { rows, cut, thin };
}

/** Where a node lies below `zoom`, px from the left. */
export function placeOf(tree: Tree, zoom: number, node: number, scale: number): { from: number; width: number } {
  const { start, width } = tree;
  if (node < zoom) return { from: 0, width: (width[zoom] as number) * scale };
  return { from: ((start[node] as number) - (start[zoom] as number)) * scale, width: (width[node] as number) * scale };
}
