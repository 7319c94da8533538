// The hot loops of reading DWARF, compiled to one small .wasm. The host's side is src/symbols/dwarf/reader.ts.

import { findLevels, levels } from './function-table.as';
import { Text } from './forms.as';
import { findName, findPlace, Place } from './lines.as';
import { Cursor } from './sections.as';
import { unitOf } from './units.as';

export { readFunctions } from './functions.as';
export { readLines } from './lines.as';
export { findEntryName } from './names.as';
export { setSize } from './sections.as';
export { addCode, endIndex, findUnits, foundUnit, indexUnit } from './unit-index.as';
export { addUnit, findFolder, readFirstEntry, unitCount } from './units.as';

export function setBigEndian(isBig: bool): void {
  Cursor.isBig = isBig;
}

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
}

/**
 * How many functions of a unit are around an address. At levelsAt() lie three f64 of each: entry, file and line of its
 * call.
 */
export function levelsOf(unit: u32, address: f64): u32 {
  return findLevels(unitOf(unit), address);
}

export function levelsAt(): usize {
  return levels.ptr;
}

/** Has an address of a unit a line? Then placeFile() and placeLine() tell. */
export function placeOf(unit: u32, address: f64): bool {
  return findPlace(unitOf(unit), address);
}

export function placeFile(): u32 {
  return Place.file;
}

export function placeLine(): u32 {
  return Place.line;
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
