// The tree of all frames as columns in depth-first order, unpacked from the picture's data.

import type { Columns } from '../../stacks/packed/unpack.ts';
import { kindAt, ON_CPU } from '../time.ts';

/** Node 0 is the root, which stands for all stacks. A node's children follow it, up to `end`. */
export interface Tree {
  count: number;
  /** 0 for the root, else the name's number from 1 */
  name: Uint32Array;
  depth: Uint32Array;
  /** the node after the last one below it */
  end: Uint32Array;
  /** the deepest frame that stands on it */
  top: Uint32Array;
  /** in values: what lies left of it, how wide it is */
  start: Float64Array;
  width: Float64Array;
  /** its value, and in a comparison its value before */
  size: Float64Array;
  before: Float64Array;
  /** its value without that of its children, and before */
  own: Float64Array;
  ownBefore: Float64Array;
  /** the kinds of time of its stacks, and of its own value; see waits.ts */
  bits: Uint8Array;
  ownBits: Uint8Array;
}

export interface TreeSettings {
  /** a frame is as wide as both its values */
  union: boolean;
  /** what counts are multiplied by */
  factor: { before: number; after: number };
  /** by name number: the bit of the wait it tells */
  waits: Uint8Array;
}

/** Makes a tree, node after node: open() goes down, add() gives the innermost open node a value, close() goes up. */
export class TreeBuilder {
  readonly tree: Tree;
  readonly #isPair: boolean;
  readonly #union: boolean;
  readonly #open: number[] = [];
  #depth = 0;
  #done = 0;
  #doneBefore = 0;

  /** `room`: nodes at most. */
  constructor(room: number, isPair: boolean, union: boolean) {
    this.#isPair = isPair;
    this.#union = union;
    const size = new Float64Array(room);
    const start = new Float64Array(room);
    this.tree = {
      count: 0,
      name: new Uint32Array(room),
      depth: new Uint32Array(room),
      end: new Uint32Array(room),
      top: new Uint32Array(room),
      start,
      size,
      before: new Float64Array(isPair ? room : 0),
      width: union ? new Float64Array(room) : size,
      own: new Float64Array(room),
      ownBefore: new Float64Array(isPair ? room : 0),
      bits: new Uint8Array(room),
      ownBits: new Uint8Array(room),
    };
    this.open(0);
  }

  get depth(): number {
    return this.#depth;
  }

  open(name: number): void {
    const { tree } = this;
    const node = tree.count++;
    tree.name[node] = name;
    tree.depth[node] = this.#depth;
    tree.top[node] = this.#depth;
    // until it closes, `size` and `before` hold what was done when it began
    tree.size[node] = this.#done;
    if (this.#isPair) tree.before[node] = this.#doneBefore;
    tree.start[node] = this.#done + (this.#union ? this.#doneBefore : 0);
    this.#open[this.#depth++] = node;
  }

  add(value: number, before: number, bits: number): void {
    this.#done += value;
    this.#doneBefore += before;
    const node = this.#open[this.#depth - 1] as number;
    this.tree.own[node]! += value;
    if (this.#isPair) this.tree.ownBefore[node]! += before;
    if (value === 0 && before === 0) return;
    this.tree.bits[node]! |= bits;
    this.tree.ownBits[node]! |= bits;
  }

  close(): void {
    const { tree } = this;
    const node = this.#open[--this.#depth] as number;
    tree.end[node] = tree.count;
    const size = this.#done - (tree.size[node] as number);
    tree.size[node] = size;
    const before = this.#isPair ? this.#doneBefore - (tree.before[node] as number) : 0;
    if (this.#isPair) tree.before[node] = before;
    if (this.#union) tree.width[node] = size + before;
    if (this.#depth === 0) return;
    const caller = this.#open[this.#depth - 1] as number;
    tree.bits[caller]! |= tree.bits[node] as number;
    if (size + before > 0 && (tree.top[node] as number) > (tree.top[caller] as number))
      tree.top[caller] = tree.top[node] as number;
  }

  /** Closes all. The root is worth at least `total`. */
  finish(total = 0): Tree {
    while (this.#depth > 0) this.close();
    const { tree } = this;
    const rest = Math.max(total - (tree.size[0] as number), 0);
    tree.size[0]! += rest;
    tree.own[0]! += rest;
    if (this.#union) tree.width[0] = (tree.size[0] as number) + (tree.before[0] as number);
    return tree;
  }
}

/** The tree of packed stacks, which has `nodes` nodes. `total`: what the root is worth at least. */
export function treeOf(columns: Columns, nodes: number, isPair: boolean, total: number, settings: TreeSettings): Tree {
  const { falls, fresh, frames, counts, befores } = columns;
  const { union, factor, waits } = settings;
  const builder = new TreeBuilder(nodes + 1, isPair, union);
  // by depth: the kind of wait
  const kinds: number[] = [];
  const path = [0];
  while (!falls.isAtEnd) {
    for (let left = falls.next(); left > 0; left--) builder.close();
    for (let left = fresh.next(); left > 0; left--) {
      const depth = builder.depth;
      const name = frames.next(path[depth - 1] as number);
      path[depth] = name;
      builder.open(name);
      kinds[depth] = kindAt(waits[name] as number, waits[path[depth - 1] as number] as number, kinds[depth - 1] ?? 0);
    }
    const value = counts.next() * factor.after;
    builder.add(value, isPair ? befores.next() * factor.before : 0, kinds[builder.depth - 1] || ON_CPU);
  }
  return builder.finish(total);
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
