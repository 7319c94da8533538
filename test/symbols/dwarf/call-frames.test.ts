import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CallFrames } from '../../../src/symbols/dwarf/call-frames.ts';
import { ElfFile } from '../../../src/symbols/elf/elf-file.ts';
import { SymbolIndex } from '../../../src/symbols/elf/symbol-index.ts';
import { ObjectSymbols } from '../../../src/symbols/object.ts';
import { ROOT } from '../../tools.ts';
import { bytesOf, orInputError, readerOf } from '../objects.ts';

const HOST = join(ROOT, 'fixtures/bpftrace/offcpu-callers-0.17/symfs/srv/host');
const library = readFileSync(join(HOST, 'libwait.so'));
const program = readFileSync(join(HOST, 'host'));

/** `sp+96` at each byte of a function, changes only. */
function framesOf(bytes: Buffer, name: string): string[] {
  const file = new ElfFile(readerOf(bytes));
  const frames = CallFrames.of(file);
  const symbols = new SymbolIndex(file);
  const text = file.section('.text');
  assert.ok(frames && text);
  const found: string[] = [];
  for (let at = text.address; at < text.address + text.size; at++) {
    if (symbols.at(at)?.name !== name) continue;
    const frame = frames.at(at);
    const place = frame ? `${frame.base}+${frame.size}` : 'unknown';
    if (found.at(-1) !== place) found.push(place);
  }
  return found;
}

describe('call frames', () => {
  // as `readelf --debug-dump=frames-interp` says
  test('follow the stack pointer through a function without frame pointer', () => {
    assert.deepEqual(framesOf(library, 'futex'), ['sp+8']);
    assert.deepEqual(framesOf(library, 'take_lock'), ['sp+8', 'sp+96', 'sp+8']);
  });
  test('are counted from a frame pointer once it is set', () => {
    assert.deepEqual(framesOf(program, 'keep_lock'), ['sp+8', 'sp+16', 'bp+16', 'sp+8']);
  });
  test('are unknown outside of functions, and in objects without .eh_frame', () => {
    assert.equal(CallFrames.of(new ElfFile(readerOf(library)))?.at(1), undefined);
    assert.equal(CallFrames.of(new ElfFile(readerOf(bytesOf('gcc-dwarf5')))), undefined);
  });
  test('of damaged files are unknown, wrong or an InputError, and found in bounded time', () => {
    const change = fc.tuple(fc.integer({ min: 0x2f0, max: 0x380 }), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(library);
        for (const [at, value] of changes) bytes[at] = value;
        orInputError(() => {
          const frames = CallFrames.of(new ElfFile(readerOf(bytes)));
          for (let at = 0x280; at < 0x300; at += 5) frames?.at(at);
        });
      }),
    );
  });
});

test('a call leads to a function directly, or by a jump of the very function it calls', () => {
  const symbols = new SymbolIndex(new ElfFile(readerOf(program)));
  const text = new ElfFile(readerOf(program)).section('.text');
  assert.ok(text);
  const startOf = (name: string): number => {
    for (let at = text.address; at < text.address + text.size; at++) if (symbols.at(at)?.name === name) return at;
    throw new Error(name);
  };
  const [main, keep] = [startOf('main'), startOf('keep_lock')];
  const length = Array.from({ length: 256 }, (_, i) => symbols.at(keep + i)?.name).lastIndexOf('keep_lock') + 1;
  const object = (jumpAt: number, to: number): ObjectSymbols => {
    const bytes = Buffer.from(program);
    const write = (at: number, opcode: number, target: number): void => {
      const offset = at - text.address + text.offset;
      bytes[offset] = opcode;
      bytes.writeInt32LE(target - at - 5, offset + 1);
    };
    write(main, 0xe8, keep);
    write(jumpAt, 0xe9, to);
    return new ObjectSymbols('/prog', (path) => (path === '/prog' ? readerOf(bytes) : undefined), undefined);
  };
  const elsewhere = main + 64;
  const jumping = object(keep + length - 5, elsewhere);
  assert.ok(jumping.leadsTo(main + 5, keep));
  assert.ok(jumping.leadsTo(main + 5, elsewhere));
  assert.ok(!jumping.leadsTo(main + 5, elsewhere + 1));
  assert.ok(!jumping.leadsTo(main + 6, elsewhere));
  // the jump is another function's
  assert.ok(!object(keep + length, elsewhere).leadsTo(main + 5, elsewhere));
});
