// The folded text of a picture: whatever became of its data, the answer is text or one clear error.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { Packer } from '../../../src/stacks/packed/pack.ts';
import { DATA_BEGINS, DATA_VERSION } from '../../../src/stacks/packed/picture-data.ts';
import { foldedOfPicture } from '../../../src/stacks/packed/picture-text.ts';

const NAMES = ['', 'main', 'read', 'write'];

function packed(): Uint8Array {
  const packer = new Packer(NAMES.length, false);
  const words = Uint32Array.of(1, 2, 1, 3);
  packer.add(words, 0, 2, 0, 7, 0);
  packer.add(words, 2, 4, 1, 8, 0);
  return packer.bytes((id) => Buffer.from(NAMES[id] as string, 'latin1'));
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
    const names = Array.from({ length: 24 }, (_, id) => `f${id}`);
    const stack = fc.array(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(stack, { minLength: 1, maxLength: 60 }), (stacks) => {
        const packer = new Packer(names.length, false);
        let before: readonly number[] = [];
        for (const ids of stacks) {
          const differs = ids.findIndex((id, depth) => id !== before[depth]);
          packer.add(Uint32Array.from(ids), 0, ids.length, differs < 0 ? ids.length : differs, 1, 0);
          before = ids;
        }
        const lines = stacks.map((ids) => `${ids.map((id) => names[id]).join(';')} 1\n`);
        assert.equal(textOf(packer.bytes((id) => Buffer.from(names[id] as string, 'latin1'))), lines.join(''));
      }),
    );
  });

  test('gives counts as they were, whole or not', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 9, 10, 999_999_999, 1e9, 0.5, 1.25)),
        (count) => {
          const packer = new Packer(NAMES.length, false);
          packer.add(Uint32Array.of(1), 0, 1, 0, count, 0);
          assert.equal(textOf(packer.bytes((id) => Buffer.from(NAMES[id] as string, 'latin1'))), `main ${count}\n`);
        },
      ),
    );
  });

  test('gives a stack of more frames than any column had room for', () => {
    const ids = Uint32Array.from({ length: 40_000 }, (_, depth) => 1 + (depth % 3));
    const packer = new Packer(NAMES.length, false);
    packer.add(ids, 0, ids.length, 0, 5, 0);
    const text = textOf(packer.bytes((id) => Buffer.from(NAMES[id] as string, 'latin1')));
    assert.equal(text, `${Array.from(ids, (id) => NAMES[id]).join(';')} 5\n`);
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
      { numRuns: 500 },
    );
  });
});
