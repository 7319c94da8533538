// Intake: the bytes of one input. Plain text is handed on as it comes; gzip and zstd, told by their first bytes, are
// unpacked; a picture of flame-svg gives the folded text it was drawn from.

import { InputError } from '../engine/errors.ts';
import { isPicture } from '../stacks/packed/picture-data.ts';
import { SNIFFED_BYTES } from '../stacks/sniff.ts';
import type { Packing, Unpacking } from './compressed.ts';

/** How compressed data begins; a file of pzstd begins with a frame to be skipped. */
const BEGINNINGS: readonly (readonly [Packing, string])[] = [
  ['gzip', '\x1f\x8b\x08'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['zstd', '\x50\x2a\x4d\x18'],
];
/** A line longer than this is handed on in parts. */
const LONGEST_LINE = 1 << 20;
const NEWLINE = 10;

export class Intake {
  readonly #block: (bytes: Uint8Array) => void;
  /** what was read until it tells what it is */
  #start: Buffer | undefined = Buffer.alloc(0);
  #unpacking: Unpacking | undefined;
  /** the picture read so far */
  #picture: Buffer[] | undefined;
  /** unpacked, but not a whole line yet */
  #line = Buffer.alloc(0);

  /** `block` takes plain bytes, which are overwritten when it returns; never a byte order mark. */
  constructor(block: (bytes: Uint8Array) => void) {
    let isFirst = true;
    this.#block = (bytes) => {
      const hasMark = isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
      isFirst = false;
      block(hasMark ? bytes.subarray(3) : bytes);
    };
  }

  /** Takes the next bytes, which may be overwritten when this returns, or when the promise it gives is kept. */
  take(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#unpacking) return this.#unpacking.write(bytes);
    if (this.#picture) {
      this.#picture.push(Buffer.from(bytes));
      return undefined;
    }
    if (this.#start === undefined) {
      this.#block(bytes);
      return undefined;
    }
    const start = Buffer.concat([this.#start, bytes]);
    const begins = start.toString('latin1', 0, 4);
    const packing = BEGINNINGS.find(([, text]) => begins.startsWith(text))?.[0];
    if (packing) return this.#unpack(packing, start);
    if (isPicture(start.toString('latin1', 0, SNIFFED_BYTES))) {
      this.#picture = [start];
      return undefined;
    }
    // a pipe's first block may be shorter than what tells its kind
    const isShort = start.length < SNIFFED_BYTES;
    this.#start = isShort ? start : undefined;
    if (!isShort) this.#block(start);
    return undefined;
  }

  /** The input is at its end. False: but its compressed data is not, and the line that was cut is left out. */
  async end(): Promise<boolean> {
    if (this.#unpacking && !(await this.#unpacking.end())) return false;
    if (this.#picture) {
      const file = Buffer.concat(this.#picture);
      for await (const block of foldedOf(file)) this.#block(block);
      return true;
    }
    const rest = this.#unpacking ? this.#line : this.#start;
    if (rest !== undefined && rest.length > 0) this.#block(rest);
    return true;
  }

  /** The reading was stopped: what is held back counts. */
  stop(): void {
    if (this.#start !== undefined && this.#start.length > 0) this.#block(this.#start);
  }

  close(): void {
    this.#unpacking?.close();
  }

  /** Was this thrown for damaged data? Its message says so. */
  isDamage(error: unknown): error is Error {
    return this.#unpacking !== undefined && error === this.#unpacking.damage;
  }

  async #unpack(packing: Packing, start: Buffer): Promise<void> {
    this.#start = undefined;
    const { Unpacking } = await import('./compressed.ts');
    this.#unpacking = new Unpacking(packing, (bytes) => this.#wholeLines(bytes));
    await this.#unpacking.write(start);
  }

  #wholeLines(bytes: Uint8Array): void {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0 && this.#line.length + bytes.length < LONGEST_LINE) {
      this.#line = Buffer.concat([this.#line, bytes]);
      return;
    }
    if (this.#line.length > 0) this.#block(this.#line);
    if (end > 0) this.#block(bytes.subarray(0, end));
    this.#line = Buffer.from(bytes.subarray(end));
  }
}

/** The folded text that a picture holds; the file as it is if it holds none. Throws InputError for a damaged one. */
async function* foldedOf(file: Buffer): AsyncGenerator<Buffer> {
  const { foldedOfPicture } = await import('../stacks/packed/picture-text.ts');
  try {
    yield* foldedOfPicture(file) ?? [file];
  } catch (error) {
    // a bundle of its own has error classes of its own
    throw new InputError((error as Error).message);
  }
}
