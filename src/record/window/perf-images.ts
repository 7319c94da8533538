// What perf 6.1 can't see in its own perf.data, and sees when a few bytes are other ones.
//
// The images of a process: a program, and after each exec another one. perf unmaps nothing at exec. It reads a library's
// unwinding tables by the lowest place at which the thread ever had that file, and if that is where the program before had
// it, all callers of the library's functions are lost. perf takes a file for another one if its inode differs, so each
// image after the first gets inodes of its own.
//
// A file that was deleted while it ran: perf finds it by its build-id, but can't read that from a path that is gone.

import { withoutDeleted } from '../../stacks/frame-name.ts';
import type { ReadBytes } from '../../symbols/elf/section-data.ts';
import { recordsOf } from './perf-data.ts';

const COMM = 3;
const FORK = 7;
const MMAP2 = 10;
const IS_EXEC = 1 << 13;
/** The kernel gave a build-id in place of the inode. */
const HAS_BUILD_ID = 1 << 14;
// FORK: pid, ppid …    COMM, MMAP2: pid, tid …    MMAP2: … addr, len, pgoff, maj and min, inode and its generation, or in
// place of these the build-id behind its size; prot, flags, path
const MISC_AT = 4;
const PID_AT = 8;
const PARENT_AT = 12;
const BUILD_ID_AT = 40;
const INODE_AT = 48;
const PATH_AT = 72;
const BUILD_ID_BYTES = 20;
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

/**
 * What makes perf see; the same or nothing of a file that has been edited. `buildIdOf` gives the build-id of a
 * deleted file by its path, latin1, in hex; undefined: not known.
 */
export function imageEdits(read: ReadBytes, buildIdOf: (path: string) => string | undefined): Edit[] {
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
    else if (!(misc & HAS_BUILD_ID))
      edits.push(...editsOfMap(bytes, image, buildIdOf).map((one) => ({ ...one, at: at + one.at })));
  }
  return edits;
}

/** Of a record of a map; places are from its start. */
function editsOfMap(map: Buffer, image: bigint, buildIdOf: (path: string) => string | undefined): Edit[] {
  const inode = map.readBigUInt64LE(INODE_AT);
  if (inode === 0n) return []; // no file
  const path = map.toString('latin1', PATH_AT, map.indexOf(0, PATH_AT));
  const file = withoutDeleted(path);
  const id = file === path ? undefined : buildIdOf(file);
  if (id?.length === 2 * BUILD_ID_BYTES) {
    const misc = Buffer.alloc(2);
    misc.writeUInt16LE(map.readUInt16LE(MISC_AT) | HAS_BUILD_ID);
    const sized = Buffer.concat([Buffer.from([BUILD_ID_BYTES, 0, 0, 0]), Buffer.from(id, 'hex')]);
    return [
      { at: MISC_AT, bytes: misc },
      { at: BUILD_ID_AT, bytes: sized },
    ];
  }
  if (image === 0n) return [];
  const own = Buffer.alloc(8);
  own.writeBigUInt64LE(BigInt.asUintN(64, (image << INODE_BITS) | BigInt.asUintN(Number(INODE_BITS), inode)));
  return [{ at: INODE_AT, bytes: own }];
}
