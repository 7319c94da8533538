// The values of attributes in all forms of DWARF 2 to 5: a reference becomes an offset in .debug_info, an index of an
// address the address, a text its place.

import {
  FORM_ADDR,
  FORM_ADDRX,
  FORM_ADDRX1,
  FORM_ADDRX2,
  FORM_ADDRX3,
  FORM_ADDRX4,
  FORM_BLOCK,
  FORM_BLOCK1,
  FORM_BLOCK2,
  FORM_BLOCK4,
  FORM_DATA1,
  FORM_DATA2,
  FORM_DATA4,
  FORM_DATA8,
  FORM_DATA16,
  FORM_EXPRLOC,
  FORM_FLAG,
  FORM_FLAG_PRESENT,
  FORM_GNU_ADDR_INDEX,
  FORM_GNU_REF_ALT,
  FORM_GNU_STR_INDEX,
  FORM_GNU_STRP_ALT,
  FORM_IMPLICIT_CONST,
  FORM_INDIRECT,
  FORM_LINE_STRP,
  FORM_LOCLISTX,
  FORM_REF1,
  FORM_REF2,
  FORM_REF4,
  FORM_REF8,
  FORM_REF_ADDR,
  FORM_REF_SIG8,
  FORM_REF_SUP4,
  FORM_REF_SUP8,
  FORM_REF_UDATA,
  FORM_RNGLISTX,
  FORM_SDATA,
  FORM_SEC_OFFSET,
  FORM_STRING,
  FORM_STRP,
  FORM_STRP_SUP,
  FORM_STRX,
  FORM_STRX1,
  FORM_STRX2,
  FORM_STRX3,
  FORM_STRX4,
  FORM_UDATA,
} from './codes.as';
import { place, skipBytes, skipLeb, skipText, slebAt, u8At, u16At, u24At, u32At, u64At, ulebAt, wordAt } from './cursor.as';
import { fail, NO_ADDRESS, NO_INDEX, UNKNOWN_FORM } from './failures.as';
import {
  ADDR,
  ALTERNATE,
  ALTERNATE_INFO,
  ALTERNATE_STR,
  Cursor,
  keepCursor,
  LINE_STR,
  RNGLISTS,
  restoreCursor,
  STR,
  STR_OFFSETS,
  seek,
  sizeOf,
} from './sections.as';

/** What the size and meaning of a form depend on. */
export class Context {
  /** where the unit begins; from ALTERNATE on it is one of the other file */
  static from: f64 = 0;
  static version: u32 = 0;
  static isLong: bool = false;
  static addressSize: u32 = 0;
  static addrBase: f64 = 0;
  static strOffsetsBase: f64 = 0;
  static rnglistsBase: f64 = 0;
}

/** Where the text read last lies. */
export class Text {
  /** -1: none, or in another file that is not here */
  static section: i32 = -1;
  static at: f64 = 0;
}

const LAST_FORM: u32 = 0x30;
const MOST_INDIRECT: u32 = 8;
const PAGE: f64 = 65536;

/** The sizes of forms below LAST_FORM; -1: not known before it is read, or no such form. */
const sizes: usize = heap.alloc(LAST_FORM);
let sizesKey: u32 = 0xffffffff;

/** Units whose forms have the same sizes have the same key. */
export function formsKey(): u32 {
  return Context.addressSize * 4 + (Context.isLong ? 2 : 0) + (Context.version == 2 ? 1 : 0);
}

/** Makes the sizes those of the context. Whoever changes the context calls this. */
export function setSizes(): void {
  const key = formsKey();
  if (key == sizesKey) return;
  sizesKey = key;
  memory.fill(sizes, 0xff, LAST_FORM);
  const offset = Context.isLong ? 8 : 4;
  setSize(FORM_FLAG_PRESENT, 0);
  setSize(FORM_IMPLICIT_CONST, 0);
  for (let form: u32 = 0; form < LAST_FORM; form++) {
    if (isOneOf(form, FORM_DATA1, FORM_FLAG, FORM_REF1, FORM_STRX1, FORM_ADDRX1)) setSize(form, 1);
    else if (isOneOf(form, FORM_DATA2, FORM_REF2, FORM_STRX2, FORM_ADDRX2)) setSize(form, 2);
    else if (isOneOf(form, FORM_STRX3, FORM_ADDRX3)) setSize(form, 3);
    else if (isOneOf(form, FORM_DATA4, FORM_REF4, FORM_REF_SUP4, FORM_STRX4, FORM_ADDRX4)) setSize(form, 4);
    else if (isOneOf(form, FORM_DATA8, FORM_REF8, FORM_REF_SIG8, FORM_REF_SUP8)) setSize(form, 8);
    else if (isOneOf(form, FORM_STRP, FORM_SEC_OFFSET, FORM_LINE_STRP, FORM_STRP_SUP)) setSize(form, offset);
  }
  setSize(FORM_DATA16, 16);
  setSize(FORM_ADDR, Context.addressSize);
  setSize(FORM_REF_ADDR, Context.version == 2 ? Context.addressSize : offset);
}

