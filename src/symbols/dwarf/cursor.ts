// A place in bytes that moves on with each number it reads. Beyond the end everything is 0, and `isOver` tells.

import type { ByteOrder } from '../elf/byte-order.ts';

/** From this many bits on, a LEB128 number is rounded or meant to be negative; none of ours is. */
const MOST_LEB = 2 ** 70;

export class Cursor {
  readonly bytes: Buffer;
  readonly order: ByteOrder;
  at: number;

  constructor(bytes: Buffer, order: ByteOrder, at = 0) {
    this.bytes = bytes;
    this.order = order;
    this.at = at;
  }

  get isOver(): boolean {
    return this.at > this.bytes.length;
  }

  u8(): number {
    return this.bytes[this.at++] ?? 0;
  }
  u16(): number {
    this.at += 2;
    return this.order.u16(this.bytes, this.at - 2);
  }
  u32(): number {
    this.at += 4;
    return this.order.u32(this.bytes, this.at - 4);
  }
  u64(): number {
    this.at += 8;
    return this.order.u64(this.bytes, this.at - 8);
  }

  uleb(): number {
    const first = this.bytes[this.at++] ?? 0;
    if (first < 128) return first;
    let value = first & 127;
    let times = 128;
    let byte: number;
    do {
      byte = this.bytes[this.at++] ?? 0;
      if (times < MOST_LEB) value += (byte & 127) * times;
      times *= 128;
    } while (byte & 128);
    return value;
  }

  sleb(): number {
    let value = 0;
    let times = 1;
    let byte: number;
    do {
      byte = this.bytes[this.at++] ?? 0;
      if (times < MOST_LEB) value += (byte & 127) * times;
      times *= 128;
    } while (byte & 128);
    return byte & 64 && times <= MOST_LEB ? value - times : value;
  }

  skipLeb(): void {
    while ((this.bytes[this.at++] ?? 0) & 128);
  }

  /** The latin1 text up to the next NUL, or to the end. */
  text(): string {
    const from = this.at;
    const end = this.bytes.indexOf(0, from);
    this.at = end < 0 ? this.bytes.length + 1 : end + 1;
    return this.bytes.toString('latin1', from, end < 0 ? this.bytes.length : end);
  }
}
