// ELF: what an executable file offers to tools that look up symbols in it.

import { InputError } from '../engine/errors.ts';
import { ElfFile, type ElfSection, Machine } from './elf/elf-file.ts';
import type { ReadBytes } from './elf/section-data.ts';

export interface ElfFacts {
  /** for all functions: in `.symtab`, or in what Go's runtime needs */
  hasSymbols: boolean;
  hasLines: boolean;
  /** functions that have a name in `.dynsym`, which stripping leaves */
  exported: number;
  /** did rustc compile any of it? */
  isRust: boolean;
  /** did Go's compiler make it? */
  isGo: boolean;
  /** hexadecimal */
  buildId: string | undefined;
  /** does its code keep frame pointers? A guess from function prologues; undefined: not known for this machine */
  framePointers: boolean | undefined;
}

const FUNCTION = 2;
const MOST_CODE = 1 << 20;
/** push %rbp; mov %rsp,%rbp */
const PROLOGUE = Buffer.from([0x55, 0x48, 0x89, 0xe5]);
/** Code that keeps frame pointers has a prologue in each piece of this many bytes; other code has hardly any. */
const BYTES_A_PROLOGUE = 4096;
// What rustc ships compiled has them in each program: std, and what it is made of, in either mangling.
//   _ZN3std2io5Write9write_all17h…   _ZN57_$LT$core..fmt..Formatter…   _RNvNtCsgEmfK2I1SDS_4core9panicking5panic
const OF_STD =
  /^_ZN(?:\d+_\$LT\$(?:\w+\$)*)?(?:3std|4core|5alloc|std\.\.|core\.\.|alloc\.\.)|^_R.*_(?:3std|4core|5alloc)|(?:7___rustc|9addr2line|5gimli|5adler|6adler2|9hashbrown|11miniz_oxide|14rustc_demangle|6object|6memchr|12panic_unwind|17compiler_builtins)/;
/** Compiled by rustc, not C that was linked in. */
const OF_RUST = /^_ZN.*17h[0-9a-f]{16}E|^_R/;
/** Bytes from which on a function is no mere jump, and those that its prologue is among. */
const LEAST_FUNCTION = 64;
const BEGINNING = 32;
/** So many tell of the rest. */
const MOST_FUNCTIONS = 256;
const MOST_TEXT = 1 << 24;
const MOST_SYMBOLS = 1 << 27;

/** Undefined: no ELF file, or a damaged one. */
export function elfFacts(read: ReadBytes): ElfFacts | undefined {
  const file = openElf(read);
  if (!file) return undefined;
  return {
    hasSymbols: file.section('.symtab') !== undefined || isGo(file),
    hasLines: (file.section('.debug_line') ?? file.section('.zdebug_line')) !== undefined,
    exported: exportedFunctions(file),
    isRust: isRust(file),
    isGo: isGo(file),
    buildId: file.buildId,
    framePointers: framePointersOf(file),
  };
}

/** rustc signs what it compiles since 1.73. Before, a text of Rust's standard library tells. */
function isRust(file: ElfFile): boolean {
  const has = (section: string, text: string): boolean =>
    bytesOf(file, file.section(section), MOST_TEXT).includes(text);
  return has('.comment', 'rustc version') || has('.rodata', 'RUST_BACKTRACE');
}

// its runtime needs .gopclntab in stripped files, too
const GO_SECTION = /^(?:\.go\.buildinfo|\.note\.go\.buildid|(?:\.data\.rel\.ro)?\.gopclntab)$/;

/** Did Go's compiler make it? */
export function isGoProgram(read: ReadBytes): boolean {
  const file = openElf(read);
  return file !== undefined && isGo(file);
}

function isGo(file: ElfFile): boolean {
  return file.sections.some(({ name }) => GO_SECTION.test(name));
}

/** The same as in ElfFacts, and cheaper for callers that need nothing else. */
export function keepsFramePointers(read: ReadBytes): boolean | undefined {
  const file = openElf(read);
  return file && framePointersOf(file);
}

