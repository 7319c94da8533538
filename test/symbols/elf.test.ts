import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepsFramePointers } from '../../src/symbols/elf.ts';
import { readerOf } from './objects.ts';

const TEXT = 0x1000;
const SIZE = 128;

/** A program of x86-64 whose functions have these names, and those of `with` a prologue. */
function programOf(functions: readonly string[], kept: readonly string[], comment: string): Buffer {
  const code = Buffer.alloc(Math.max(8192, functions.length * SIZE), 0x90);
  let strings = '\0';
  const symbols = [Buffer.alloc(24)];
  for (const [i, name] of functions.entries()) {
    if (kept.includes(name)) code.write('\x55\x48\x89\xe5', i * SIZE, 'latin1');
    const symbol = Buffer.alloc(24);
    symbol.writeUInt32LE(strings.length, 0);
    symbol[4] = 2;
    symbol.writeUInt16LE(1, 6);
    symbol.writeBigUInt64LE(BigInt(TEXT + i * SIZE), 8);
    symbol.writeBigUInt64LE(BigInt(SIZE), 16);
    symbols.push(symbol);
    strings += `${name}\0`;
  }
  const sections = [
    { name: '.text', type: 1, bytes: code },
    { name: '.symtab', type: 2, bytes: Buffer.concat(symbols) },
    { name: '.strtab', type: 3, bytes: Buffer.from(strings, 'latin1') },
    { name: '.comment', type: 1, bytes: Buffer.from(comment) },
  ];
  const names = `\0${sections.map(({ name }) => `${name}\0`).join('')}.shstrtab\0`;
  sections.push({ name: '.shstrtab', type: 3, bytes: Buffer.from(names) });
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(62, 18);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(sections.length + 1, 60);
  header.writeUInt16LE(sections.length, 62);
  const headers = [Buffer.alloc(64)];
  let offset = header.length;
  for (const { name, type, bytes } of sections) {
    const one = Buffer.alloc(64);
    one.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, 0);
    one.writeUInt32LE(type, 4);
    one.writeBigUInt64LE(BigInt(name === '.text' ? TEXT : 0), 16);
    one.writeBigUInt64LE(BigInt(offset), 24);
    one.writeBigUInt64LE(BigInt(bytes.length), 32);
    headers.push(one);
    offset += bytes.length;
  }
  header.writeBigUInt64LE(BigInt(offset), 40);
  return Buffer.concat([header, ...sections.map(({ bytes }) => bytes), ...headers]);
}

const OWN = ['_ZN6broker5serve17h0123456789abcdefE', '_RNvCs2wvwJDwge2F_6broker4main'];
const STD = [
  '_ZN3std2io5Write9write_all17h0123456789abcdefE',
  '_ZN57_$LT$core..fmt..Formatter$u20$as$u20$core..fmt..Write$GT$9write_str17h0123456789abcdefE',
  '_RNvNtCsgEmfK2I1SDS_4core9panicking5panic',
  '_RNvCsfLfy6EI15iL_7___rustc11___rdl_alloc',
  '_RNvMCs2wvwJDwge2F_6adler2NtB2_7Adler3211write_slice',
];

test('a program in Rust keeps frame pointers if its own functions do, whatever its standard library does', () => {
  const keeps = (names: readonly string[], kept: readonly string[], comment = 'rustc version 1.95.0'): unknown =>
    keepsFramePointers(readerOf(programOf(names, kept, comment)));
  assert.equal(keeps([...STD, ...OWN], [...STD, ...OWN]), true);
  assert.equal(keeps([...STD, ...OWN], STD), false);
  assert.equal(keeps([...STD, ...OWN], []), false);
  assert.equal(keeps(STD, STD), undefined, 'nothing of it is known');
  assert.equal(keeps([...STD, ...OWN], STD, 'GCC: 12.2.0'), true, 'of C all code tells');
});
