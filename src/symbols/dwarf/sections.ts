// The sections that DWARF spreads over a file.

import type { ByteOrder } from '../elf/byte-order.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { SectionData } from '../elf/section-data.ts';

export interface DwarfSections {
  order: ByteOrder;
  info: SectionData;
  abbrev: SectionData;
  line: SectionData;
  str: SectionData;
  lineStr: SectionData;
  /** DWARF 5: places of strings, of addresses */
  strOffsets: SectionData;
  addr: SectionData;
  /** DWARF 2 to 4, and DWARF 5 */
  ranges: SectionData;
  rnglists: SectionData;
}

const EMPTY = new SectionData(() => Buffer.alloc(0), 0);

/** Sections that are not there are empty. Throws InputError where one can't be unpacked. */
export function dwarfSections(file: ElfFile): DwarfSections {
  const data = (name: string): SectionData => file.data(`.debug_${name}`) ?? EMPTY;
  return {
    order: file.order,
    info: data('info'),
    abbrev: data('abbrev'),
    line: data('line'),
    str: data('str'),
    lineStr: data('line_str'),
    strOffsets: data('str_offsets'),
    addr: data('addr'),
    ranges: data('ranges'),
    rnglists: data('rnglists'),
  };
}
