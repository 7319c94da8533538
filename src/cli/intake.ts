// Intake: the bytes of one input. It hands plain text on as it comes, and unpacks gzip and zstd, which it knows by
// their first bytes. Of a picture of flame-svg it hands on the folded text that the picture was drawn from.

import { InputError } from '../engine/errors.ts';
import { isPicture } from '../stacks/packed/picture-data.ts';
import { SNIFFED_BYTES } from '../stacks/sniff.ts';
import type { Packing, Unpacking } from './compressed.ts';
import { optimize } from './optimizer.ts';

/** How compressed data begins. A file of pzstd begins with a frame that readers skip. */
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
  /** the first bytes, until there are enough to tell the kind */
  #start: Uint8Array | undefined = new Uint8Array(0);
  #unpacking: Unpacking | undefined;
  /** the picture read so far */
  #picture: Buffer[] | undefined;
  /** unpacked bytes that are no whole line yet */
  #line: Uint8Array = new Uint8Array(0);

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
    // a pipe's first block may be too short to tell the kind
    const isShort = start.length < SNIFFED_BYTES;
    this.#start = isShort ? start : undefined;
    if (!isShort) this.#block(start);
    return undefined;
  }

  /** Ends the input. False: its compressed data is cut off, so the last line, which is cut as well, was left out. */
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

  /** Ends an input whose reading was stopped: hands on the bytes that it held back. */
  stop(): void {
    if (this.#start !== undefined && this.#start.length > 0) this.#block(this.#start);
  }

  close(): void {
    this.#unpacking?.close();
  }

  /** Was this thrown because the compressed data is damaged? Then its message says so. */
  isDamage(error: unknown): error is Error {
    return this.#unpacking !== undefined && error === this.#unpacking.damage;
  }

  async #unpack(packing: Packing, start: Buffer): Promise<void> {
    this.#start = undefined;
    optimize(); // JavaScript unpacks zstd
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
    // the other bundle has error classes of its own
    throw new InputError((error as Error).message);
  }
}
