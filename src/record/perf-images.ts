// The images of a process in perf.data: a program, and after each exec another one. perf 6.1 unmaps nothing at exec. It
// reads a library's unwinding tables by the lowest place at which the thread ever had that file, and if that is where the
// program before had it, all callers of the library's functions are lost. perf takes a file for another one if its inode
// differs, so each image after the first gets inodes of its own.

import type { ReadBytes } from '../symbols/elf/section-data.ts';
import { recordsOf } from './perf-data.ts';

const COMM = 3;
const FORK = 7;
const MMAP2 = 10;
const IS_EXEC = 1 << 13;
/** The kernel gave a build-id in place of the inode. */
const HAS_BUILD_ID = 1 << 14;
// FORK: pid, ppid …    COMM, MMAP2: pid, tid …         MMAP2: addr, len, pgoff, maj and min, then the inode
const PID_AT = 8;
const PARENT_AT = 12;
const INODE_AT = 48;
const INODE_BITS = 48n;

const ATTRS_OFFSET_AT = 24;
const SAMPLE_TYPE_AT = 24;
/** TIME stands before those of ID, STREAM_ID, CPU and IDENTIFIER that there are, eight bytes each, and itself. */
const FROM_TIME_ON = [1 << 2, 1 << 6, 1 << 9, 1 << 7, 1 << 16];

/** Bytes to be written over those of the file. */
export interface Edit {
  at: number;
  bytes: Buffer;
}

/** What makes perf tell the images apart; the same again of a file that has been edited. */
export function imageEdits(read: ReadBytes): Edit[] {
  const attrs = read(ATTRS_OFFSET_AT, 8);
  if (attrs.length < 8) return [];
  const type = read(Number(attrs.readBigUInt64LE(0)) + SAMPLE_TYPE_AT, 8);
  const sampleType = type.length < 8 ? 0 : type.readUInt32LE(0);
  const timeToEnd = 8 * FROM_TIME_ON.filter((bit) => sampleType & bit).length;
  const records: { ns: bigint; at: number; type: number; misc: number; bytes: Buffer }[] = [];
  for (const { at, type, misc, size } of recordsOf(read)) {
    if (type !== COMM && type !== FORK && type !== MMAP2) continue;
    const bytes = read(at, size);
    if (bytes.length < size) break;
    records.push({ ns: bytes.readBigUInt64LE(size - timeToEnd), at, type, misc, bytes });
  }
  // each CPU has a buffer of its own
  records.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : a.at - b.at));
  /** of each process, how many images there were before this one, its parents' included, whose maps it began with */
  const images = new Map<number, bigint>();
  const edits: Edit[] = [];
  for (const { at, type, misc, bytes } of records) {
    const pid = bytes.readUInt32LE(PID_AT);
    const image = images.get(pid) ?? 0n;
    if (type === FORK) images.set(pid, images.get(bytes.readUInt32LE(PARENT_AT)) ?? 0n);
    else if (type === COMM) images.set(pid, misc & IS_EXEC ? image + 1n : image);
    else if (image > 0n && !(misc & HAS_BUILD_ID)) {
      const inode = bytes.readBigUInt64LE(INODE_AT);
      if (inode === 0n) continue; // no file
      const own = Buffer.alloc(8);
      own.writeBigUInt64LE(BigInt.asUintN(64, (image << INODE_BITS) | BigInt.asUintN(Number(INODE_BITS), inode)));
      edits.push({ at: at + INODE_AT, bytes: own });
    }
  }
  return edits;
}
