// /tmp/perf-PID.map: the functions that a compiler made while the program ran, which it lists for perf.

import { countUpTo } from './elf/sorted.ts';

// 3f5a2c40 1d8 JS:*handler file:///srv/app.mjs:12:21
// └ from   └ bytes (hex)  └ name, to the end of the line
// 0x00007f42242c7820 0x00000000000001f0 int java.lang.Object.hashCode()
const LINE = /^(?:0x)?([0-9a-fA-F]{1,16}) (?:0x)?([0-9a-fA-F]{1,16}) (.+)$/gm;
/** How many functions before an address may hold it: compilers use a place again for other functions. */
const MOST_TRIED = 64;

/** Where a process leaves it, by the process's own number. */
export function perfMapPath(pid: number): string {
  return `/tmp/perf-${pid}.map`;
}

export class PerfMap {
  readonly path: string;
  // by function, in the order of their starts; those with one start in the order of their lines
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #lines: Uint32Array;
  readonly #names: string[];

  /** `text` is latin1. Drops lines of another form. */
  constructor(path: string, text: string) {
    this.path = path;
    const functions = Array.from(text.matchAll(LINE), ([, from = '', size = '', name = ''], line) => {
      const start = Number.parseInt(from, 16);
      return { start, end: start + Number.parseInt(size, 16), name, line };
    }).sort((a, b) => a.start - b.start || a.line - b.line);
    this.#starts = Float64Array.from(functions, ({ start }) => start);
    this.#ends = Float64Array.from(functions, ({ end }) => end);
    this.#lines = Uint32Array.from(functions, ({ line }) => line);
    this.#names = functions.map(({ name }) => name);
  }

  /** The name of the function around this address, latin1; of several the last one in the file. */
  at(address: number): string | undefined {
    const from = countUpTo(this.#starts, address);
    let found = -1;
    for (let i = from - 1; i >= Math.max(0, from - MOST_TRIED); i--) {
      const isIn = address < (this.#ends[i] as number);
      if (isIn && (found < 0 || (this.#lines[i] as number) > (this.#lines[found] as number))) found = i;
    }
    return this.#names[found];
  }
}
