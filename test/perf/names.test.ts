// Names of frames: those that the engine gives are those that TypeScript gives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../src/engine/stack-table.ts';
import { PerfFold } from '../../src/perf/fold-perf.ts';
import { PerfNames } from '../../src/perf/names.ts';
import type { PerfScriptOptions } from '../../src/perf/script.ts';

function fold(text: string, options: Partial<PerfScriptOptions>): string {
  const fold = new PerfFold({ objects: false, ...options }, () => {});
  fold.begin('in');
  fold.block(Buffer.from(text, 'latin1'));
  fold.end();
  const folded = fold.finish();
  return 'why' in folded ? folded.why : Buffer.concat([...folded.table.folded()].map(Buffer.from)).toString('latin1');
}

/** The same with names that TypeScript gives alone. */
function foldSlowly(text: string, options: Partial<PerfScriptOptions>): string {
  return fold(text, { ...options, skipAfter: ['no such function'] });
}

const PARTS = [
  ...['f', 'main', 'T', '7', '$', '.', '~', '\xe0', '\xa0', ' ', ';', '\x01', '\x7f', '+0x1', '[unknown]', '0x1f'],
  ...['(', ')', '()', '(int)', '(anonymous namespace)', '(*T)', '<', '>', '{lambda()#1}', ' const', ' &', ' noexcept'],
  ...[
    '::',
    ':',
    'operator',
    'operator()',
    'decltype',
    '@plt',
    '@@GLIBC_2.4',
    ' [clone .cold]',
    ' [clone .llvm.7]',
    ']',
    '[',
  ],
  ...[
    '_',
    '_Z',
    '__Z',
    '_R',
    '_ZN3foo3barEv',
    'caml',
    'camlStdlib__map_1',
    '::h0123456789abcdef',
    '.llvm.77',
    ' (.isra.0)',
  ],
  ...['-', '->', 'Lcom/ex/A;::m', 'com.ex.A::run', 'JS:', 'py::', '*'],
];
const OBJECTS = [
  '/opt/app',
  '[kernel.kallsyms]',
  'inlined',
  '/tmp/perf-7.map',
  '/x.so (deleted)',
  '/x.so+0x12',
  '[vdso]',
];

const options = fc.record(
  {
    ...{ tidy: fc.boolean(), demangle: fc.boolean(), keepHash: fc.boolean(), addresses: fc.boolean() },
    ...{ markKernel: fc.boolean(), markJit: fc.boolean(), markInlined: fc.boolean(), maxDepth: fc.constant(2) },
  },
  { requiredKeys: [] },
);
const symbol = fc.oneof(
  fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  fc.constantFrom('f(int)@plt', 'f(int) const', 'f() [clone .llvm.7]', 'g [clone .llvm.7]', 'a.B::c->a.D::e'),
);
const frame = fc.tuple(fc.constantFrom('    5555deadbeef', 'ffffffff81000010'), symbol, fc.constantFrom(...OBJECTS));

test('names that the engine gives to symbols are those of TypeScript', () => {
  const header = 'app     7 [000]     1.000001:          1 cycles: \n';
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 12 }), options, (frames, chosen) => {
      const known = OBJECTS.flatMap((object) =>
        ['    5555deadbee0', 'ffffffff81000000'].map((address) => `\t${address} first+0x10 (${object})\n`),
      );
      const lines = frames.map(([address, name, object]) => `\t${address} ${name}+0x10 (${object})\n`);
      const text = [...known, ...lines].map((line) => `${header}${line}\n`).join('');
      assert.equal(fold(text, chosen), foldSlowly(text, chosen));
    }),
  );
});

test("whose code a function is, its debug information says; only what that does not know is the object's that perf printed", () => {
  const names = new PerfNames(new StackTable(), {
    ...{ tidy: true, demangle: true, keepHash: false, markInlined: false, markKernel: false, markJit: false },
    ...{ addresses: false, skipAfter: [], kernelSymbols: undefined, objects: true },
  });
  const printed = (symbol: string, dso: string): number =>
    names.words({ kind: 'frame', address: '1f', symbol, dso, inlined: false })[0] as number;
  const found = (name: string, file: string | undefined): number =>
    names.found({ name, isInlined: false, file, line: 1, home: undefined }, '', '/srv/app');
  const [insert, work, unknown] = [
    printed('insert', '/srv/app'),
    printed('work', '/srv/app'),
    printed('x', '/srv/app'),
  ];
  printed('insert', '/lib/other.so');
  assert.equal(found('insert', '/rustc/0/library/std/src/map.rs'), insert);
  assert.equal(found('work', '/home/me/app.rs'), work);
  const objects = names.objectsByName();
  assert.deepEqual(objects.get(insert)?.toSorted(), ['/lib/other.so', 'library source']);
  assert.deepEqual(objects.get(work), ['/srv/app']);
  assert.deepEqual(objects.get(unknown), ['/srv/app']);
});
