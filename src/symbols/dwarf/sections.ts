// The sections that DWARF spreads over a file.

import { InputError } from '../../engine/errors.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { SectionData } from '../elf/section-data.ts';

/** In the order of wasm/sections.as.ts. DWARF 5 has str_offsets, addr and rnglists; DWARF 2 to 4 have ranges. */
export const NAMES = [
  'info',
  'abbrev',
  'line',
  'str',
  'line_str',
  'str_offsets',
  'addr',
  'ranges',
  'rnglists',
  'aranges',
  'alternate info',
  'alternate abbrev',
  'alternate str',
] as const;
const ALTERNATE = 'alternate ';
/** What others say, too, or what is counted where a name would need it. */
const SPARED = /^(?:aranges$|alternate )/;

export type DwarfSections = Readonly<Record<(typeof NAMES)[number], SectionData>>;

/**
 * The sections of a file, and those of dwz's common file of several. Sections that are not there are empty. Throws InputError
 * where one can't be unpacked.
 */
export function dwarfSections(file: ElfFile, alternate?: ElfFile): DwarfSections {
  const empty = new SectionData(() => Buffer.alloc(0), 0);
  const data = (name: string): SectionData => {
    try {
      const one = name.startsWith(ALTERNATE) ? alternate : file;
      return one?.data(`.debug_${name.replace(ALTERNATE, '')}`) ?? empty;
    } catch (error) {
      if (SPARED.test(name) && error instanceof InputError) return empty;
      throw error;
    }
  };
  return Object.fromEntries(NAMES.map((name) => [name, data(name)])) as DwarfSections;
}
