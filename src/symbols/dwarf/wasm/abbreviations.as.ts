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
import { isOver, slebAt, u8At, ulebAt } from './cursor.as';
import { CUT_ABBREVIATIONS, fail, NO_ABBREVIATION } from './failures.as';
import { formsKey, sizeOfForm } from './forms.as';
import { Rows } from './memory.as';
import { ABBREV, Cursor, hasMore, seek } from './sections.as';

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
  isCut: bool = false;
}

const HEAD: usize = offsetof<Abbreviation>();
const STRIDE: usize = offsetof<Attribute>();
const MOST_ATTRIBUTES: u32 = 1 << 12;
const MOST_CODES: u64 = 1 << 20;
/** Bytes of tables to keep; beyond that all are dropped. */
const MOST_KEPT: usize = 8 << 20;
const PAGE: f64 = 65536;

const tables: Rows = new Rows();
let keptBytes: usize = 0;
/** the one that abbreviation() looks into */
let current: Table = new Table();

/** The context is that of a unit whose table begins at `at`. Fails where that is damaged before its first code. */
export function useAbbreviations(at: f64): void {
  const key = formsKey();
  if (current.at == at && current.formsKey == key && current.places.length > 0) return;
  for (let i: usize = 0; i < tables.length; i += 4) {
    const table = changetype<Table>(load<usize>(tables.ptr + i));
    if (table.at == at && table.formsKey == key) {
      current = table;
      return;
    }
  }
  if (keptBytes > MOST_KEPT) forgetAll();
  current = readTable(at, key);
  keptBytes += current.places.length + current.rows.length;
  store<usize>(tables.add(4), changetype<usize>(current));
}

/** The abbreviation of this code. firstAttribute() and behind() walk its attributes. Fails where there is none. */
export function abbreviation(code: u64): Abbreviation {
  const place = code < MOST_CODES && <usize>code << 2 < current.places.length ? placeOf(<u32>code) : 0;
  if (place == 0) fail(current.isCut ? CUT_ABBREVIATIONS : NO_ABBREVIATION, <f64>code, current.at);
  return changetype<Abbreviation>(current.rows.ptr + place - 1);
}

@inline
function placeOf(code: u32): usize {
  return load<u32>(current.places.ptr + (<usize>code << 2));
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
}

function readTable(at: f64, key: u32): Table {
  const table = new Table();
  table.at = at;
  table.formsKey = key;
  store<u32>(table.places.add(4), 0);
  let least = PAGE;
  seek(ABBREV, at, least, PAGE);
  while (true) {
    const start = Cursor.at - Cursor.start;
    const before = table.rows.length;
    const code = ulebAt();
    if (code != 0) readOne(table, code);
    if (!isOver()) {
      if (code == 0) return table;
      continue;
    }
    table.rows.length = before;
    if (code < MOST_CODES && <usize>code << 2 < table.places.length) unplace(table, <u32>code, before);
    if (!hasMore(ABBREV)) {
      table.isCut = true;
      return table;
    }
    least *= 8;
    seek(ABBREV, at, least, PAGE);
    Cursor.at += start;
  }
}

/** Takes back a code whose abbreviation was cut off. */
function unplace(table: Table, code: u32, rows: usize): void {
  const place = table.places.ptr + (<usize>code << 2);
  if (<usize>load<u32>(place) > rows) store<u32>(place, 0);
}

function readOne(table: Table, code: u64): void {
  const place = table.rows.length;
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
  const found = changetype<Abbreviation>(table.rows.ptr + place);
  found.tag = tag;
  found.kind = kindOf(tag);
  found.hasChildren = hasChildren;
  found.size = size;
  found.count = count;
  if (code < MOST_CODES) setPlace(table, <u32>code, <u32>place + 1);
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
