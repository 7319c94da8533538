// Which nodes of a tree have room on the screen, row by row, and where towers are cut off.

import { emptyRow, FINE, foldNeedles, NO_GAP, type Row, THIN, TOGETHER, type Tower } from '../needles.ts';
import { pathTo, type Tree } from './tree.ts';

/** A hit is as wide as this, px. */
const SEEN = 1;

export interface Collected {
  /** by depth; a node less wide than `least` stands for its neighbours, too */
  rows: Row[];
  /** by depth, the marks of towers that end one row below */
  cut: Tower[][];
  /** how many frames are too thin for boxes of their own */
  thin: number;
  /** in values */
  least: number;
}

/** What lies at and below `zoom`, and its callers; `scale`: px a value. */
export function collect(tree: Tree, zoom: number, scale: number, minPx: number): Collected {
  const { end, width, depth, top, start } = tree;
  const least = Math.max(minPx, FINE) / scale;
  const all = (width[zoom] as number) * scale;
  const rows = pathTo(tree, zoom).map((node): Row => ({ items: [node], lefts: [0], rights: [all] }));
  const base = rows.length - 1;
  const left = start[zoom] as number;
  const last = end[zoom] as number;
  let thin = 0;
  // by depth: how far what is drawn together may go on, how far the last box has come, px, and how high it stands
  const limits = new Float64Array((top[zoom] as number) + 1);
  const ends = new Float64Array(limits.length);
  const highs = new Uint32Array(limits.length);
  // what lies between the last thin node and here, and is no higher, nobody sees
  let [near, lowest, highest] = [0, 0, -1];
  /** The one before ends where `ends` says. */
  const add = (at: number, node: number, from: number): void => {
    rows[at] ??= emptyRow();
    if (rows[at].items.push(node) > 1) rows[at].rights.push(ends[at] as number);
    rows[at].lefts.push(from);
  };
  for (let node = zoom + 1; node < last; ) {
    const at = depth[node] as number;
    const wide = width[node] as number;
    const from = ((start[node] as number) - left) * scale;
    const to = from + wide * scale;
    if (wide >= least) {
      add(at, node++, from);
      ends[at] = to;
      limits[at] = 0;
      continue;
    }
    const high = top[node] as number;
    const isSeen = to > near || high > highest || at < lowest;
    if (isSeen && wide > 0 && minPx <= THIN) {
      let tip = node;
      let tipAt = at;
      for (let deep = at; deep <= high; deep++) {
        const isNew = from >= (limits[deep] as number) || from - (ends[deep] as number) >= NO_GAP;
        if (isNew || high > (highs[deep] as number)) {
          // the frame that is this deep on the way to the highest one
          for (; tipAt < deep; tipAt++) for (tip++; (top[tip] as number) < high; ) tip = end[tip] as number;
          highs[deep] = high;
          if (isNew) {
            add(deep, tip, from);
            limits[deep] = from + TOGETHER;
          } else {
            const { items } = rows[deep] as Row;
            items[items.length - 1] = tip;
          }
        }
        ends[deep] = to;
      }
      [near, lowest, highest] = [from + NO_GAP / 2, at, high];
    }
    thin += (end[node] as number) - node;
    node = end[node] as number;
  }
  for (let deep = base + 1; deep < rows.length; deep++) rows[deep]?.rights.push(ends[deep] as number);
  return { rows, cut: foldNeedles(rows, base, top, Number.POSITIVE_INFINITY), thin, least };
}

/** By depth, where frames that a search has found are drawn together with others: from, to, px; wide enough to be seen. */
export function thinHits(
  { rows, least }: Collected,
  tree: Tree,
  zoom: number,
  scale: number,
  found: Uint8Array,
): number[][] {
  const { name, depth, start, width } = tree;
  const hits: number[][] = [];
  const last = tree.end[zoom] as number;
  // by depth: the box that one has come to, and how far hits go
  const places = new Uint32Array(rows.length);
  const ends = new Float64Array(rows.length);
  for (let node = zoom + 1; node < last; node++) {
    if (found[name[node] as number] !== 1) continue;
    const at = depth[node] as number;
    const row = rows[at];
    const from = ((start[node] as number) - (start[zoom] as number)) * scale;
    const to = from + (width[node] as number) * scale;
    if (!row || to <= (ends[at] as number) || (width[node] as number) >= least) continue;
    while ((row.rights[places[at] as number] as number) <= from) places[at]!++;
    // needles are not drawn
    if (!((row.lefts[places[at] as number] as number) <= from)) continue;
    const seen = Math.max(to, from + SEEN);
    ends[at] = seen;
    hits[at] ??= [];
    hits[at].push(from, seen);
  }
  return hits;
}

/** Where a node lies below `zoom`, px from the left. */
export function placeOf(tree: Tree, zoom: number, node: number, scale: number): { from: number; width: number } {
  const { start, width } = tree;
  if (node < zoom) return { from: 0, width: (width[zoom] as number) * scale };
  return { from: ((start[node] as number) - (start[zoom] as number)) * scale, width: (width[node] as number) * scale };
}
