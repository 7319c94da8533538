import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIBRARY_SOURCE, originOf } from '../../src/symbols/library-source.ts';

const frame = (file: string | undefined) => ({ name: 'f', home: undefined, isInlined: true, file, line: 1 });

test('crates, the standard library, generated bindings and C++ templates are libraries; the rest is of the object', () => {
  for (const file of [
    '/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/pgrx-0.18.0/src/bgworkers.rs',
    '/home/a/.cargo/git/checkouts/tokio-1/src/lib.rs',
    '/rustc/59807616e1fa/library/core/src/ops/function.rs',
    '/srv/app/target/release/build/pgrx-pg-sys-0123456789abcdef/out/pg15.rs',
    '/usr/include/c++/12/bits/std_mutex.h',
    '/usr/src/rustc-1.85.1/library/core/src/iter/adapters/copied.rs',
    'library/std/src/sys/sync/mutex/futex.rs',
    '/rust/deps/gimli-0.29.0/src/read/abbrev.rs',
  ])
    assert.equal(originOf(frame(file), '/srv/app.so'), LIBRARY_SOURCE, file);
  for (const file of [
    undefined,
    'src/lib.rs',
    '/srv/app/src/lib.rs',
    '/usr/src/app/main.c',
    'library/src/lib.rs',
    '/srv/build/out/main.c',
  ])
    assert.equal(originOf(frame(file), '/srv/app.so'), '/srv/app.so', file);
});
