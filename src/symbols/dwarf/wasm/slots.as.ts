// Rows found by what they hold.

import { Rows } from './memory.as';

const FIRST_SLOTS: u32 = 1 << 10;

/** Numbers of rows by their hashes: an open-addressing table, at most half full; 0: empty, else the number plus 1. */
@unmanaged
export class Slots {
  ptr: usize = 0;
  mask: u32 = 0;
}

/** Room for one more row, each of which begins with its hash. */
@inline
export function reserve(slots: Slots, rows: Rows, stride: usize): void {
  const count = <u32>(rows.length / stride);
  if (count >= slots.mask >> 1) grow(slots, rows, stride, count);
}

/** All rows are forgotten. */
export function emptySlots(slots: Slots): void {
  if (slots.ptr != 0) memory.fill(slots.ptr, 0, (<usize>slots.mask + 1) << 2);
}

function grow(slots: Slots, rows: Rows, stride: usize, count: u32): void {
  const size: u32 = slots.mask == 0 ? FIRST_SLOTS : (slots.mask + 1) << 1;
  if (slots.ptr != 0) heap.free(slots.ptr);
  slots.ptr = heap.alloc(<usize>size << 2);
  memory.fill(slots.ptr, 0, <usize>size << 2);
  slots.mask = size - 1;
  for (let i: u32 = 0; i < count; i++) {
    let slot = load<u32>(rows.ptr + <usize>i * stride) & slots.mask;
    while (load<u32>(slots.ptr + (<usize>slot << 2)) != 0) slot = (slot + 1) & slots.mask;
    store<u32>(slots.ptr + (<usize>slot << 2), i + 1);
  }
}

@inline
export function mixed(hash: u32, value: u32): u32 {
  const product = (hash ^ value) * 0x9e3779b1;
  return product ^ (product >>> 15);
}
