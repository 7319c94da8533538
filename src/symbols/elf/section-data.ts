// The bytes of one section, read on demand: small pieces by pages that stay for a while, large ones by one read. So a
// debug file of a gigabyte is never in memory as a whole.

import { InputError } from '../../engine/errors.ts';

/**
 * Gives `length` bytes of the file from `at` on, fewer at its end; it never takes memory for more than the file has. It may
 * put them at the start of `into`, which has room for them, and give a view of that.
 */
export type ReadBytes = (at: number, length: number, into?: Uint8Array) => Buffer;

/** A section up to this size is read as a whole with its first bytes. */
const WHOLE = 8 << 20;
/** Small, because the names of neighbours lie anywhere in a large table. */
const PAGE = 1 << 13;
/** Pages that one section keeps: 2 MiB. */
const MOST_PAGES = 256;
/** A string longer than this is none. */
const LONGEST_TEXT = 1 << 20;

export class SectionData {
  readonly size: number;
  readonly #read: ReadBytes;
  readonly #isWhole: boolean;
  /** by their numbers; the one used longest ago first */
  readonly #pages = new Map<number, Buffer>();
  #whole: Buffer | undefined;
  #lastNumber = -1;
  #last: Buffer = Buffer.alloc(0);

  /** `read` counts from the section's first byte. `whole`: up to this size all is read at once. */
  constructor(read: ReadBytes, size: number, whole = WHOLE) {
    this.#read = read;
    this.size = size;
    this.#isWhole = size <= whole;
  }

  /** These bytes, fewer at the section's end. They may change when as many other pages as are kept have been read. */
  bytes(at: number, length: number): Buffer {
    const end = Math.min(at + length, this.size);
    if (!(at >= 0 && at < end)) return Buffer.alloc(0);
    if (this.#isWhole) return this.#all().subarray(at, end);
    const inPage = at % PAGE;
    if (inPage + (end - at) <= PAGE) return this.#page((at - inPage) / PAGE).subarray(inPage, inPage + (end - at));
    return this.#read(at, end - at);
  }

  /** Fills `into` with the bytes from `at` on, and keeps nothing. Gives how many there are. */
  readInto(at: number, into: Uint8Array): number {
    const end = Math.min(at + into.length, this.size);
    if (!(at >= 0 && at < end)) return 0;
    const bytes = this.#read(at, end - at, into);
    if (bytes.buffer !== into.buffer) into.set(bytes);
    return bytes.length;
  }

  /** The latin1 text from there to the next NUL. Throws InputError if there is none. */
  text(at: number): string {
    if (this.#isWhole) return textIn(this.#all(), at);
    let text = '';
    for (let from = at; from >= 0 && from < this.size && text.length < LONGEST_TEXT; ) {
      const inPage = from % PAGE;
      const page = this.#page((from - inPage) / PAGE);
      const end = page.indexOf(0, inPage);
      text += page.toString('latin1', inPage, end < 0 ? page.length : end);
      if (end >= 0) return text;
      if (page.length < PAGE) break; // the last one, or a damaged size
      from += PAGE - inPage;
    }
    throw noEnd(at, this.size);
  }

  #all(): Buffer {
    this.#whole ??= this.#read(0, this.size);
    return this.#whole;
  }

  #page(number: number): Buffer {
    if (number === this.#lastNumber) return this.#last;
    let page = this.#pages.get(number);
    if (page) this.#pages.delete(number);
    else {
      page = this.#read(number * PAGE, Math.min(PAGE, this.size - number * PAGE), this.#spare());
    }
    this.#pages.set(number, page);
    this.#lastNumber = number;
    this.#last = page;
    return page;
  }

  /** The room of a whole page that is no longer kept; undefined: there is none, or all may stay. */
  #spare(): Buffer | undefined {
    const [oldest] = this.#pages;
    if (this.#pages.size < MOST_PAGES || !oldest) return undefined;
    this.#pages.delete(oldest[0]);
    return oldest[1].length === PAGE ? oldest[1] : undefined;
  }
}

function textIn(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  if (end < 0 || at < 0 || end - at > LONGEST_TEXT) throw noEnd(at, bytes.length);
  return bytes.toString('latin1', at, end);
}

function noEnd(at: number, size: number): InputError {
  return new InputError(`a string at ${at} of a section of ${size} bytes has no end`);
}
