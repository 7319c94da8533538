// Compressed inputs: gzip by Node's zlib, zstd by fzstd, which is the same on every Node. Loaded only when one is met.

import { Transform } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import { Decompress, ZstdErrorCode } from 'fzstd';

export type Packing = 'gzip' | 'zstd';

const BLOCK = 1 << 18;
const CUT = new Error('the compressed data is cut off');
const MORE = new Error('the compressed data is damaged: something else stands behind it');

/** Unpacks one input: all its members or frames, as `cat a.gz b.gz` puts them in a row. */
export class Unpacking {
  /** what write() or end() threw, if the data can't be unpacked */
  damage: Error | undefined;
  readonly #stream: Transform;
  #failed: unknown;
  /** it takes no more: zlib ends by itself before zeros, with which some programs fill up a file */
  #hasEnded = false;
  #given = 0;
  #settle: (() => void) | undefined;

  /** `block` takes the unpacked bytes. If it throws, the present or next call of write() or end() throws the same. */
  constructor(packing: Packing, block: (bytes: Uint8Array) => void) {
    const stream = packing === 'gzip' ? createGunzip({ chunkSize: BLOCK }) : unzstd();
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      try {
        if (this.#failed === undefined) block(bytes);
      } catch (error) {
        this.#failed = error;
      }
    });
    stream.on('error', (error) => {
      if (!isCut(error)) this.damage = new Error(`the compressed data is damaged: ${error.message}`);
      this.#failed ??= this.damage ?? CUT;
      this.#settle?.();
    });
    stream.on('end', () => {
      this.#hasEnded = true;
      this.#settle?.();
    });
  }

  /** Takes the next bytes, which may be overwritten when the promise is kept. */
  async write(bytes: Uint8Array): Promise<void> {
    let taken = 0;
    if (!this.#hasEnded) {
      await this.#settled((done) => this.#stream.write(bytes, done));
      this.#given += bytes.length;
      if (!this.#hasEnded) return;
      // only zlib ends before it is told to, and counts what it took
      taken = bytes.length - (this.#given - (this.#stream as Gunzip).bytesWritten);
    }
    if (bytes.subarray(taken).every((byte) => byte === 0)) return;
    this.damage = MORE;
    throw MORE;
  }

  /** Ends the data. False: it is cut off. */
  async end(): Promise<boolean> {
    try {
      if (!this.#hasEnded) await this.#settled(() => this.#stream.end());
      return true;
    } catch (error) {
      if (error !== CUT) throw error;
      return false;
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #settled(begin: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => (this.#failed === undefined ? resolve() : reject(this.#failed));
      this.#settle = settle;
      if (this.#failed === undefined) begin(settle);
      else settle();
    });
  }
}

/** Unpacks zstd, without a look at its checksums. */
function unzstd(): Transform {
  const stream = new Transform({
    transform: (bytes: Uint8Array, _, done) => push(Buffer.from(bytes), false, done), // it keeps them
    flush: (done) => push(new Uint8Array(0), true, done),
  });
  const frames = new Decompress((bytes) => stream.push(bytes));
  const push = (bytes: Uint8Array, isLast: boolean, done: (error?: Error) => void): void => {
    let failed: Error | undefined;
    try {
      frames.push(bytes, isLast);
    } catch (error) {
      failed = error as Error;
    }
    done(failed);
  };
  return stream;
}

function isCut(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'Z_BUF_ERROR' || code === ZstdErrorCode.UnexpectedEOF;
}
