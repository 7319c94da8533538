// The PLT of x86-64: pieces of code without a symbol that jump to a function of another object. perf calls them
// `malloc@plt`, and so does this file.

import { type ElfFile, type ElfSection, type ElfSymbol, Machine } from './elf-file.ts';

const ENTRY = 16;
const RELOCATION = 24;
const SYMBOL = 24;
const JUMP_SLOT = 7;
const MOST_ENTRIES = 1 << 16;

/** The PLT's symbols, one for each relocation, in that order; none on other machines. Throws InputError if damaged. */
export function pltSymbols(file: ElfFile): ElfSymbol[] {
  const relocations = file.section('.rela.plt');
  const dynamic = file.section('.dynsym');
  if (file.machine !== Machine.x86_64 || !file.is64 || !relocations || !dynamic) return [];
  // with Intel's CET code calls entries of .plt.sec; without it, .plt begins with an entry of the loader's own
  const second = file.section('.plt.sec');
  const first = file.section('.plt');
  const [from, section] = second ? [0, second] : [ENTRY, first];
  if (!section) return [];
  return entries(file, relocations, dynamic, section.address + from, section.size - from);
}

function entries(file: ElfFile, relocations: ElfSection, dynamic: ElfSection, at: number, size: number): ElfSymbol[] {
  const { order } = file;
  const names = file.sections[dynamic.link];
  if (!names) return [];
  const [text, symbols] = [file.dataOf(names), file.dataOf(dynamic)];
  const table = file.dataOf(relocations).bytes(0, RELOCATION * MOST_ENTRIES);
  const found: ElfSymbol[] = [];
  for (let p = 0, address = at; p + RELOCATION <= table.length && address < at + size; p += RELOCATION) {
    const symbol = order.u32(table, p + 12);
    if (order.u32(table, p + 8) === JUMP_SLOT && symbol > 0) {
      const nameAt = order.u32(symbols.bytes(symbol * SYMBOL, 4), 0);
      if (nameAt > 0) found.push({ name: `${text.text(nameAt)}@plt`, address, size: ENTRY });
    }
    address += ENTRY;
  }
  return found;
}
