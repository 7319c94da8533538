// The stacks of a picture in a compact form: columns of whole numbers that deflate well. unpack.ts reads it.

import { REMEMBERED, Successors } from './successors.ts';

const FIRST_ROOM = 1 << 14;
const LONGEST_NUMBER = 5;
const ZERO = 48;
/** Counts up to this one have so many digits, and need no string to be written. */
const SMALL = 999_999_999;
const DIGITS = 9;

/** Bytes that grow. */
class Column {
  #bytes = new Uint8Array(FIRST_ROOM);
  size = 0;

  /** Seven bits a byte, least first; the top bit says that more follow. */
  number(value: number): void {
    this.#makeRoom(LONGEST_NUMBER);
    this.size = written(this.#bytes, this.size, value);
  }

  /** The first `count` of these. */
  numbers(values: Uint32Array, count: number): void {
    this.#makeRoom(count * LONGEST_NUMBER);
    const bytes = this.#bytes;
    let at = this.size;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      if (value <= 0x7f) bytes[at++] = value;
      else at = written(bytes, at, value);
    }
    this.size = at;
  }

  /** A line of digits. */
  count(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > SMALL) {
      this.line(decimal(value));
      return;
    }
    this.#makeRoom(DIGITS + 1);
    let size = 1;
    for (let rest = value; rest > 9; rest = (rest / 10) | 0) size++;
    for (let at = this.size + size - 1, rest = value; at >= this.size; at--, rest = (rest / 10) | 0)
      this.#bytes[at] = ZERO + (rest % 10);
    this.size += size;
    this.#bytes[this.size++] = 10;
  }

  /** A line of ASCII. */
  line(text: string): void {
    this.#makeRoom(text.length + 1);
    for (let i = 0; i < text.length; i++) this.#bytes[this.size++] = text.charCodeAt(i);
    this.#bytes[this.size++] = 10;
  }

  lineOf(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length + 1);
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
    this.#bytes[this.size++] = 10;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  /** Moves its bytes to the place `at`, and gives where the next go. */
  moveTo(bytes: Uint8Array, at: number): number {
    bytes.set(this.bytes, at);
    this.#bytes = new Uint8Array(0);
    return at + this.size;
  }

  #makeRoom(size: number): void {
    if (this.size + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.size + size));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}

/** Writes a number at `at`, and gives where the next one goes. */
function written(bytes: Uint8Array, at: number, value: number): number {
  let to = at;
  let rest = value;
  while (rest > 0x7f) {
    bytes[to++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[to++] = rest;
  return to;
}

/**
 * Takes stacks, root first, such that neighbours share frames. It writes of a stack how many frames of the one before
 * fall away, how many are new, and a code for each of these. Code 0 is a name that was not there yet; it gets the next
 * number, from 1. Codes up to REMEMBERED are places among what the caller called last. Larger ones are numbers of other
 * names. Counts are decimal text, so that fractions stay what they are.
 */
export class Packer {
  readonly #numbers: Uint32Array;
  readonly #successors: Successors;
  #codes = new Uint32Array(FIRST_ROOM);
  readonly #falls = new Column();
  readonly #fresh = new Column();
  readonly #frames = new Column();
  readonly #counts = new Column();
  readonly #befores: Column | undefined;
  #depth = 0;
  /** how many nodes the stacks have as a tree, without its root */
  nodeCount = 0;
  readonly #names: Uint32Array;
  #nameCount = 0;

  /** `nameCount`: the table's; `isPair`: each stack has a count before as well. */
  constructor(nameCount: number, isPair: boolean) {
    this.#numbers = new Uint32Array(nameCount + 1);
    this.#names = new Uint32Array(nameCount);
    this.#successors = new Successors(nameCount);
    this.#befores = isPair ? new Column() : undefined;
  }

  /** Adds a stack: `words` from `from` to `to`. Its first `common` frames are those of the stack before. */
  add(words: Uint32Array, from: number, to: number, common: number, count: number, before: number): void {
    this.#falls.number(this.#depth - common);
    this.#fresh.number(to - from - common);
    const codes = this.#encode(words, from, from + common, to);
    this.#frames.numbers(this.#codes, codes);
    this.#counts.count(count);
    this.#befores?.count(before);
    this.nodeCount += to - from - common;
    this.#depth = to - from;
  }

  /** The codes of the frames from `first` on, in #codes; how many they are. */
  #encode(words: Uint32Array, from: number, first: number, to: number): number {
    if (this.#codes.length < to - first) this.#codes = new Uint32Array(2 * (to - first));
    const [codes, numbers, successors] = [this.#codes, this.#numbers, this.#successors];
    let caller = first > from ? (numbers[words[first - 1] as number] as number) : 0;
    for (let i = first; i < to; i++) {
      const id = words[i] as number;
      const isNew = numbers[id] === 0;
      if (isNew) {
        this.#names[this.#nameCount++] = id;
        numbers[id] = this.#nameCount;
      }
      const number = numbers[id] as number;
      const place = successors.placeOf(caller, number);
      codes[i - first] = isNew ? 0 : place < 0 ? number + REMEMBERED : place + 1;
      caller = number;
    }
    return to - first;
  }

  /** The table's name ids by number; the first one's number is 1. */
  get names(): Uint32Array {
    return this.#names.subarray(0, this.#nameCount);
  }

  /** All of it, once, because large data would not fit twice; `nameOf` gives a name's bytes; `extra`: ASCII for whoever reads it, behind the rest. */
  bytes(nameOf: (id: number) => Uint8Array, extra = ''): Uint8Array {
    const names = new Column();
    for (const id of this.names) names.lineOf(nameOf(id));
    const last = new Column();
    last.lineOf(Buffer.from(extra));
    const befores = this.#befores ?? new Column();
    const columns = [names, this.#falls, this.#fresh, this.#frames, this.#counts, befores, last];
    const sizes = new Column();
    for (const { size } of columns) sizes.number(size);
    const all = new Uint8Array([sizes, ...columns].reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const column of [sizes, ...columns]) at = column.moveTo(all, at);
    return all;
  }
}

/** As folded text has it: no exponent. */
function decimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}
