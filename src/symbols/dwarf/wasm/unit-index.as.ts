// Which unit of .debug_info an address belongs to. Made once for a file, from the units' first entries.

import { readLines, sequenceCount, sequenceEnd, sequenceStart } from './lines.as';
import { countUpTo, freeSpare, Rows, sortRows } from './memory.as';
import { RANGE, ranges, readRanges } from './ranges.as';
import { unitOf, useUnit } from './units.as';

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

/** Adds the ranges of a unit. */
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
  readLines(owner);
  const count = sequenceCount(unit);
  for (let i: u32 = 0; i < count; i++) add(owner, sequenceStart(unit, i), sequenceEnd(unit, i));
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
