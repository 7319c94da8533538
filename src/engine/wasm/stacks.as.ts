// Stacks: sequences of name ids, root first, each with its weight (the sum of what was added) and hits (how often).

import { hashBytes } from './intern.as';
import { Arena, LongColumn, PAD, sameBytes, sizeAt } from './memory.as';
import { Slots } from './slots.as';

const MAX_EXACT: f64 = 9007199254740991; // 2^53 - 1: past it a sum of integers is no longer exact

@unmanaged
export class StackTable {
  /** of each stack 1 + its index */
  slots: Slots = new Slots();
  at: LongColumn<u32> = new LongColumn<u32>();
  weight: LongColumn<f64> = new LongColumn<f64>();
  hits: LongColumn<f64> = new LongColumn<f64>();
  frames: Arena = new Arena();

  get count(): u32 {
    return this.at.length;
  }

  /** How many ids a stack has. */
  @inline size(index: u32): u32 {
    return sizeAt(this.at.get(index));
  }

  /** Adds to the stack of the n ids at p, with PAD readable bytes behind them. Gives its index, from 0. */
  add(p: usize, n: u32, weight: f64, hits: f64): u32 {
    if (!this.slots.ptr) this.open();
    const h = hashBytes(p, n << 2);
    let slot = h & this.slots.mask;
    while (true) {
      const entry = this.slots.at(slot);
      if (entry == 0) break;
      if (<u32>(entry >>> 32) == h) {
        const index = <u32>entry - 1;
        const at = <usize>this.at.get(index);
        if (sizeAt(at) == n && sameBytes(p, at, n << 2)) {
          this.addTo(index, weight, hits);
          return index;
        }
      }
      slot = (slot + 1) & this.slots.mask;
    }
    const index = this.count;
    const at = this.frames.takeSized((<usize>n) << 2, n);
    memory.copy(at, p, (<usize>n) << 2);
    this.at.push(<u32>at);
    if (n > longest) longest = n;
    if (weight > MAX_EXACT || hits > MAX_EXACT) overflow = true;
    this.weight.push(weight);
    this.hits.push(hits);
    this.slots.add(h, index + 1);
    return index;
  }

  /** Makes room for `count` stacks of an empty table, which then need no copies of what has grown. */
  reserve(count: u32): void {
    this.at.reserve(count);
    this.weight.reserve(count);
    this.hits.reserve(count);
    this.slots.open(count);
  }

  /** Adds to the stack with this index. */
  @inline
  addTo(index: u32, weight: f64, hits: f64): void {
    const sum = this.weight.get(index) + weight;
    if (sum > MAX_EXACT) overflow = true;
    this.weight.set(index, sum);
    const hitsSum = this.hits.get(index) + hits;
    if (hitsSum > MAX_EXACT) overflow = true;
    this.hits.set(index, hitsSum);
  }

  /** Gives back what only add() needs; the next one makes it again. */
  close(): void {
    this.slots.drop();
  }

  private open(): void {
    this.slots.open(this.count);
    for (let index: u32 = 0; index < this.count; index++)
      this.slots.add(hashBytes(<usize>this.at.get(index), this.size(index) << 2), index + 1);
  }

  /** Gives back the memory of a closed table. */
  drop(): void {
    this.at.drop();
    this.weight.drop();
    this.hits.drop();
    this.frames.drop();
  }
}

export let stacks = new StackTable();
let overflow: bool = false;
/** how many ids the longest stack has of all that were added */
let longest: u32 = 0;

/** Did a sum leave the range of exact integers? */
export function overflowed(): bool {
  return overflow;
}
export function stackCount(): u32 {
  return stacks.count;
}
/** By stack: where its ids are, behind a u32 of how many; its weight (f64), its hits (f64). */
export function stackAtColumn(): usize {
  return stacks.at.flat();
}
export function stackWeightColumn(): usize {
  return stacks.weight.flat();
}
export function stackHitsColumn(): usize {
  return stacks.hits.flat();
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
/** Room for n u32 that the host may write, and for any stack. */
export function scratchFor(n: u32): usize {
  const wanted = max(n, longest);
  if (wanted > scratchCapacity) {
    scratchCapacity = wanted < 1024 ? 1024 : wanted << 1;
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
