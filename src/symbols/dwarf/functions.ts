// The functions of a unit: those that exist as code, and those inlined into them, with the ranges of each. One pass over
// the unit's entries; names are read later, of those that are met.

import { InputError } from '../../engine/errors.ts';
import type { Abbreviation, AbbreviationTable } from './abbreviations.ts';
import { At, Tag } from './codes.ts';
import type { Cursor } from './cursor.ts';
import { FormReader, isAddress } from './forms.ts';
import type { FunctionSpan, FunctionTable } from './function-table.ts';
import type { RangeLists } from './ranges.ts';
import type { DwarfSections } from './sections.ts';
import type { Unit } from './unit.ts';

/**
 * Types hold declarations only, so the reader skips their entries where it knows where they end. Those within functions may
 * hold code: gcc puts that of a closure into its class.
 */
const WITHOUT_CODE = new Set<number>([
  Tag.arrayType,
  Tag.classType,
  Tag.enumerationType,
  Tag.structureType,
  Tag.subroutineType,
  Tag.unionType,
]);
/** Entries nest no deeper in any real file. */
const MOST_NESTED = 1 << 12;
const NONE = -1;
const NOT_OPEN = Number.POSITIVE_INFINITY;

/** Where functions are put, and how lists of ranges are read. */
export interface FunctionRoom {
  functions: FunctionTable;
  lists: RangeLists;
}

/** Reads the functions of a unit; `cursor` is at its first entry. Throws InputError. */
export function readFunctions(
  sections: DwarfSections,
  unit: Unit,
  cursor: Cursor,
  table: AbbreviationTable,
  room: FunctionRoom,
): FunctionSpan {
  let error: unknown;
  try {
    new UnitReader(sections, unit, cursor, table, room).readEntries();
    if (cursor.isOver) error = new InputError('a unit is cut off');
  } catch (thrown) {
    error = thrown;
  }
  const span = room.functions.endUnit();
  if (error !== undefined) throw error;
  return span;
}

class UnitReader {
  readonly #unit: Unit;
  readonly #cursor: Cursor;
  readonly #table: AbbreviationTable;
  readonly #forms: FormReader;
  readonly #functions: FunctionTable;
  readonly #lists: RangeLists;

  constructor(
    sections: DwarfSections,
    unit: Unit,
    cursor: Cursor,
    table: AbbreviationTable,
    { functions, lists }: FunctionRoom,
  ) {
    this.#unit = unit;
    this.#cursor = cursor;
    this.#table = table;
    this.#forms = new FormReader(sections, unit, cursor);
    this.#functions = functions;
    this.#lists = lists;
  }

  // The names are not destructured from arrays in here: before V8 has compiled it, that takes longer than all the rest.
  readEntries(): void {
    const cursor = this.#cursor;
    const end = cursor.bytes.length;
    const firstEntry = this.#unit.from;
    // of each entry that is open: what held outside of it
    const outers: number[] = [];
    const depths: number[] = [];
    let outer = NONE;
    let depth = 0;
    // how many entries were open when the outermost function was
    let openFunction = NOT_OPEN;
    while (cursor.at < end) {
      const entry = firstEntry + cursor.at;
      const code = cursor.uleb();
      if (code === 0) {
        if (outers.length === 0) return;
        const before = outers.pop() as number;
        if (before !== outer) this.#functions.endOuter(outer);
        outer = before;
        depth = depths.pop() as number;
        if (outers.length <= openFunction) openFunction = NOT_OPEN;
        if (outers.length === 0) return;
        continue;
      }
      const abbreviation = this.#table.of(code);
      const tag = abbreviation.tag;
      let sibling = 0;
      const outerBefore = outer;
      const depthBefore = depth;
      if (tag === Tag.inlinedSubroutine || tag === Tag.subprogram) {
        const depthOfIt = tag === Tag.subprogram ? 0 : depth + 1;
        const ranges = this.#functions.rangeCount;
        sibling = this.#readFunction(entry, abbreviation, depthOfIt);
        if (this.#functions.rangeCount > ranges) {
          depth = depthOfIt;
          if (depth === 0) outer = this.#functions.outerCount - 1;
        }
      } else if (abbreviation.size >= 0) cursor.at += abbreviation.size;
      else sibling = this.#skipEntry(abbreviation, openFunction === NOT_OPEN);
      if (!abbreviation.hasChildren) {
        outer = outerBefore;
        depth = depthBefore;
        if (outers.length === 0) return;
      } else if (sibling > cursor.at && sibling <= end) cursor.at = sibling;
      else if (outers.length >= MOST_NESTED) throw new InputError('entries nest too deep');
      else {
        if (tag === Tag.subprogram && openFunction === NOT_OPEN) openFunction = outers.length;
        outers.push(outerBefore);
        depths.push(depthBefore);
      }
    }
  }

  /** Adds a function if it has code. Gives where the entry behind its children begins, if they hold no code; else 0. */
  #readFunction(entry: number, { attributes, forms, constants }: Abbreviation, depth: number): number {
    const reader = this.#forms;
    let low = Number.NaN;
    let high = Number.NaN;
    let rangesAt = Number.NaN;
    let callFile = 0;
    let callLine = 0;
    let sibling = 0;
    let isLength = true;
    let isAbstract = false;
    for (let i = 0; i < forms.length; i++) {
      const form = forms[i] as number;
      switch (attributes[i]) {
        case At.lowPc:
          low = reader.number(form, 0);
          break;
        case At.highPc:
          high = reader.number(form, constants[i] as number);
          isLength = !isAddress(form);
          break;
        case At.ranges:
          rangesAt = reader.number(form, 0);
          break;
        case At.callFile:
          callFile = reader.number(form, constants[i] as number);
          break;
        case At.callLine:
          callLine = reader.number(form, constants[i] as number);
          break;
        case At.sibling:
          sibling = reader.number(form, 0) - this.#unit.from;
          break;
        default:
          if (attributes[i] === At.inline) isAbstract = true;
          reader.skip(form);
      }
    }
    const functions = this.#functions;
    const before = functions.rangeCount;
    if (rangesAt >= 0) this.#addRanges(rangesAt);
    else if (low >= 0) functions.addRange(low, isLength ? low + high : high);
    if (functions.rangeCount === before) return depth === 0 && !isAbstract ? sibling : 0;
    functions.add(entry, callFile, callLine, depth, before);
    return 0;
  }

  #addRanges(at: number): void {
    const { starts, ends } = this.#lists;
    this.#lists.read(this.#unit, at);
    for (let i = 0; i < starts.length; i++) this.#functions.addRange(starts.raw[i] as number, ends.raw[i] as number);
  }

  /** Leaves an entry out. Gives where the one behind its children begins, if they hold no code; else 0. */
  #skipEntry({ tag, attributes, forms }: Abbreviation, mayJump: boolean): number {
    let sibling = 0;
    const isType = mayJump && WITHOUT_CODE.has(tag);
    for (let i = 0; i < forms.length; i++) {
      if (isType && attributes[i] === At.sibling) {
        sibling = this.#forms.number(forms[i] as number, 0) - this.#unit.from;
      } else this.#forms.skip(forms[i] as number);
    }
    return sibling;
  }
}
