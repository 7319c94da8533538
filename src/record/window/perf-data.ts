// perf.data: its records, and while perf writes it, how many samples are in it so far.

import type { ReadBytes } from '../../symbols/elf/section-data.ts';

// PERFILE2 size attr_size attrs{offset, size} data{offset, size} …        eight bytes each
// └ 0                                              └ 40
const MAGIC = 'PERFILE2';
const DATA_OFFSET_AT = 40;
const DATA_SIZE_AT = 48;
const HEADER_BYTES = 56;
// type misc size            4, 2 and 2 bytes; then what is left of `size`
const RECORD_BYTES = 8;
const MISC_AT = 4;
const SIZE_AT = 6;
const SAMPLE = 9;
/** This holds many records with frame pointers, or the start of one with a copy of the stack. */
const LOOKED_AT_BYTES = 4096;
/** A look must not take time from what is recorded. */
const MOST_READS = 2000;

/** The head of a record, and where that stands. */
export interface PerfRecord {
  at: number;
  type: number;
  misc: number;
  /** in bytes, with its head */
  size: number;
}

/** All records of a file that perf has finished, or as far as perf has written it. `read` gives fewer bytes at its end. */
export function* recordsOf(read: ReadBytes): Generator<PerfRecord> {
  const { start, end } = dataPlace(read);
  for (let at = start; at > 0 && at < end; ) {
    const block = at;
    for (const record of recordsIn(read(block, Math.min(LOOKED_AT_BYTES, end - block)))) {
      yield { ...record, at };
      at += record.size;
    }
    if (at === block) return;
  }
}

/** The records whose heads are in a block that begins with one, up to one that is not written yet. */
function* recordsIn(bytes: Buffer): Generator<PerfRecord> {
  for (let at = 0; at + RECORD_BYTES <= bytes.length; ) {
    const size = bytes.readUInt16LE(at + SIZE_AT);
    if (size < RECORD_BYTES) return;
    yield { at, type: bytes.readUInt32LE(at), misc: bytes.readUInt16LE(at + MISC_AT), size };
    at += size;
  }
}

/** `start` 0: there is no record yet, or this is no perf.data; `end` is not known before perf has ended. */
function dataPlace(read: ReadBytes): { start: number; end: number } {
  const header = read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return { start: 0, end: 0 };
  const start = Number(header.readBigUInt64LE(DATA_OFFSET_AT));
  const size = Number(header.readBigUInt64LE(DATA_SIZE_AT));
  return { start, end: size > 0 ? start + size : Number.POSITIVE_INFINITY };
}

export class SampleCounter {
  readonly #read: ReadBytes;
  #at = 0;
  #samples = 0;

  /** `read` gives fewer bytes at the end of the file, and none while there is no file. */
  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /** The samples up to now, from where the last look ended; undefined: too many have come since to count them all. */
  count(): number | undefined {
    if (this.#at === 0) this.#at = dataPlace(this.#read).start;
    if (this.#at === 0) return 0;
    for (let reads = 0; reads < MOST_READS; reads++) {
      let end = 0;
      for (const { at, type, size } of recordsIn(this.#read(this.#at, LOOKED_AT_BYTES))) {
        if (type === SAMPLE) this.#samples++;
        end = at + size;
      }
      if (end === 0) return this.#samples;
      this.#at += end;
    }
    return undefined;
  }
}
