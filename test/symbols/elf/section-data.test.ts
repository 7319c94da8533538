import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/engine/errors.ts';
import { decompressed } from '../../../src/symbols/elf/compressed-section.ts';
import { SectionData } from '../../../src/symbols/elf/section-data.ts';

test('a string in a section that is said to be larger than its file ends with the file', () => {
  const file = Buffer.from('one\0no end');
  const section = new SectionData((at, length) => file.subarray(at, at + length), 2 ** 52);
  assert.equal(section.text(0), 'one');
  for (const at of [4, 2 ** 40]) assert.throws(() => section.text(at), InputError);
});

test('a packed section that ends within its header is damaged', () => {
  const file = Buffer.from('ZLIB\0\0');
  const section = new SectionData((at, length) => file.subarray(at, at + length), file.length);
  assert.throws(() => decompressed('.zdebug_abbrev', section, undefined), InputError);
});
