import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { elfFacts } from '../../../src/symbols/elf.ts';
import { ObjectSymbols } from '../../../src/symbols/object.ts';
import { orInputError, readerOf } from '../objects.ts';

const CODE = 0x401000;
const DATA = 0x600000;
const FUNCTIONS = [
  { name: 'runtime.main', start: 0 },
  { name: 'main.(*Store).get', start: 0x40 },
  { name: 'main.main', start: 0x100 },
];
const CODE_SIZE = 0x180;

interface Layout {
  magic: number;
  /** bytes of an address and of a place of an entry in the table */
  word: 4 | 8;
  hasPlaces: boolean;
  /** where the start of the code stands: in the header, in the module's data, or in a relocation of the header */
  start: 'nowhere' | 'header' | 'module' | 'relocation';
  section?: string;
}

const LAYOUTS: Record<string, Layout> = {
  'Go 1.2': { magic: 0xfffffffb, word: 8, hasPlaces: false, start: 'nowhere' },
  'Go 1.16': { magic: 0xfffffffa, word: 8, hasPlaces: true, start: 'nowhere' },
  'Go 1.18': { magic: 0xfffffff0, word: 4, hasPlaces: true, start: 'header' },
  'Go 1.20, position-independent': { magic: 0xfffffff1, word: 4, hasPlaces: true, start: 'relocation' },
  'Go 1.25, linked by a linker of C': {
    magic: 0xfffffff1,
    word: 4,
    hasPlaces: true,
    start: 'relocation',
    section: '.data.rel.ro',
  },
  'Go 1.26': { magic: 0xfffffff1, word: 4, hasPlaces: true, start: 'module' },
};

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), i * 8);
  return bytes;
}

/** Header, names, and the table of addresses with its entries. */
function functionsOf({ magic, word, hasPlaces, start }: Layout): Buffer {
  const names = Buffer.from(`\0${FUNCTIONS.map(({ name }) => `${name}\0`).join('')}`);
  const isRelative = start !== 'nowhere';
  const headerSize = !hasPlaces ? 16 : isRelative ? 72 : 64;
  const tableSize = (2 * FUNCTIONS.length + 1) * word;
  // 1.2 has its names behind the entries, and counts everything from its header
  const namesAt = hasPlaces ? headerSize : headerSize + tableSize + FUNCTIONS.length * 16;
  const entriesAt = hasPlaces ? headerSize + names.length : 0;
  const table = Buffer.alloc(tableSize);
  const put = (at: number, value: number): unknown =>
    word === 4 ? table.writeUInt32LE(value, at * 4) : table.writeBigUInt64LE(BigInt(value), at * 8);
  const entries = FUNCTIONS.map(({ name, start: from }, i) => {
    const address = isRelative ? from : CODE + from;
    put(2 * i, address);
    put(2 * i + 1, (hasPlaces ? 0 : headerSize) + tableSize + i * 16);
    const entry = Buffer.alloc(16);
    const nameAt = names.indexOf(`\0${name}\0`) + 1;
    entry.writeUInt32LE(hasPlaces ? nameAt : namesAt + nameAt, isRelative ? 4 : 8);
    return entry;
  });
  put(2 * FUNCTIONS.length, (isRelative ? 0 : CODE) + CODE_SIZE);
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 1, 8]);
  header.writeUInt32LE(magic, 0);
  if (!hasPlaces) return Buffer.concat([header, words(FUNCTIONS.length), table, ...entries, names]);
  const code = isRelative ? [start === 'header' ? CODE : 0] : [];
  const places = words(FUNCTIONS.length, 1, ...code, namesAt, 0, 0, 0, entriesAt);
  return Buffer.concat([header, places, names, table, ...entries]);
}

/** A stripped program of 64 bits. */
function programOf(layout: Layout): Buffer {
  const isMerged = layout.section !== undefined;
  const before = isMerged ? 0x30 : 0;
  const sections = [
    { name: '.note.go.buildid', bytes: words(0) },
    { name: layout.section ?? '.gopclntab', bytes: Buffer.concat([Buffer.alloc(before), functionsOf(layout)]) },
    { name: '.go.buildinfo', bytes: words(0) },
  ];
  if (layout.start === 'module') sections.push({ name: '.go.module', bytes: words(...Array(22).fill(0), CODE) });
  // R_X86_64_RELATIVE of another place, and of the header's
  const place = (1 << 16) + DATA + before + 24;
  if (layout.start === 'relocation') {
    sections.push({ name: '.rela.dyn', bytes: words(DATA, 8, 1, place, 8, CODE) });
  }
  const names = Buffer.from(`\0${sections.map(({ name }) => `${name}\0`).join('')}.shstrtab\0`);
  sections.push({ name: '.shstrtab', bytes: names });
  const header = Buffer.alloc(64 + 56);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(62, 18);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(sections.length + 1, 60);
  header.writeUInt16LE(sections.length, 62);
  // one segment of code, from the file's start on
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  words(0, CODE - 0x1000, 0, 0x1000 + CODE_SIZE, 0x1000 + CODE_SIZE).copy(header, 72);
  const parts: Buffer[] = [header];
  const headers: Buffer[] = [Buffer.alloc(64)];
  let offset = header.length;
  for (const [i, { name, bytes }] of sections.entries()) {
    const one = Buffer.alloc(64);
    one.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, 0);
    one.writeUInt32LE(1, 4);
    words((i << 16) + DATA, offset, bytes.length).copy(one, 16);
    headers.push(one);
    parts.push(bytes);
    offset += bytes.length;
  }
  header.writeBigUInt64LE(BigInt(offset), 40);
  return Buffer.concat([...parts, ...headers]);
}

const objectOf = (bytes: Buffer): ObjectSymbols =>
  new ObjectSymbols('/prog', (path) => (path === '/prog' ? readerOf(bytes) : undefined), undefined);

describe("a stripped program has the names that Go's runtime needs", () => {
  for (const [version, layout] of Object.entries(LAYOUTS)) {
    test(version, () => {
      const bytes = programOf(layout);
      const object = objectOf(bytes);
      const name = (at: number): string | undefined => object.nameAt(CODE + at);
      for (const [i, { name: expected, start }] of FUNCTIONS.entries()) {
        const end = FUNCTIONS[i + 1]?.start ?? CODE_SIZE;
        assert.deepEqual([name(start), name(start + 1), name(end - 1)], [expected, expected, expected]);
      }
      assert.deepEqual([name(-1), name(CODE_SIZE)], [undefined, undefined]);
      assert.deepEqual([...object.allProblems()], []);
      const { hasSymbols, isGo, framePointers } = elfFacts(readerOf(bytes)) ?? {};
      assert.deepEqual([hasSymbols, isGo, framePointers], [true, true, true]);
    });
  }

  test('a damaged one has some, or none', () => {
    const changes = fc.array(fc.tuple(fc.nat(900), fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255))));
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(LAYOUTS)), changes, (layout, all) => {
        const bytes = programOf(layout);
        for (const [at, value] of all) if (at < bytes.length) bytes[at] = value;
        orInputError(() => {
          const object = objectOf(bytes);
          for (let at = -1; at <= CODE_SIZE; at += 32) object.nameAt(CODE + at);
        });
      }),
    );
  });
});
