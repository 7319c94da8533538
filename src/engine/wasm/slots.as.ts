// The slots of a hash table with open addressing. Each holds a hash beside the number that it stands for. So others cost
// no look elsewhere, slots may be three quarters full, and they grow without the bytes that were hashed.

import { zeroed } from './memory.as';

const FIRST: u32 = 1 << 12;
const SHIFT: usize = 3;

/** How many slots follow on `slots`: few tables are large, and those would take most of memory. */
export function moreSlots(slots: u32): u32 {
  return slots < LARGE ? slots << 2 : slots << 1;
}

const LARGE: u32 = 1 << 20;

/** Numbers are from 1 on. */
@unmanaged
export class Slots {
  /** 0: not made yet, or given back */
  ptr: usize = 0;
  mask: u32 = 0;
  count: u32 = 0;

  /** hash << 32 | number; 0: free. Look at `hash & mask` and those behind it. */
  @inline at(slot: u32): u64 {
    return load<u64>(this.ptr + ((<usize>slot) << SHIFT));
  }

  /** Adds a number that is not there yet. */
  add(hash: u32, number: u32): void {
    if (++this.count > this.most()) this.grow();
    this.place(((<u64>hash) << 32) | number);
  }

  /** Makes room for `count` numbers in slots that hold none. */
  open(count: u32): void {
    this.drop();
    this.mask = FIRST - 1;
    while (this.most() < count) this.mask = moreSlots(this.mask + 1) - 1;
    this.ptr = zeroed(this.mask + 1, 1 << SHIFT);
  }

  /** Forgets all numbers, and gives their memory back. */
  drop(): void {
    if (this.ptr) heap.free(this.ptr);
    this.ptr = 0;
    this.mask = 0;
    this.count = 0;
  }

  @inline private most(): u32 {
    return this.mask - (this.mask >> 2);
  }

  private place(entry: u64): void {
    let slot = <u32>(entry >>> 32) & this.mask;
    while (this.at(slot) != 0) slot = (slot + 1) & this.mask;
    store<u64>(this.ptr + ((<usize>slot) << SHIFT), entry);
  }

  private grow(): void {
    const old = this.ptr;
    const end = old + ((<usize>this.mask + 1) << SHIFT);
    this.mask = moreSlots(this.mask + 1) - 1;
    this.ptr = zeroed(this.mask + 1, 1 << SHIFT);
    for (let p = old; p < end; p += 1 << SHIFT) if (load<u64>(p) != 0) this.place(load<u64>(p));
    heap.free(old);
  }
}