function setSize(form: u32, size: u32): void {
  store<i8>(sizes + form, <i8>size);
}

function isOneOf(form: u32, a: u32, b: u32, c: u32 = 0, d: u32 = 0, e: u32 = 0): bool {
  return form == a || form == b || (form != 0 && (form == c || form == d || form == e));
}

@inline
export function sizeOfForm(form: u32): i32 {
  return form < LAST_FORM ? load<i8>(sizes + form) : -1;
}

export function isAddress(form: u32): bool {
  return (
    form == FORM_ADDR || form == FORM_ADDRX || (form >= FORM_ADDRX1 && form <= FORM_ADDRX4) || form == FORM_GNU_ADDR_INDEX
  );
}

/** Passes over a value. Fails for an unknown form, because its length is unknown, too. */
@inline
export function skip(form: u32): void {
  const size = sizeOfForm(form);
  if (size >= 0) Cursor.at += <usize>size;
  else skipVariable(form, 0);
}

function skipVariable(form: u32, depth: u32): void {
  switch (form) {
    case FORM_STRING:
      skipText();
      break;
    case FORM_SDATA:
    case FORM_UDATA:
    case FORM_REF_UDATA:
    case FORM_STRX:
    case FORM_ADDRX:
    case FORM_LOCLISTX:
    case FORM_RNGLISTX:
    case FORM_GNU_ADDR_INDEX:
    case FORM_GNU_STR_INDEX:
      skipLeb();
      break;
    case FORM_BLOCK:
    case FORM_EXPRLOC:
      skipBytes(ulebAt());
      break;
    case FORM_BLOCK1:
      skipBytes(u8At());
      break;
    case FORM_BLOCK2:
      skipBytes(u16At());
      break;
    case FORM_BLOCK4:
      skipBytes(u32At());
      break;
    case FORM_GNU_REF_ALT:
    case FORM_GNU_STRP_ALT:
      Cursor.at += Context.isLong ? 8 : 4;
      break;
    case FORM_INDIRECT: {
      const actual = <u32>min<u64>(ulebAt(), u32.MAX_VALUE);
      const size = sizeOfForm(actual);
      if (size >= 0) Cursor.at += <usize>size;
      else if (depth < MOST_INDIRECT) skipVariable(actual, depth + 1);
      else fail(UNKNOWN_FORM, form, 0);
      break;
    }
    default:
      fail(UNKNOWN_FORM, form, 0);
  }
}

/**
 * A number: constant, address, reference (as offset in .debug_info, or ALTERNATE plus that), or offset in the section it
 * belongs to; NaN where it lies in another file that is not here, or is no number. `constant` is the value of an implicit one.
 */
