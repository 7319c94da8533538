// The functions of a program by Go's linker. Its runtime needs them for its own stack traces, so that they are there in
// a stripped program, too: a header, a table of (address, place of the function's entry), and the names. Go 1.2, 1.16,
// 1.18 and 1.20 each changed its layout; 1.26 no longer says there where the code begins (debug/gosym, runtime/symtab.go).

import type { ElfFile } from './elf-file.ts';
import type { SectionData } from './section-data.ts';

/** `.data.rel.ro.gopclntab` in older position-independent programs. */
const SECTION = /^(?:\.data\.rel\.ro)?\.gopclntab$/;

/** Magic numbers of the versions. Since the third, addresses are 4 bytes that count from the start of the code. */
const LAYOUTS = [0xfffffffb, 0xfffffffa, 0xfffffff0, 0xfffffff1];
const FIRST_WITH_PLACES = 1;
const FIRST_RELATIVE = 2;
/** More functions than this are damage. */
const MOST_FUNCTIONS = 1 << 24;
/** In .go.module: six slices and a pointer before, then another pointer and two addresses. */
const CODE_START_IN_MODULE = 22;
/** `R_X86_64_RELATIVE`, `R_AARCH64_RELATIVE`: the loader writes the addend there, plus where the file is loaded. */
const RELATIVE = [8, 1027];
const RELOCATION = 24;
const MOST_RELOCATED = 1 << 28;

export class GoFunctions {
  readonly #file: ElfFile;
  /** of the header */
  readonly #address: number;
  readonly #data: SectionData;
  readonly #wordSize: 4 | 8;
  readonly #isRelative: boolean;
  readonly #count: number;
  /** where the table of addresses, the entries that it points to, and the names begin in the section */
  readonly #table: number;
  readonly #entries: number;
  readonly #names: number;
  readonly #codeStart: number;

  /** Undefined: Go's linker has not made this file, or in a layout that is not known. Throws InputError if damaged. */
  static of(file: ElfFile): GoFunctions | undefined {
    const found = headerIn(file);
    if (!found) return undefined;
    const layout = LAYOUTS.indexOf(file.order.u32(found.data.bytes(0, 4), 0));
    if (layout < 0) return undefined;
    const functions = new GoFunctions(file, found.address, found.data, layout);
    return functions.#isPlausible() ? functions : undefined;
  }

  private constructor(file: ElfFile, address: number, data: SectionData, layout: number) {
    this.#file = file;
    this.#address = address;
    this.#data = data;
    this.#wordSize = data.bytes(7, 1)[0] === 4 ? 4 : 8;
    this.#isRelative = layout >= FIRST_RELATIVE;
    this.#count = this.#headerWord(0);
    // behind both counts, or behind both and the start of the code
    const places = this.#isRelative ? 3 : 2;
    const hasPlaces = layout >= FIRST_WITH_PLACES;
    this.#names = hasPlaces ? this.#headerWord(places) : 0;
    this.#entries = hasPlaces ? this.#headerWord(places + 4) : 0;
    this.#table = hasPlaces ? this.#entries : 8 + this.#wordSize;
    this.#codeStart = this.#isRelative ? this.#startOfCode() : 0;
  }

  /** The name of the function that this address of the file belongs to. Throws InputError where the file is damaged. */
  nameAt(address: number): string | undefined {
    const sought = address - this.#codeStart;
    // behind the last function stands where its code ends
    if (!(sought >= this.#startOf(0) && sought < this.#startOf(this.#count))) return undefined;
    let low = 0;
    let high = this.#count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#startOf(middle) <= sought) low = middle;
      else high = middle;
    }
    const entry = this.#entries + this.#tableWord(2 * low + 1);
    const nameAt = this.#file.order.u32(this.#data.bytes(entry + (this.#isRelative ? 4 : this.#wordSize), 4), 0);
    return this.#data.text(this.#names + nameAt) || undefined;
  }

  #isPlausible(): boolean {
    const isCounted = this.#count > 0 && this.#count <= MOST_FUNCTIONS;
    const inCode = (address: number): boolean =>
      this.#file.segments.some((one) => one.isCode && address >= one.address && address < one.address + one.memorySize);
    return isCounted && inCode(this.#codeStart + this.#startOf(0));
  }

  #startOf(index: number): number {
    return this.#tableWord(2 * index);
  }

  #tableWord(index: number): number {
    const size = this.#isRelative ? 4 : this.#wordSize;
    return this.#word(this.#data.bytes(this.#table + index * size, size), size);
  }

  /** A word of those behind the header's first 8 bytes. */
  #headerWord(index: number): number {
    return this.#word(this.#data.bytes(8 + index * this.#wordSize, this.#wordSize), this.#wordSize);
  }

  #word(bytes: Uint8Array, size: number): number {
    return size === 4 ? this.#file.order.u32(bytes, 0) : this.#file.order.u64(bytes, 0);
  }

  #startOfCode(): number {
    const module = this.#file.section('.go.module');
    return module
      ? this.#pointerIn(this.#file.dataOf(module), module.address, CODE_START_IN_MODULE * this.#wordSize)
      : this.#pointerIn(this.#data, this.#address, 8 + 2 * this.#wordSize);
  }

  /** An address that stands in the data. In a position-independent program it may stand in a relocation only. */
  #pointerIn(data: SectionData, address: number, at: number): number {
    const written = this.#word(data.bytes(at, this.#wordSize), this.#wordSize);
    return written || (relocated(this.#file, address + at) ?? 0);
  }
}

interface Header {
  address: number;
  /** from the header on */
  data: SectionData;
}

function headerIn(file: ElfFile): Header | undefined {
  const named = file.sections.find(({ name }) => SECTION.test(name));
  const section = named ? file.section(named.name) : undefined;
  if (section) return { address: section.address, data: file.dataOf(section) };
  // linkers of C put it among all that the loader relocates
  const relocated = file.section('.go.buildinfo') && file.section('.data.rel.ro');
  if (!relocated) return undefined;
  const bytes = file.read(relocated.offset, Math.min(relocated.size, MOST_RELOCATED));
  for (const layout of LAYOUTS) {
    const magic = Buffer.from([layout & 0xff, 0xff, 0xff, 0xff, 0, 0]);
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      if (at % 8 !== 0 || bytes[at + 7] !== 8) continue;
      const rest = { offset: relocated.offset + at, size: relocated.size - at };
      return { address: relocated.address + at, data: file.dataOf(rest) };
    }
  }
  return undefined;
}

function relocated(file: ElfFile, address: number): number | undefined {
  const relocations = file.data('.rela.dyn');
  if (!relocations || !file.is64) return undefined;
  const { u32, u64 } = file.order;
  for (let at = 0; at + RELOCATION <= relocations.size; at += RELOCATION) {
    const one = relocations.bytes(at, RELOCATION);
    if (u64(one, 0) === address && RELATIVE.includes(u32(one, 8))) return u64(one, 16);
  }
  return undefined;
}
