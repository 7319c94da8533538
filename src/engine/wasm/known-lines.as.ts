// The frame lines seen so far, with what each of them does. All that a scan asks of a line lies together, because a
// scan spends most of its time waiting for memory.

import { Arena, moreSlots, moved, sameBytes, zeroed } from './memory.as';

const FIRST_SLOTS: u32 = 1 << 12;

/** Places in the record of a line: its bytes, how many there are, what it does, the line that followed it last time. */
export const AT: usize = 0;
export const SIZE: usize = 4;
export const ACTION: usize = 8;
export const FOLLOWER: usize = 12;
const RECORD_SHIFT: usize = 4;

/** Lines are 1, 2, …; the record of 0 stands for the start of a stack. */
@unmanaged
export class KnownLines {
  /** hash << 32 | line; 0 is free */
  slots: usize = 0;
  mask: u32 = 0;
  records: usize = 0;
  capacity: u32 = 0;
  length: u32 = 0;
  bytes: Arena = new Arena();

  constructor() {
    this.newSlots(FIRST_SLOTS);
    this.pushRecord(0, 0, 0);
  }

  @inline record(line: u32): usize {
    return this.records + ((<usize>line) << RECORD_SHIFT);
  }

  /** The line with these bytes, or 0. */
  @inline find(p: usize, n: u32, hash: u32): u32 {
    let slot = hash & this.mask;
    while (true) {
      const entry = load<u64>(this.slots + ((<usize>slot) << 3));
      if (entry == 0) return 0;
      if (<u32>(entry >>> 32) == hash) {
        const record = this.record(<u32>entry);
        if (load<u32>(record, SIZE) == n && sameBytes(p, <usize>load<u32>(record, AT), n)) return <u32>entry;
      }
      slot = (slot + 1) & this.mask;
    }
  }

  /** Adds a line that find() did not know; its bytes are copied. */
  add(p: usize, n: u32, hash: u32, action: u32): u32 {
    const line = this.length;
    const at = this.bytes.take(n);
    memory.copy(at, p, n);
    this.pushRecord(<u32>at, n, action);
    this.place((<u64>hash << 32) | line);
    if (line << 1 > this.mask) this.grow();
    return line;
  }

  private pushRecord(at: u32, size: u32, action: u32): void {
    if (this.length == this.capacity) {
      this.capacity = this.capacity ? this.capacity << 1 : 1024;
      this.records = moved(this.records, (<usize>this.length) << RECORD_SHIFT, (<usize>this.capacity) << RECORD_SHIFT);
    }
    const record = this.record(this.length++);
    store<u32>(record, at, AT);
    store<u32>(record, size, SIZE);
    store<u32>(record, action, ACTION);
    store<u32>(record, 0, FOLLOWER);
  }

  private newSlots(count: u32): void {
    this.slots = zeroed(count, 8);
    this.mask = count - 1;
  }

  private place(entry: u64): void {
    let slot = <u32>(entry >>> 32) & this.mask;
    while (load<u64>(this.slots + ((<usize>slot) << 3)) != 0) slot = (slot + 1) & this.mask;
    store<u64>(this.slots + ((<usize>slot) << 3), entry);
  }

  private grow(): void {
    const old = this.slots;
    const end = old + ((<usize>this.mask + 1) << 3);
    this.newSlots(moreSlots(this.mask + 1));
    for (let p = old; p < end; p += 8) if (load<u64>(p) != 0) this.place(load<u64>(p));
    heap.free(old);
  }
}
