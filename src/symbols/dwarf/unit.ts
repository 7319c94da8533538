// A unit of .debug_info: its header, and what its first entry says of the whole.

import { InputError } from '../../engine/errors.ts';
import { AbbreviationTable } from './abbreviations.ts';
import { At, Tag, UnitType } from './codes.ts';
import { Cursor } from './cursor.ts';
import { FormReader, formSizes, isAddress } from './forms.ts';
import type { DwarfSections } from './sections.ts';

export interface Unit {
  /** where it begins in .debug_info, and where the next one does */
  from: number;
  to: number;
  /** where its first entry begins, counted from `from` */
  entryAt: number;
  version: number;
  /** offsets of 8 bytes (64-bit DWARF) */
  isLong: boolean;
  addressSize: number;
  abbreviationsAt: number;
  /** has it code? A type unit has none; a partial one has what others refer to */
  isCode: boolean;
  /** its entries lie in another file (split DWARF) */
  isSkeleton: boolean;
  low: number;
  /** the address behind its code, if that is in one piece */
  high: number | undefined;
  rangesAt: number | undefined;
  lineAt: number | undefined;
  addrBase: number;
  strOffsetsBase: number;
  rnglistsBase: number;
}

/** Bytes that nearly all first entries fit into. */
const FIRST_BYTES = 512;
const MOST_BYTES = 1 << 20;
const MOST_TABLES = 512;
const LONG = 0xffffffff;
const FIRST_RESERVED = 0xfffffff0;

/** Reads the unit at `from` as far as its first entry. `problem`: which is why it can't be used. Throws InputError. */
export function readUnit(sections: DwarfSections, from: number): { unit: Unit; problem: string | undefined } {
  const { info, order } = sections;
  const cursor = new Cursor(info.peek(from, 48), order);
  const first = cursor.u32();
  const isLong = first === LONG;
  const length = isLong ? cursor.u64() : first;
  const to = from + cursor.at + length;
  if ((first >= FIRST_RESERVED && !isLong) || length < 7 || to > info.size) {
    throw new InputError(`.debug_info is cut off or damaged at ${from}: a unit of ${length} bytes`);
  }
  const unit = emptyUnit(from, to, isLong);
  unit.version = cursor.u16();
  if (unit.version < 2 || unit.version > 5) return { unit, problem: `DWARF ${unit.version}` };
  const type = readHeader(unit, cursor);
  if (type === UnitType.type || type === UnitType.splitType) return { unit, problem: undefined };
  if (unit.addressSize !== 4 && unit.addressSize !== 8) {
    return { unit, problem: `addresses of ${unit.addressSize} bytes` };
  }
  try {
    readFirstEntry(sections, unit);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { unit, problem: error.message };
  }
  return { unit, problem: unit.isSkeleton ? 'split DWARF, in a .dwo or .dwp file' : undefined };
}

/** Tables of abbreviations, the ones used last. */
export class Abbreviations {
  readonly #sections: DwarfSections;
  readonly #tables = new Map<Unit, AbbreviationTable>();
  #last: { unit: Unit; table: AbbreviationTable } | undefined;

  constructor(sections: DwarfSections) {
    this.#sections = sections;
  }

