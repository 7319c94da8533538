import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts';
import { SymbolIndex } from '../../../src/symbols/elf/symbol-index.ts';
import { runs } from '../../law-runs.ts';
import { readerOf } from '../objects.ts';

interface Symbol {
  name: string;
  address: number;
  size: number;
  type: number;
  binding: number;
}

const [NOTYPE, FUNC] = [0, 2];
/** of the kernel: a table that has it, too, spans all addresses */
const FAR = 0xffffffff80000000;

/** A file of 64 bits with one section of code and these symbols in it. */
function fileOf(symbols: readonly Symbol[]): ElfFile {
  const names = Buffer.from(`\0${symbols.map(({ name }) => `${name}\0`).join('')}.text\0.symtab\0`);
  const table = Buffer.alloc(symbols.length * 24);
  for (const [i, { name, address, size, type, binding }] of symbols.entries()) {
    table.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, i * 24);
    table.writeUInt8(binding * 16 + type, i * 24 + 4);
    table.writeUInt16LE(1, i * 24 + 6);
    table.writeBigUInt64LE(BigInt(address), i * 24 + 8);
    table.writeBigUInt64LE(BigInt(size), i * 24 + 16);
  }
  const section = (name: string, type: number, flags: number, at: number, size: number, link: number): Buffer => {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(name === '' ? 0 : names.indexOf(`\0${name}\0`) + 1, 0);
    for (const [place, value] of [
      [4, type],
      [8, flags],
      [40, link],
    ] as const)
      header.writeUInt32LE(value, place);
    for (const [place, value] of [
      [24, at],
      [32, size],
    ] as const)
      header.writeBigUInt64LE(BigInt(value), place);
    return header;
  };
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeUInt16LE(62, 18);
  header.writeBigUInt64LE(64n, 40);
  for (const [at, value] of [
    [58, 64],
    [60, 4],
    [62, 3],
  ] as const)
    header.writeUInt16LE(value, at);
  const end = 64 + 4 * 64;
  const sections = [
    section('', 0, 0, 0, 0, 0),
    section('.text', 1, 4, 0, 0, 0),
    section('.symtab', 2, 0, end, table.length, 3),
    section('', 3, 0, end + table.length, names.length, 0),
  ];
  return new ElfFile(readerOf(Buffer.concat([header, ...sections, table, names])));
}

/** perf's rule, from the best on. */
function byRule(a: Symbol, b: Symbol): number {
  const rank = (one: Symbol): number => [1, 2, 0][one.binding] as number;
  const underscores = (one: Symbol): number => one.name.length - one.name.replace(/^_*/, '').length;
  return (
    Number(b.size > 0) - Number(a.size > 0) ||
    rank(b) - rank(a) ||
    underscores(a) - underscores(b) ||
    b.name.length - a.name.length
  );
}

/** The names as one after the other would be chosen from a list in the order of addresses. */
function expectedAt(symbols: readonly Symbol[], address: number): string | undefined {
  const starts = [...new Set(symbols.map((one) => one.address))].sort((a, b) => a - b);
  const chosen = starts.map((start) => symbols.filter((one) => one.address === start).sort(byRule)[0] as Symbol);
  let reach = 0;
  const kept = chosen.filter(({ address: start, size }) => {
    reach = Math.max(reach, start + size);
    return size > 0 || start >= reach;
  });
  const endOf = ({ address: start, size }: Symbol, i: number): number =>
    size > 0 ? start + size : (kept[i + 1]?.address ?? Math.ceil(start / 4096) * 4096 + 4096);
  const before = kept.filter((one) => one.address <= address).length;
  return kept.findLast((one, i) => i < before && i >= before - 8 && address < endOf(one, i))?.name;
}

const symbolOf = fc.record({
  name: fc.stringMatching(/^_{0,2}[a-c]{1,3}$/),
  address: fc.oneof(fc.nat(12), fc.nat(1 << 13), fc.constantFrom(0x401000, FAR)),
  size: fc.constantFrom(0, 0, 1, 3, 8, 5000),
  type: fc.constantFrom(NOTYPE, FUNC),
  binding: fc.nat(2),
});

test('each address has the name that the rule chooses, in a table of any order', () => {
  fc.assert(
    fc.property(fc.array(symbolOf, { maxLength: 14 }), (symbols) => {
      const index = new SymbolIndex(fileOf(symbols));
      for (const at of symbols.flatMap(({ address, size }) => [address, address + 1, address + size, address + 9]))
        assert.equal(index.at(at)?.name, expectedAt(symbols, at), `at ${at}`);
    }),
    { numRuns: runs(6) },
  );
});
