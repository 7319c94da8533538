// Trees made of the whole one: without hidden functions, below one function, and its callers.

import { ON_CPU } from '../colours/time.ts';
import { pathTo, type Tree, TreeBuilder } from './tree.ts';

function isPairOf(tree: Tree): boolean {
  return tree.before.length > 0;
}

/** For so many nodes of a tree like this one. */
function builderLike(tree: Tree, room: number): TreeBuilder {
  return new TreeBuilder(room, isPairOf(tree), tree.width !== tree.size);
}

/** What a node has that its children have not: given to the node itself. */
function addOwn(builder: TreeBuilder, tree: Tree, node: number): void {
  builder.add(tree.own[node] as number, tree.ownBefore[node] ?? 0, tree.ownBits[node] as number);
}

/** By node; 0 for the root as well. */
function parentsOf(tree: Tree): Uint32Array {
  const parents = new Uint32Array(tree.count);
  // by depth, the last node there
  const open: number[] = [];
  for (let node = 0; node < tree.count; node++) {
    const depth = tree.depth[node] as number;
    parents[node] = open[depth - 1] ?? 0;
    open[depth] = node;
  }
  return parents;
}

/** The tree without a function and all it calls. */
export function withoutHidden(tree: Tree, hidden: number): Tree {
  const builder = builderLike(tree, tree.count);
  addOwn(builder, tree, 0);
  for (let node = 1; node < tree.count; ) {
    if (tree.name[node] === hidden) {
      node = tree.end[node] as number;
      continue;
    }
    while (builder.depth > (tree.depth[node] as number)) builder.close();
    builder.open(tree.name[node] as number);
    addOwn(builder, tree, node);
    node++;
  }
  return builder.finish();
}

/** The first node that stands for a function: the root does where the tree is that of one. */
function firstOf(tree: Tree): number {
  return (tree.name[0] as number) > 0 ? 0 : 1;
}

/** The outermost nodes of a function: those of no recursion. */
export function placesOf(tree: Tree, name: number): number[] {
  const places: number[] = [];
  // the browser's own search is many times faster than a loop
  const names = tree.name.subarray(0, tree.count);
  for (let node = names.indexOf(name); node >= 0; node = names.indexOf(name, tree.end[node] as number))
    places.push(node);
  return places;
}

type Order = (a: number, b: number) => number;

/** What a function calls, over all its places; below a root of its value. `order`: of names. */
export function calleesOf(tree: Tree, name: number, order: Order): Tree {
  const places = placesOf(tree, name);
  const room = places.reduce((sum, place) => sum + (tree.end[place] as number) - place, 1);
  const next = (nodes: readonly number[]): [number, number[]][] => {
    const groups = new Map<number, number[]>();
    for (const node of nodes) {
      for (let at = node + 1; at < (tree.end[node] as number); at = tree.end[at] as number)
        group(groups, tree.name[at] as number, at);
    }
    return [...groups].sort(([a], [b]) => order(a, b));
  };
  return merged(tree, room, name, places, next, (builder, nodes) => {
    for (const node of nodes) addOwn(builder, tree, node);
  });
}

/** Who calls a function, over all its places: the root is the function, its children are its callers. */
export function callersOf(tree: Tree, name: number, order: Order): Tree {
  const parents = parentsOf(tree);
  const places = placesOf(tree, name);
  const room = places.reduce((sum, place) => sum + (tree.depth[place] as number), 2);
  const hasCaller = (at: number): boolean => at > 0 && (parents[at] as number) >= firstOf(tree);
  // a place is followed as the pair of it and the caller one has come to
  const callers = places.map((place) => [place, place] as const);
  const next = (pairs: readonly (readonly [number, number])[]) => {
    const groups = new Map<number, (readonly [number, number])[]>();
    for (const [place, at] of pairs) {
      const caller = parents[at] as number;
      if (hasCaller(at)) group(groups, tree.name[caller] as number, [place, caller] as const);
    }
    return [...groups].sort(([a], [b]) => order(a, b));
  };
  return merged(tree, room, name, callers, next, (builder, pairs) => {
    for (const [place, at] of pairs) {
      if (hasCaller(at)) continue;
      builder.add(tree.size[place] as number, tree.before[place] ?? 0, tree.bits[place] as number);
    }
  });
}

function group<T>(groups: Map<number, T[]>, name: number, item: T): void {
  const items = groups.get(name);
  if (items) items.push(item);
  else groups.set(name, [item]);
}

