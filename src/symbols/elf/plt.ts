// The PLT of x86-64: pieces of code without a symbol that jump to a function of another object. perf calls them
// `malloc@plt`, and so does this file.

import { type ElfFile, type ElfSection, Machine } from './elf-file.ts';
import type { SectionData } from './section-data.ts';

const ENTRY = 16;
const RELOCATION = 24;
const SYMBOL = 24;
const JUMP_SLOT = 7;
const MOST_ENTRIES = 1 << 16;

interface Tables {
  relocations: SectionData;
  symbols: SectionData;
}

export class Plt {
  readonly #file: ElfFile;
  readonly #tables: (whole?: number) => Tables;
  readonly #names: SectionData;
  readonly #at: number;
  readonly #size: number;
  /** few names are asked for */
  #paged: Tables | undefined;

  /** Undefined: there is none, or the machine is another one. */
  static of(file: ElfFile): Plt | undefined {
    const relocations = file.section('.rela.plt');
    const dynamic = file.section('.dynsym');
    const names = dynamic && file.sections[dynamic.link];
    if (file.machine !== Machine.x86_64 || !file.is64 || !relocations || !names) return undefined;
    // with Intel's CET code calls entries of .plt.sec; without it, .plt begins with an entry of the loader's own
    const second = file.section('.plt.sec');
    const section = second ?? file.section('.plt');
    return section && new Plt(file, { relocations, dynamic, names }, section, second ? 0 : ENTRY);
  }

  private constructor(
    file: ElfFile,
    { relocations, dynamic, names }: Record<'relocations' | 'dynamic' | 'names', ElfSection>,
    { address, size }: ElfSection,
    before: number,
  ) {
    this.#file = file;
    this.#tables = (whole) => ({ relocations: file.dataOf(relocations, whole), symbols: file.dataOf(dynamic, whole) });
    this.#names = file.dataOf(names);
    this.#at = address + before;
    this.#size = size - before;
  }

  /** Tells where each entry lies, one for a relocation, in their order. */
  each(tell: (address: number, size: number, number: number) => void): void {
    const tables = this.#tables();
    const count = Math.min(MOST_ENTRIES, tables.relocations.size / RELOCATION, this.#size / ENTRY);
    for (let number = 0; number < count; number++) {
      if (this.#nameAt(tables, number) > 0) tell(this.#at + number * ENTRY, ENTRY, number);
    }
  }

  /** The name of an entry. Throws InputError if the file is damaged. */
  nameOf(number: number): string {
    this.#paged ??= this.#tables(0);
    return `${this.#names.text(this.#nameAt(this.#paged, number))}@plt`;
  }

  /** 0: it has none. */
  #nameAt({ relocations, symbols }: Tables, number: number): number {
    const { u32 } = this.#file.order;
    const relocation = relocations.bytes(number * RELOCATION, RELOCATION);
    if (relocation.length < RELOCATION || u32(relocation, 8) !== JUMP_SLOT) return 0;
    const symbol = u32(relocation, 12);
    return symbol > 0 ? u32(symbols.bytes(symbol * SYMBOL, 4), 0) : 0;
  }
}
