import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageEdits } from '../../../src/record/window/perf-images.ts';

const ATTR_AT = 104;
const DATA_AT = 300;
const TID = 1 << 1;
const TIME = 1 << 2;
const CPU = 1 << 7;
const IDENTIFIER = 1 << 16;
/** TID, TIME, CPU, IDENTIFIER */
const TRAILER_BYTES = 32;
const TIME_AT = 8;
const EXEC = 1 << 13;
const BUILD_ID = 1 << 14;

function record(type: number, ns: number, pid: number, { misc = 0, parent = pid, inode = 0n, size = 32 } = {}): Buffer {
  const bytes = Buffer.alloc(size + TRAILER_BYTES);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt16LE(misc, 4);
  bytes.writeUInt16LE(bytes.length, 6);
  bytes.writeUInt32LE(pid, 8);
  bytes.writeUInt32LE(parent, 12);
  if (size >= 72) bytes.writeBigUInt64LE(inode, 48);
  bytes.writeBigUInt64LE(BigInt(ns), size + TIME_AT);
  return bytes;
}
const exec = (ns: number, pid: number): Buffer => record(3, ns, pid, { misc: EXEC });
const fork = (ns: number, pid: number, parent: number): Buffer => record(7, ns, pid, { parent });
const map = (ns: number, pid: number, inode = 5n, misc = 0): Buffer => record(10, ns, pid, { size: 104, inode, misc });

function fileOf(...records: Buffer[]): Buffer {
  const header = Buffer.alloc(DATA_AT);
  const data = Buffer.concat(records);
  header.write('PERFILE2', 'latin1');
  header.writeBigUInt64LE(BigInt(ATTR_AT), 24);
  header.writeBigUInt64LE(BigInt(DATA_AT), 40);
  header.writeBigUInt64LE(BigInt(data.length), 48);
  header.writeUInt32LE(TID | TIME | CPU | IDENTIFIER, ATTR_AT + 24);
  return Buffer.concat([header, data, map(9, 1)]); // what follows the data is no record
}

/** Edits the file, and gives the inodes of its maps as IMAGE:INODE, in the order of the file. */
function inodesAfter(file: Buffer): string[] {
  const edits = imageEdits(
    (at, length) => file.subarray(at, at + length),
    () => undefined,
  );
  for (const { at, bytes } of edits) bytes.copy(file, at);
  const inodes: string[] = [];
  for (let at = DATA_AT; at < file.length; at += file.readUInt16LE(at + 6)) {
    const inode = file.readUInt32LE(at) === 10 ? file.readBigUInt64LE(at + 48) : undefined;
    if (inode !== undefined) inodes.push(`${inode >> 48n}:${inode & 0xffffn}`);
  }
  return inodes;
}

test('the maps of a process have inodes of their own after each exec, those of its parents counted', () => {
  const records = [
    ...[map(0, 1), exec(1, 1), map(2, 1), fork(3, 2, 1), map(4, 2), exec(5, 2), map(6, 2), map(7, 1)],
    ...[fork(8, 3, 9), map(9, 3), record(3, 10, 3), map(11, 3)], // a thread that names itself
  ];
  const expected = ['0:5', '1:5', '1:5', '2:5', '1:5', '0:5', '0:5', '0:5'];
  const file = fileOf(...records);
  assert.deepEqual(inodesAfter(file), expected);
  assert.deepEqual(inodesAfter(file), expected, 'edited once more');
  assert.deepEqual(inodesAfter(fileOf(map(2, 1), exec(1, 1))), ['1:5', '0:5'], 'by time, not by place');
});

test('memory without a file, and files told by their build-ids, stay as they are', () => {
  assert.deepEqual(inodesAfter(fileOf(exec(1, 1), map(2, 1, 0n), map(3, 1, 5n, BUILD_ID))), ['0:0', '0:5', '0:5']);
  assert.deepEqual(
    imageEdits(
      (at, length) => Buffer.alloc(9999, 'x').subarray(at, at + length),
      () => undefined,
    ),
    [],
  );
  assert.deepEqual(
    imageEdits(
      () => Buffer.alloc(0),
      () => undefined,
    ),
    [],
  );
});

test('a file that was deleted while it ran gets its build-id', () => {
  const named = (path: string): Buffer => {
    const bytes = map(2, 1);
    bytes.write(`${path}\0`, 72, 'latin1');
    return bytes;
  };
  const file = fileOf(exec(1, 1), named('/tmp/old (deleted)'), named('/tmp/old'), named('/tmp/other (deleted)'));
  const id = 'ab'.repeat(20);
  const edits = imageEdits(
    (at, length) => file.subarray(at, at + length),
    (path) => (path === '/tmp/old' ? id : undefined),
  );
  for (const { at, bytes } of edits) bytes.copy(file, at);
  const first = DATA_AT + exec(1, 1).length;
  assert.equal(file.readUInt16LE(first + 4), BUILD_ID);
  assert.equal(file.toString('hex', first + 40, first + 64), `14000000${id}`);
  const size = named('').length;
  assert.deepEqual(
    [1, 2].map((i) => file.readBigUInt64LE(first + i * size + 48) >> 48n),
    [1n, 1n],
  );
});
