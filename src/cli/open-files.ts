// Files that are read in places, such as objects with debug information: of a gigabyte only a few megabytes matter.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Where debug packages put their files. A recording of another machine may find them on this one, too. */
const DEBUG = '/usr/lib/debug/';

/** Reads bytes of a file, fewer at its end: to the start of `into` where it is given, and gives a view of them. */
type ReadFile = (at: number, length: number, into?: Uint8Array) => Buffer;

export class OpenFiles {
  readonly #root: string;
  readonly #opened: number[] = [];

  /** `root` is put before each path: a copy of the files of another machine, or of a container. */
  constructor(root = '') {
    this.#root = root.replace(/\/+$/, '');
  }

  /** Reads bytes of a file, fewer at its end; undefined: there is no such file, or it may not be read. `path` is latin1. */
  open(path: string): ReadFile | undefined {
    const bytes = Buffer.from(path, 'latin1');
    const inRoot = this.#openOne(Buffer.concat([Buffer.from(this.#root), bytes]));
    return inRoot ?? (this.#root !== '' && path.startsWith(DEBUG) ? this.#openOne(bytes) : undefined);
  }

  close(): void {
    for (const file of this.#opened.splice(0)) closeSync(file);
  }

  #openOne(path: Buffer): ReadFile | undefined {
    let file: number;
    try {
      if (!statSync(path).isFile()) return undefined; // a FIFO would make us wait
      file = openSync(path, 'r');
    } catch {
      return undefined;
    }
    this.#opened.push(file);
    const { size } = fstatSync(file);
    return (at, length, into) => {
      const count = Math.max(0, Math.min(length, size - at));
      const bytes = into ? Buffer.from(into.buffer, into.byteOffset, count) : Buffer.allocUnsafe(count);
      let filled = 0;
      while (filled < bytes.length) {
        const read = readSync(file, bytes, filled, bytes.length - filled, at + filled);
        if (read === 0) break; // it was cut off meanwhile
        filled += read;
      }
      return bytes.subarray(0, filled);
    };
  }
}
