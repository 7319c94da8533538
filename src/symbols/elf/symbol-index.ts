// The symbols of an ELF file by address. Where several names have one address, perf's rule chooses one: so a function
// has one name, whoever recorded it.

import type { ElfFile, ElfSection, ElfSymbol } from './elf-file.ts';
import { pltSymbols } from './plt.ts';
import type { SectionData } from './section-data.ts';
import { countUpTo, orderOf } from './sorted.ts';

const STT_NOTYPE = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const STB_GLOBAL = 1;
const STB_WEAK = 2;
const SHN_UNDEF = 0;
const SHF_EXECINSTR = 4;
const STV_INTERNAL = 1;
const STV_HIDDEN = 2;
const BLOCK = 1 << 14;
/** If the last symbol of a file says no size, it ends at the end of the next page. */
const PAGE = 4096;
/** Symbols may lie within another one: at() looks at this many before it gives up. */
const MOST_NESTED = 8;

export type SymbolKind = 'function' | 'object';

export class SymbolIndex {
  readonly #names: SectionData | undefined;
  readonly #synthetic: readonly ElfSymbol[];
  /** of each symbol, ascending; no two have one address */
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** the place of its name in `#names`; of a synthetic one -1 - its index */
  readonly #nameAt: Float64Array;
  /** how many symbols begin at or before the address asked for last */
  #last = 0;
  /** those that were asked for: recordings ask often */
  readonly #known: (ElfSymbol | undefined)[] = [];

