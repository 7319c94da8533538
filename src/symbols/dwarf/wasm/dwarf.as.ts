// The hot loops of reading DWARF, compiled to one small .wasm. The host's side is src/symbols/dwarf/reader.ts.

import { Text } from './forms.as';
import { listOf, NO_LIST } from './frames.as';
import { findLevels } from './function-table.as';
import { findName, findPlace } from './lines.as';
import { Cursor } from './sections.as';
import { findUnits, foundUnit } from './unit-index.as';
import { unitCount, unitOf } from './units.as';

export { forgetFrames, frameAt, listAt, listLength } from './frames.as';
export { readFunctions } from './functions.as';
export { readLines } from './lines.as';
export { namesElsewhere, unitToOpen } from './names.as';
export { setSize } from './sections.as';
export { addCode, endIndex, indexUnit, readAranges } from './unit-index.as';
export { addAlternateUnits, addUnits, findFolder, hasCode, openUnit, ownUnitCount, unitCount } from './units.as';

export function setBigEndian(isBig: bool): void {
  Cursor.isBig = isBig;
}

const TO_OPEN: i32 = i32.MIN_VALUE;

/** that were looked up so far */
let addresses: u32 = 0;

/** Has a unit lines? */
export function hasLines(unit: u32): bool {
  return !isNaN(unitOf(unit).lineAt);
}

/** Forgets what was read of a unit's functions and lines. */
export function forgetUnit(index: u32): void {
  const unit = unitOf(index);
  if (unit.functions != 0) heap.free(unit.functions);
  if (unit.lines != 0) heap.free(unit.lines);
  unit.functions = unit.lines = 0;
  unit.isRead = unit.hasHomes = false;
}

/** Of the units that are read. */
export function unitAskedLongestAgo(): u32 {
  let oldest: u32 = 0;
  let asked: u32 = u32.MAX_VALUE;
  for (let i: u32 = 0; i < unitCount(); i++) {
    const unit = unitOf(i);
    if (!unit.isRead || unit.asked >= asked) continue;
    oldest = i;
    asked = unit.asked;
  }
  return oldest;
}

/** All that can be read of a unit has been read. */
export function setRead(unit: u32): void {
  unitOf(unit).isRead = true;
}

/**
 * The number of the list of frames at an address, the function that exists as code first; the empty one: no unit knows
 * it. -1 - UNIT for a unit that must be read before, TO_OPEN if that of unitToOpen() must be opened. Fails once for each name
 * that can't be read.
 */
export function find(address: f64): i32 {
  addresses++;
  const count = findUnits(address);
  for (let i: u32 = 0; i < count; i++) {
    const index = foundUnit(i);
    const unit = unitOf(index);
    if (!unit.isRead) return -1 - <i32>index;
    unit.asked = addresses;
    const depth = findLevels(unit, address);
    const hasPlace = findPlace(unit, address);
    if (depth == 0 && !hasPlace) continue;
    const list = listOf(index, unit, depth, hasPlace);
    return list == NO_LIST ? TO_OPEN : list;
  }
  return listOf(0, unitOf(0), 0, false);
}

/** Finds the name of a unit's file, or of its directory; textSection() and textPlace() tell where it lies. */
export function findFile(unit: u32, file: u32, isDirectory: bool): void {
  findName(unitOf(unit), file, isDirectory);
}

/** The section of the text found last; -1: none was found. */
export function textSection(): i32 {
  return Text.section;
}

/** Where in its section the text found last begins. */
export function textPlace(): f64 {
  return Text.at;
}
