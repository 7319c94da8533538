// .debug_abbrev: which attributes the entries of a unit have, and in which form. Units share its tables, so those read
// last are kept.

import {
  FORM_IMPLICIT_CONST,
  TAG_ARRAY_TYPE,
  TAG_CLASS_TYPE,
  TAG_ENUMERATION_TYPE,
  TAG_INLINED_SUBROUTINE,
  TAG_STRUCTURE_TYPE,
  TAG_SUBPROGRAM,
  TAG_SUBROUTINE_TYPE,
  TAG_UNION_TYPE,
} from './codes.as';
import { isOver, place, slebAt, u8At, ulebAt } from './cursor.as';
import { CUT_ABBREVIATIONS, fail, NO_ABBREVIATION } from './failures.as';
import { formsKey, sizeOfForm } from './forms.as';
import { Rows } from './memory.as';
import { ABBREV, hasMore, keepCursor, restoreCursor, seek } from './sections.as';

/** What all entries of one code have in common; its attributes follow it. */
@unmanaged
export class Abbreviation {
  tag: u32;
  /** what such an entry means to functions.as.ts: IS_… */
  kind: u32;
  hasChildren: bool;
  /** bytes of the attributes together; -1: not known before they are read */
  size: i32;
  count: u32;
}

@unmanaged
export class Attribute {
  /** DW_AT_… and DW_FORM_… */
  name: u32;
  form: u32;
  /** of DW_FORM_implicit_const */
  constant: f64;
}

export const IS_OTHER: u32 = 0;
export const IS_SUBPROGRAM: u32 = 1;
export const IS_INLINED: u32 = 2;
/**
 * Types hold declarations only, so the reader skips their entries where it knows where they end. Those within functions
 * may hold code: gcc puts that of a closure into its class.
 */
export const IS_TYPE: u32 = 3;

@unmanaged
class Table {
  at: f64 = 0;
  formsKey: u32 = 0;
  /** of each code the place of its abbreviation in `rows`, plus 1; 0: none */
  places: Rows = new Rows();
  rows: Rows = new Rows();
  /** where the first one begins that was not read yet; a file may have thousands of units of which only one is met */
  next: f64 = 0;
  isRead: bool = false;
  isCut: bool = false;
}

const HEAD: usize = offsetof<Abbreviation>();
const STRIDE: usize = offsetof<Attribute>();
const MOST_ATTRIBUTES: u32 = 1 << 12;
const MOST_CODES: u64 = 1 << 20;
/** Bytes of tables to keep; beyond that all are dropped. */
const MOST_KEPT: usize = 4 << 20;
const PAGE: f64 = 65536;
const FIRST_BYTES: f64 = 1024;
/** about what an empty table takes */
const NEW_TABLE: usize = 2200;

const tables: Rows = new Rows();
let keptBytes: usize = 0;
/** the one that abbreviation() looks into */
let current: Table = new Table();

/** Units in a row share a table, if any do; so many of the last ones are looked at. */
const MOST_SHARED: usize = 8;
/** counts how often all tables were dropped */
let generation: u32 = 1;

/** What a unit has of its table; the same generation: it is still there. */
export function tableGeneration(): u32 {
  return generation;
}

/** Makes the table that begins at `at` the one in use; the context is that of its unit. Gives it, for reuseAbbreviations(). */
export function useAbbreviations(at: f64): usize {
  const key = formsKey();
  const last = tables.length;
  for (let i = last; i > 0 && i + (MOST_SHARED << 2) > last; i -= 4) {
    const table = changetype<Table>(load<usize>(tables.ptr + i - 4));
    if (table.at != at || table.formsKey != key) continue;
    current = table;
    return changetype<usize>(table);
  }
  if (keptBytes > MOST_KEPT) forgetAll();
  const table = new Table();
  table.at = table.next = at;
  table.formsKey = key;
  store<u32>(table.places.add(4), 0);
  store<usize>(tables.add(4), changetype<usize>(table));
  keptBytes += NEW_TABLE;
  current = table;
  return changetype<usize>(table);
}

export function reuseAbbreviations(table: usize): void {
  current = changetype<Table>(table);
}

/** The abbreviation of this code, until the next one is asked for. Fails where there is none. */
export function abbreviation(code: u64): Abbreviation {
  let row = placeOf(code);
  if (row == 0 && !current.isRead) {
    readUpTo(code);
    row = placeOf(code);
  }
  if (row == 0) fail(current.isCut ? CUT_ABBREVIATIONS : NO_ABBREVIATION, <f64>code, current.at);
  return changetype<Abbreviation>(current.rows.ptr + row - 1);
}

