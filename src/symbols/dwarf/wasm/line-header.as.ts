// The header of a line program in .debug_line: what its opcodes mean, and where the names of its files lie.

import { isOver, place, skipLeb, skipText, u8At, u16At, u32At, u64At, ulebAt, wordAt } from './cursor.as';
import { CUT_LINES, fail, LINE_NAMES, LINES_VERSION } from './failures.as';
import { Context, numberAt, setSizes, skip, Text, textAt } from './forms.as';
import { Rows } from './memory.as';
import { Cursor, LINE, seek } from './sections.as';

/** What the program depends on. */
export class Header {
  static addressSize: u32 = 0;
  static leastInstruction: u32 = 0;
  static lineBase: i32 = 0;
  static lineRange: u32 = 0;
  static opcodeBase: u32 = 0;
  /** how many arguments the standard opcodes have, by their numbers: a byte each */
  static argumentsAt: usize = 0;
}

/** A file or directory: where its name lies (section -1: it has none), and the directory that a file is in. */
@unmanaged
export class Named {
  section: i32;
  directory: u32;
  at: f64;
}

const CONTENT_PATH: u64 = 1;
const CONTENT_DIRECTORY: u64 = 2;
const MOST_ENTRIES: u64 = 1 << 20;
export const NAMED: usize = offsetof<Named>();

/** By their indices, as entries and the program use them. */
export const directories: Rows = new Rows();
export const files: Rows = new Rows();
const formats: Rows = new Rows();

/** Reads the header at this place, for the unit in use. Then the cursor stands on the program, and ends with it. */
export function readLineHeader(at: f64): void {
  seek(LINE, at, 12, 12);
  const isLong = u32At() == 0xffffffff;
  Cursor.at = Cursor.start;
  const size = isLong ? lengthAfter(4) + 12 : lengthAfter(0) + 4;
  seek(LINE, at, size, size);
  Cursor.at += isLong ? 12 : 4;
  const length = size - (isLong ? 12 : 4);
  const to = Cursor.at + <usize>length;
  const isCut = length > <f64>(Cursor.end - Cursor.at);
  if (!isCut) Cursor.end = to;
  const version = u16At();
  if (version < 2 || version > 5) fail(LINES_VERSION, version, 0);
  Header.addressSize = version >= 5 ? u8At() : Context.addressSize;
  if (version >= 5) Cursor.at++;
  const headerLength = wordAt(isLong);
  const from = Cursor.at + <usize>headerLength;
  const isBehind = headerLength > <f64>(to - Cursor.at);
  Header.leastInstruction = u8At();
  if (version >= 4) Cursor.at++;
  Cursor.at++;
  Header.lineBase = <i32>(u8At() << 24) >> 24;
  Header.lineRange = u8At();
  Header.opcodeBase = u8At();
  if (Header.lineRange == 0 || isBehind || isCut || isOver()) fail(CUT_LINES, 0, 0);
  Header.argumentsAt = Cursor.at - 1;
  if (Header.opcodeBase > 1) Cursor.at += Header.opcodeBase - 1;
  directories.length = files.length = 0;
  if (version >= 5) {
    const before = Context.isLong;
    Context.isLong = isLong;
    setSizes();
    readEntries(directories);
    readEntries(files);
    Context.isLong = before;
    setSizes();
  } else readNames();
  Cursor.at = from;
}

function lengthAfter(bytes: usize): f64 {
  Cursor.at += bytes;
  return bytes == 0 ? <f64>u32At() : u64At();
}

function add(rows: Rows, section: i32, at: f64, directory: u32): void {
  const named = changetype<Named>(rows.add(NAMED));
  named.section = section;
  named.at = at;
  named.directory = directory;
}

/** DWARF 2 to 4: directories and files count from 1; 0 is the directory of the compilation. */
function readNames(): void {
  add(directories, -1, 0, 0);
  add(files, -1, 0, 0);
  while (isText()) {
    add(directories, LINE, place(), 0);
    skipText();
  }
  while (isText()) {
    const at = place();
    skipText();
    add(files, LINE, at, <u32>min<u64>(ulebAt(), u32.MAX_VALUE));
    skipLeb();
    skipLeb();
  }
}

/** Is there a text that is not empty? Passes over an empty one. */
function isText(): bool {
  if (Cursor.at < Cursor.end && load<u8>(Cursor.at) != 0) return true;
  Cursor.at++;
  return false;
}

function readEntries(rows: Rows): void {
  formats.length = 0;
  for (let left = u8At(); left > 0; left--) {
    const format = formats.add(16);
    store<u64>(format, ulebAt());
    store<u64>(format + 8, ulebAt());
  }
  const count = ulebAt();
  // without this limit a damaged count asks for millions of empty entries
  if (count > MOST_ENTRIES || (formats.length == 0 && count > 0)) fail(LINE_NAMES, 0, 0);
  for (let i: u64 = 0; i < count && !isOver(); i++) {
    let directory: u32 = 0;
    let section = -1;
    let at: f64 = 0;
    for (let format: usize = 0; format < formats.length; format += 16) {
      const content = load<u64>(formats.ptr + format);
      const form = <u32>min<u64>(load<u64>(formats.ptr + format + 8), u32.MAX_VALUE);
      if (content == CONTENT_PATH) {
        textAt(form);
        section = Text.section;
        at = Text.at;
      } else if (content == CONTENT_DIRECTORY) directory = <u32>numberAt(form, 0);
      else skip(form);
    }
    add(rows, section, at, directory);
  }
}
