// Which line of which file an address belongs to: the rows that a unit's line program gives.

import { skipLeb, slebAt, u8At, u16At, ulebAt, wordAt } from './cursor.as';
import { Text } from './forms.as';
import { directories, files, Header, NAMED, Named, readLineHeader } from './line-header.as';
import { countUpTo, Rows, sortRows } from './memory.as';
import { Cursor } from './sections.as';
import { Unit, unitOf, useUnit } from './units.as';

const EXTENDED: u32 = 0;
const COPY: u32 = 1;
const ADVANCE_PC: u32 = 2;
const ADVANCE_LINE: u32 = 3;
const SET_FILE: u32 = 4;
const CONST_ADD_PC: u32 = 8;
const FIXED_ADVANCE_PC: u32 = 9;
const END_SEQUENCE: u32 = 1;
const SET_ADDRESS: u32 = 2;

@unmanaged
class Row {
  address: f64;
  file: u32;
  line: u32;
}

/** A range of addresses, and its rows. */
@unmanaged
class Sequence {
  start: f64;
  end: f64;
  from: u32;
  to: u32;
}

/** What is kept of a unit; sequences, rows, directories and files follow it. */
@unmanaged
class Head {
  sequences: u32;
  rows: u32;
  directories: u32;
  files: u32;
}

const ROW: usize = offsetof<Row>();
const SEQUENCE: usize = offsetof<Sequence>();
const HEAD: usize = offsetof<Head>();

const rows: Rows = new Rows();
const sequences: Rows = new Rows();

/** The file and line that findPlace() found; line 0: none, as of code that the compiler made up. */
export class Place {
  static file: u32 = 0;
  static line: u32 = 0;
  /** where another one begins */
  static end: f64 = 0;
}

/** Reads the lines of a unit that has some. Gives the bytes that it keeps of them. */
export function readLines(index: u32): u32 {
  const unit = unitOf(index);
  useUnit(unit);
  readLineHeader(unit.lineAt);
  rows.length = sequences.length = 0;
  runProgram();
  sortRows(sequences, SEQUENCE);
  const size = HEAD + sequences.length + rows.length + directories.length + files.length;
  unit.lines = heap.alloc(size);
  const head = changetype<Head>(unit.lines);
  head.sequences = <u32>(sequences.length / SEQUENCE);
  head.rows = <u32>(rows.length / ROW);
  head.directories = <u32>(directories.length / NAMED);
  head.files = <u32>(files.length / NAMED);
  let at = unit.lines + HEAD;
  for (let i = 0; i < 4; i++) {
    const part = i == 0 ? sequences : i == 1 ? rows : i == 2 ? directories : files;
    memory.copy(at, part.ptr, part.length);
    at += part.length;
  }
  return <u32>size;
}

export function sequenceCount(unit: Unit): u32 {
  return unit.lines == 0 ? 0 : changetype<Head>(unit.lines).sequences;
}

export function sequenceStart(unit: Unit, index: u32): f64 {
  return changetype<Sequence>(unit.lines + HEAD + <usize>index * SEQUENCE).start;
}

export function sequenceEnd(unit: Unit, index: u32): f64 {
  return changetype<Sequence>(unit.lines + HEAD + <usize>index * SEQUENCE).end;
}

/** Sets Place to that of an address; false: it has none. */
export function findPlace(unit: Unit, address: f64): bool {
  if (unit.lines == 0) return false;
  const head = changetype<Head>(unit.lines);
  const first = unit.lines + HEAD;
  const next = countUpTo(first, head.sequences, SEQUENCE, address);
  if (next == 0) return false;
  const sequence = changetype<Sequence>(first + <usize>(next - 1) * SEQUENCE);
  if (address >= sequence.end) return false;
  const firstRow = first + <usize>head.sequences * SEQUENCE + <usize>sequence.from * ROW;
  const row = countUpTo(firstRow, sequence.to - sequence.from, ROW, address);
  if (row == 0) return false;
  const found = changetype<Row>(firstRow + <usize>(row - 1) * ROW);
  Place.file = found.file;
  Place.line = found.line;
  Place.end = sequence.from + row < sequence.to ? load<f64>(firstRow + <usize>row * ROW) : sequence.end;
  return true;
}

