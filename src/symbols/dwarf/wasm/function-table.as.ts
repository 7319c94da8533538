// A unit's functions with the ranges of their code: collected in the order of entries, kept in that of addresses.

import { countUpTo, kept, Rows, sortRows } from './memory.as';
import { Unit } from './units.as';

/** Of each function, in the order of the entries: outer ones before those inlined into them. */
@unmanaged
export class FunctionRow {
  /** where its name lies, once that is known, and in which section: names.as.ts */
  nameAt: f64;
  name: u16;
  /** how many inlined ones enclose it, itself included; 0: it exists as code */
  depth: u16;
  /** its entry, counted from the unit */
  entry: u32;
  /** the entry in .debug_info that all code of this function refers to; its own where that refers to none */
  origin: u32;
  /** the file that it was written in, an index of the unit's; NO_FILE: not known, or not looked for: homes.as.ts */
  home: u32;
  /** where it was called, if it is inlined: an index of the unit's files, and a line; 0: not known */
  callFile: u32;
  callLine: u32;
}

/** Of each range; the ranges of one function lie in a row. */
@unmanaged
class RangeRow {
  start: f64;
  end: f64;
  owner: u32;
}

/** Of each range of a function that exists as code, by address: where the ranges of those inlined into it lie. */
@unmanaged
class OuterRow {
  start: f64;
  end: f64;
  owner: u32;
  innerFrom: u32;
  innerTo: u32;
}

/**
 * A function that exists as code, of the unit being read: which of the ranges are its own, and which are inlined ones'.
 */
@unmanaged
class Pending {
  owner: u32;
  from: u32;
  inner: u32;
  to: u32;
}

/** What is kept of a unit; the rows follow it. */
@unmanaged
class Head {
  functions: u32;
  ranges: u32;
  outers: u32;
}

/** Functions that begin before another one may reach beyond it: findLevels() looks at this many before it gives up. */
const MOST_OVERLAPS: u32 = 8;
/** The file of what has no place, and of what has no home. */
export const NO_FILE: u32 = 0xffffffff;

const FUNCTION: usize = offsetof<FunctionRow>();
const RANGE: usize = offsetof<RangeRow>();
const OUTER: usize = offsetof<OuterRow>();
const PENDING: usize = offsetof<Pending>();
const HEAD: usize = offsetof<Head>();

const functions: Rows = new Rows();
const ranges: Rows = new Rows();
const outers: Rows = new Rows();
const pending: Rows = new Rows();

/** The rows of the functions around an address that findLevels() found. */
export const levels: Rows = new Rows();

export function beginUnit(): void {
  functions.length = ranges.length = outers.length = pending.length = 0;
}

/** Ranges added from here on belong to the function that is added next. */
export function rangeCount(): u32 {
  return <u32>(ranges.length / RANGE);
}

export function addRange(start: f64, end: f64): void {
  if (!(end > start)) return;
  const row = changetype<RangeRow>(ranges.add(RANGE));
  row.start = start;
  row.end = end;
  row.owner = <u32>(functions.length / FUNCTION);
}

/** Adds the function whose ranges are those from `rangesFrom` on; `depth` 0: it exists as code. */
export function addFunction(entry: u32, origin: u32, callFile: u32, callLine: u32, depth: u32, rangesFrom: u32): void {
  if (depth == 0) {
    const outer = changetype<Pending>(pending.add(PENDING));
    outer.owner = <u32>(functions.length / FUNCTION);
    outer.from = rangesFrom;
    outer.inner = rangeCount();
    outer.to = rangeCount();
  }
  const row = changetype<FunctionRow>(functions.add(FUNCTION));
  row.name = 0;
  row.entry = entry;
  row.origin = origin;
  row.home = NO_FILE;
  row.callFile = callFile;
  row.callLine = callLine;
  row.depth = <u16>depth;
}

/** How many functions that exist as code were added since beginUnit(). */
export function outerCount(): i32 {
  return <i32>(pending.length / PENDING);
}

/** All that is inlined into this function has been added. `index` counts those that exist as code. */
export function endOuter(index: i32): void {
  if (index >= 0 && index < outerCount()) {
    changetype<Pending>(pending.ptr + <usize>index * PENDING).to = rangeCount();
  }
}