  of(unit: Unit): AbbreviationTable {
    if (this.#last?.unit === unit) return this.#last.table;
    let table = this.#tables.get(unit);
    if (!table) {
      table = abbreviationsOf(this.#sections, unit);
      if (this.#tables.size >= MOST_TABLES) this.#tables.clear();
      this.#tables.set(unit, table);
    }
    this.#last = { unit, table };
    return table;
  }
}

function abbreviationsOf({ abbrev, order }: DwarfSections, unit: Unit): AbbreviationTable {
  return new AbbreviationTable(abbrev, unit.abbreviationsAt, order, formSizes(unit));
}

function emptyUnit(from: number, to: number, isLong: boolean): Unit {
  return {
    ...{ from, to, isLong, entryAt: 0, version: 0, addressSize: 8, abbreviationsAt: 0, isCode: false },
    ...{ isSkeleton: false, low: 0, high: undefined, rangesAt: undefined, lineAt: undefined },
    // behind the headers of the sections, for DWARF 5 of units that do not say it
    ...{ addrBase: isLong ? 16 : 8, strOffsetsBase: isLong ? 16 : 8, rnglistsBase: isLong ? 20 : 12 },
  };
}

/** What lies between the version and the first entry. Gives the unit's type. */
function readHeader(unit: Unit, cursor: Cursor): number {
  let type: number = UnitType.compile;
  if (unit.version >= 5) {
    type = cursor.u8();
    unit.addressSize = cursor.u8();
    unit.abbreviationsAt = cursor.word(unit.isLong);
    if (type === UnitType.skeleton || type === UnitType.splitCompile) cursor.at += 8;
    else if (type === UnitType.type || type === UnitType.splitType) cursor.at += 8 + (unit.isLong ? 8 : 4);
  } else {
    unit.abbreviationsAt = cursor.word(unit.isLong);
    unit.addressSize = cursor.u8();
  }
  unit.entryAt = cursor.at;
  return type;
}

function readFirstEntry(sections: DwarfSections, unit: Unit): void {
  const table = abbreviationsOf(sections, unit);
  for (let length = FIRST_BYTES; ; length *= 16) {
    const bytes = sections.info.peek(unit.from, Math.min(length, unit.to - unit.from));
    const cursor = new Cursor(bytes, sections.order, unit.entryAt);
    if (readAttributes(sections, unit, table, cursor)) return;
    if (bytes.length === unit.to - unit.from || length > MOST_BYTES) throw new InputError('a unit is cut off');
  }
}

/** False: the bytes were too few. */
function readAttributes(sections: DwarfSections, unit: Unit, table: AbbreviationTable, cursor: Cursor): boolean {
  const code = cursor.uleb();
  if (code === 0) return true;
  const { tag, attributes, forms, constants } = table.of(code);
  const start = cursor.at;
  // the bases first: other attributes are counted from them
  const reader = new FormReader(sections, unit, cursor);
  for (const [i, form] of forms.entries()) {
    const at = attributes[i];
    if (at === At.addrBase) unit.addrBase = reader.number(form, 0);
    else if (at === At.strOffsetsBase) unit.strOffsetsBase = reader.number(form, 0);
    else if (at === At.rnglistsBase) unit.rnglistsBase = reader.number(form, 0);
    else reader.skip(form);
    if (cursor.isOver) return false;
  }
  cursor.at = start;
  let high: { value: number; isAddress: boolean } | undefined;
  for (const [i, form] of forms.entries()) {
    switch (attributes[i]) {
      case At.lowPc:
        unit.low = reader.number(form, 0);
        break;
      case At.highPc:
        high = { value: reader.number(form, constants[i] as number), isAddress: isAddress(form) };
        break;
      case At.ranges:
        unit.rangesAt = reader.number(form, 0);
        break;
      case At.stmtList:
        unit.lineAt = reader.number(form, 0);
        break;
      case At.dwoName:
      case At.gnuDwoName:
        unit.isSkeleton = true;
        reader.skip(form);
        break;
      default:
        reader.skip(form);
    }
  }
  if (high) unit.high = high.isAddress ? high.value : unit.low + high.value;
  unit.isSkeleton ||= tag === Tag.skeletonUnit;
  unit.isCode = tag === Tag.compileUnit || tag === Tag.skeletonUnit || tag === Tag.partialUnit;
  return true;
}

/** The unit that the entry at this offset of .debug_info belongs to; undefined: none. `units` are in their order. */
export function unitAt(units: readonly Unit[], offset: number): Unit | undefined {
  let [low, high] = [0, units.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((units[middle] as Unit).to <= offset) low = middle + 1;
    else high = middle;
  }
  const unit = units[low];
  return unit && offset >= unit.from + unit.entryAt ? unit : undefined;
}
