// perf.data while perf writes it: how many samples are in it so far.

// PERFILE2 size attr_size attrs{offset, size} data{offset, size} …        eight bytes each
// └ 0                                              └ 40
const MAGIC = 'PERFILE2';
const DATA_OFFSET_AT = 40;
const HEADER_BYTES = 56;
// type misc size            4, 2 and 2 bytes; then what is left of `size`
const RECORD_BYTES = 8;
const SIZE_AT = 6;
const SAMPLE = 9;
/** This holds many records with frame pointers, or the start of one with a copy of the stack. */
const LOOKED_AT_BYTES = 4096;
/** A look must not take time from what is recorded. */
const MOST_READS = 2000;

export class SampleCounter {
  readonly #read: (at: number, length: number) => Buffer;
  #at = 0;
  #samples = 0;

  /** @param read gives bytes of the file, fewer at its end, none while there is no file */
  constructor(read: (at: number, length: number) => Buffer) {
    this.#read = read;
  }

  /** The samples up to now, from where the last look ended; undefined: too many have come since to count them all. */
  count(): number | undefined {
    if (this.#at === 0 && !this.#begin()) return 0;
    for (let reads = 0; reads < MOST_READS; reads++) {
      const bytes = this.#read(this.#at, LOOKED_AT_BYTES);
      let at = 0;
      while (at + RECORD_BYTES <= bytes.length) {
        const size = bytes.readUInt16LE(at + SIZE_AT);
        if (size < RECORD_BYTES) break; // not written yet
        if (bytes.readUInt32LE(at) === SAMPLE) this.#samples++;
        at += size;
      }
      if (at === 0) return this.#samples;
      this.#at += at;
    }
    return undefined;
  }

  #begin(): boolean {
    const header = this.#read(0, HEADER_BYTES);
    if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return false;
    this.#at = Number(header.readBigUInt64LE(DATA_OFFSET_AT));
    return this.#at > 0;
  }
}