/** Puts the unit's functions in the order of their addresses and keeps them. Gives the bytes they take. */
export function endUnit(unit: Unit): u32 {
  for (let at: usize = 0; at < pending.length; at += PENDING) {
    const outer = changetype<Pending>(pending.ptr + at);
    for (let i = outer.from; i < outer.inner; i++) {
      const range = changetype<RangeRow>(ranges.ptr + <usize>i * RANGE);
      const row = changetype<OuterRow>(outers.add(OUTER));
      row.start = range.start;
      row.end = range.end;
      row.owner = outer.owner;
      row.innerFrom = outer.inner;
      row.innerTo = outer.to;
    }
  }
  sortRows(outers, OUTER);
  unit.functions = kept(HEAD, functions, ranges, outers);
  const head = changetype<Head>(unit.functions);
  head.functions = <u32>(functions.length / FUNCTION);
  head.ranges = rangeCount();
  head.outers = <u32>(outers.length / OUTER);
  return <u32>(HEAD + functions.length + ranges.length + outers.length);
}

/** Finds the functions of a unit around an address, the one that exists as code first. Gives how many. */
export function findLevels(unit: Unit, address: f64): u32 {
  levels.length = 0;
  if (unit.functions == 0) return 0;
  const head = changetype<Head>(unit.functions);
  const functionsAt = unit.functions + HEAD;
  const rangesAt = functionsAt + <usize>head.functions * FUNCTION;
  const outersAt = rangesAt + <usize>head.ranges * RANGE;
  const next = countUpTo(outersAt, head.outers, OUTER, address);
  for (let i = next; i > 0 && i + MOST_OVERLAPS > next; i--) {
    const outer = changetype<OuterRow>(outersAt + <usize>(i - 1) * OUTER);
    if (address >= outer.end) continue;
    store<usize>(levels.add(4), functionsAt + <usize>outer.owner * FUNCTION);
    let depth: u32 = 0;
    for (let r = outer.innerFrom; r < outer.innerTo; r++) {
      const range = changetype<RangeRow>(rangesAt + <usize>r * RANGE);
      if (address < range.start || address >= range.end) continue;
      const row = functionsAt + <usize>range.owner * FUNCTION;
      if (changetype<FunctionRow>(row).depth <= depth) continue;
      depth = changetype<FunctionRow>(row).depth;
      store<usize>(levels.add(4), row);
    }
    break;
  }
  return <u32>(levels.length >> 2);
}

@inline
export function levelOf(index: u32): FunctionRow {
  return changetype<FunctionRow>(load<usize>(levels.ptr + (<usize>index << 2)));
}

export function functionCount(unit: Unit): u32 {
  return unit.functions == 0 ? 0 : changetype<Head>(unit.functions).functions;
}

/** One of a unit's functions, in the order of their entries. */
@inline
export function functionAt(unit: Unit, index: u32): FunctionRow {
  return changetype<FunctionRow>(unit.functions + HEAD + <usize>index * FUNCTION);
}

/** The first of a unit's ranges that is of no function before this one. */
export function firstRangeOf(unit: Unit, index: u32): u32 {
  const head = changetype<Head>(unit.functions);
  let low: u32 = 0;
  let high = head.ranges;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rangeAt(unit, middle).owner < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What rangeOf() found. */
export class Range {
  static start: f64 = 0;
  static end: f64 = 0;
}

/** Sets Range to one of a unit's ranges; false: it is not one of this function's. */
export function rangeOf(unit: Unit, range: u32, owner: u32): bool {
  if (range >= changetype<Head>(unit.functions).ranges) return false;
  const row = rangeAt(unit, range);
  Range.start = row.start;
  Range.end = row.end;
  return row.owner == owner;
}

@inline
function rangeAt(unit: Unit, index: u32): RangeRow {
  const ranges = unit.functions + HEAD + <usize>changetype<Head>(unit.functions).functions * FUNCTION;
  return changetype<RangeRow>(ranges + <usize>index * RANGE);
}
