// The frame lines seen so far, with what each of them does. All that a scan asks of a line lies together, in front of its
// bytes, because a scan spends most of its time waiting for memory.

import { Arena, moreSlots, sameBytes, zeroed } from './memory.as';

const FIRST_SLOTS: u32 = 1 << 12;
/**
 * So many lines are forgotten: what they do is found out again, and memory lasts for names and stacks. By more
 * lines than a block holds, it is below the 2^22 at which the slots would double.
 */
const MOST: u32 = 4_000_000;
/**
 * From so many lines on, and at each doubling, those that come back less than once on average are forgotten: an address of
 * its own in each sample, as of a large library, would take more memory for its line than for all else.
 */
const FIRST_LOOK: u32 = 1 << 16;

/** Places in a line: what it does, the line that followed it last time (0: none), how many bytes it has, and these. */
export const ACTION: usize = 0;
export const FOLLOWER: usize = 4;
export const SIZE: usize = 8;
export const BYTES: usize = 12;

/** A line is the place where it lies. */
@unmanaged
export class KnownLines {
  /** hash << 32 | line; 0 is free */
  slots: usize = 0;
  mask: u32 = 0;
  count: u32 = 0;
  /** how many there are at the next look, and how many lines were read since the last ones were forgotten */
  next: u32 = FIRST_LOOK;
  read: f64 = 0;
  lines: Arena = new Arena();
  /** what the first line of a stack follows: a line without bytes */
  start: usize = 0;

  constructor() {
    this.newSlots(FIRST_SLOTS);
    this.start = this.newLine(0, 0, 0);
  }

  /** The line with these bytes, or 0. */
  @inline find(p: usize, n: u32, hash: u32): usize {
    let slot = hash & this.mask;
    while (true) {
      const entry = load<u64>(this.slots + ((<usize>slot) << 3));
      if (entry == 0) return 0;
      if (<u32>(entry >>> 32) == hash) {
        const line = <usize>(<u32>entry);
        if (load<u32>(line, SIZE) == n && sameBytes(p, line + BYTES, n)) return line;
      }
      slot = (slot + 1) & this.mask;
    }
  }

  /** Adds a line that find() did not know; its bytes are copied. */
  add(p: usize, n: u32, hash: u32, action: u32): usize {
    const line = this.newLine(p, n, action);
    this.place((<u64>hash << 32) | line);
    if (++this.count << 1 > this.mask) this.grow();
    return line;
  }

  /** Are they too many, or of too little use? */
  @inline isWorn(): bool {
    return this.count >= this.next && !this.isWorthMore();
  }

  private isWorthMore(): bool {
    this.next = min(this.next << 1, MOST);
    return this.count < MOST && this.read >= <f64>this.count * 2;
  }

  /** Forgets all lines; each place of one is void then. */
  forget(): void {
    heap.free(this.slots);
    this.lines.drop();
    this.count = 0;
    this.next = FIRST_LOOK;
    this.read = 0;
    this.newSlots(FIRST_SLOTS);
    this.start = this.newLine(0, 0, 0);
  }

  private newLine(p: usize, n: u32, action: u32): usize {
    const line = this.lines.take(BYTES + n);
    store<u32>(line, action, ACTION);
    store<u32>(line, 0, FOLLOWER);
    store<u32>(line, n, SIZE);
    memory.copy(line + BYTES, p, n);
    return line;
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
