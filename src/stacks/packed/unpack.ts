// Reads the compact form of stacks that the engine writes (src/engine/wasm/pack.as.ts). It runs in browsers, too.

import { REMEMBERED, Successors } from './successors.ts';

const NEWLINE = 10;
const ZERO = 48;

/** The columns of packedParts(), in its order. */
export interface Columns {
  /** lines */
  names: Uint8Array;
  falls: NumberReader;
  fresh: NumberReader;
  frames: FrameReader;
  counts: DecimalReader;
  befores: DecimalReader;
  /** what was put behind the rest */
  extra: Uint8Array;
}

/** Parts packed stacks into the columns that pack.as.ts wrote, which their lengths precede. */
export function columnsOf(bytes: Uint8Array): Columns {
  const sizes = new NumberReader(bytes);
  const lengths = Array.from({ length: 7 }, () => sizes.next());
  let at = sizes.at;
  const [names, falls, fresh, frames, counts, befores, extra] = lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  }) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return {
    names,
    falls: new NumberReader(falls),
    fresh: new NumberReader(fresh),
    frames: new FrameReader(
      frames,
      names.reduce((count, byte) => count + Number(byte === NEWLINE), 0),
    ),
    counts: new DecimalReader(counts),
    befores: new DecimalReader(befores),
    extra,
  };
}

/** Whole numbers, one after the other. */
export class NumberReader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** Throws RangeError at the end. */
  next(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      if (this.at >= this.#bytes.length) throw new RangeError('no more numbers');
      const byte = this.#bytes[this.at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}

/** Frames, as numbers of names from 1. */
export class FrameReader {
  readonly #codes: NumberReader;
  readonly #names: number;
  readonly #successors: Successors;
  #used = 0;

  constructor(bytes: Uint8Array, names: number) {
    this.#codes = new NumberReader(bytes);
    this.#names = names;
    this.#successors = new Successors(names);
  }

  /** `caller`: that of the next frame; 0: it is an outermost one. Throws RangeError at the end, or where none has this name. */
  next(caller: number): number {
    const code = this.#codes.next();
    let name = code - REMEMBERED;
    if (code === 0) name = ++this.#used;
    else if (name <= 0) name = this.#successors.at(caller, code - 1);
    if (name < 1 || name > this.#names) throw new RangeError('no such name');
    this.#successors.placeOf(caller, name);
    return name;
  }
}

/** Lines with a decimal number each. */
export class DecimalReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let at = this.#at; at < bytes.length; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit >= 0) value = value * 10 + digit;
      else if (bytes[at] === NEWLINE) {
        this.#at = at + 1;
        return value;
      } else break;
    }
    return Number(this.text());
  }

  text(): string {
    const end = this.#bytes.indexOf(NEWLINE, this.#at);
    const text = String.fromCharCode(...this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }
}