/** Go keeps them, and up to 1.20 has another prologue. */
function framePointersOf(file: ElfFile): boolean | undefined {
  if (isGo(file)) return true;
  if (file.machine !== Machine.x86_64) return undefined;
  const has = hasPrologues(file);
  // since 1.79 Rust's standard library comes with them, whatever the program has
  return has && isRust(file) ? haveOwnPrologues(file) : has;
}

/** The file's own address of its entry, and of a symbol it exports (`.dynsym` is there in stripped files, too). */
export function exportedSymbol(read: ReadBytes, name: string): { entry: bigint; value: bigint } | undefined {
  const file = openElf(read);
  const text = Buffer.from(`${name}\0`);
  for (const { names, nameAt, isDefined, value } of file ? dynamicSymbols(file) : []) {
    if (isDefined && names.subarray(nameAt, nameAt + text.length).equals(text)) {
      return { entry: BigInt((file as ElfFile).entry), value: BigInt(value) };
    }
  }
  return undefined;
}

/** Undefined: no ELF file, a damaged one, or one without. */
export function buildIdOf(read: ReadBytes): string | undefined {
  return openElf(read)?.buildId;
}

function openElf(read: ReadBytes): ElfFile | undefined {
  try {
    return new ElfFile(read);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function exportedFunctions(file: ElfFile): number {
  let count = 0;
  for (const { type, isDefined } of dynamicSymbols(file)) if (type === FUNCTION && isDefined) count++;
  return count;
}

interface RawSymbol {
  names: Buffer;
  nameAt: number;
  type: number;
  isDefined: boolean;
  value: number;
  /** bytes */
  size: number;
}

function dynamicSymbols(file: ElfFile): Generator<RawSymbol> {
  return symbolsIn(file, '.dynsym', '.dynstr');
}

function* symbolsIn(file: ElfFile, table: string, strings: string): Generator<RawSymbol> {
  const { order, is64 } = file;
  const symbols = bytesOf(file, file.section(table), MOST_SYMBOLS);
  const names = bytesOf(file, file.section(strings), MOST_SYMBOLS);
  const size = is64 ? 24 : 16;
  for (let at = 0; at + size <= symbols.length; at += size) {
    yield {
      names,
      nameAt: order.u32(symbols, at),
      type: (symbols[at + (is64 ? 4 : 12)] as number) & 0xf,
      isDefined: order.u16(symbols, at + (is64 ? 6 : 14)) !== 0,
      value: is64 ? order.u64(symbols, at + 8) : order.u32(symbols, at + 4),
      size: is64 ? order.u64(symbols, at + 16) : order.u32(symbols, at + 8),
    };
  }
}

function bytesOf(file: ElfFile, section: ElfSection | undefined, most: number): Buffer {
  return section ? file.read(section.offset, Math.min(section.size, most)) : Buffer.alloc(0);
}

/** Have most functions of the program itself a prologue? Undefined: the file names none. */
function haveOwnPrologues(file: ElfFile): boolean | undefined {
  const text = file.section('.text');
  if (!text) return undefined;
  let seen = 0;
  let count = 0;
  for (const { names, nameAt, type, isDefined, value, size } of symbolsIn(file, '.symtab', '.strtab')) {
    if (type !== FUNCTION || !isDefined || size < LEAST_FUNCTION) continue;
    if (value < text.address || value + size > text.address + text.size) continue;
    const name = names.toString('latin1', nameAt, names.indexOf(0, nameAt));
    if (!OF_RUST.test(name) || OF_STD.test(name)) continue;
    if (file.read(text.offset + value - text.address, BEGINNING).includes(PROLOGUE)) count++;
    if (++seen === MOST_FUNCTIONS) break;
  }
  return seen === 0 ? undefined : 2 * count >= seen;
}

function hasPrologues(file: ElfFile): boolean | undefined {
  const text = file.section('.text');
  if (!text || text.size < BYTES_A_PROLOGUE) return undefined;
  const code = bytesOf(file, text, MOST_CODE);
  let count = 0;
  for (let at = code.indexOf(PROLOGUE); at >= 0; at = code.indexOf(PROLOGUE, at + 1)) count++;
  return count * BYTES_A_PROLOGUE >= code.length;
}
