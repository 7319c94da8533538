// Stacks: sequences of name ids, root first, each with its weight (the sum of what was added) and hits (how often).

import { hashBytes } from './intern.as';
import { Arena, Column32, Column64, moreSlots, PAD, sameBytes, zeroed } from './memory.as';

const FIRST_SLOTS: u32 = 1 << 12;
const MAX_EXACT: f64 = 9007199254740991; // 2^53 - 1: past it a sum of integers is no longer exact

@unmanaged
export class StackTable {
  slots: usize = 0;
  mask: u32 = 0;
  hash: Column32 = new Column32();
  at: Column32 = new Column32();
  size: Column32 = new Column32();
  weight: Column64 = new Column64();
  hits: Column64 = new Column64();
  frames: Arena = new Arena();

  constructor() {
    this.slots = zeroed(FIRST_SLOTS, 4);
    this.mask = FIRST_SLOTS - 1;
  }

  /** Adds to the stack of the n ids at p, with PAD readable bytes behind them. Gives its index, from 0. */
  add(p: usize, n: u32, weight: f64, hits: f64): u32 {
    if (!this.slots) this.open();
    const h = hashBytes(p, n << 2);
    let slot = h & this.mask;
    while (true) {
      const entry = load<u32>(this.slots + ((<usize>slot) << 2));
      if (entry == 0) break;
      const index = entry - 1;
      if (this.hash.get(index) == h && this.size.get(index) == n && sameBytes(p, <usize>this.at.get(index), n << 2)) {
        const sum = this.weight.get(index) + weight;
        if (sum > MAX_EXACT) overflow = true;
        this.weight.set(index, sum);
        const hitsSum = this.hits.get(index) + hits;
        if (hitsSum > MAX_EXACT) overflow = true;
        this.hits.set(index, hitsSum);
        return index;
      }
      slot = (slot + 1) & this.mask;
    }
    const index = this.size.length;
    const at = this.frames.take((<usize>n) << 2);
    memory.copy(at, p, (<usize>n) << 2);
    this.hash.push(h);
    this.at.push(<u32>at);
    this.size.push(n);
    if (weight > MAX_EXACT || hits > MAX_EXACT) overflow = true;
    this.weight.push(weight);
    this.hits.push(hits);
    store<u32>(this.slots + ((<usize>slot) << 2), index + 1);
    if (index << 1 > this.mask) this.grow();
    return index;
  }

  /** Makes room for `count` stacks of an empty table, which then need no copies of what has grown. */
  reserve(count: u32): void {
    this.hash.reserve(count);
    this.at.reserve(count);
    this.size.reserve(count);
    this.weight.reserve(count);
    this.hits.reserve(count);
    let slots = this.mask + 1;
    while (slots >> 1 < count) slots = moreSlots(slots);
    heap.free(this.slots);
    this.fill(slots);
  }

  /** Adds to the stack with this index. */
  @inline
  addTo(index: u32, weight: f64, hits: f64): void {
    const sum = this.weight.get(index) + weight;
    if (sum > MAX_EXACT) overflow = true;
    this.weight.set(index, sum);
    this.hits.set(index, this.hits.get(index) + hits);
  }

  /** Gives back what only add() needs; the next one makes it again. */
  close(): void {
    if (this.slots) heap.free(this.slots);
    this.slots = 0;
    this.hash.drop();
  }

  private open(): void {
    for (let index: u32 = 0; index < this.size.length; index++)
      this.hash.push(hashBytes(<usize>this.at.get(index), this.size.get(index) << 2));
    this.fill(this.mask + 1);
  }

  /** Gives back the memory of a closed table. */
  drop(): void {
    this.at.drop();
    this.size.drop();
    this.weight.drop();
    this.hits.drop();
    this.frames.drop();
  }

  private grow(): void {
    heap.free(this.slots);
    this.fill(moreSlots(this.mask + 1));
  }

  private fill(size: u32): void {
    this.slots = zeroed(size, 4);
    this.mask = size - 1;
    for (let index: u32 = 0; index < this.size.length; index++) {
      let slot = this.hash.get(index) & this.mask;
      while (load<u32>(this.slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & this.mask;
      store<u32>(this.slots + ((<usize>slot) << 2), index + 1);
    }
  }
}

export let stacks = new StackTable();
let overflow: bool = false;

/** Did a sum leave the range of exact integers? */
export function overflowed(): bool {
  return overflow;
}
export function stackCount(): u32 {
  return stacks.size.length;
}
/** Columns indexed by stack: where its ids are, how many there are, its weight (f64), its hits (f64). */
export function stackAtColumn(): usize {
  return stacks.at.ptr;
}
export function stackSizeColumn(): usize {
  return stacks.size.ptr;
}
export function stackWeightColumn(): usize {
  return stacks.weight.ptr;
}
export function stackHitsColumn(): usize {
  return stacks.hits.ptr;
}

/** What renewStacks() replaced. */
let replaced: StackTable | null = null;

/** Starts an empty table; the columns of the old one, read before, stay readable until dropReplaced(). */
export function renewStacks(): void {
  dropReplaced();
  stacks.close();
  replaced = stacks;
  stacks = new StackTable();
}

/** Gives back the memory of the table that was replaced. */
export function dropReplaced(): void {
  const old = replaced;
  if (old == null) return;
  old.drop();
  replaced = null;
}

let scratch: usize = 0;
let scratchCapacity: u32 = 0;
/** Room for n u32 that the host may write. */
export function scratchFor(n: u32): usize {
  if (n > scratchCapacity) {
    scratchCapacity = n < 1024 ? 1024 : n << 1;
    if (scratch) heap.free(scratch);
    scratch = heap.alloc(((<usize>scratchCapacity) << 2) + PAD);
  }
  return scratch;
}
/** Adds the stack of the first n ids in the scratch room. */
export function addStack(n: u32, weight: f64, hits: f64): u32 {
  return stacks.add(scratch, n, weight, hits);
}
/** Adds the stack of the n ids at p, with `root` outside and `leaf` inside of them, where those are not 0. */
export function addStackAt(root: u32, p: usize, n: u32, leaf: u32, weight: f64, hits: f64): u32 {
  const start = scratchFor(n + 2);
  let to = start;
  if (root) {
    store<u32>(to, root);
    to += 4;
  }
  memory.copy(to, p, (<usize>n) << 2);
  to += (<usize>n) << 2;
  if (leaf) {
    store<u32>(to, leaf);
    to += 4;
  }
  return stacks.add(start, <u32>((to - start) >> 2), weight, hits);
}
