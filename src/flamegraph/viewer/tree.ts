// The tree of all frames as columns in depth-first order, unpacked from the picture's data.

import type { Columns } from '../../stacks/packed/unpack.ts';
import { kindAt, LEAST_ON_CPU, ON_CPU } from '../colours/time.ts';

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
  /** the kinds of time of its stacks, without too little on the CPU, and of its own value; see colours/waits.ts */
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
  /** by name number: 0 for those that are outermost wherever they are; set here */
  inner: Uint8Array;
}

/** Makes a tree, node after node: open() goes down, add() gives the innermost open node a value, close() goes up. */
export class TreeBuilder {
  readonly tree: Tree;
  readonly #isPair: boolean;
  readonly #union: boolean;
  readonly #open: number[] = [];
  readonly #onCpu: number[] = [];
  #doneOnCpu = 0;
  #depth = 0;
  #done = 0;
  #doneBefore = 0;

  /** `room`: nodes at most; `bitRoom`: 0 where all time was on the CPU. */
  constructor(room: number, isPair: boolean, union: boolean, bitRoom = room) {
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
      bits: new Uint8Array(bitRoom),
      ownBits: new Uint8Array(bitRoom),
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
    this.#onCpu[this.#depth] = this.#doneOnCpu;
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
    if (bits & ON_CPU) this.#doneOnCpu += value;
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
    const bits = tree.bits[node] as number;
    if (this.#doneOnCpu - (this.#onCpu[this.#depth] as number) < size * LEAST_ON_CPU) tree.bits[node] = bits & ~ON_CPU;
    if (this.#depth === 0) return;
    const caller = this.#open[this.#depth - 1] as number;
    tree.bits[caller]! |= bits;
    if (size + before > 0 && (tree.top[node] as number) > (tree.top[caller] as number))
      tree.top[caller] = tree.top[node] as number;
  }

  /** Closes all. */
  finish(): Tree {
    while (this.#depth > 0) this.close();
    return this.tree;
  }
}

/**
 * The tree of packed stacks, which has `nodes` nodes: what TreeBuilder would make, in one loop over columns at hand, because there
 * are millions of them when a picture opens. `total`: what the root is worth at least.
 */
export function treeOf(columns: Columns, nodes: number, isPair: boolean, total: number, settings: TreeSettings): Tree {
  const { falls, fresh, frames, counts, befores } = columns;
  const { union, factor, waits, inner } = settings;
  const isTimed = waits.some(Boolean);
  const { tree } = new TreeBuilder(nodes + 1, isPair, union, isTimed ? nodes + 1 : 0);
  const { name, depth, end, top, start, size, before, width, own, ownBefore, bits, ownBits } = tree;
  // by depth: the open node, and its kind of wait
  const open = [0];
  const kinds = [0];
  const onCpu = [0];
  let [at, count, done, doneBefore, doneOnCpu] = [0, 1, 0, 0, 0];
  for (;;) {
    const isEnd = falls.isAtEnd;
    for (let left = isEnd ? at : falls.next(); left > 0; left--) {
      const node = open[at--] as number;
      const caller = open[at] as number;
      end[node] = count;
      const value = done - (size[node] as number);
      let all = value;
      size[node] = value;
      if (isPair) {
        const was = doneBefore - (before[node] as number);
        before[node] = was;
        all += was;
        if (union) width[node] = all;
      }
      if (isTimed) {
        bits[caller]! |= bits[node] as number;
        if (doneOnCpu - (onCpu[at + 1] as number) < value * LEAST_ON_CPU) bits[node]! &= ~ON_CPU;
      }
      if (all > 0 && (top[node] as number) > (top[caller] as number)) top[caller] = top[node] as number;
    }
    if (isEnd) break;
    for (let left = fresh.next(); left > 0; left--) {
      const caller = name[open[at] as number] as number;
      const number = frames.next(caller);
      if (isTimed) kinds[at + 1] = kindAt(waits[number] as number, waits[caller] as number, kinds[at] as number);
      if (at > 0) inner[number] = 1;
      open[++at] = count;
      onCpu[at] = doneOnCpu;
      name[count] = number;
      depth[count] = top[count] = at;
      size[count] = done;
      start[count] = done + (union ? doneBefore : 0);
      if (isPair) before[count] = doneBefore;
      count++;
    }
    const node = open[at] as number;
    const value = counts.next() * factor.after;
    done += value;
    own[node]! += value;
    let all = value;
    if (isPair) {
      const was = befores.next() * factor.before;
      doneBefore += was;
      ownBefore[node]! += was;
      all += was;
    }
    if (isTimed && all !== 0) {
      const kind = kinds[at] || ON_CPU;
      bits[node]! |= kind;
      ownBits[node]! |= kind;
      if (kind & ON_CPU) doneOnCpu += value;
    }
  }
  const rest = Math.max(total - done, 0);
  tree.count = end[0] = count;
  size[0] = done + rest;
  own[0]! += rest;
  if (isPair) before[0] = doneBefore;
  if (union) width[0] = size[0] + doneBefore;
  return tree;
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
