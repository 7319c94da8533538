import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SampleCounter } from '../../../src/record/window/perf-data.ts';

const SAMPLE = 9;
const MMAP2 = 10;
const DATA_AT = 200;

function record(type: number, size: number): Buffer {
  const bytes = Buffer.alloc(size, 0xff);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(size, 6);
  return bytes;
}

/** A file that grows: `show` says how much of it is there. */
function growing(...records: Buffer[]): { counter: SampleCounter; show(bytes: number): void; size: number } {
  const header = Buffer.alloc(DATA_AT);
  header.write('PERFILE2', 'latin1');
  header.writeBigUInt64LE(BigInt(DATA_AT), 40);
  const file = Buffer.concat([header, ...records]);
  let shown = 0;
  const counter = new SampleCounter((at, length) => file.subarray(at, Math.max(at, Math.min(at + length, shown))));
  const show = (bytes: number): void => {
    shown = bytes;
  };
  return { counter, show, size: file.length };
}

test('samples are counted as they come, large and small, among other records', () => {
  const records = [
    record(MMAP2, 104),
    record(SAMPLE, 16_800),
    record(SAMPLE, 64),
    record(MMAP2, 40),
    record(SAMPLE, 48),
  ];
  const { counter, show, size } = growing(...records);
  const counts: (number | undefined)[] = [];
  for (const shown of [0, 20, DATA_AT, DATA_AT + 104, DATA_AT + 112, DATA_AT + 104 + 16_800 + 3, size, size]) {
    show(shown);
    counts.push(counter.count());
  }
  assert.deepEqual(counts, [0, 0, 0, 0, 1, 1, 3, 3]);
});

test('what perf has not filled in yet, and what is no perf.data, is waited for', () => {
  const { counter, show, size } = growing(record(SAMPLE, 48), Buffer.alloc(64));
  show(size);
  assert.deepEqual([counter.count(), counter.count()], [1, 1]);
  const other = new SampleCounter((at, length) => Buffer.alloc(9999, 'x').subarray(at, at + length));
  assert.equal(other.count(), 0);
});

test('more than can be counted in passing is not counted', () => {
  const { counter, show, size } = growing(...Array.from({ length: 3000 }, () => record(SAMPLE, 8000)));
  show(size);
  assert.deepEqual([counter.count(), counter.count()], [undefined, 3000]);
});
