// The folded text of a picture: whatever became of its data, the answer is text or one clear error.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { StackTable } from '../../../src/engine/stack-table.ts';
import { packedParts } from '../../../src/stacks/packed/pack.ts';
import { DATA_BEGINS, DATA_VERSION } from '../../../src/stacks/packed/picture-data.ts';
import { foldedOfPicture } from '../../../src/stacks/packed/picture-text.ts';
import { PLAIN } from '../../engine/layout-settings.ts';
import { runs } from '../../law-runs.ts';

type Row = readonly [stack: readonly string[], count: number];

const ROWS: readonly Row[] = [
  [['main', 'read'], 7],
  [['main', 'write'], 8],
];

function packed(rows: readonly Row[] = ROWS): Uint8Array {
  const table = new StackTable();
  for (const [stack, count] of rows)
    table.add(
      stack.map((name) => table.name(name)),
      count,
      1,
    );
  table.drawing.boxes({ ...PLAIN, packs: true });
  return Buffer.concat(packedParts(table.drawing.packed.columns));
}

function textOf(bytes: Uint8Array, version: number = DATA_VERSION): string {
  const stacks = deflateSync(bytes).toString('base64');
  const file = Buffer.from(
    `${DATA_BEGINS}${JSON.stringify({ version, reversed: false, isPair: false, stacks })}</metadata>`,
  );
  return Buffer.concat([...(foldedOfPicture(file) ?? [])]).toString('latin1');
}

describe('the data of a picture', () => {
  test('gives the stacks it was drawn from', () => {
    assert.equal(textOf(packed()), 'main;read 7\nmain;write 8\n');
  });

  test('gives the stacks whoever calls whom, and however many each calls', () => {
    const stack = fc.array(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(stack, { minLength: 1, maxLength: 60 }), (stacks) => {
        const lines = new Map<string, number>();
        for (const ids of stacks) {
          const line = ids.map((id) => `f${id}`).join(';');
          lines.set(line, (lines.get(line) ?? 0) + 1);
        }
        const rows = stacks.map((ids): Row => [ids.map((id) => `f${id}`), 1]);
        const text = [...lines].map(([line, count]) => `${line} ${count}`);
        assert.deepEqual(textOf(packed(rows)).trimEnd().split('\n').sort(), text.sort());
      }),
    );
  });

  test('gives counts as they were, whole or not', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 9, 10, 999_999_999, 1e9, 0.5, 1.25)),
        (count) => {
          const most: Row = [['zz'], 1]; // all counts must not be 0
          assert.equal(textOf(packed([[['main'], count], most])), `main ${count}\nzz 1\n`);
        },
      ),
    );
  });

  test('gives counts too small for the exponent that a number would be written with', () => {
    assert.equal(textOf(packed([[['main'], 2.5e-7]])), 'main 0.00000025\n');
  });

  test('gives a stack of more frames than any column had room for', () => {
    const stack = Array.from({ length: 40_000 }, (_, depth) => `f${depth % 3}`);
    assert.equal(textOf(packed([[stack, 5]])), `${stack.join(';')} 5\n`);
  });

  test('of another version is not taken for damaged, nor for its own', () => {
    assert.throws(() => textOf(packed(), DATA_VERSION - 1), /another version of flame-svg .* draw it again/);
  });

  test('gives lines or says that it is damaged, whichever bytes are wrong', () => {
    const changes = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(60), (each, cut) => {
        const bytes = Uint8Array.from(packed());
        for (const [at, byte] of each) bytes[at % bytes.length] = byte;
        try {
          assert.match(textOf(bytes.subarray(0, bytes.length - (cut % 3))), /^(?:[^\n]* [^\n]*\n)*$/);
        } catch (error) {
          assert.match((error as Error).message, /damaged or cut off/);
        }
      }),
      { numRuns: runs(4) },
    );
  });
});
