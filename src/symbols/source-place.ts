// Where in the source a function stands, as names show it.

import { posix } from 'node:path';
import type { SymbolFrame } from './object.ts';

/**
 * ` (raw/mod.rs)` for a bare name, '' for a whole one. Always for a bare one: were it only where several functions have
 * that name, one function would be called otherwise in each run, or after another one came into the program.
 */
export function homeBehind({ home }: SymbolFrame): string {
  return home === undefined ? '' : ` (${shortPath(home)})`;
}

/** The file name with its folder, because half of all files of Rust are called mod.rs: `raw/mod.rs` */
export function shortPath(path: string): string {
  const short = lastTwo(path);
  // /src/./left.h     /build/sort/../lib.c     /usr//x.h
  return /^(?:\.{0,2}\/|[^/]*$)/.test(short) && path.includes('/') ? lastTwo(posix.normalize(path)) : short;
}

function lastTwo(path: string): string {
  return path.slice(path.lastIndexOf('/', path.lastIndexOf('/') - 1) + 1);
}
