// An ELF file: its sections, the addresses at which it wants its parts loaded, its build-id. 32 and 64 bits, both byte
// orders (System V ABI, chapters 4 and 5).

import { InputError } from '../../engine/errors.ts';
import { type ByteOrder, bigEndian, littleEndian } from './byte-order.ts';
import { decompressed } from './compressed-section.ts';
import { type ReadBytes, SectionData } from './section-data.ts';

export interface ElfSection {
  name: string;
  /** SHT_… */
  type: number;
  /** SHF_… */
  flags: number;
  address: number;
  offset: number;
  size: number;
  /** of a table of symbols: the index of the section with its strings */
  link: number;
}

/** A part of the file that is loaded (PT_LOAD). */
export interface ElfSegment {
  offset: number;
  address: number;
  fileSize: number;
  memorySize: number;
  isCode: boolean;
}

/** A named piece of the program. */
export interface ElfSymbol {
  name: string;
  address: number;
  /** bytes */
  size: number;
}

export const Machine = { i386: 3, arm: 40, x86_64: 62, aarch64: 183 } as const;

const HEADER = 64;
const MAGIC = 0x7f454c46;
const PT_LOAD = 1;
const PT_NOTE = 4;
const PF_X = 1;
const SHT_NOTE = 7;
const SHT_NOBITS = 8;
const SHN_XINDEX = 0xffff;
export const SHF_EXECINSTR = 4;
const SHF_COMPRESSED = 0x800;
const NT_GNU_BUILD_ID = 3;
const NOTE_HEADER = 12;
const MOST_NOTES = 1 << 16;
/** Files with more sections than this are damaged, or nothing to read debug information from. */
const MOST_SECTIONS = 1 << 16;

export class ElfFile {
  readonly read: ReadBytes;
  readonly order: ByteOrder;
  readonly is64: boolean;
  /** EM_… */
  readonly machine: number;
  /** the address at which the program starts */
  readonly entry: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  readonly #notes: readonly { offset: number; size: number }[];
  readonly #loaded: SectionData[] = [];
  #code: readonly Pick<ElfSection, 'address' | 'size'>[] | undefined;

