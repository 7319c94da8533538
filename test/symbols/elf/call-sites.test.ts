import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsCall } from '../../../src/symbols/elf/call-sites.ts';
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts';
import { bytesOf, readerOf } from '../objects.ts';

// what objdump prints for each form of a call, and instructions that are none
const CALLS: [code: string, isCall: boolean][] = [
  ['e8 0b 00 00 00', true],
  ['ff d0', true],
  ['41 ff d4', true],
  ['ff 10', true],
  ['ff 55 f8', true],
  ['ff 90 00 01 00 00', true],
  ['ff 15 12 34 56 78', true],
  ['ff 14 24', true],
  ['ff 14 c5 00 10 60 00', true],
  ['ff 54 24 08', true],
  ['ff e0', false],
  ['48 8d 44 24 08', false],
  ['90 90 90 90', false],
  ['c3', false],
];

test('the code in front of an address tells whether a call returns to it', () => {
  const { offset, address } = new ElfFile(readerOf(bytesOf('gcc-dwarf4'))).section('.text') ?? {
    offset: 0,
    address: 0,
  };
  for (const [code, isCall] of CALLS) {
    const bytes = Buffer.from(bytesOf('gcc-dwarf4'));
    bytes.fill(0x90, offset, offset + 16);
    const instruction = Buffer.from(code.replaceAll(' ', ''), 'hex');
    instruction.copy(bytes, offset + 8);
    const file = new ElfFile(readerOf(bytes));
    assert.equal(endsCall(file, address + 8 + instruction.length), isCall, code);
  }
});
