// A source: what a program writes, for a reader in this process. It comes through a pipe, or, sooner, through files:
// then the program never waits for its reader, and several programs can share the work.

import { closeSync, openSync, readSync, rmSync, statfsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../../engine/errors.ts';
import { Child, type Ending } from './children.ts';

export interface Source {
  /** blocks; asking for the next one overwrites the one before */
  text: AsyncIterable<Uint8Array>;
  /** Call it when nobody reads any more. Removes the files, and gives how the programs ended. Throws UsageError on a full disk. */
  end(): Promise<Ending[]>;
}

/** A program's stdout, while it runs; its stderr goes into the file `errors`. */
export function streamed(argv: readonly string[], errors: string): Source {
  const child = new Child({ argv, errors });
  async function* text(): AsyncGenerator<Uint8Array> {
    if (!child.stdout.destroyed) yield* child.stdout as AsyncIterable<Uint8Array>; // else it could not be started
  }
  return {
    text: text(),
    async end() {
      child.stdout.destroy(); // a reader that failed has left it
      return [await child.ended];
    },
  };
}

/** The texts of all programs, one behind the other. They run at once, and write into files named after `file`. */
export function spooled(slices: readonly (readonly string[])[], file: string, errors: string): Source {
  const parts = slices.map((argv, i) => {
    const output = `${file}.text-${i}`;
    return { output, child: new Child({ argv, output, errors }) };
  });
  async function* text(): AsyncGenerator<Uint8Array> {
    for (const { output, child } of parts) yield* growing(output, child);
  }
  return {
    text: text(),
    async end() {
      const endings = await Promise.all(parts.map(({ child }) => child.ended));
      const isFull = freeBytes(dirname(file)) === 0;
      for (const { output } of parts) rmSync(output);
      // perf does not mind that its text is cut
      if (isFull) throw new UsageError(`${basename(file)}: no space left on device`);
      return endings;
    },
  };
}

const BLOCK = 1 << 18;
const LOOK_MS = 1;

/** The blocks of a file while a child writes it, up to its end. */
async function* growing(file: string, child: Child): AsyncGenerator<Uint8Array> {
  const fd = openSync(file, 'r');
  const block = Buffer.allocUnsafeSlow(BLOCK);
  try {
    for (;;) {
      const { hasEnded } = child; // before the last look
      const size = readSync(fd, block, 0, BLOCK, null);
      if (size > 0) yield block.subarray(0, size);
      else if (hasEnded) return;
      else await sleep(LOOK_MS);
    }
  } finally {
    closeSync(fd);
  }
}

/** The bytes that may still be written on the folder's disk. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
