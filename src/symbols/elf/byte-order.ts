// Numbers in the bytes of ELF and DWARF, in both byte orders. Beyond the end of the bytes everything is 0. So a cut
// file gives wrong numbers, which its reader checks, but never an error of JavaScript's.

export type ReadNumber = (bytes: Uint8Array, at: number) => number;

export interface ByteOrder {
  u16: ReadNumber;
  u32: ReadNumber;
  /** exact up to 2^53; what is above is rounded, as -1 is to 2^64 */
  u64: ReadNumber;
}

const at0 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

export const littleEndian: ByteOrder = {
  u16: (b, at) => at0(b, at) | (at0(b, at + 1) << 8),
  u32: (b, at) => (at0(b, at) | (at0(b, at + 1) << 8) | (at0(b, at + 2) << 16) | (at0(b, at + 3) << 24)) >>> 0,
  u64: (b, at) => littleEndian.u32(b, at) + littleEndian.u32(b, at + 4) * 2 ** 32,
};

export const bigEndian: ByteOrder = {
  u16: (b, at) => at0(b, at + 1) | (at0(b, at) << 8),
  u32: (b, at) => (at0(b, at + 3) | (at0(b, at + 2) << 8) | (at0(b, at + 1) << 16) | (at0(b, at) << 24)) >>> 0,
  u64: (b, at) => bigEndian.u32(b, at + 4) + bigEndian.u32(b, at) * 2 ** 32,
};
