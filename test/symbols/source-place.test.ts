import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { FrameLookup } from '../../src/offcpu/read/bpftrace/user-frames.ts';
import { OffcpuFold } from '../../src/offcpu/read/fold-offcpu.ts';
import { PerfFold } from '../../src/perf/fold-perf.ts';
import { ElfFile } from '../../src/symbols/elf/elf-file.ts';
import { SymbolIndex } from '../../src/symbols/elf/symbol-index.ts';
import { ANY_PROCESS, Mappings } from '../../src/symbols/mappings.ts';
import { shortPath } from '../../src/symbols/source-place.ts';
import { Symbolizer } from '../../src/symbols/symbolizer.ts';
import { foldedText } from '../folded-tables.ts';
import { runs } from '../law-runs.ts';
import { bytesOf, readerOf } from './objects.ts';

test('a path is shown as its file with its folder, whichever way leads there', () => {
  const all = [
    '/a/raw/mod.rs',
    'raw/mod.rs',
    '/a/raw/./mod.rs',
    '/a/raw/x/../mod.rs',
    '/raw//mod.rs',
    '/b/raw/./mod.rs',
  ];
  assert.deepEqual(new Set(all.map(shortPath)), new Set(['raw/mod.rs']));
  assert.deepEqual(['/mod.rs', 'mod.rs', ''].map(shortPath), ['mod.rs', 'mod.rs', '']);
});

const CARGO = '/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f';
const GIT = '/root/.cargo/git/checkouts/pgrx-0123456789abcdef/1a2b3c4';
for (const [what, paths, short] of [
  [
    'a crate, without its version',
    [`${CARGO}/serde-1.0.200/src/lib.rs`, `${CARGO}/serde-1.0.9/src/lib.rs`],
    'serde/src/lib.rs',
  ],
  ['a module of a crate', [`${CARGO}/serde-1.0.200-rc.1+x/src/de/mod.rs`], 'serde/de/mod.rs'],
  ['a crate without a src', [`${CARGO}/old-0.1.2/lib.rs`], 'old/lib.rs'],
  ['a folder of a crate without a src', [`${CARGO}/old-0.1.2/a/b.rs`], 'old/a/b.rs'],
  ['a crate of a revision', [`${GIT}/src/lib.rs`], 'pgrx/src/lib.rs'],
  [
    'a member of a workspace',
    [`${GIT}/pgrx-sys/src/lib.rs`, '/srv/./crates/pgrx-sys/src/lib.rs'],
    'pgrx-sys/src/lib.rs',
  ],
  [
    'the standard library',
    ['/rustc/59807616e/library/core/src/fmt/mod.rs', '/rustc/1/./library/core/src/fmt/mod.rs'],
    'core/fmt/mod.rs',
  ],
  ['the crate that is built, wherever it lies', ['/srv/app/./src/main.rs', '/build/4711/./src/main.rs'], 'src/main.rs'],
  [
    'what a build script made',
    ['/srv/./target/release/build/pgrx-sys-0123456789abcdef/out/pg15.rs'],
    'pgrx-sys/out/pg15.rs',
  ],
  ['a source beside the directory of the compilation', ['/build/obj/./../lib/sort.cc'], 'lib/sort.cc'],
  ['a source in that directory', ['/build/lib/./sort.cc'], 'lib/sort.cc'],
] as const) {
  test(`a path shows ${what}`, () => assert.deepEqual(new Set(paths.map(shortPath)), new Set([short])));
}

const BASE = 0x5555_0000_0000;
const LINKED_AT = 0x400000;

const lookup = (path: string): FrameLookup => {
  const mappings = new Mappings();
  mappings.addMaps(ANY_PROCESS, `${BASE.toString(16)}-${(BASE + 0x10000).toString(16)} r-xp 00000000 fe:00 1 ${path}`);
  const bytes = bytesOf(path.slice(1));
  return { mappings, symbolizer: new Symbolizer((file) => (file === path ? readerOf(bytes) : undefined)) };
};

/** A line a file offset, which is the comm: on-CPU by perf, or off-CPU by bpftrace. */
function namesOnCpu(path: string, offsets: readonly number[]): string {
  const fold = new PerfFold({ lookup: { ...lookup(path), inline: true }, count: 'samples' }, () => assert.fail());
  fold.begin('');
  for (const offset of offsets) {
    const at = offset.toString(16);
    fold.block(Buffer.from(`c${at} 7 1.5: 1 cpu-clock: \n\t ${at} x (${path})\n\n`));
  }
  fold.end();
  const folded = fold.finish();
  return 'table' in folded ? foldedText(folded.table).replace(/^#.*\n/, '') : folded.why;
}

function namesOffCpu(path: string, offsets: readonly number[]): string {
  const fold = new OffcpuFold({ lookup: lookup(path) }, () => assert.fail());
  fold.begin('');
  for (const offset of offsets) {
    const at = (BASE + offset).toString(16);
    fold.block(Buffer.from(`@offcpu[\n    schedule+35\n, \n    0x${at}\n, c${offset.toString(16)}]: 1\n`));
  }
  fold.end();
  return foldedText(fold.finish().table)
    .replace(/^#.*\n/, '')
    .replaceAll(';schedule ', ' ');
}

/** Of all code in functions. */
function offsetsOf(name: string): number[] {
  const file = new ElfFile(readerOf(bytesOf(name)));
  const text = file.section('.text');
  assert.ok(text);
  const symbols = new SymbolIndex(file);
  const addresses = Array.from({ length: text.size }, (_, i) => text.address + i);
  return addresses.filter((address) => symbols.at(address)).map((address) => address - LINKED_AT);
}

describe('a function without its namespace is called by its file, too, whatever else is named beside it', () => {
  for (const name of ['clang-lines', 'gcc-static']) {
    test(name, () => {
      const offsets = offsetsOf(name);
      const all = namesOnCpu(`/${name}`, offsets).split(/(?<=\n)/);
      const frames = new Set(
        all.flatMap((line) =>
          line
            .replace(/ \d+\n$/, '')
            .split(';')
            .slice(1),
        ),
      );
      const inlined = ['get (src/left.h)', 'get (src/right.h)', 'mix (src/left.h)'];
      assert.deepEqual([...frames].sort(), [...inlined, 'main', 'take'].sort());
      fc.assert(
        fc.property(fc.subarray(offsets, { minLength: 1 }), (some) => {
          const wanted = new Set(some.map((offset) => `c${offset.toString(16)}`));
          const expected = all.filter((line) => wanted.has(line.split(';')[0] as string)).join('');
          assert.equal(namesOnCpu(`/${name}`, some), expected);
          assert.equal(namesOffCpu(`/${name}`, some), expected);
        }),
        { numRuns: runs(0.4) },
      );
    });
  }
});
