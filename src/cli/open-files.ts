// Files that are read in places, such as objects with debug information: of a gigabyte only a few megabytes matter.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Where debug packages put their files. A recording of another machine may find them on this one, too. */
const DEBUG = '/usr/lib/debug/';

export class OpenFiles {
  readonly #root: string;
  readonly #opened: number[] = [];

  /** `root` is put before each path: a copy of the files of another machine, or of a container. */
  constructor(root = '') {
    this.#root = root.replace(/\/+$/, '');
  }

  /** Reads bytes of a file, fewer at its end; undefined: there is no such file, or it may not be read. `path` is latin1. */
  open(path: string): ((at: number, length: number) => Buffer) | undefined {
    const bytes = Buffer.from(path, 'latin1');
    const inRoot = this.#openOne(Buffer.concat([Buffer.from(this.#root), bytes]));
    return inRoot ?? (this.#root !== '' && path.startsWith(DEBUG) ? this.#openOne(bytes) : undefined);
  }

  close(): void {
    for (const file of this.#opened.splice(0)) closeSync(file);
  }

  #openOne(path: Buffer): ((at: number, length: number) => Buffer) | undefined {
    let file: number;
    try {
      if (!statSync(path).isFile()) return undefined; // a FIFO would make us wait
      file = openSync(path, 'r');
    } catch {
      return undefined;
    }
    this.#opened.push(file);
    const { size } = fstatSync(file);
    return (at, length) => {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - at)));
      let filled = 0;
      while (filled < bytes.length) {
        const count = readSync(file, bytes, filled, bytes.length - filled, at + filled);
        if (count === 0) break; // it was cut off meanwhile
        filled += count;
      }
      return bytes.subarray(0, filled);
    };
  }
}
