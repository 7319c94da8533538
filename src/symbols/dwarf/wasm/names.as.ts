// What the function of an entry in .debug_info is called. Its linkage name counts first, because it is whole, then its
// plain one. An entry without a name refers to one that has it.

import { Attribute, abbreviation, attributesEnd, behind, firstAttribute } from './abbreviations.as';
import {
  AT_ABSTRACT_ORIGIN,
  AT_DECL_FILE,
  AT_LINKAGE_NAME,
  AT_MIPS_LINKAGE_NAME,
  AT_NAME,
  AT_SPECIFICATION,
} from './codes.as';
import { isOver, ulebAt } from './cursor.as';
import { CUT_ENTRY, fail, NO_UNIT } from './failures.as';
import { numberAt, skip, Text, textAt } from './forms.as';
import { ENTRIES, hasMore, seek } from './sections.as';
import { unitAt, unitOf, useUnit } from './units.as';

/** Kinds of names, two bits; the section that one lies in is NAME_SECTION bits higher. */
export const NO_NAME: u32 = 1;
export const LINKAGE: u32 = 2;
export const PLAIN: u32 = 3;
/** a plain name whose namespace or class is not known */
export const BARE: u32 = 4;
export const NAME_SECTION: u32 = 3;

/** No name was looked for, because the unit that may have it must be opened before. */
export const NOT_OPEN: u32 = 0;

/** names that lie in another file (dwz's) that is not here */
let elsewhere: u32 = 0;

export function namesElsewhere(): u32 {
  return elsewhere;
}

/** Bytes of a large .debug_info to read at once: the entries that a stack needs lie near each other. */
const PAGE: f64 = 16384;
const FIRST_BYTES: f64 = 64;
const MOST_BYTES: f64 = 1048576;
/** Concrete → abstract → declaration: three in real files. */
const MOST_STEPS: u32 = 16;

/** Where the function of the name found last is declared: an index of a unit's files; NaN: its entries do not say. */
export class Declared {
  static unit: u32 = 0;
  static file: f64 = NaN;
}

/** What an entry says: where its names lie (section -1: it has none), and which entry it refers to. */
class Found {
  static linkageIn: i32 = -1;
  static linkageAt: f64 = 0;
  static plainIn: i32 = -1;
  static plainAt: f64 = 0;
  static unit: u32 = 0;
  static declaredIn: f64 = NaN;
  static hasNext: bool = false;
  static next: f64 = 0;
  /** has it a name in another file that is not here? */
  static isElsewhere: bool = false;
}

/** The unit that findEntryName() found not open. */
export function unitToOpen(): i32 {
  return Found.unit;
}

/** Sets Text.at to where the name of an entry lies, and Declared. Gives of which kind it is, and in which section; or NOT_OPEN. */
export function findEntryName(entry: f64): u32 {
  let plainIn = -1;
  let plainAt: f64 = 0;
  let bare: u32 = 0;
  let isElsewhere = false;
  Declared.file = NaN;
  for (let step: u32 = 0, at = entry; step < MOST_STEPS; step++, at = Found.next) {
    if (isNaN(at)) {
      isElsewhere = true;
      break;
    }
    if (!readEntry(at)) return NOT_OPEN;
    if (isNaN(Declared.file)) {
      Declared.file = Found.declaredIn;
      Declared.unit = Found.unit;
    }
    if (Found.linkageIn >= 0) {
      Text.at = Found.linkageAt;
      return LINKAGE | (<u32>Found.linkageIn << NAME_SECTION);
    }
    if (plainIn < 0 && Found.plainIn >= 0) {
      bare = unitOf(Found.unit).hasWholeNames ? 0 : BARE;
      plainIn = Found.plainIn;
      plainAt = Found.plainAt;
    }
    isElsewhere = isElsewhere || Found.isElsewhere;
    if (!Found.hasNext) break;
  }
  if (isElsewhere) elsewhere++;
  Text.at = plainAt;
  return plainIn < 0 ? NO_NAME : PLAIN | bare | (<u32>plainIn << NAME_SECTION);
}

/** False: its unit is not open. */
function readEntry(entry: f64): bool {
  const index = unitAt(entry);
  if (index < 0) fail(NO_UNIT, entry, 0);
  Found.unit = index;
  if (!unitOf(index).isOpen) return false;
  useUnit(unitOf(index));
  for (let least = FIRST_BYTES; ; least *= 16) {
    seek(ENTRIES, entry, least, PAGE);
    readAttributes();
    if (!isOver()) break;
    if (!hasMore(ENTRIES) || least > MOST_BYTES) fail(CUT_ENTRY, entry, 0);
  }
  return true;
}

function readAttributes(): void {
  Found.linkageIn = -1;
  Found.plainIn = -1;
  Found.declaredIn = NaN;
  Found.hasNext = Found.isElsewhere = false;
  const code = ulebAt();
  if (code == 0) return;
  const found = abbreviation(code);
  const end = attributesEnd(found);
  for (let one = firstAttribute(found); one < end && !isOver(); one = behind(one)) {
    const form = changetype<Attribute>(one).form;
    switch (changetype<Attribute>(one).name) {
      case AT_LINKAGE_NAME:
      case AT_MIPS_LINKAGE_NAME:
        textAt(form);
        Found.linkageIn = Text.section;
        Found.isElsewhere = Found.isElsewhere || Text.section < 0;
        Found.linkageAt = Text.at;
        break;
      case AT_NAME:
        textAt(form);
        Found.plainIn = Text.section;
        Found.isElsewhere = Found.isElsewhere || Text.section < 0;
        Found.plainAt = Text.at;
        break;
      case AT_DECL_FILE:
        Found.declaredIn = numberAt(form, changetype<Attribute>(one).constant);
        break;
      case AT_ABSTRACT_ORIGIN:
      case AT_SPECIFICATION:
        Found.next = numberAt(form, 0);
        Found.hasNext = true;
        break;
      default:
        skip(form);
    }
  }
}
