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
] as const;

export type DwarfSections = Readonly<Record<(typeof NAMES)[number], SectionData>>;

/** Sections that are not there are empty. Throws InputError where one can't be unpacked. */
export function dwarfSections(file: ElfFile): DwarfSections {
  const empty = new SectionData(() => Buffer.alloc(0), 0);
  const data = (name: string): SectionData => {
    try {
      return file.data(`.debug_${name}`) ?? empty;
    } catch (error) {
      if (name === 'aranges' && error instanceof InputError) return empty; // others say the same, in more bytes
      throw error;
    }
  };
  return Object.fromEntries(NAMES.map((name) => [name, data(name)])) as DwarfSections;
}
