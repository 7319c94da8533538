// The functions of a unit: those that exist as code, and those inlined into them, with the ranges of each. One pass
// reads them; names come later, only those that a stack needs.

import {
  Abbreviation,
  Attribute,
  abbreviation,
  attributesEnd,
  behind,
  firstAttribute,
  IS_INLINED,
  IS_SUBPROGRAM,
  IS_TYPE,
} from './abbreviations.as';
import {
  AT_ABSTRACT_ORIGIN,
  AT_CALL_FILE,
  AT_CALL_LINE,
  AT_DECLARATION,
  AT_HIGH_PC,
  AT_LOW_PC,
  AT_RANGES,
  AT_SIBLING,
} from './codes.as';
import { isOver, ulebAt } from './cursor.as';
import { CUT_UNIT, fail, TOO_DEEP } from './failures.as';
import { isAddress, numberAt, skip } from './forms.as';
import { addFunction, addRange, beginUnit, endOuter, endUnit, outerCount, rangeCount } from './function-table.as';
import { RANGE, ranges, readRanges } from './ranges.as';
import { Cursor, INFO, seek } from './sections.as';
import { Unit, unitOf, useUnit } from './units.as';

/** Entries nest no deeper in any real file. */
const MOST_NESTED: u32 = 1 << 12;
const NONE: i32 = -1;
const NOT_OPEN: u32 = 0xffffffff;

// of each entry that is open: what held outside of it
const outers: usize = heap.alloc(<usize>MOST_NESTED << 2);
const depths: usize = heap.alloc(<usize>MOST_NESTED << 2);

/** Where the entry behind this one's children begins, counted from the unit; 0: the children must be read. */
let sibling: f64 = 0;

/** Reads the functions of a unit. Gives the bytes that it keeps of them. */
export function readFunctions(index: u32): u32 {
  const unit = unitOf(index);
  useUnit(unit);
  const size = unit.to - unit.from;
  seek(INFO, unit.from, size, size);
  Cursor.end = min(Cursor.end, Cursor.start + <usize>size);
  Cursor.at += unit.entryAt;
  beginUnit();
  readEntries(unit);
  if (isOver()) fail(CUT_UNIT, 0, 0);
  return endUnit(unit);
}

function readEntries(unit: Unit): void {
  const start = Cursor.start;
  const end = Cursor.end;
  let open: u32 = 0;
  let outer: i32 = NONE;
  let depth: u32 = 0;
  // how many entries were open when the outermost function was
  let openFunction = NOT_OPEN;
  while (Cursor.at < end) {
    const entry = <u32>(Cursor.at - start);
    const code = ulebAt();
    if (code == 0) {
      if (open == 0) return;
      open--;
      const before = load<i32>(outers + (<usize>open << 2));
      if (before != outer) endOuter(outer);
      outer = before;
      depth = load<u32>(depths + (<usize>open << 2));
      if (open <= openFunction) openFunction = NOT_OPEN;
      if (open == 0) return;
      continue;
    }
    const found = abbreviation(code);
    const kind = found.kind;
    const outerBefore = outer;
    const depthBefore = depth;
    sibling = 0;
    if (kind == IS_SUBPROGRAM || kind == IS_INLINED) {
      const depthOfIt = kind == IS_SUBPROGRAM ? 0 : depth + 1;
      if (readFunction(unit, entry, found, depthOfIt)) {
        depth = depthOfIt;
        if (depth == 0) outer = outerCount() - 1;
      }
    } else if (found.size >= 0) Cursor.at += <usize>found.size;
    else skipEntry(unit, found, kind == IS_TYPE && openFunction == NOT_OPEN);
    if (!found.hasChildren) {
      outer = outerBefore;
      depth = depthBefore;
      if (open == 0) return;
    } else if (sibling > <f64>(Cursor.at - start) && sibling <= <f64>(end - start)) Cursor.at = start + <usize>sibling;
    else if (open >= MOST_NESTED) fail(TOO_DEEP, 0, 0);
    else {
      if (kind == IS_SUBPROGRAM && openFunction == NOT_OPEN) openFunction = open;
      store<i32>(outers + (<usize>open << 2), outerBefore);
      store<u32>(depths + (<usize>open << 2), depthBefore);
      open++;
    }
  }
}

/** Adds a function if it has code, and tells whether it has. */
function readFunction(unit: Unit, entry: u32, found: Abbreviation, depth: u32): bool {
  let low: f64 = NaN;
  let high: f64 = NaN;
  let rangesAt: f64 = NaN;
  let callFile: u32 = 0;
  let callLine: u32 = 0;
  let next: f64 = 0;
  let origin = unit.from + <f64>entry;
  let isLength = true;
  let isDeclaration = false;
  const end = attributesEnd(found);
  for (let one = firstAttribute(found); one < end; one = behind(one)) {
    const attribute = changetype<Attribute>(one);
    const form = attribute.form;
    switch (attribute.name) {
      case AT_LOW_PC:
        low = numberAt(form, 0);
        break;
      case AT_HIGH_PC:
        high = numberAt(form, attribute.constant);
        isLength = !isAddress(form);
        break;
      case AT_RANGES:
        rangesAt = numberAt(form, 0);
        break;
      case AT_CALL_FILE:
        callFile = <u32>numberAt(form, attribute.constant);
        break;
      case AT_CALL_LINE:
        callLine = <u32>numberAt(form, attribute.constant);
        break;
      case AT_SIBLING:
        next = numberAt(form, 0) - unit.from;
        break;
      case AT_ABSTRACT_ORIGIN: {
        const at = numberAt(form, 0);
        if (!isNaN(at)) origin = at;
        break;
      }
      case AT_DECLARATION:
        isDeclaration = true;
        skip(form);
        break;
      default:
        skip(form);
    }
  }
  const before = rangeCount();
  if (rangesAt >= 0) {
    readRanges(unit, rangesAt);
    for (let at: usize = 0; at < ranges.length; at += RANGE) {
      addRange(load<f64>(ranges.ptr + at), load<f64>(ranges.ptr + at + 8));
    }
  } else if (low >= 0) addRange(low, isLength ? low + high : high);
  if (rangeCount() == before) {
    // others without code may hold some: gcc's LTO puts that of a lambda into its function, of which nothing else is left
    if (isDeclaration) sibling = next;
    return false;
  }
  // of a .debug_info beyond 4 GiB two origins may look alike: then one of their homes is wrong
  addFunction(entry, <u32><u64>origin, callFile, callLine, depth, before);
  return true;
}

/** Passes over an entry's attributes; with `mayJump` over its children, too, where it says their end. */
function skipEntry(unit: Unit, found: Abbreviation, mayJump: bool): void {
  const end = attributesEnd(found);
  for (let one = firstAttribute(found); one < end; one = behind(one)) {
    const attribute = changetype<Attribute>(one);
    if (mayJump && attribute.name == AT_SIBLING) sibling = numberAt(attribute.form, 0) - unit.from;
    else skip(attribute.form);
  }
}
