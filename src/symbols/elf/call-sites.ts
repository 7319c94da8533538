// Is an address one that a call returns to? Callchains made by frame pointers hold such addresses, one instruction behind
// the call. Those made from DWARF hold the last byte of the call. Only the code itself tells which.

import { type ElfFile, Machine } from './elf-file.ts';

const LONGEST_CALL = 7;
const DIRECT_CALL = 5;
const SHORT_FUNCTION = 256;

/** Does a call end right before this address of the file? undefined: the code of this machine tells nothing. */
export function endsCall(file: ElfFile, address: number): boolean | undefined {
  if (file.machine === Machine.aarch64) return address % 4 === 0;
  if (file.machine !== Machine.x86_64 && file.machine !== Machine.i386) return undefined;
  const code = file.bytesBefore(address, LONGEST_CALL);
  return code && endsInCall(code);
}

/** Where a call right before this address goes; undefined: there is none, or an indirect one. x86-64 only. */
export function calledBefore(file: ElfFile, address: number): number | undefined {
  const code = file.machine === Machine.x86_64 ? file.bytesBefore(address, DIRECT_CALL) : undefined;
  return code?.length === DIRECT_CALL && code[0] === 0xe8 ? address + code.readInt32LE(1) : undefined;
}

/** Where in the code from `from` on, a short function's, jumps lie that go to `to`. What looks like one may be none. */
export function jumpsTo(file: ElfFile, from: number, to: number): number[] {
  const code = file.bytesBefore(from + SHORT_FUNCTION, SHORT_FUNCTION);
  const places: number[] = [];
  for (let at = 0; code && at + DIRECT_CALL <= code.length; at++) {
    // e9 12 34 56 78           jmp rel32
    if (code[at] === 0xe9 && from + at + DIRECT_CALL + code.readInt32LE(at + 1) === to) places.push(from + at);
  }
  return places;
}

// e8 12 34 56 78           call rel32
// ff d0, ff 14 24          call *%rax, call *(%rsp)
// ff 55 f8, ff 90 00 …     call *disp8(%rbp), call *disp32(%rax)
// ff 15 12 34 56 78        call *disp32(%rip)
function endsInCall(code: Buffer): boolean {
  const end = code.length;
  if (end >= 5 && code[end - 5] === 0xe8) return true;
  for (let length = 2; length <= LONGEST_CALL && length <= end; length++) {
    if (code[end - length] === 0xff && lengthOfCall(code, end - length) === length) return true;
  }
  return false;
}

/** Bytes of the indirect call whose opcode is at `at`; 0: none. */
function lengthOfCall(code: Buffer, at: number): number {
  const mod = (code[at + 1] as number) >> 6;
  const operation = ((code[at + 1] as number) >> 3) & 7;
  const register = (code[at + 1] as number) & 7;
  if (operation !== 2) return 0;
  if (mod === 3) return 2;
  const hasIndex = register === 4;
  const displacement = mod === 1 ? 1 : mod === 2 || register === 5 ? 4 : 0;
  const isBaseless = hasIndex && mod === 0 && ((code[at + 2] ?? 0) & 7) === 5;
  return 2 + (hasIndex ? 1 : 0) + (isBaseless ? 4 : displacement);
}
