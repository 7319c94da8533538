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
import { bytesOf, readerOf } from './objects.ts';

test('a path is shown as its file with its folder, whichever way leads there', () => {
  const all = ['/a/src/raw/mod.rs', 'raw/mod.rs', '/a/raw/./mod.rs', '/a/raw/x/../mod.rs', '/raw//mod.rs'];
  assert.deepEqual(new Set(all.map(shortPath)), new Set(['raw/mod.rs']));
  assert.deepEqual(['/mod.rs', 'mod.rs', ''].map(shortPath), ['mod.rs', 'mod.rs', '']);
});

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
        { numRuns: 20 },
      );
    });
  }
});
