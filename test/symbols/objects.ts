// The objects of fixtures/objects, and damaged copies of them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { InputError } from '../../src/engine/errors.ts';
import type { ReadBytes } from '../../src/symbols/elf/section-data.ts';
import { ROOT } from '../tools.ts';

const FOLDER = join(ROOT, 'fixtures/objects');

export const OBJECTS: ReadonlyMap<string, Buffer> = new Map(
  readdirSync(FOLDER)
    .filter((name) => !/\.(?:c|cc|h|sh|md)$|^(?:dwz|plt)$/.test(name))
    .map((name) => [name, objectFile(name)]),
);

/** A file of that folder. */
export function objectFile(name: string): Buffer {
  return readFileSync(join(FOLDER, name));
}

export function bytesOf(name: string): Buffer {
  const bytes = OBJECTS.get(name);
  if (!bytes) throw new Error(`fixtures/objects has no ${name}`);
  return bytes;
}

export function readerOf(bytes: Buffer): ReadBytes {
  return (at, length) => bytes.subarray(at, at + length);
}

/** Objects with some bytes changed, or cut off. */
export const damaged: fc.Arbitrary<Buffer> = fc
  .record({
    name: fc.constantFrom(...OBJECTS.keys()),
    changes: fc.array(fc.tuple(fc.nat(4000), fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255))), {
      minLength: 1,
      maxLength: 12,
    }),
    // thousandths; numbers of fc.double() are nearly all close to 0
    keep: fc.oneof({ weight: 4, arbitrary: fc.constant(1000) }, fc.nat(1000)),
  })
  .map(({ name, changes, keep }) => {
    const bytes = Buffer.from(bytesOf(name));
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes.subarray(0, Math.ceil((bytes.length * keep) / 1000));
  });

/** Runs it; an InputError is an answer, anything else thrown is a fault. */
export function orInputError(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}
