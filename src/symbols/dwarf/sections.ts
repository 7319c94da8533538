// The sections that DWARF spreads over a file.

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
] as const;

export type DwarfSections = Readonly<Record<(typeof NAMES)[number], SectionData>>;

/** Sections that are not there are empty. Throws InputError where one can't be unpacked. */
export function dwarfSections(file: ElfFile): DwarfSections {
  const empty = new SectionData(() => Buffer.alloc(0), 0);
  return Object.fromEntries(NAMES.map((name) => [name, file.data(`.debug_${name}`) ?? empty])) as DwarfSections;
}