  /** Throws InputError for anything but an ELF file whose tables can be read. */
  constructor(read: ReadBytes) {
    const header = read(0, HEADER);
    if (header.length < 52 || header.readUInt32BE(0) !== MAGIC) throw new InputError('not an ELF file');
    this.read = read;
    this.is64 = header[4] === 2;
    this.order = header[5] === 2 ? bigEndian : littleEndian;
    const { u16 } = this.order;
    this.machine = u16(header, 18);
    this.entry = this.#word(header, 24, 24);
    const sizes = this.is64 ? 54 : 42;
    const programs = { at: this.#word(header, 32, 28), size: u16(header, sizes), count: u16(header, sizes + 2) };
    const sections = { at: this.#word(header, 40, 32), size: u16(header, sizes + 4), count: u16(header, sizes + 6) };
    const all = this.#programHeaders(programs);
    this.segments = all.filter(({ type }) => type === PT_LOAD);
    this.#notes = all.filter(({ type }) => type === PT_NOTE).map(({ offset, fileSize: size }) => ({ offset, size }));
    this.sections = this.#sectionHeaders(sections, u16(header, sizes + 8));
  }

  /** The first section of that name that has bytes in this file. */
  section(name: string): ElfSection | undefined {
    return this.sections.find((section) => section.name === name && section.type !== SHT_NOBITS);
  }

  /**
   * The bytes of a section, unpacked if need be; undefined: no such section. Throws InputError if they can't be
   * unpacked.
   */
  data(name: string): SectionData | undefined {
    const section = this.section(name);
    if (section) return this.#isPacked(section) ? this.#unpacked(section) : this.dataOf(section);
    // .zdebug_info: the GNU tools' own compression, before there was a flag for it
    const old = name.startsWith('.debug_') ? this.section(`.z${name.slice(1)}`) : undefined;
    return old && this.#unpacked(old);
  }

  dataOf({ offset, size }: Pick<ElfSection, 'offset' | 'size'>, whole?: number): SectionData {
    return new SectionData(
      (at, length, into) => this.read(offset + at, Math.min(length, size - at), into),
      size,
      whole,
    );
  }

  /** Hexadecimal; undefined: it has none. */
  get buildId(): string | undefined {
    for (const { offset, size } of [...this.sections.filter(({ type }) => type === SHT_NOTE), ...this.#notes]) {
      const id = this.#buildIdIn(this.read(offset, Math.min(size, MOST_NOTES)));
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /**
   * The file's own address of one of its bytes, as its symbols and its debug information count; undefined: not loaded.
   */
  addressAt(offset: number): number | undefined {
    let found: ElfSegment | undefined;
    for (const one of this.segments) {
      if (offset < one.offset || offset >= one.offset + one.fileSize) continue;
      found ??= one;
      if (!one.isCode) continue;
      found = one;
      break;
    }
    return found && offset - found.offset + found.address;
  }

  /** Is the byte at this address of the file part of its code, by its sections, or by what it loads if it has none? */
  hasCode(address: number): boolean {
    this.#code ??= this.#codeParts();
    return this.#code.some((part) => address >= part.address && address < part.address + part.size);
  }

  #codeParts(): Pick<ElfSection, 'address' | 'size'>[] {
    const sections = this.sections.filter(isOfCode);
    if (sections.length > 0) return sections;
    return this.segments.filter(({ isCode }) => isCode).map(({ address, memorySize: size }) => ({ address, size }));
  }

  /** The `length` bytes right before that address, fewer at the start of its segment; undefined: not loaded. */
  bytesBefore(address: number, length: number): Buffer | undefined {
    const i = this.segments.findIndex((one) => address > one.address && address <= one.address + one.fileSize);
    const segment = this.segments[i];
    if (segment === undefined) return undefined;
    const { offset, fileSize: size } = segment;
    this.#loaded[i] ??= this.dataOf({ offset, size }, 0); // few pages of a program are asked for
    const at = Math.max(0, address - segment.address - length);
    return this.#loaded[i].bytes(at, address - segment.address - at);
  }

  #word(bytes: Uint8Array, at64: number, at32: number): number {
    return this.is64 ? this.order.u64(bytes, at64) : this.order.u32(bytes, at32);
  }

  #programHeaders(table: { at: number; size: number; count: number }): (ElfSegment & { type: number })[] {
    const { at, size, count } = table;
    if (count === 0 || size < (this.is64 ? 56 : 32)) return [];
    const bytes = this.read(at, size * count);
    return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => {
      const p = i * size;
      return {
        type: this.order.u32(bytes, p),
        isCode: (this.order.u32(bytes, p + (this.is64 ? 4 : 24)) & PF_X) !== 0,
        offset: this.#word(bytes, p + 8, p + 4),
        address: this.#word(bytes, p + 16, p + 8),
        fileSize: this.#word(bytes, p + 32, p + 16),
        memorySize: this.#word(bytes, p + 40, p + 20),
      };
    });
  }

  #sectionHeaders(table: { at: number; size: number; count: number }, namesIndex: number): ElfSection[] {
    const { at, size } = table;
    if (at === 0 || size < (this.is64 ? 64 : 40)) return [];
    const first = this.#sectionHeader(this.read(at, size), 0);
    // more than fit into the header: the first entry says how many
    const count = table.count || Math.min(first.size, MOST_SECTIONS);
    const bytes = this.read(at, size * count);
    const sections = Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
      this.#sectionHeader(bytes, i * size),
    );
    const names = sections[namesIndex === SHN_XINDEX ? first.link : namesIndex];
    if (names) {
      const text = this.read(names.offset, Math.min(names.size, 1 << 24));
      for (const section of sections) section.name = nameIn(text, section.nameAt);
    }
    return sections;
  }

  #sectionHeader(bytes: Uint8Array, p: number): ElfSection & { nameAt: number } {
    return {
      name: '',
      nameAt: this.order.u32(bytes, p),
      type: this.order.u32(bytes, p + 4),
      flags: this.#word(bytes, p + 8, p + 8) % 2 ** 32,
      address: this.#word(bytes, p + 16, p + 12),
      offset: this.#word(bytes, p + 24, p + 16),
      size: this.#word(bytes, p + 32, p + 20),
      link: this.order.u32(bytes, p + (this.is64 ? 40 : 24)),
    };
  }

  #isPacked(section: ElfSection): boolean {
    return (section.flags & SHF_COMPRESSED) !== 0;
  }

  #unpacked(section: ElfSection): SectionData {
    return decompressed(section.name, this.dataOf(section), this.#isPacked(section) ? this : undefined);
  }

  // 04 00 00 00  14 00 00 00  03 00 00 00  G N U \0  9b f6 …
  // └ of a name  └ of the id  └ its type             └ padded to 4
  #buildIdIn(notes: Buffer): string | undefined {
    const { u32 } = this.order;
    for (let at = 0; at + NOTE_HEADER <= notes.length; ) {
      const id = at + NOTE_HEADER + padded(u32(notes, at));
      const size = u32(notes, at + 4);
      const isBuildId =
        u32(notes, at + 8) === NT_GNU_BUILD_ID && notes.toString('latin1', at + NOTE_HEADER, id) === 'GNU\0';
      if (isBuildId && size > 0) return notes.toString('hex', id, id + size);
      at = id + padded(size);
    }
    return undefined;
  }
}

function isOfCode({ flags }: ElfSection): boolean {
  return (flags & SHF_EXECINSTR) !== 0;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function nameIn(names: Buffer, from: number): string {
  const end = names.indexOf(0, from);
  return names.toString('latin1', from, end < 0 ? names.length : end);
}
