// A source: what a program writes, for a reader in this process. Through a pipe, or, sooner, through files: then the
// program is never held up by its reader, and parts of the work can be done by several programs at once.

import { closeSync, openSync, readSync, rmSync, statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, type Ending } from './children.ts';

export interface Source {
  /** blocks, each of which is overwritten when the next is asked for */
  text: AsyncIterable<Uint8Array>;
  /** Nobody reads it any more. Gives how the programs ended; their files are gone. */
  end(): Promise<Ending[]>;
}

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
      for (const { output } of parts) rmSync(output);
      return endings;
    },
  };
}

const BLOCK = 1 << 18;
const LOOK_MS = 1;

/** A file while a child writes it, up to its end. */
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

/** May so many bytes be written there? */
export function hasRoom(folder: string, bytes: number): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= bytes;
}
