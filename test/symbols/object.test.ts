import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ElfFile } from '../../src/symbols/elf/elf-file.ts';
import { SymbolIndex } from '../../src/symbols/elf/symbol-index.ts';
import { ObjectSymbols } from '../../src/symbols/object.ts';
import { runs } from '../law-runs.ts';
import { ROOT } from '../tools.ts';
import { bytesOf, damaged, objectFile, readerOf } from './objects.ts';

const SHF_COMPRESSED = 0x800;
const objectOf = (bytes: Buffer): ObjectSymbols =>
  new ObjectSymbols('/prog', (path) => (path === '/prog' ? readerOf(bytes) : undefined), undefined);

/** The objects that dwz took things out of, and the files that it put them in. */
const DWZ: ReadonlyMap<string, Buffer> = new Map(
  ['dwarf4', 'dwarf4.common', 'dwarf5', 'dwarf5.common'].map((name) => [name, objectFile(`dwz/${name}`)]),
);

describe("an object whose debug information is in dwz's common file, too", () => {
  const textsIn = (object: ObjectSymbols): string[] =>
    Array.from({ length: 0x100 }, (_, i) =>
      object
        .framesAt(0x400100 + i)
        .map(({ name, file, line }) => `${name} ${file}:${line}`)
        .join(' < '),
    );
  const opened = (name: string, at: string, common = DWZ.get(`${name}.common`)): ObjectSymbols =>
    new ObjectSymbols(
      '/bin/prog',
      (path) =>
        path === '/bin/prog' ? readerOf(DWZ.get(name) as Buffer) : path === at && common ? readerOf(common) : undefined,
      undefined,
    );
  const notes = (object: ObjectSymbols): string[] => [...object.allProblems().keys()];

  for (const name of ['dwarf4', 'dwarf5']) {
    test(`${name}: has the functions and lines that it had before`, () => {
      const whole = textsIn(objectOf(bytesOf(`gcc-${name}`)));
      const build = new ElfFile(readerOf(DWZ.get(`${name}.common`) as Buffer)).buildId ?? '';
      const places = ['/bin/', '/usr/lib/debug/.dwz/'].map((folder) => `${folder}${name}.common`);
      if (build !== '') places.push(`/usr/lib/debug/.build-id/${build.slice(0, 2)}/${build.slice(2)}.debug`);
      for (const at of places) {
        const object = opened(name, at);
        assert.deepEqual(textsIn(object), whole, at);
        assert.deepEqual(notes(object), [], at);
      }
      assert.ok(whole.some((text) => /^work .* < outer .* < twice /.test(text)));
    });

    test(`${name}: says so if that file is missing, or of another build`, () => {
      const other = DWZ.get(name === 'dwarf4' ? 'dwarf5.common' : 'dwarf4.common');
      for (const object of [opened(name, '/elsewhere'), opened(name, `/bin/${name}.common`, other)]) {
        assert.ok(textsIn(object).some((text) => text.startsWith('work ')));
        assert.deepEqual(notes(object), ["names in dwz's other file"]);
      }
    });
  }

  test('gives frames, or none, if one of both is damaged', () => {
    const changes = fc.array(fc.tuple(fc.nat(3000), fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255))));
    fc.assert(
      fc.property(fc.constantFrom('dwarf4', 'dwarf5'), changes, changes, (name, inOwn, inCommon) => {
        const [own, common] = [
          [name, inOwn],
          [`${name}.common`, inCommon],
        ].map(([file, list]) => {
          const bytes = Buffer.from(DWZ.get(file as string) as Buffer);
          for (const [at, value] of list as [number, number][]) if (at < bytes.length) bytes[at] = value;
          return bytes;
        }) as [Buffer, Buffer];
        // its link may be damaged: whatever it means, it gets the common file
        const object = new ObjectSymbols('/prog', (path) => readerOf(path === '/prog' ? own : common), undefined);
        for (const address of [0x400160, 0x400130, 0x400150]) assert.ok(Array.isArray(object.framesAt(address)));
      }),
      { numRuns: runs(6) },
    );
  });
});

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

test('the PLT is that of the program, whose debug file has its symbols but no code', () => {
  const named = (hasDebug: boolean): unknown[] => {
    const files = new Map([['/lib/calls.so', objectFile('plt/calls.so')]]);
    if (hasDebug) files.set('/lib/calls.so.debug', objectFile('plt/calls.so.debug'));
    const open = (path: string) => (files.has(path) ? readerOf(files.get(path) as Buffer) : undefined);
    const object = new ObjectSymbols('/lib/calls.so', open, undefined);
    return [0x24f, 0x258, 0x260, 0x26f, 0x270, 0x27f, 0x280].map((address) => object.nameAt(address));
  };
  const plt = [undefined, undefined, 'near@plt', 'near@plt', 'far@plt', 'far@plt'];
  assert.deepEqual(named(true), [...plt, 'twice']);
  assert.deepEqual(named(false), [...plt, 'twice']);
});

test('what lies behind the start-up code of C has no name of its own, but that of its debug information', () => {
  const host = readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-callers-0.17/symfs/srv/host/host'));
  const symbols = new SymbolIndex(new ElfFile(readerOf(host)));
  const startUp = 0x860;
  assert.equal(symbols.at(startUp)?.name, 'frame_dummy');
  const object = objectOf(host);
  assert.equal(object.nameAt(startUp), undefined);
  assert.equal(object.nameAt(0x7e0), 'register_tm_clones');
});
