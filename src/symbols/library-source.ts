// Functions of libraries that a compiler put into the user's object: of Rust's crates and standard library, C++'s templates.
// Debug information of lines alone has no namespace for them, so only their source tells whose they are.

import type { SymbolFrame } from './object.ts';

/** Stands in place of the object of a function whose source is a library's. */
export const LIBRARY_SOURCE = 'library source';

// /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/pgrx-0.18.0/src/bgworkers.rs
// /rustc/59807616e/library/core/src/ops/function.rs     /srv/app/target/release/build/pgrx-pg-sys-0123456789abcdef/out/pg15.rs
// /usr/include/c++/12/bits/std_mutex.h
// Debian's Rust: /usr/src/rustc-1.85.1/library/core/src/iter/adapters/copied.rs     library/std/src/sys/sync/mutex/futex.rs
const LIBRARY =
  /\/\.cargo\/(?:registry|git)\/|^\/rustc\/|^\/usr\/src\/rustc-|^\/rust\/deps\/|^library\/(?:core|alloc|std)\/src\/|\/rustlib\/src\/|\/build\/[\w-]+-[0-9a-f]{16}\/out\/|^\/usr\/(?:local\/)?include\//;

/** The origin of a function that was found in `object`: that object, or LIBRARY_SOURCE. */
export function originOf({ home, file }: SymbolFrame, object: string): string {
  const source = home ?? file;
  return source !== undefined && isLibrary(source) ? LIBRARY_SOURCE : object;
}

/** Is this path of a source one of a library's? */
export function isLibrary(path: string): boolean {
  return LIBRARY.test(path);
}