  /** From `.symtab`, else from `.dynsym`. The entries of the PLT are functions, too. Throws InputError. */
  constructor(file: ElfFile, kind: SymbolKind = 'function') {
    const section = file.section('.symtab') ?? file.section('.dynsym');
    const names = section && file.sections[section.link];
    this.#names = names && file.dataOf(names);
    this.#synthetic = kind === 'function' ? pltSymbols(file) : [];
    const found = section && this.#names ? readSymbols(file, section, this.#names, kind) : new Symbols(0);
    for (const [i, { address, size }] of this.#synthetic.entries()) found.add(address, size, -1 - i, 0);
    const order = this.#chosen(found);
    // a loop over locals: it runs before V8 has compiled it, and from() with a function takes five times as long
    const { starts, sizes, nameAt } = found;
    const count = order.length;
    const chosenStarts = new Float64Array(count);
    const ends = new Float64Array(count);
    const chosenNames = new Float64Array(count);
    for (let n = 0; n < count; n++) {
      const i = order[n] as number;
      const start = starts[i] as number;
      const size = sizes[i] as number;
      chosenStarts[n] = start;
      chosenNames[n] = nameAt[i] as number;
      if (size !== 0) ends[n] = start + size;
      else ends[n] = n + 1 < count ? (starts[order[n + 1] as number] as number) : Math.ceil(start / PAGE) * PAGE + PAGE;
    }
    this.#starts = chosenStarts;
    this.#ends = ends;
    this.#nameAt = chosenNames;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The symbol that the byte at this address belongs to. Throws InputError where the file is damaged. */
  at(address: number): ElfSymbol | undefined {
    const starts = this.#starts;
    let next = this.#last;
    // most are asked for in the order of addresses
    if (next === 0 || !(address >= (starts[next - 1] as number))) next = countUpTo(starts, address);
    else if (address >= (starts[next] as number)) next = countUpTo(starts, address, next + 1);
    this.#last = next;
    for (let i = next - 1; i >= 0 && i >= next - MOST_NESTED; i--) {
      if (address < (this.#ends[i] as number)) return this.#symbol(i);
    }
    return undefined;
  }

  #symbol(i: number): ElfSymbol {
    let symbol = this.#known[i];
    if (!symbol) {
      const address = this.#starts[i] as number;
      const name = this.#name(this.#nameAt[i] as number);
      symbol = { name, address, size: (this.#ends[i] as number) - address };
      this.#known[i] = symbol;
    }
    return symbol;
  }

  #name(at: number): string {
    return at < 0 ? (this.#synthetic[-1 - at] as ElfSymbol).name : (this.#names as SectionData).text(at);
  }

  /**
   * The symbols' indices in the order of their addresses, one for each address. A label within a function is none:
   * `construct_stub_create_deopt_addr` in V8's `Builtins_JSConstructStubGeneric`.
   */
  #chosen(found: Symbols): Uint32Array {
    const { starts, sizes } = found;
    const order = orderOf(starts.subarray(0, found.count));
    let count = 0;
    // the chosen ones take the front of the same array, which the loops have passed
    for (let n = 0; n < order.length; n++) {
      const i = order[n] as number;
      const last = order[count - 1] as number;
      if (count === 0 || starts[last] !== starts[i]) order[count++] = i;
      else if (this.#isBetter(found, i, last)) order[count - 1] = i;
    }
    let kept = 0;
    let end = 0;
    for (let n = 0; n < count; n++) {
      const i = order[n] as number;
      const start = starts[i] as number;
      const size = sizes[i] as number;
      if (start + size > end) end = start + size;
      if (size > 0 || start >= end) order[kept++] = i;
    }
    return order.subarray(0, kept);
  }

  /**
   * perf's rule: one with a size; one that is not weak; a global one; one with fewer underscores in front; the longer
   * name; the first. So `malloc` beats `__libc_malloc`, and `cfree@GLIBC_2.2.5` beats `free`.
   */
  #isBetter(found: Symbols, one: number, other: number): boolean {
    const rank = (i: number): number => found.rank[i] as number;
    const sized = (i: number): number => Number(found.sizes[i] !== 0);
    if (sized(one) !== sized(other)) return sized(one) > sized(other);
    if (rank(one) !== rank(other)) return rank(one) > rank(other);
    const [a, b] = [this.#name(found.nameAt[one] as number), this.#name(found.nameAt[other] as number)];
    const [before, beforeOther] = [underscores(a), underscores(b)];
    return before === beforeOther ? a.length > b.length : before < beforeOther;
  }
}

function underscores(name: string): number {
  return /^_*/.exec(name)?.[0].length ?? 0;
}

/** What the table of symbols says of each, in columns that grow. */
class Symbols {
  count = 0;
  starts: Float64Array;
  sizes: Float64Array;
  nameAt: Float64Array;
  /** of its binding: weak 0, local 1, global 2 */
  rank: Uint8Array;

  constructor(most: number) {
    const room = Math.max(16, most);
    this.starts = new Float64Array(room);
    this.sizes = new Float64Array(room);
    this.nameAt = new Float64Array(room);
    this.rank = new Uint8Array(room);
  }

  add(start: number, size: number, nameAt: number, rank: number): void {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.sizes[this.count] = size;
    this.nameAt[this.count] = nameAt;
    this.rank[this.count++] = rank;
  }

  #grow(): void {
    const { starts, sizes, nameAt, rank } = this;
    Object.assign(this, new Symbols(this.count * 2));
    this.starts.set(starts);
    this.sizes.set(sizes);
    this.nameAt.set(nameAt);
    this.rank.set(rank);
    this.count = starts.length;
  }
}

function readSymbols(file: ElfFile, section: ElfSection, names: SectionData, kind: SymbolKind): Symbols {
  const { order, is64 } = file;
  const size = is64 ? 24 : 16;
  const table = file.dataOf(section);
  const found = new Symbols(1024);
  const labels = kind === 'function';
  for (let from = 0; from < table.size; from += BLOCK * size) {
    const block = table.bytes(from, BLOCK * size);
    if (block.length < size) break; // a damaged size
    for (let p = 0; p + size <= block.length; p += size) {
      const nameAt = order.u32(block, p);
      const info = block[p + (is64 ? 4 : 12)] as number;
      const where = order.u16(block, p + (is64 ? 6 : 14));
      if (nameAt === 0 || where === SHN_UNDEF || nameAt >= names.size) continue;
      const type = info & 15;
      const other = (block[p + (is64 ? 5 : 13)] as number) & 3;
      const isLabel = labels && type === STT_NOTYPE && other !== STV_HIDDEN && other !== STV_INTERNAL;
      const isFunction = type === STT_FUNC || type === STT_GNU_IFUNC;
      const isTable = type === STT_OBJECT; // among code: of assembly, such as OpenSSL's
      const isWanted = labels ? isFunction || ((isLabel || isTable) && isCode(file, where)) : isTable;
      if (!isWanted || (isLabel && names.bytes(nameAt, 1)[0] === 0x24)) continue; // $d, $x: marks of ARM's assembler
      const binding = info >> 4;
      const value = is64 ? order.u64(block, p + 8) : order.u32(block, p + 4);
      const bytes = is64 ? order.u64(block, p + 16) : order.u32(block, p + 8);
      found.add(value, bytes, nameAt, binding === STB_GLOBAL ? 2 : binding === STB_WEAK ? 0 : 1);
    }
  }
  return found;
}

function isCode(file: ElfFile, section: number): boolean {
  return ((file.sections[section]?.flags ?? 0) & SHF_EXECINSTR) !== 0;
}
