import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PerfFold } from '../../src/perf/fold-perf.ts';
import { PerfObjects } from '../../src/perf/objects.ts';
import { Mappings } from '../../src/symbols/mappings.ts';
import { Symbolizer } from '../../src/symbols/symbolizer.ts';
import { foldedText } from '../folded-tables.ts';
import { bytesOf, readerOf } from '../symbols/objects.ts';

test('records say what a child had mapped that ended long ago: its parent’s, then its own', () => {
  const mappings = new Mappings({ knowsAll: true });
  const objects = new PerfObjects({ symbolizer: new Symbolizer(() => undefined), mappings, inline: true });
  for (const record of [
    'bash 0/0 0.000000: PERF_RECORD_MMAP2 3638/3638: [0x561f09200000(0x1000) @ 0 fe:00 2 0]: r-xp /usr/bin/bash',
    'bash 3638/3638 38813.669186: PERF_RECORD_FORK(3705:3705):(3638:3638)',
    'gzip 3705/3705 38813.669551: PERF_RECORD_COMM exec: gzip:3705/3705',
    'gzip 3705/3705 38813.669582: PERF_RECORD_MMAP2 3705/3705: [0x561f0924e000(0xf000) @ 0x3000 fe:00 3 0]: r-xp /usr/bin/gzip',
    'gzip 3705/3705 38813.764513: PERF_RECORD_EXIT(3705:3705):(3638:3638)',
  ])
    objects.readRecord(record);
  const pathAt = (pid: number, address: number): string | undefined => mappings.at(pid, address, '')?.path;
  assert.deepEqual([pathAt(3705, 0x561f09200000), pathAt(3705, 0x561f0924e000)], ['/usr/bin/bash', '/usr/bin/gzip']);
  assert.deepEqual([pathAt(3638, 0x561f0924e000), pathAt(3706, 0x561f09200000)], [undefined, undefined]);
});

const BASE = 0x7f5500000000;
/** The process has the whole file mapped there. */
const mmapOf = (pid: number, at: number): string =>
  `app ${pid}/${pid} 1.000000: PERF_RECORD_MMAP2 ${pid}/${pid}: [0x${at.toString(16)}(0x1000) @ 0 fe:00 1 0]: r-xp /gcc-dwarf4\n`;
const sampleOf = (pid: number, frames: readonly string[]): string =>
  `app       ${pid}/${pid}           1.000000:          1 cycles: \n${frames.map((frame) => `\t${frame}\n`).join('')}\n`;

function foldOf(text: readonly string[]): string {
  const open = (path: string) => (path === '/gcc-dwarf4' ? readerOf(bytesOf('gcc-dwarf4')) : undefined);
  const lookup = { symbolizer: new Symbolizer(open), inline: true };
  const fold = new PerfFold({ lookup, srcline: true, count: 'samples' }, (...skipped) => assert.fail(skipped.join()));
  fold.begin('');
  for (const block of text) fold.block(Buffer.from(block));
  fold.end();
  const result = fold.finish();
  return 'table' in result ? foldedText(result.table) : result.why;
}

/** Stacks of frames of one process, leaf first; `prefix` stands before addresses. */
function folded(stacks: readonly (readonly string[])[], prefix: string): string {
  const samples = stacks.map((stack) =>
    sampleOf(
      7,
      stack.map((frame) => `${prefix}${frame}`),
    ),
  );
  return foldOf([mmapOf(7, BASE), ...samples]);
}

test('an address lies in the memory of its sample’s process, also where the engine reads the header', () => {
  const at = (address: number): string => `${address.toString(16)} [unknown] (/gcc-dwarf4)`;
  const one = [0x160, 0x164, 0x150].map((offset) => sampleOf(7, [at(BASE + offset)]));
  const other = [0x160, 0x164, 0x150].map((offset) => sampleOf(4321, [at(BASE + offset - 0x100)]));
  const maps = [mmapOf(7, BASE), mmapOf(4321, BASE - 0x100)];
  const expected = foldOf([...maps, ...one, ...one]);
  assert.match(expected, /^app;work:/m);
  assert.equal(foldOf([...maps, ...one, ...other]), expected);
});

test('a frame in perf’s usual form, which the engine reads, becomes what it becomes in another form', () => {
  assert.match(folded([['160 [unknown] (/gcc-dwarf4)']], ''), /^app;work:src\/tiny\.c:10;outer:/m);
  const offset = fc.integer({ min: 0xd0, max: 0x1d0 });
  const symbol = fc.constantFrom('[unknown]', 'work+0x10', 'main+0x1', 'other+0x0', 'a::b(int)+0x3');
  const dso = fc.constantFrom(
    '/gcc-dwarf4',
    '/gcc-dwarf4',
    '/gone',
    '[vdso]',
    '[JIT] tid 7',
    '//anon',
    '/gcc-dwarf4+0x160',
  );
  const frame = fc
    .tuple(offset, fc.constantFrom(0, BASE), symbol, dso)
    .map(([at, base, name, path]) => `${(at + base).toString(16)} ${name} (${path})`);
  const kernel = fc.constant('ffffffff81000000 schedule+0x1 ([kernel.kallsyms])');
  const stack = fc.array(fc.oneof({ weight: 5, arbitrary: frame }, kernel), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(stack, { minLength: 1, maxLength: 5 }), (stacks) => {
      assert.equal(folded(stacks, ''), folded(stacks, '0x'));
    }),
  );
});

test('an address that may be an offset is what its callers are, which stand behind calls', () => {
  const maps = mmapOf(7, 0x10);
  const one = (address: string): string => foldOf([maps, sampleOf(7, [`${address} [unknown] (/gcc-dwarf4)`])]);
  const after = (address: string, first: string): string =>
    foldOf([maps, ...[first, address].map((at) => sampleOf(7, [`${at} [unknown] (/gcc-dwarf4)`]))]);
  const [main, work] = [/;main:src\/tiny\.c:\d+ /, /;work:src\/tiny\.c:\d+;/];
  // main calls work at 0x150, so 0x155 is a caller's: as an offset, or as that address of the process, 0x165
  assert.match(one('155'), main);
  assert.match(one('165'), main);
  assert.match(one('174'), /^app;\[gcc-dwarf4\] 1$/m, 'nothing tells which it is');
  assert.match(after('168', '155'), work);
  assert.match(after('174', '165'), work);
});
