// The header of a line program in .debug_line: how its opcodes are to be read, and the names of its files.

import { InputError } from '../../engine/errors.ts';
import type { Cursor } from './cursor.ts';
import { FormReader, type UnitForm } from './forms.ts';
import type { DwarfSections } from './sections.ts';

export interface LineHeader {
  version: number;
  addressSize: number;
  /** where the program begins and ends in the cursor's bytes */
  from: number;
  to: number;
  leastInstruction: number;
  lineBase: number;
  lineRange: number;
  opcodeBase: number;
  /** how many arguments the standard opcodes have, by their numbers */
  argumentsOf: number[];
  directories: string[];
  /** by their indices, as entries and the program use them */
  files: LineFile[];
}

export interface LineFile {
  name: string;
  directory: number;
}

const Content = { path: 1, directoryIndex: 2 } as const;
const MOST_ENTRIES = 1 << 20;

/** Reads the header that begins at the cursor; `unit` is the one whose lines these are. Throws InputError. */
export function readLineHeader(sections: DwarfSections, cursor: Cursor, unit: UnitForm): LineHeader {
  const first = cursor.u32();
  const isLong = first === 0xffffffff;
  const length = isLong ? cursor.u64() : first;
  const to = cursor.at + length;
  const version = cursor.u16();
  if (version < 2 || version > 5) throw new InputError(`lines of DWARF ${version}`);
  const addressSize = version >= 5 ? cursor.u8() : unit.addressSize;
  if (version >= 5) cursor.at++;
  const headerLength = cursor.word(isLong);
  const from = cursor.at + headerLength;
  const leastInstruction = cursor.u8();
  if (version >= 4) cursor.at++;
  cursor.at++;
  const lineBase = (cursor.u8() << 24) >> 24;
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  if (lineRange === 0 || from > to || to > cursor.bytes.length || cursor.isOver) {
    throw new InputError('lines that are cut off or damaged');
  }
  const argumentsOf = [0];
  for (let i = 1; i < opcodeBase; i++) argumentsOf.push(cursor.u8());
  const header = { version, addressSize, from, to, leastInstruction, lineBase, lineRange, opcodeBase, argumentsOf };
  return version >= 5
    ? { ...header, ...namesOf5(sections, cursor, { ...unit, isLong }) }
    : { ...header, ...names(cursor) };
}

/** DWARF 2 to 4: directories and files count from 1; 0 is the directory of the compilation. */
function names(cursor: Cursor): Pick<LineHeader, 'directories' | 'files'> {
  const directories = [''];
  const files: LineFile[] = [{ name: '', directory: 0 }];
  while (!cursor.isOver) {
    const name = cursor.text();
    if (name === '') break;
    directories.push(name);
  }
  while (!cursor.isOver) {
    const name = cursor.text();
    if (name === '') break;
    const directory = cursor.uleb();
    cursor.skipLeb();
    cursor.skipLeb();
    files.push({ name, directory });
  }
  return { directories, files };
}

function namesOf5(sections: DwarfSections, cursor: Cursor, unit: UnitForm): Pick<LineHeader, 'directories' | 'files'> {
  const directories = entries(sections, cursor, unit).map(({ name }) => name);
  return { directories, files: entries(sections, cursor, unit) };
}

function entries(sections: DwarfSections, cursor: Cursor, unit: UnitForm): LineFile[] {
  const reader = new FormReader(sections, unit, cursor);
  const formats: [content: number, form: number][] = [];
  for (let left = cursor.u8(); left > 0; left--) formats.push([cursor.uleb(), cursor.uleb()]);
  const count = cursor.uleb();
  // else a damaged count asks for a thousand empty entries
  if (count > MOST_ENTRIES || (formats.length === 0 && count > 0)) throw new InputError('lines with damaged names');
  const found: LineFile[] = [];
  for (let i = 0; i < count && !cursor.isOver; i++) {
    const file = { name: '', directory: 0 };
    for (const [content, form] of formats) {
      if (content === Content.path) file.name = reader.text(form) ?? '';
      else if (content === Content.directoryIndex) file.directory = reader.number(form, 0);
      else reader.skip(form);
    }
    found.push(file);
  }
  return found;
}
