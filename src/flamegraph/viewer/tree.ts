// The tree of all frames, unpacked from the picture's data into columns, in depth-first order.

import { NumberReader, Predictor } from '../coding.ts';
import type { Data } from '../data.ts';

/** Node 0 is the root, which stands for all stacks. A node's children follow it, up to `end`. */
export interface Tree {
  count: number;
  /** 0 for the root, else the place in data.names + 1 */
  name: Uint32Array;
  depth: Uint32Array;
  /** the node after the last one below it */
  end: Uint32Array;
  /** in counts: what lies left of it, how wide it is */
  start: Float64Array;
  width: Float64Array;
  /** in counts: its own, its own before, and its change, with all below it or without */
  size: Float64Array;
  before: Float64Array;
  change: Float64Array;
}

const FIRST_ROOM = 1 << 12;

export function treeOf(data: Data): Tree {
  const tree: Tree = {
    count: 0,
    name: new Uint32Array(FIRST_ROOM),
    depth: new Uint32Array(FIRST_ROOM),
    end: new Uint32Array(FIRST_ROOM),
    start: new Float64Array(FIRST_ROOM),
    width: new Float64Array(FIRST_ROOM),
    size: new Float64Array(FIRST_ROOM),
    before: new Float64Array(FIRST_ROOM),
    change: new Float64Array(FIRST_ROOM),
  };
  const { diff } = data.measure;
  const reader = new NumberReader(data.stacks);
  const predictor = new Predictor();
  const open: number[] = [];
  let done = 0;
  let doneBefore = 0;
  let used = 0;

  const push = (name: number): void => {
    if (tree.count === tree.name.length) grow(tree);
    const node = tree.count++;
    tree.name[node] = name;
    tree.depth[node] = open.length;
    tree.size[node] = done;
    tree.before[node] = doneBefore;
    tree.start[node] = done + (data.union ? doneBefore : 0);
    open.push(node);
  };
  const pop = (): void => {
    const node = open.pop() as number;
    tree.end[node] = tree.count;
    const size = done - (tree.size[node] as number);
    const before = doneBefore - (tree.before[node] as number);
    tree.size[node] = size;
    tree.before[node] = before;
    tree.width[node] = size + (data.union ? before : 0);
    // `change` holds that of the frames called, until it is added up
    const called = tree.change[node] as number;
    const caller = open[open.length - 1];
    if (caller !== undefined) tree.change[caller]! += size - before;
    tree.change[node] = size - before - (diff?.bySelf ? called : 0);
  };

  let parent = 0;
  let caller = 0;
  const put = (name: number): void => {
    predictor.swap(parent, caller, name);
    push(name);
    caller = parent;
    parent = name;
  };

  push(0);
  while (!reader.isAtEnd) {
    for (let up = reader.next(); up > 0; up--) pop();
    parent = open.length > 1 ? (tree.name[open[open.length - 1] as number] as number) : 0;
    caller = open.length > 2 ? (tree.name[open[open.length - 2] as number] as number) : 0;
    let left = reader.next();
    for (let isFirst = true; left > 0; isFirst = false) {
      const run = isFirst ? 0 : reader.next();
      for (let i = 0; i < run; i++) put(predictor.predict(parent, caller));
      left -= run;
      if (left === 0) break;
      put(reader.next() || ++used);
      left--;
    }
    done += reader.next() * data.grain;
    if (diff) doneBefore += reader.next() * data.grain;
  }
  while (open.length > 0) pop();
  tree.size[0] = Math.max(tree.size[0] as number, data.measure.total);
  tree.width[0] = (tree.size[0] as number) + (data.union ? (tree.before[0] as number) : 0);
  return tree;
}

function grow(tree: Tree): void {
  const { name, depth, end, start, width, size, before, change } = tree;
  for (const [column, old] of Object.entries({ name, depth, end })) {
    tree[column as 'name' | 'depth' | 'end'] = copied(new Uint32Array(old.length * 2), old);
  }
  for (const [column, old] of Object.entries({ start, width, size, before, change })) {
    tree[column as 'start' | 'width' | 'size' | 'before' | 'change'] = copied(new Float64Array(old.length * 2), old);
  }
}

function copied<T extends Uint32Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}

/** The nodes from the root down to this one. */
export function pathTo(tree: Tree, node: number): number[] {
  const path = [0];
  for (let at = 0; at !== node; path.push(at)) {
    at++;
    while ((tree.end[at] as number) <= node) at = tree.end[at] as number;
  }
  return path;
}

/** The direct children of a node. */
export function* childrenOf(tree: Tree, node: number): Generator<number> {
  for (let at = node + 1; at < (tree.end[node] as number); at = tree.end[at] as number) yield at;
}
