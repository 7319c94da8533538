// The frame lines seen so far, with what each of them does. All that a scan asks of a line lies together, in front of its
// bytes, because a scan spends most of its time waiting for memory.

import { Arena, sameBytes } from './memory.as';
import { Slots } from './slots.as';

/**
 * So many lines are forgotten: what they do is found out again, and memory lasts for names and stacks. By more
 * lines than a block holds, it is below three quarters of 2^22, at which the slots would double.
 */
const MOST: u32 = 3_000_000;
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
  slots: Slots = new Slots();
  /** how many there are at the next look, and how many lines were read since the last ones were forgotten */
  next: u32 = FIRST_LOOK;
  read: f64 = 0;
  lines: Arena = new Arena();
  /** what the first line of a stack follows: a line without bytes */
  start: usize = 0;

  constructor() {
    this.slots.open(0);
    this.start = this.newLine(0, 0, 0);
  }

  /** The line with these bytes, or 0. */
  @inline find(p: usize, n: u32, hash: u32): usize {
    let slot = hash & this.slots.mask;
    while (true) {
      const entry = this.slots.at(slot);
      if (entry == 0) return 0;
      if (<u32>(entry >>> 32) == hash) {
        const line = <usize>(<u32>entry);
        if (load<u32>(line, SIZE) == n && sameBytes(p, line + BYTES, n)) return line;
      }
      slot = (slot + 1) & this.slots.mask;
    }
  }

  /** Adds a line that find() did not know; its bytes are copied. */
  add(p: usize, n: u32, hash: u32, action: u32): usize {
    const line = this.newLine(p, n, action);
    this.slots.add(hash, <u32>line);
    return line;
  }

  /** Are they too many, or of too little use? */
  @inline isWorn(): bool {
    return this.slots.count >= this.next && !this.isWorthMore();
  }

  private isWorthMore(): bool {
    this.next = min(this.next << 1, MOST);
    return this.slots.count < MOST && this.read >= <f64>this.slots.count * 2;
  }

  /** Forgets all lines; each place of one is void then. */
  forget(): void {
    this.slots.drop();
    this.lines.drop();
    this.next = FIRST_LOOK;
    this.read = 0;
    this.slots.open(0);
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
}