export function numberAt(form: u32, constant: f64): f64 {
  switch (form) {
    case FORM_ADDR:
      return Context.addressSize == 8 ? u64At() : <f64>u32At();
    case FORM_DATA1:
    case FORM_FLAG:
      return u8At();
    case FORM_DATA2:
      return u16At();
    case FORM_DATA4:
      return u32At();
    case FORM_DATA8:
    case FORM_REF_SIG8:
      return u64At();
    case FORM_UDATA:
      return <f64>ulebAt();
    case FORM_SDATA:
      return <f64>slebAt();
    case FORM_SEC_OFFSET:
    case FORM_STRP:
    case FORM_LINE_STRP:
      return wordAt(Context.isLong);
    case FORM_REF_ADDR:
      return ownBase() + wordAt(Context.version == 2 ? Context.addressSize == 8 : Context.isLong);
    case FORM_GNU_REF_ALT:
      return alternateAt(wordAt(Context.isLong));
    case FORM_REF_SUP4:
      return alternateAt(u32At());
    case FORM_REF_SUP8:
      return alternateAt(u64At());
    case FORM_REF1:
      return Context.from + <f64>u8At();
    case FORM_REF2:
      return Context.from + <f64>u16At();
    case FORM_REF4:
      return Context.from + <f64>u32At();
    case FORM_REF8:
      return Context.from + u64At();
    case FORM_REF_UDATA:
      return Context.from + <f64>ulebAt();
    case FORM_FLAG_PRESENT:
      return 1;
    case FORM_IMPLICIT_CONST:
      return constant;
    case FORM_ADDRX:
    case FORM_GNU_ADDR_INDEX:
      return addressOf(<f64>ulebAt());
    case FORM_ADDRX1:
      return addressOf(u8At());
    case FORM_ADDRX2:
      return addressOf(u16At());
    case FORM_ADDRX3:
      return addressOf(u24At());
    case FORM_ADDRX4:
      return addressOf(u32At());
    case FORM_RNGLISTX:
      return Context.rnglistsBase + offsetIn(RNGLISTS, Context.rnglistsBase, <f64>ulebAt());
    case FORM_INDIRECT:
      return numberAt(actualForm(), 0);
    default:
      skip(form);
      return NaN;
  }
}

/** What places in a file's sections are counted from. */
@inline
function ownBase(): f64 {
  return Context.from >= ALTERNATE ? ALTERNATE : 0;
}

function alternateAt(entry: f64): f64 {
  return sizeOf(ALTERNATE_INFO) > 0 ? ALTERNATE + entry : NaN;
}

/** Sets Text to the place of a text in .debug_str, .debug_line_str, or the section of the cursor. */
export function textAt(form: u32): void {
  switch (form) {
    case FORM_STRING:
      setText(Cursor.section, place() - ownBase());
      skipText();
      break;
    case FORM_STRP:
      setText(Context.from >= ALTERNATE ? ALTERNATE_STR : STR, wordAt(Context.isLong));
      break;
    case FORM_GNU_STRP_ALT:
    case FORM_STRP_SUP:
      setText(sizeOf(ALTERNATE_STR) > 0 ? ALTERNATE_STR : -1, wordAt(Context.isLong));
      break;
    case FORM_LINE_STRP:
      setText(LINE_STR, wordAt(Context.isLong));
      break;
    case FORM_STRX:
    case FORM_GNU_STR_INDEX:
      setIndexedText(<f64>ulebAt());
      break;
    case FORM_STRX1:
      setIndexedText(u8At());
      break;
    case FORM_STRX2:
      setIndexedText(u16At());
      break;
    case FORM_STRX3:
      setIndexedText(u24At());
      break;
    case FORM_STRX4:
      setIndexedText(u32At());
      break;
    case FORM_INDIRECT:
      textAt(actualForm());
      break;
    default:
      Text.section = -1;
      skip(form);
  }
}

function setText(section: i32, at: f64): void {
  Text.section = section;
  Text.at = at;
}

function setIndexedText(index: f64): void {
  setText(STR, offsetIn(STR_OFFSETS, Context.strOffsetsBase, index));
}

function actualForm(): u32 {
  const form = ulebAt();
  if (form == FORM_INDIRECT || form > u32.MAX_VALUE) fail(UNKNOWN_FORM, <f64>form, 0);
  return <u32>form;
}

/** The address of this index. */
export function addressOf(index: f64): f64 {
  const size = Context.addressSize;
  return wordIn(ADDR, Context.addrBase + index * size, size == 8, NO_ADDRESS, index);
}

function offsetIn(section: u32, base: f64, index: f64): f64 {
  return wordIn(section, base + index * (Context.isLong ? 8 : 4), Context.isLong, NO_INDEX, 0);
}

/** A number of 4 or 8 bytes at a place of another section; fails where that ends before. */
function wordIn(section: u32, at: f64, isLong: bool, failure: u32, value: f64): f64 {
  keepCursor();
  seek(section, at, isLong ? 8 : 4, PAGE);
  const word = wordAt(isLong);
  if (Cursor.at > Cursor.end) fail(failure, value, 0);
  restoreCursor();
  return word;
}