/**
 * Sets Text to the name of a file, or of its directory. None for the directory of the compilation: findFolder() has it.
 */
export function findName(unit: Unit, file: u32, isDirectory: bool): void {
  Text.section = -1;
  if (unit.lines == 0) return;
  const head = changetype<Head>(unit.lines);
  const directoriesAt = unit.lines + HEAD + <usize>head.sequences * SEQUENCE + <usize>head.rows * ROW;
  const filesAt = directoriesAt + <usize>head.directories * NAMED;
  if (file >= head.files) return;
  let named = changetype<Named>(filesAt + <usize>file * NAMED);
  if (isDirectory) {
    // directory 0 is the one of the compilation
    if (named.directory == 0 || named.directory >= head.directories) return;
    named = changetype<Named>(directoriesAt + <usize>named.directory * NAMED);
  }
  Text.section = named.section;
  Text.at = named.at;
}

/** Adds the rows of a line program; of several with one address the last one counts. */
function runProgram(): void {
  const leastInstruction = Header.leastInstruction;
  const lineBase = Header.lineBase;
  const lineRange = Header.lineRange;
  const opcodeBase = Header.opcodeBase;
  const constSteps: u32 = (<u32>255 - opcodeBase) / lineRange;
  const constAdd = <f64>(constSteps * leastInstruction);
  const to = Cursor.end;
  let address: f64 = 0;
  let file: u32 = 1;
  let line: u32 = 1;
  // of the sequence: its first address, its first row
  let start: f64 = 0;
  let from: u32 = 0;
  let count: u32 = 0;
  while (Cursor.at < to) {
    const opcode: u32 = load<u8>(Cursor.at++);
    let isRow = opcode >= opcodeBase;
    if (isRow) {
      const value = opcode - opcodeBase;
      const advance = value / lineRange;
      address += <f64>(advance * leastInstruction);
      line += <u32>lineBase + (value - advance * lineRange);
    } else {
      switch (opcode) {
        case COPY:
          isRow = true;
          break;
        case ADVANCE_LINE:
          line += <u32>slebAt();
          break;
        case SET_FILE:
          file = <u32>ulebAt();
          break;
        case ADVANCE_PC:
          address += <f64>ulebAt() * <f64>leastInstruction;
          break;
        case CONST_ADD_PC:
          address += constAdd;
          break;
        case FIXED_ADVANCE_PC:
          address += <f64>u16At();
          break;
        case EXTENDED: {
          const length = ulebAt();
          const next = Cursor.at <= to && length <= <u64>(to - Cursor.at) ? Cursor.at + <usize>length : to;
          const kind = u8At();
          if (kind == SET_ADDRESS) address = wordAt(Header.addressSize == 8);
          else if (kind == END_SEQUENCE) {
            if (count > from && address > start) {
              const sequence = changetype<Sequence>(sequences.add(SEQUENCE));
              sequence.start = start;
              sequence.end = address;
              sequence.from = from;
              sequence.to = count;
            }
            from = count;
            address = 0;
            file = 1;
            line = 1;
          }
          Cursor.at = next;
          break;
        }
        default:
          for (let left: u32 = load<u8>(Header.argumentsAt + opcode); left > 0; left--) skipLeb();
      }
    }
    if (!isRow) continue;
    if (count > from) {
      const last = rows.ptr + rows.length - ROW;
      if (load<f64>(last) == address) {
        changetype<Row>(last).file = file;
        changetype<Row>(last).line = line;
        continue;
      }
    } else start = address;
    const row = changetype<Row>(rows.add(ROW));
    row.address = address;
    row.file = file;
    row.line = line;
    count++;
  }
}
