import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ElfFile } from '../../src/symbols/elf/elf-file.ts';
import { ObjectSymbols } from '../../src/symbols/object.ts';
import { bytesOf, damaged, readerOf } from './objects.ts';

const SHF_COMPRESSED = 0x800;
const objectOf = (bytes: Buffer): ObjectSymbols =>
  new ObjectSymbols('/prog', (path) => (path === '/prog' ? readerOf(bytes) : undefined), undefined);

describe('a damaged object', () => {
  test('gives frames, or none', () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const object = objectOf(bytes);
        for (const address of [0x400160, 0x400130, 0x400150]) assert.ok(Array.isArray(object.framesAt(address)));
      }),
    );
  });

  test('whose link to its debug file can not be unpacked keeps its symbols, and says so', () => {
    const bytes = Buffer.from(bytesOf('stripped'));
    const link = new ElfFile(readerOf(bytes)).section('.gnu_debuglink');
    assert.ok(link);
    const sections = Number(bytes.readBigUInt64LE(40));
    const at = [...Array(bytes.readUInt16LE(60)).keys()]
      .map((i) => sections + i * 64)
      .find((header) => Number(bytes.readBigUInt64LE(header + 24)) === link.offset);
    assert.ok(at);
    bytes.writeUInt32LE(SHF_COMPRESSED, at + 8);
    const object = objectOf(bytes);
    assert.deepEqual(object.framesAt(0x400160), []);
    assert.match([...object.allProblems().keys()].join(), /^\.gnu_debuglink /);
  });
});
