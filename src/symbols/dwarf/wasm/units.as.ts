// The units of .debug_info: their headers, and what the first entry of each says of the whole.

import { Attribute, abbreviation, attributesEnd, behind, firstAttribute, reuseAbbreviations, tableGeneration, useAbbreviations } from './abbreviations.as';
import {
  AT_ADDR_BASE,
  AT_COMP_DIR,
  AT_DWO_NAME,
  AT_GNU_DWO_NAME,
  AT_HIGH_PC,
  AT_LANGUAGE,
  AT_LOW_PC,
  AT_RANGES,
  AT_RNGLISTS_BASE,
  AT_STMT_LIST,
  AT_STR_OFFSETS_BASE,
  TAG_COMPILE_UNIT,
  TAG_PARTIAL_UNIT,
  TAG_SKELETON_UNIT,
  UNIT_COMPILE,
  UNIT_SKELETON,
  UNIT_SPLIT_COMPILE,
  UNIT_SPLIT_TYPE,
  UNIT_TYPE,
} from './codes.as';
import { hasWholeNames } from './languages.as';
import { isOver, place, u8At, u16At, u32At, u64At, ulebAt, wordAt } from './cursor.as';
import { ADDRESS_SIZE, CUT_INFO, CUT_UNIT, fail, SPLIT, VERSION } from './failures.as';
import { Context, isAddress, numberAt, setSizes, skip, Text, textAt } from './forms.as';
import { Rows } from './memory.as';
import { ALTERNATE, ALTERNATE_INFO, Cursor, dropCursors, ENTRIES, hasMore, INFO, seek, sizeOf } from './sections.as';

@unmanaged
export class Unit {
  /** where it begins in .debug_info, and where the next one does */
  from: f64 = 0;
  to: f64 = 0;
  /** where its first entry begins, counted from `from` */
  entryAt: u32 = 0;
  version: u32 = 0;
  /** offsets of 8 bytes (64-bit DWARF) */
  isLong: bool = false;
  addressSize: u32 = 8;
  abbreviationsAt: f64 = 0;
  /** its table of abbreviations, as long as the generation is still the same */
  table: usize = 0;
  tableGeneration: u32 = 0;
  /** has its first entry been read? All that follows depends on that */
  isOpen: bool = false;
  /** has it code? A type unit has none; a partial one has what others refer to */
  isCode: bool = false;
  isType: bool = false;
  /** is a plain name all that a function is called? Elsewhere a namespace or class belongs to it */
  hasWholeNames: bool = true;
  low: f64 = 0;
  /** the address behind its code if that is in one piece; NaN, like the next two: it does not say */
  high: f64 = NaN;
  rangesAt: f64 = NaN;
  lineAt: f64 = NaN;
  addrBase: f64 = 0;
  strOffsetsBase: f64 = 0;
  rnglistsBase: f64 = 0;
  /** the directory of its compilation: in which form (0: none), and where in .debug_info */
  folderForm: u32 = 0;
  folderAt: f64 = 0;
  /** what was read of it, when it was needed: functions.as.ts and lines.as.ts */
  isRead: bool = false;
  /** when an address was last looked up in it, counted in addresses */
  asked: u32 = 0;
  /** do its functions know their homes? homes.as.ts */
  hasHomes: bool = false;
  functions: usize = 0;
  lines: usize = 0;
}

/** Bytes that nearly all first entries fit into. */
const FIRST_BYTES: f64 = 512;
const MOST_BYTES: f64 = 1048576;
const LONG: u32 = 0xffffffff;
const FIRST_RESERVED: u32 = 0xfffffff0;

const units: Rows = new Rows();
let own: u32 = 0;

export function unitCount(): u32 {
  return <u32>(units.length >> 2);
}

@inline
export function unitOf(index: u32): Unit {
  return changetype<Unit>(load<usize>(units.ptr + (<usize>index << 2)));
}

/** Adds all units, by their headers alone. Fails where they end before .debug_info does. */
export function addUnits(): void {
  for (let from: f64 = 0; from < sizeOf(INFO); ) from = addUnit(from, sizeOf(INFO));
}

/** Adds the units of dwz's other file, which hold no code, behind those. */
export function addAlternateUnits(): void {
  own = unitCount();
  const end = ALTERNATE + sizeOf(ALTERNATE_INFO);
  for (let from = ALTERNATE; from < end; ) from = addUnit(from, end);
}

/** Those of the file itself, which come first. */
export function ownUnitCount(): u32 {
  return own;
}

/** Adds the unit at `from` of a section that ends at `end`. Gives where the next one begins. */
function addUnit(from: f64, end: f64): f64 {
  seek(INFO, from, FIRST_BYTES, FIRST_BYTES);
  const first = u32At();
  const isLong = first == LONG;
  const length = isLong ? u64At() : <f64>first;
  const to = from + <f64>(Cursor.at - Cursor.start) + length;
  if ((first >= FIRST_RESERVED && !isLong) || length < 7 || to > end) fail(CUT_INFO, from, length);
  const unit = new Unit();
  unit.from = from;
  unit.to = to;
  unit.isLong = isLong;
  unit.version = u16At();
  // DWARF 5: units that say no base mean the place behind the section's header
  unit.addrBase = unit.strOffsetsBase = isLong ? 16 : 8;
  unit.rnglistsBase = isLong ? 20 : 12;
  if (unit.version >= 2 && unit.version <= 5) readHeader(unit);
  store<usize>(units.add(4), changetype<usize>(unit));
  return to;
}