@inline
function placeOf(code: u64): usize {
  const at = <usize>code << 2;
  return code < MOST_CODES && at < current.places.length ? <usize>load<u32>(current.places.ptr + at) : 0;
}

/** The first attribute, and the one behind another. */
@inline
export function firstAttribute(abbreviation: Abbreviation): usize {
  return changetype<usize>(abbreviation) + HEAD;
}

@inline
export function behind(attribute: usize): usize {
  return attribute + STRIDE;
}

@inline
export function attributesEnd(abbreviation: Abbreviation): usize {
  return changetype<usize>(abbreviation) + HEAD + <usize>abbreviation.count * STRIDE;
}

function forgetAll(): void {
  for (let i: usize = 0; i < tables.length; i += 4) {
    const table = changetype<Table>(load<usize>(tables.ptr + i));
    for (let rows = 0; rows < 2; rows++) {
      const one = rows == 0 ? table.rows : table.places;
      if (one.ptr != 0) heap.free(one.ptr);
      heap.free(changetype<usize>(one));
    }
    heap.free(changetype<usize>(table));
  }
  tables.length = 0;
  keptBytes = 0;
  generation++;
}

/** Reads the table in use up to the abbreviation of this code, or to its end. */
function readUpTo(wanted: u64): void {
  const table = current;
  const before = table.places.length + table.rows.length;
  keepCursor();
  let least = FIRST_BYTES;
  seek(ABBREV, table.next, least, PAGE);
  while (!table.isRead) {
    const start = place();
    const rows = table.rows.length;
    const code = ulebAt();
    if (code != 0) readOne(table);
    if (!isOver()) {
      table.next = place();
      if (code == 0) table.isRead = true;
      else if (code < MOST_CODES) setPlace(table, <u32>code, <u32>rows + 1);
      if (code == wanted) break;
      continue;
    }
    table.rows.length = rows;
    if (hasMore(ABBREV)) {
      least *= 8;
      seek(ABBREV, start, least, PAGE);
    } else table.isRead = table.isCut = true;
  }
  restoreCursor();
  keptBytes += table.places.length + table.rows.length - before;
}

function readOne(table: Table): void {
  const row = table.rows.length;
  table.rows.add(HEAD);
  const tag = <u32>ulebAt();
  const hasChildren = u8At() != 0;
  let size: i32 = 0;
  let count: u32 = 0;
  while (!isOver() && count < MOST_ATTRIBUTES) {
    const name = <u32>ulebAt();
    const form = <u32>ulebAt();
    const constant = form == FORM_IMPLICIT_CONST ? <f64>slebAt() : 0;
    if (name == 0 && form == 0) break;
    const attribute = changetype<Attribute>(table.rows.add(STRIDE));
    attribute.name = name;
    attribute.form = form;
    attribute.constant = constant;
    count++;
    const bytes = sizeOfForm(form);
    size = size < 0 || bytes < 0 ? -1 : size + bytes;
  }
  const found = changetype<Abbreviation>(table.rows.ptr + row);
  found.tag = tag;
  found.kind = kindOf(tag);
  found.hasChildren = hasChildren;
  found.size = size;
  found.count = count;
}

/** Of several abbreviations of one code the first one counts. */
function setPlace(table: Table, code: u32, place: u32): void {
  const at = <usize>code << 2;
  if (at >= table.places.length) {
    const before = table.places.length;
    table.places.add(at + 4 - before);
    memory.fill(table.places.ptr + before, 0, at + 4 - before);
  }
  if (load<u32>(table.places.ptr + at) == 0) store<u32>(table.places.ptr + at, place);
}

function kindOf(tag: u32): u32 {
  switch (tag) {
    case TAG_SUBPROGRAM:
      return IS_SUBPROGRAM;
    case TAG_INLINED_SUBROUTINE:
      return IS_INLINED;
    case TAG_ARRAY_TYPE:
    case TAG_CLASS_TYPE:
    case TAG_ENUMERATION_TYPE:
    case TAG_STRUCTURE_TYPE:
    case TAG_SUBROUTINE_TYPE:
    case TAG_UNION_TYPE:
      return IS_TYPE;
    default:
      return IS_OTHER;
  }
}
