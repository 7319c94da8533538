// DWARF 2 to 5: which functions an address lies in, inlined ones included, and which source lines they stand at.

import type { ElfFile } from '../elf/elf-file.ts';
import { At } from './codes.ts';
import { Cursor } from './cursor.ts';
import { type EntryName, EntryNames } from './entry-names.ts';
import { FormReader } from './forms.ts';
import { type FunctionSpan, FunctionTable } from './function-table.ts';
import { readFunctions } from './functions.ts';
import { LineRows, LineTable, type Place } from './line-table.ts';
import { RangeLists } from './ranges.ts';
import { type DwarfSections, dwarfSections } from './sections.ts';
import { Abbreviations, type Unit } from './unit.ts';
import { messageOf, UnitIndex } from './unit-index.ts';

/** One function around an address, as DWARF has it. */
export interface DwarfFrame {
  /** undefined: it says none */
  name: EntryName | undefined;
  /** where it stands: at the address, or at the call of the next function further in; undefined: not known */
  file: string | undefined;
  /** 0: not known */
  line: number;
}

/** What was read of a unit; undefined: it can't be. */
interface Contents {
  functions: FunctionSpan | undefined;
  lines: LineTable | undefined;
}

/** Bytes of tables that are kept, about; then they are made anew for the units that are met. */
const MOST_KEPT = 96 * 2 ** 20;

export class Dwarf {
  readonly #sections: DwarfSections;
  readonly #index: UnitIndex;
  readonly #abbreviations: Abbreviations;
  readonly #names: EntryNames;
  readonly #contents = new Map<Unit, Contents>();
  readonly #functions = new FunctionTable();
  readonly #rows = new LineRows();
  readonly #lists: RangeLists;

  /** Reads the first entry of each unit. Throws InputError where a section can't be unpacked. */
  constructor(file: ElfFile) {
    this.#sections = dwarfSections(file);
    this.#lists = new RangeLists(this.#sections);
    const code = file.segments.filter(({ isCode }) => isCode);
    const isCode = (address: number): boolean =>
      code.some(({ address: from, memorySize }) => address >= from && address < from + memorySize);
    this.#index = new UnitIndex(this.#sections, isCode);
    this.#abbreviations = new Abbreviations(this.#sections);
    this.#names = new EntryNames(this.#sections, this.#index.units, this.#abbreviations);
  }

  get unitCount(): number {
    return this.#index.units.length;
  }

  /** What could not be read, and how many units, or names, that concerns. */
  get problems(): ReadonlyMap<string, number> {
    const problems = new Map(this.#index.problems);
    if (this.#names.elsewhere > 0) problems.set("names in dwz's other file", this.#names.elsewhere);
    return problems;
  }

  /** The functions around an address of the file, the one that exists as code first; empty: no unit knows it. */
  framesAt(address: number): DwarfFrame[] {
    for (const unit of this.#index.at(address)) {
      const { functions, lines } = this.#contentsOf(unit);
      const levels = functions ? this.#functions.at(functions, address) : [];
      const place = lines?.at(address);
      if (levels.length === 0 && !place) continue;
      if (levels.length === 0) return [this.#frame(undefined, place, lines)];
      return levels.map(({ entry }, i) => {
        const inner = levels[i + 1];
        const at = inner ? { file: inner.callFile, line: inner.callLine } : place;
        return this.#frame(this.#nameOf(entry), at, lines);
      });
    }
    return [];
  }

  #frame(name: EntryName | undefined, place: Place | undefined, lines: LineTable | undefined): DwarfFrame {
    return { name, file: place && lines?.file(place.file), line: place?.line ?? 0 };
  }

  #nameOf(entry: number): EntryName | undefined {
    try {
      return this.#names.of(entry);
    } catch (error) {
      this.#index.addProblem(messageOf(error));
      return undefined;
    }
  }

  #contentsOf(unit: Unit): Contents {
    let contents = this.#contents.get(unit);
    if (!contents) {
      if (this.#functions.size + this.#rows.size > MOST_KEPT) this.#forget();
      contents = { functions: this.#functionsOf(unit), lines: this.#linesOf(unit) };
      this.#contents.set(unit, contents);
    }
    return contents;
  }

  #forget(): void {
    this.#contents.clear();
    this.#functions.clear();
    this.#rows.clear();
  }

  #functionsOf(unit: Unit): FunctionSpan | undefined {
    const room = { functions: this.#functions, lists: this.#lists };
    try {
      return readFunctions(this.#sections, unit, this.#cursorAt(unit), this.#abbreviations.of(unit), room);
    } catch (error) {
      this.#index.addProblem(messageOf(error));
      return undefined;
    }
  }

  #linesOf(unit: Unit): LineTable | undefined {
    if (unit.lineAt === undefined) return undefined;
    try {
      return new LineTable(this.#sections, unit, unit.lineAt, this.#folderOf(unit), this.#rows);
    } catch (error) {
      this.#index.addProblem(messageOf(error));
      return undefined;
    }
  }

  /** The directory of the unit's compilation; '': it says none. */
  #folderOf(unit: Unit): string {
    const cursor = this.#cursorAt(unit, 1 << 16);
    const { attributes, forms } = this.#abbreviations.of(unit).of(cursor.uleb());
    const reader = new FormReader(this.#sections, unit, cursor);
    for (const [i, form] of forms.entries()) {
      if (attributes[i] === At.compDir) return reader.text(form) ?? '';
      reader.skip(form);
    }
    return '';
  }

  /** At the first entry of a unit, in all of its bytes or the first of them. */
  #cursorAt(unit: Unit, most = Number.POSITIVE_INFINITY): Cursor {
    const bytes = this.#sections.info.bytes(unit.from, Math.min(unit.to - unit.from, most));
    return new Cursor(bytes, this.#sections.order, unit.entryAt);
  }
}
