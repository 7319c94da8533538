import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Dwarf } from '../../../src/symbols/dwarf/dwarf.ts';
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts';
import type { ReadBytes } from '../../../src/symbols/elf/section-data.ts';
import { SymbolIndex } from '../../../src/symbols/elf/symbol-index.ts';
import { runs } from '../../law-runs.ts';
import { bytesOf, damaged, OBJECTS, orInputError, readerOf } from '../objects.ts';

const fileOf = (name: string): ElfFile => new ElfFile(readerOf(bytesOf(name)));

/** name file:line, the function that exists as code first */
function textsAt(dwarf: Dwarf, address: number): string[] {
  return dwarf.framesAt(address).map(({ name, file, line }) => `${name} ${file}:${line}`);
}

/** The different stacks of functions in a function of the file, by their texts. */
function stacksIn(name: string, functionName: string): Set<string> {
  const file = fileOf(name === 'stripped.debug' ? 'gcc-dwarf4' : name);
  const dwarf = new Dwarf(fileOf(name));
  const symbols = new SymbolIndex(file);
  const text = file.section('.text');
  assert.ok(text);
  const stacks = new Set<string>();
  for (let at = text.address; at < text.address + text.size; at++) {
    if (symbols.at(at)?.name !== functionName) continue;
    const frames = dwarf.framesAt(at);
    stacks.add(frames.map((frame) => frame.name).join(';'));
    // calls stand where they do in the source; strict DWARF 2 can't tell
    const [outer, inner] = frames.map(({ line }) => line);
    const isRight = name === 'gcc-dwarf2' ? outer === 0 : outer === 10 && (inner === 5 || inner === 6);
    if (frames.length === 3) assert.ok(isRight, `${name} ${at}: ${outer} ${inner}`);
  }
  return stacks;
}

describe('the functions around an address, and their lines', () => {
  const others = ['stripped', 'clang-split', 'clang-powerpc64', 'clang-lines', 'gcc-static', 'gcc-lto', 'gcc-hole'];
  const names = [...OBJECTS.keys()].filter((name) => !others.includes(name));
  for (const name of names) {
    test(name, () => {
      const stacks = stacksIn(name, 'work');
      assert.ok(stacks.has('work;outer;twice'), [...stacks].join(' | '));
      assert.ok(
        [...stacks].every((stack) => /^work(?:;outer(?:;twice)?)?$/.test(stack)),
        [...stacks].join(' | '),
      );
      assert.deepEqual([...new Dwarf(fileOf(name)).problems], []);
    });
  }

  test('gcc-dwarf4: as addr2line has them', () => {
    const dwarf = new Dwarf(fileOf('gcc-dwarf4'));
    assert.deepEqual(textsAt(dwarf, 0x400160), [
      'work /src/./tiny.c:10',
      'outer /src/./tiny.c:5',
      'twice /src/./tiny.c:2',
    ]);
    assert.deepEqual(textsAt(dwarf, 0x100), []);
  });

  test('gcc-dwarf2: code apart from the range that its unit has', () => {
    const main = 0x400150;
    assert.match(textsAt(new Dwarf(fileOf('gcc-dwarf2')), main)[0] ?? '', /^main \/src\/\.\/tiny\.c:1\d$/);
  });

  test('clang-lines: names without their namespaces, with the file of each', () => {
    const dwarf = new Dwarf(fileOf('clang-lines'));
    const homes = dwarf.framesAt(0x400152).map(({ name, line, home }) => `${name}:${line} ${home}`);
    assert.deepEqual(homes, ['take:6 /src/./homes.cc', 'get:3 /src/././left.h', 'mix:2 /src/././left.h']);
    assert.equal(dwarf.framesAt(0x400152)[2]?.file, '/src/././left.h');
  });

  test('gcc-lto: code of a lambda within a function that is inlined everywhere', () => {
    const dwarf = new Dwarf(fileOf('gcc-lto'));
    assert.deepEqual(textsAt(dwarf, 0x400197), ['operator() /src/./lambda.cc:9', 'twice /src/./lambda.cc:4']);
  });

  test('gcc-hole: code without debug information has no line of the function before it', () => {
    const dwarf = new Dwarf(fileOf('gcc-hole'));
    assert.deepEqual(
      [0x400123, 0x400140, 0x400170].map((at) => textsAt(dwarf, at)),
      [['work /src/./hole.c:2'], [], ['other /src/./hole.c:4']],
    );
  });

  test('clang-powerpc64, whose bytes are in the other order', () => {
    const file = fileOf('clang-powerpc64');
    const dwarf = new Dwarf(file);
    const text = file.section('.text');
    assert.ok(text);
    const all = Array.from({ length: text.size }, (_, i) => textsAt(dwarf, text.address + i).join(';'));
    assert.ok(all.includes('work /src/./tiny.c:10;outer /src/./tiny.c:5;twice /src/./tiny.c:2'), all.join('\n'));
  });
});

test('tables that are dropped and made anew give the same frames', () => {
  for (const name of OBJECTS.keys()) {
    if (name === 'stripped') continue;
    const file = fileOf(name);
    const [whole, forgetful] = [new Dwarf(file), new Dwarf(fileOf(name), 0)];
    for (let address = 0x400000; address < 0x400400; address++)
      assert.deepEqual(textsAt(forgetful, address), textsAt(whole, address), `${name} ${address}`);
  }
});

