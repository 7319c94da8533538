import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checksum, debugFileOf, debugLinkFiles, debugLinkOf } from '../../../src/symbols/elf/debug-file.ts';
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts';
import { SymbolIndex } from '../../../src/symbols/elf/symbol-index.ts';
import { elfFacts } from '../../../src/symbols/elf.ts';
import { runs } from '../../law-runs.ts';
import { bytesOf, damaged, OBJECTS, orInputError, readerOf } from '../objects.ts';

const fileOf = (name: string): ElfFile => new ElfFile(readerOf(bytesOf(name)));

describe('an ELF file', () => {
  test('of 32 bits, of 64 bits, of either byte order', () => {
    for (const [name, is64, machine] of [
      ['gcc-dwarf4', true, 62],
      ['clang-i386', false, 3],
      ['clang-powerpc64', true, 21],
    ] as const) {
      const file = fileOf(name);
      assert.deepEqual([file.is64, file.machine], [is64, machine], name);
      assert.match(file.buildId ?? '', /^[0-9a-f]{40}$/, name);
      assert.ok(file.section('.debug_info'), name);
    }
  });

  test('tells where its bytes are loaded, and back', () => {
    const file = fileOf('gcc-dwarf4');
    const text = file.section('.text');
    assert.ok(text);
    assert.equal(file.addressAt(text.offset + 5), text.address + 5);
    assert.deepEqual(file.bytesBefore(text.address + 5, 5), file.read(text.offset, 5));
    assert.equal(file.addressAt(1e9), undefined);
    assert.equal(file.bytesBefore(1, 5), undefined);
  });

  test('tells where its code is: by its sections, or by what it loads if it has none', () => {
    const bytes = bytesOf('gcc-dwarf4');
    const isCode = (file: ElfFile): boolean[] =>
      [0x400010, 0x40014f, 0x400150, 0x400183, 0x400184].map((address) => file.hasCode(address));
    assert.deepEqual(isCode(new ElfFile(readerOf(bytes))), [false, false, true, true, false]);
    const bare = Buffer.from(bytes);
    bare.fill(0, 40, 48);
    assert.deepEqual(isCode(new ElfFile(readerOf(bare))), [true, true, true, true, false]);
  });

  test('has the same debug information in all ways to compress it', () => {
    const bytes = (name: string): Buffer | undefined => fileOf(name).data('.debug_info')?.bytes(0, 1e6);
    const [plain, old] = [bytes('gcc-dwarf5'), bytes('gcc-dwarf4')];
    assert.ok(plain && plain.length > 100 && old);
    assert.deepEqual(bytes('gcc-zlib'), plain);
    assert.deepEqual(bytes('gcc-zstd'), plain);
    assert.deepEqual(bytes('gcc-zlib-gnu'), old);
  });

  test('that is none is refused', () => {
    assert.throws(() => new ElfFile(readerOf(Buffer.from('#!/bin/sh\n'.repeat(20)))), /not an ELF file/);
  });
});

describe('symbols', () => {
  for (const name of ['gcc-dwarf4', 'clang-i386']) {
    test(`${name}: of two names for one address the global one, to the end of the function and no further`, () => {
      const index = new SymbolIndex(fileOf(name));
      const section = fileOf(name).section('.text');
      assert.ok(section);
      const found = [...Array(section.size).keys()].map((at) => index.at(section.address + at));
      const work = found.find((symbol) => symbol?.name === 'work');
      assert.ok(work && work.size > 0);
      assert.ok(!found.some((symbol) => symbol?.name === 'also'), 'the weak one');
      assert.equal(index.at(work.address + work.size - 1)?.name, 'work');
      assert.notEqual(index.at(work.address + work.size)?.name, 'work');
      assert.equal(index.at(work.address - 1e6), undefined);
    });
  }

  test('a label within a function is none, a table among the code is one', () => {
    const file = fileOf('gcc-dwarf4');
    const table = file.section('.symtab');
    assert.ok(table);
    const indexWith = (info: number, size: number): SymbolIndex => {
      const bytes = Buffer.from(bytesOf('gcc-dwarf4'));
      const also = table.offset + 5 * 24; // at the address of `work`, 36 bytes long
      bytes.writeUInt8(info, also + 4);
      bytes.writeBigUInt64LE(0x400168n, also + 8);
      bytes.writeBigUInt64LE(BigInt(size), also + 16);
      return new SymbolIndex(new ElfFile(readerOf(bytes)));
    };
    assert.equal(indexWith(0, 0).at(0x400169)?.name, 'work');
    assert.equal(indexWith(1, 4).at(0x400169)?.name, 'also');
    assert.equal(indexWith(1, 4).at(0x40016c)?.name, 'work');
  });

  test('of data, by request', () => {
    const file = fileOf('gcc-dwarf4');
    const data = file.section('.bss');
    const at = file.sections.find(({ name }) => name === '.bss')?.address;
    assert.equal(data, undefined, 'it has no bytes in the file');
    assert.ok(at !== undefined);
    assert.equal(new SymbolIndex(file, 'object').at(at)?.name, 'sink');
    assert.equal(new SymbolIndex(file).at(at), undefined);
  });
});

describe('a debug file', () => {
  test('is found by build-id, and by name and checksum', () => {
    const file = fileOf('stripped');
    const link = debugLinkOf(file);
    assert.equal(link?.name, 'stripped.debug');
    assert.equal(checksum(readerOf(bytesOf('stripped.debug'))), link.crc);
    assert.notEqual(checksum(readerOf(bytesOf('gcc-dwarf5'))), link.crc);
    assert.deepEqual(debugLinkFiles('/opt/stripped', link), [
      '/opt/stripped.debug',
      '/opt/.debug/stripped.debug',
      '/usr/lib/debug/opt/stripped.debug',
    ]);
    assert.equal(file.buildId, fileOf('stripped.debug').buildId);
    assert.equal(debugFileOf('ab12cd'), '/usr/lib/debug/.build-id/ab/12cd.debug');
    assert.equal(debugLinkOf(fileOf('gcc-dwarf4')), undefined);
  });
});

test('what a file offers is told of each', () => {
  for (const [name, bytes] of OBJECTS) {
    const facts = elfFacts(readerOf(bytes));
    assert.equal(facts?.hasLines, name !== 'stripped', name);
    assert.equal(facts?.hasSymbols, name !== 'stripped', name);
  }
});

test("Rust is known by its compiler's signature, or by its standard library", () => {
  const bytes = bytesOf('gcc-dwarf4');
  const changed = (from: string, to: string): Buffer => {
    const copy = Buffer.from(bytes);
    copy.write(to.padEnd(from.length, '\0'), copy.indexOf(from), 'latin1');
    return copy;
  };
  const isRust = (some: Buffer): boolean | undefined => elfFacts(readerOf(some))?.isRust;
  const signed = changed('GCC: (Debian 1', 'rustc version 1');
  assert.ok(!isRust(bytes));
  assert.ok(isRust(signed));
  const old = changed('.comment', '.rodata');
  old.write('RUST_BACKTRACE', old.indexOf('GCC: ('), 'latin1');
  assert.ok(isRust(old));
});

test('a damaged file gives an answer or an InputError', () => {
  fc.assert(
    fc.property(damaged, (bytes) => {
      const read = readerOf(bytes);
      elfFacts(read);
      orInputError(() => debugLinkOf(new ElfFile(read)));
      orInputError(() => {
        const index = new SymbolIndex(new ElfFile(read));
        for (const at of [0, 0x400150, 0x400160, 2 ** 40]) orInputError(() => index.at(at));
      });
    }),
    { numRuns: runs(8) },
  );
});
