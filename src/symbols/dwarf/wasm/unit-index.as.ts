// Which unit of .debug_info an address belongs to: as .debug_aranges says, or, where it does not, by the units' first
// entries. To read these takes longer than all else in a file of thousands of units of which few are met.

import { isOver, u8At, u16At, u32At, u64At, wordAt } from './cursor.as';
import { readLines, sequenceCount, sequenceEnd, sequenceStart } from './lines.as';
import { countUpTo, freeSpare, Rows, sortRows } from './memory.as';
import { RANGE, ranges, readRanges } from './ranges.as';
import { ARANGES, Cursor, seek, sizeOf } from './sections.as';
import { unitAt, unitOf, useUnit } from './units.as';

@unmanaged
class UnitRange {
  start: f64;
  end: f64;
  /** the highest end of those up to this one */
  reach: f64;
  owner: u32;
}

const UNIT_RANGE: usize = offsetof<UnitRange>();
const CODE: usize = 16;
/** Compilers place functions at multiples of it, in bytes. */
const ALIGNMENT: f64 = 16;

/** Where code of the file is loaded. What the linker left out has ranges at 0, or at the end of all addresses. */
const code: Rows = new Rows();
const index: Rows = new Rows();
const found: Rows = new Rows();

export function addCode(start: f64, end: f64): void {
  const range = code.add(CODE);
  store<f64>(range, start);
  store<f64>(range + 8, end);
}

const ARANGES_VERSION: u32 = 2;
/** Bytes of a set's header: at most as many. */
const ARANGES_HEADER: f64 = 24;

/** Adds the ranges that .debug_aranges has, as far as it can be read, and tells whether it has any. */
export function readAranges(): bool {
  for (let at: f64 = 0; at < sizeOf(ARANGES); ) {
    seek(ARANGES, at, ARANGES_HEADER, ARANGES_HEADER);
    const first = u32At();
    const isLong = first == 0xffffffff;
    const length = isLong ? u64At() : <f64>first;
    const size = <f64>(Cursor.at - Cursor.start) + length;
    if (!(length > 0) || at + size > sizeOf(ARANGES)) break;
    readSet(at, size, isLong);
    at += size;
  }
  return index.length > 0;
}

// 2c 00 00 00  02 00  40 01 00 00  08 00  00 00 00 00  00 10 40 …  25 00 …  0 …, 0 …
// └ length     └ 2    └ its unit   └ size of addresses └ a start  └ bytes   └ the end
function readSet(at: f64, size: f64, isLong: bool): void {
  seek(ARANGES, at, size, size);
  Cursor.end = min(Cursor.end, Cursor.start + <usize>size);
  Cursor.at += isLong ? 12 : 4;
  const version = u16At();
  const from = wordAt(isLong);
  const owner = unitAt(from, 0);
  const addressSize = u8At();
  const segmentSize = u8At();
  if (version != ARANGES_VERSION || segmentSize != 0 || owner < 0 || unitOf(owner).from != from) return;
  if (addressSize != unitOf(owner).addressSize || (addressSize != 4 && addressSize != 8)) return;
  const isWide = addressSize == 8;
  const pair: usize = isWide ? 16 : 8;
  Cursor.at = Cursor.start + ((Cursor.at - Cursor.start + pair - 1) & ~(pair - 1));
  while (!isOver()) {
    const start = wordAt(isWide);
    const bytes = wordAt(isWide);
    if (isOver() || (start == 0 && bytes == 0)) return;
    add(owner, start, start + bytes);
  }
}

/** Adds the ranges of a unit that is open. */
export function indexUnit(owner: u32): void {
  const unit = unitOf(owner);
  if (!unit.isCode) return;
  if (!isNaN(unit.rangesAt)) {
    useUnit(unit);
    readRanges(unit, unit.rangesAt);
    for (let at: usize = 0; at < ranges.length; at += RANGE) {
      add(owner, load<f64>(ranges.ptr + at), load<f64>(ranges.ptr + at + 8));
    }
    return;
  }
  if (!isNaN(unit.high)) add(owner, unit.low, unit.high);
  // assemblers' units say no ranges, and DWARF 2 has one a unit, without what lies apart: those of its lines are as good
  if (isNaN(unit.lineAt) || (!isNaN(unit.high) && unit.version > 2)) return;
  const isKept = unit.lines != 0;
  if (!isKept) readLines(owner);
  const count = sequenceCount(unit);
  for (let i: u32 = 0; i < count; i++) add(owner, sequenceStart(unit, i), sequenceEnd(unit, i));
  if (isKept) return;
  heap.free(unit.lines);
  unit.lines = 0;
}

function add(owner: u32, start: f64, end: f64): void {
  if (end <= start || !isCode(start)) return;
  const range = changetype<UnitRange>(index.add(UNIT_RANGE));
  range.start = start;
  range.end = end;
  range.owner = owner;
}

export function isCode(address: f64): bool {
  for (let at = code.ptr; at < code.ptr + code.length; at += CODE) {
    if (address >= load<f64>(at) && address < load<f64>(at + 8)) return true;
  }
  return false;
}

/** All units are in the index. */
export function endIndex(): void {
  sortRows(index, UNIT_RANGE);
  mergeNeighbours();
  let reach: f64 = 0;
  for (let at = index.ptr; at < index.ptr + index.length; at += UNIT_RANGE) {
    const range = changetype<UnitRange>(at);
    reach = max(reach, range.end);
    range.reach = reach;
  }
}

/**
 * Makes one range of those of a unit that follow each other: a compiler may give each function a section, and so a range.
 * What lies between them fills up to the next function. A wider gap is code without debug information.
 */
function mergeNeighbours(): void {
  let last: usize = 0;
  let to = index.ptr;
  for (let at = index.ptr; at < index.ptr + index.length; at += UNIT_RANGE) {
    const range = changetype<UnitRange>(at);
    const before = changetype<UnitRange>(last);
    if (last != 0 && before.owner == range.owner && range.start - before.end < ALIGNMENT) {
      before.end = max(before.end, range.end);
      continue;
    }
    if (to != at) memory.copy(to, at, UNIT_RANGE);
    last = to;
    to += UNIT_RANGE;
  }
  index.length = to - index.ptr;
  index.shrink();
  freeSpare();
}

/** How many units claim this address: one, except in odd files. foundUnit() tells which. */
export function findUnits(address: f64): u32 {
  found.length = 0;
  for (let i = countUpTo(index.ptr, <u32>(index.length / UNIT_RANGE), UNIT_RANGE, address); i > 0; i--) {
    const range = changetype<UnitRange>(index.ptr + <usize>(i - 1) * UNIT_RANGE);
    if (!(range.reach > address)) break;
    if (address < range.end && !isFound(range.owner)) store<u32>(found.add(4), range.owner);
  }
  return <u32>(found.length >> 2);
}

export function foundUnit(at: u32): u32 {
  return load<u32>(found.ptr + (<usize>at << 2));
}

function isFound(unit: u32): bool {
  for (let at: usize = 0; at < found.length; at += 4) if (load<u32>(found.ptr + at) == unit) return true;
  return false;
}