/** What lies between the version and the first entry. */
function readHeader(unit: Unit): void {
  let type = UNIT_COMPILE;
  const base: f64 = unit.from >= ALTERNATE ? ALTERNATE : 0;
  if (unit.version >= 5) {
    type = u8At();
    unit.addressSize = u8At();
    unit.abbreviationsAt = base + wordAt(unit.isLong);
    if (type == UNIT_SKELETON || type == UNIT_SPLIT_COMPILE) Cursor.at += 8;
    else if (type == UNIT_TYPE || type == UNIT_SPLIT_TYPE) Cursor.at += 8 + (unit.isLong ? 8 : 4);
  } else {
    unit.abbreviationsAt = base + wordAt(unit.isLong);
    unit.addressSize = u8At();
  }
  unit.entryAt = <u32>(Cursor.at - Cursor.start);
  unit.isType = type == UNIT_TYPE || type == UNIT_SPLIT_TYPE;
}

/** Makes a unit the one that forms depend on: the unit in use. */
export function useUnit(unit: Unit): void {
  dropCursors();
  Context.from = unit.from;
  Context.version = unit.version;
  Context.isLong = unit.isLong;
  Context.addressSize = unit.addressSize;
  Context.addrBase = unit.addrBase;
  Context.strOffsetsBase = unit.strOffsetsBase;
  Context.rnglistsBase = unit.rnglistsBase;
  setSizes();
  if (unit.tableGeneration == tableGeneration()) reuseAbbreviations(unit.table);
  else {
    unit.table = useAbbreviations(unit.abbreviationsAt);
    unit.tableGeneration = tableGeneration();
  }
}

/** Reads what the first entry of a unit says of the whole, once. Fails where DWARF is not of a kind read here. */
export function openUnit(index: u32): void {
  const unit = unitOf(index);
  if (unit.isOpen) return;
  unit.isOpen = true;
  if (unit.version < 2 || unit.version > 5) fail(VERSION, unit.version, 0);
  if (unit.isType) return;
  if (unit.addressSize != 4 && unit.addressSize != 8) fail(ADDRESS_SIZE, unit.addressSize, 0);
  useUnit(unit);
  const size = unit.to - unit.from;
  for (let length = FIRST_BYTES; ; length *= 16) {
    seek(INFO, unit.from, min(length, size), min(length, size));
    Cursor.end = min(Cursor.end, Cursor.start + <usize>size);
    Cursor.at += unit.entryAt;
    if (readAttributes(unit)) return;
    if (<f64>(Cursor.end - Cursor.start) >= size || !hasMore(INFO) || length > MOST_BYTES) fail(CUT_UNIT, 0, 0);
  }
}

/** False: the bytes were too few. */
function readAttributes(unit: Unit): bool {
  const code = ulebAt();
  if (code == 0) return true;
  const found = abbreviation(code);
  const end = attributesEnd(found);
  const start = Cursor.at;
  // the bases first: other attributes are counted from them
  for (let one = firstAttribute(found); one < end; one = behind(one)) {
    const name = changetype<Attribute>(one).name;
    const form = changetype<Attribute>(one).form;
    if (name == AT_ADDR_BASE) unit.addrBase = numberAt(form, 0);
    else if (name == AT_STR_OFFSETS_BASE) unit.strOffsetsBase = numberAt(form, 0);
    else if (name == AT_RNGLISTS_BASE) unit.rnglistsBase = numberAt(form, 0);
    else skip(form);
    if (isOver()) return false;
  }
  useUnit(unit);
  Cursor.at = start;
  let high: f64 = NaN;
  let isLength = true;
  let isSkeleton = found.tag == TAG_SKELETON_UNIT;
  for (let one = firstAttribute(found); one < end; one = behind(one)) {
    const attribute = changetype<Attribute>(one);
    const form = attribute.form;
    switch (attribute.name) {
      case AT_LOW_PC:
        unit.low = numberAt(form, 0);
        break;
      case AT_HIGH_PC:
        high = numberAt(form, attribute.constant);
        isLength = !isAddress(form);
        break;
      case AT_RANGES:
        unit.rangesAt = numberAt(form, 0);
        break;
      case AT_STMT_LIST:
        unit.lineAt = numberAt(form, 0);
        break;
      case AT_LANGUAGE:
        unit.hasWholeNames = hasWholeNames(<u32>numberAt(form, attribute.constant));
        break;
      case AT_COMP_DIR:
        unit.folderForm = form;
        unit.folderAt = place();
        skip(form);
        break;
      case AT_DWO_NAME:
      case AT_GNU_DWO_NAME:
        isSkeleton = true;
        skip(form);
        break;
      default:
        skip(form);
    }
  }
  unit.high = isLength ? unit.low + high : high;
  unit.isCode = found.tag == TAG_COMPILE_UNIT || found.tag == TAG_SKELETON_UNIT || found.tag == TAG_PARTIAL_UNIT;
  if (isSkeleton) fail(SPLIT, 0, 0);
  return true;
}

export function hasCode(unit: u32): bool {
  return unitOf(unit).isCode;
}

/** Sets Text to the directory of a unit's compilation. */
export function findFolder(index: u32): void {
  const unit = unitOf(index);
  Text.section = -1;
  if (unit.folderForm == 0) return;
  useUnit(unit);
  seek(ENTRIES, unit.folderAt, FIRST_BYTES, FIRST_BYTES);
  textAt(unit.folderForm);
}

/** The unit that the entry at this offset of .debug_info belongs to, or with `least` 0 its header; -1: none. */
export function unitAt(entry: f64, least: u32 = u32.MAX_VALUE): i32 {
  let low: u32 = 0;
  let high = unitCount();
  while (low < high) {
    const middle = (low + high) >> 1;
    if (unitOf(middle).to <= entry) low = middle + 1;
    else high = middle;
  }
  if (low >= unitCount()) return -1;
  const unit = unitOf(low);
  return entry >= unit.from + <f64>min(unit.entryAt, least) ? low : -1;
}