/** Builds a tree whose every node stands for several items. It does not call itself, because stacks may be deep. */
function merged<T>(
  tree: Tree,
  room: number,
  name: number,
  items: readonly T[],
  next: (items: readonly T[]) => [number, T[]][],
  add: (builder: TreeBuilder, items: readonly T[]) => void,
): Tree {
  const builder = builderLike(tree, room + 1);
  builder.tree.name[0] = name;
  add(builder, items);
  const waiting = [next(items).reverse()];
  while (waiting.length > 0) {
    const item = (waiting[waiting.length - 1] as [number, T[]][]).pop();
    if (item === undefined) {
      waiting.pop();
      if (waiting.length > 0) builder.close();
      continue;
    }
    builder.open(item[0]);
    add(builder, item[1]);
    waiting.push(next(item[1]).reverse());
  }
  return builder.finish();
}

/** What each function comes to over all places, by name number; inside itself it counts once. */
export interface FunctionSums {
  total: Float64Array;
  self: Float64Array;
  totalBefore: Float64Array;
  selfBefore: Float64Array;
  /** how many places it has */
  places: Uint32Array;
  /** the kinds of time of all its places */
  bits: Uint8Array;
}

/** At and below `top`. */
export function functionSums(tree: Tree, nameCount: number, top = 0): FunctionSums {
  const column = (): Float64Array => new Float64Array(nameCount + 1);
  const sums = {
    total: column(),
    self: column(),
    totalBefore: column(),
    selfBefore: column(),
    places: new Uint32Array(nameCount + 1),
    bits: new Uint8Array(nameCount + 1),
  };
  // by name: the end of its outermost open node
  const inside = new Uint32Array(nameCount + 1);
  const end = tree.end[top] as number;
  for (let node = top || firstOf(tree); node < end; node++) {
    const name = tree.name[node] as number;
    sums.self[name]! += tree.own[node] as number;
    sums.selfBefore[name]! += tree.ownBefore[node] ?? 0;
    if (node < (inside[name] as number)) continue;
    inside[name] = tree.end[node] as number;
    sums.places[name]!++;
    sums.bits[name]! |= tree.bits[node] as number;
    sums.total[name]! += tree.size[node] as number;
    sums.totalBefore[name]! += tree.before[node] ?? 0;
  }
  return sums;
}

/** The names on the way to a node, without the root. */
export function namesTo(tree: Tree, node: number): number[] {
  return pathTo(tree, node)
    .slice(1)
    .map((at) => tree.name[at] as number);
}

/**
 * By family letter of a wait or of a leaf: what share of the whole the leaves of that kind have. `hasApart`: of families that
 * stay apart, too, all that they have. `isReversed`: the outermost frames are the leaves.
 */
export function sharesOf(
  tree: Tree,
  hasApart: boolean,
  isReversed: boolean,
  classOf: (node: number, bits: Uint8Array) => string,
): Map<string, number> {
  const shares = new Map<string, number>();
  const all = (tree.size[0] as number) + (tree.before[0] ?? 0) || 1;
  const isPair = isPairOf(tree);
  const add = (letter: string, value: number): void => {
    shares.set(letter, (shares.get(letter) ?? 0) + value / all);
  };
  const first = firstOf(tree);
  let outermost = 0;
  for (let node = first; node < tree.count; node++) {
    if (tree.depth[node] === first) outermost = node;
    const value = (tree.own[node] as number) + (isPair ? (tree.ownBefore[node] as number) : 0);
    if (hasApart) {
      const [letter = '', , time] = classOf(node, tree.bits);
      if (time) add(letter, tree.size[node] as number);
    }
    if (value <= 1e-9 * all) continue;
    const own = tree.ownBits;
    const kind = classOf(isReversed && (own[node] ?? ON_CPU) & ON_CPU ? outermost : node, own);
    add(kind[2] ?? kind.charAt(0), value);
  }
  return shares;
}

/** By kinds of time: each function's total time of them at and below `top`, by name number; 0 has the time of all. */
export function waitSums(tree: Tree, nameCount: number, top = 0): Map<number, Float64Array> {
  const sums = new Map<number, Float64Array>();
  const path: number[] = [];
  const seen = new Int32Array(nameCount + 1).fill(-1);
  const first = top || firstOf(tree);
  const base = tree.depth[first] as number;
  const end = tree.end[top] as number;
  for (let node = first; node < end; node++) {
    const depth = tree.depth[node] as number;
    path[depth] = tree.name[node] as number;
    const value = tree.own[node] as number;
    if (value <= 0) continue;
    const bits = tree.ownBits[node] as number;
    const sum = sums.get(bits) ?? new Float64Array(nameCount + 1);
    sums.set(bits, sum);
    sum[0]! += value;
    for (let i = base; i <= depth; i++) {
      const name = path[i] as number;
      if (seen[name] === node) continue;
      seen[name] = node;
      sum[name]! += value;
    }
  }
  return sums;
}
