// Where in the source a function stands, as names show it.

import { Remembered } from '../engine/remembered.ts';
import { isWholeClosure } from './closure-names.ts';
import { isLibrary } from './library-source.ts';
import type { SymbolFrame } from './object.ts';

/**
 * ` (hashbrown/raw/mod.rs)` for a bare name, '' for a whole one. Always for a bare one: were it only where several functions have
 * that name, one function would be called otherwise in each run, or after another one came into the program.
 */
export function homeBehind({ name, home }: SymbolFrame): string {
  return home === undefined || isWholeClosure(name ?? '') ? '' : ` (${shortPath(home)})`;
}

const MOST_REMEMBERED = 1 << 14;
const remembered = new Remembered<string, string>(MOST_REMEMBERED);

/**
 * The file with its folder, because half of Rust's files are called mod.rs; and in front of them the crate of Rust's files,
 * where it is the same in all units and each checkout: `serde/de/mod.rs`. Of a library's file it is the directory that holds
 * its `src`, without the version, because names should outlive an upgrade. Other crates lie below the directory of the
 * compilation, which `/./` ends in a path. One that was compiled in its own directory has no name there: `src/main.rs`.
 */
export function shortPath(path: string): string {
  let short = remembered.get(path);
  if (short === undefined) {
    short = shortened(path);
    remembered.set(path, short);
  }
  return short;
}

// /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde-1.0.200/src/de/mod.rs      /srv/app/./src/main.rs
// /rustc/59807616e/library/core/src/fmt/mod.rs      /srv/app/./crates/shop/src/lib.rs         /build/./sort.cc
// /srv/app/./target/release/build/pgrx-pg-sys-0123456789abcdef/out/pg15.rs
function shortened(path: string): string {
  const whole = partsOf(path);
  const file = whole.length - 1;
  const short = file > 0 ? `${nameAt(whole, file - 1)}/${whole[file]}` : (whole[file] ?? '');
  if (!path.endsWith('.rs')) return short;
  const boundary = path.indexOf('/./');
  const isOfLibrary = isLibrary(path) || VENDORED.test(path);
  const below = boundary < 0 ? [] : partsOf(path.slice(boundary + '/./'.length));
  const crate = crateOf(isOfLibrary ? whole : below);
  return crate === undefined ? short : `${crate}/${short}`;
}

// /srv/app/vendor/serde/src/lib.rs
const VENDORED = /\/vendor\//;

/** Not by posix.normalize(), which goes through the characters in JavaScript. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!path.startsWith('/')) parts.push(part);
  }
  return parts;
}

/** The name of the directory in which the `src` of a file lies, or of the crate whose build script made the file. */
function crateOf(parts: readonly string[]): string | undefined {
  const folder = parts.length - 2;
  if (parts[folder] === 'out') return HASHED.exec(parts[folder - 1] ?? '')?.[1];
  const source = parts.lastIndexOf('src', folder);
  // a crate without a src, in /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f
  const at = parts[source - 1] === 'registry' ? source + 2 : source - 1;
  return source > 0 && at < folder && parts[at] !== '..' ? nameAt(parts, at) : undefined;
}

// serde-1.0.200      .cargo/git/checkouts/pgrx-0123456789abcdef/1a2b3c4
const VERSION = /-\d+\.\d+\.\d+.*$/;
const HASHED = /^(.+)-[0-9a-f]{16}$/;
const REVISION = /^[0-9a-f]{7,40}$/;

/** A directory without its version. */
function nameAt(parts: readonly string[], at: number): string {
  const directory = parts[at] as string;
  const [, checkout] = (REVISION.test(directory) && HASHED.exec(parts[at - 1] ?? '')) || [];
  return checkout ?? directory.replace(VERSION, '');
}