test('the unit that was asked last is not read again, however large it is', () => {
  const bytes = bytesOf('gcc-dwarf5');
  let reads = 0;
  const read: ReadBytes = (at, length) => {
    reads++;
    return bytes.subarray(at, at + length);
  };
  const dwarf = new Dwarf(new ElfFile(read), 0);
  const inMain = new SymbolIndex(new ElfFile(read));
  const addresses = Array.from({ length: 0x400 }, (_, i) => 0x400000 + i);
  const unit = addresses.filter((address) => inMain.at(address)?.name === 'work');
  assert.ok(unit.length > 2);
  assert.ok(dwarf.framesAt(unit[0] as number).length > 0);
  const before = reads;
  let made = 0;
  for (const address of unit) if (dwarf.framesAt(address).length > 0) made++;
  assert.ok(made === unit.length && reads - before < made, `${reads - before} reads for ${made} addresses`);
});

/** A copy in which the reader does not find .debug_aranges. */
function withoutAranges(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf('.debug_aranges\0');
  if (at >= 0) copy.write('.debug_unknown', at, 'latin1');
  return copy;
}

test('.debug_aranges spares the reader units, and changes no answer, even where it leaves out code', () => {
  for (const [name, bytes] of OBJECTS) {
    if (name === 'stripped') continue;
    const section = fileOf(name).section('.debug_aranges');
    const whole = new Dwarf(new ElfFile(readerOf(withoutAranges(bytes))));
    // the first two ranges end before their functions do; the set has another version
    const copies = [bytes, ...[24, 40, 4].map((at) => (section ? cutAt(bytes, section.offset + at) : bytes))];
    const cut = copies.map((copy) => new Dwarf(new ElfFile(readerOf(copy))));
    for (let address = 0x400000; address < 0x400400; address++) {
      const known = textsAt(whole, address);
      for (const dwarf of cut) assert.deepEqual(textsAt(dwarf, address), known, `${name} ${address}`);
    }
  }
});

/** A copy in which a word of 8 bytes is smaller than it was. */
function cutAt(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) >> 1, at);
  return copy;
}

test('ranges that begin before the base of their unit, as Go writes them', () => {
  const base = 0x400170n;
  const negative = (address: number): bigint => BigInt.asUintN(64, BigInt(address) - base);
  const words = (...numbers: bigint[]): Buffer => Buffer.from(BigUint64Array.from(numbers).buffer);
  const pair = (start: number, end: number) => [4, ...uleb(negative(start)), ...uleb(negative(end))]; // DW_RLE_offset_pair
  for (const [name, lowAt, section, list, addresses] of [
    [
      'gcc-dwarf4',
      0x1d,
      '.debug_ranges',
      words(...[0x400160, 0x400184, 0x400150, 0x400159].map(negative)),
      [0x400160, 0x400150],
    ],
    ['gcc-hole', 0x1e, '.debug_rnglists', Buffer.from([...pair(0x400120, 0x400126), 4, 0, 4, 0]), [0x400123, 0x400170]],
  ] as const) {
    const file = fileOf(name);
    const [info, lists] = [file.section('.debug_info'), file.section(section)];
    assert.ok(info && lists);
    const bytes = withoutAranges(bytesOf(name));
    bytes.writeBigUInt64LE(base, info.offset + lowAt);
    list.copy(bytes, lists.offset + (name === 'gcc-hole' ? 12 : 0));
    const texts = (dwarf: Dwarf) => addresses.map((at) => textsAt(dwarf, at));
    const known = texts(new Dwarf(file));
    assert.ok(known.every(({ length }) => length > 0));
    assert.deepEqual(texts(new Dwarf(new ElfFile(readerOf(bytes)))), known, name);
  }
});

function uleb(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...uleb(value >> 7n)];
}

test('a unit in another file is counted; its lines are read', () => {
  const dwarf = new Dwarf(fileOf('clang-split'));
  assert.deepEqual([...dwarf.problems], [['split DWARF, in a .dwo or .dwp file', 1]]);
  const texts = textsAt(dwarf, 0x400150);
  assert.match(texts[0] ?? '', /\/src\/\.\/tiny\.c:\d+$/);
});

test('a unit whose version or form is not known is counted, not left out in silence', () => {
  const info = fileOf('gcc-dwarf4').section('.debug_info');
  assert.ok(info);
  for (const [at, value, problem] of [
    [4, 9, /^DWARF 9$/],
    [6, 0x7f, /abbreviation/],
  ] as const) {
    const bytes = Buffer.from(bytesOf('gcc-dwarf4'));
    bytes[info.offset + at] = value;
    const dwarf = new Dwarf(new ElfFile(readerOf(bytes)));
    assert.deepEqual(dwarf.framesAt(0x400160), []);
    const { problems } = dwarf;
    assert.equal(problems.size, 1);
    assert.match([...problems.keys()][0] ?? '', problem);
  }
});

test('damaged debug information gives an answer or an InputError', () => {
  const addresses = fc.array(fc.integer({ min: 0x4000e0, max: 0x4001c0 }), { maxLength: 8 });
  fc.assert(
    fc.property(damaged, addresses, (bytes, more) => {
      orInputError(() => {
        const dwarf = new Dwarf(new ElfFile(readerOf(bytes)));
        for (const address of [0x400160, 0x400130, 0x400150, ...more]) dwarf.framesAt(address);
      });
    }),
    { numRuns: runs(6) },
  );
});
