// Which unit of .debug_info an address belongs to. Made once for a file, from the units' first entries.

import { InputError } from '../../engine/errors.ts';
import { Column, countUpTo, doubles, orderOf, words } from '../elf/column.ts';
import { LineRows, LineTable } from './line-table.ts';
import { RangeLists } from './ranges.ts';
import type { DwarfSections } from './sections.ts';
import { readUnit, type Unit } from './unit.ts';

/** Is there code of the file at this address? What the linker left out has ranges at 0, or at the end of all addresses. */
export type IsCode = (address: number) => boolean;

export class UnitIndex {
  /** in the order of .debug_info */
  readonly units: readonly Unit[];
  /** how many units can't be used, by the reason */
  readonly problems = new Map<string, number>();
  readonly #sections: DwarfSections;
  readonly #isCode: IsCode;
  // of each range, in the order of their starts; `reach` is the highest end so far
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #reach: Float64Array;
  readonly #owners: Uint32Array;

  constructor(sections: DwarfSections, isCode: IsCode) {
    this.#sections = sections;
    this.#isCode = isCode;
    this.units = this.#readUnits();
    const lists = new RangeLists(this.#sections);
    const ranges = { starts: new Column(doubles), ends: new Column(doubles), owners: new Column(words) };
    for (const [i, unit] of this.units.entries()) {
      this.#tellRanges(unit, lists, (start, end) => {
        if (end <= start || !this.#isCode(start)) return;
        ranges.starts.push(start);
        ranges.ends.push(end);
        ranges.owners.push(i);
      });
    }
    const [starts, ends, owners] = [ranges.starts.values(), ranges.ends.values(), ranges.owners.values()];
    const order = orderOf(starts);
    this.#starts = Float64Array.from(order, (i) => starts[i] as number);
    this.#ends = Float64Array.from(order, (i) => ends[i] as number);
    this.#owners = Uint32Array.from(order, (i) => owners[i] as number);
    this.#reach = this.#ends.slice();
    for (let i = 1; i < this.#reach.length; i++) {
      this.#reach[i] = Math.max(this.#reach[i] as number, this.#reach[i - 1] as number);
    }
  }

  /** The units that say they have this address: one, but for odd files. */
  at(address: number): Unit[] {
    const found: Unit[] = [];
    for (let i = countUpTo(this.#starts, address) - 1; i >= 0 && (this.#reach[i] as number) > address; i--) {
      const unit = this.units[this.#owners[i] as number] as Unit;
      if (address < (this.#ends[i] as number) && !found.includes(unit)) found.push(unit);
    }
    return found;
  }

  addProblem(text: string): void {
    this.problems.set(text, (this.problems.get(text) ?? 0) + 1);
  }

  #readUnits(): Unit[] {
    const units: Unit[] = [];
    for (let from = 0; from < this.#sections.info.size; ) {
      try {
        const { unit, problem } = readUnit(this.#sections, from);
        if (problem !== undefined) this.addProblem(problem);
        units.push(unit);
        from = unit.to;
      } catch (error) {
        this.addProblem(messageOf(error));
        break;
      }
    }
    return units;
  }

  #tellRanges(unit: Unit, lists: RangeLists, onRange: (start: number, end: number) => void): void {
    if (!unit.isCode) return;
    try {
      if (unit.rangesAt !== undefined && !Number.isNaN(unit.rangesAt)) {
        const { starts, ends } = lists;
        lists.read(unit, unit.rangesAt);
        for (let i = 0; i < starts.length; i++) onRange(starts.raw[i] as number, ends.raw[i] as number);
      } else if (unit.high !== undefined) onRange(unit.low, unit.high);
      else if (unit.lineAt !== undefined) {
        // says no ranges, as assemblers' units do: those of its lines are as good
        for (const { start, end } of new LineTable(this.#sections, unit, unit.lineAt, '', new LineRows()).ranges)
          onRange(start, end);
      }
    } catch (error) {
      this.addProblem(messageOf(error));
    }
  }
}

/** The message of an InputError; throws what is none. */
export function messageOf(error: unknown): string {
  if (error instanceof InputError) return error.message;
  throw error;
}
