// DWARF 2 to 5: which functions an address lies in, inlined ones included, and which source lines they stand at.

import { InputError } from '../../engine/errors.ts';
import { bigEndian } from '../elf/byte-order.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import type { SectionData } from '../elf/section-data.ts';
import { openReader, type Reader } from './reader.ts';
import { type DwarfSections, dwarfSections, NAMES } from './sections.ts';

/** What the function of an entry is called. */
export interface EntryName {
  /** latin1; mangled if `isLinkage` */
  text: string;
  isLinkage: boolean;
}

/** One function around an address, as DWARF has it. */
export interface DwarfFrame {
  /** undefined: DWARF says none */
  name: EntryName | undefined;
  /** where it stands: at the address, or at the call of the next function further in; undefined: not known */
  file: string | undefined;
  /** 0: not known */
  line: number;
}

/** What could be read of a unit. */
interface Contents {
  hasFunctions: boolean;
  hasLines: boolean;
  /** by the indices of its files, as far as they were asked for */
  paths: (string | undefined)[];
}

/** Bytes of tables to keep; beyond that all are dropped, and units that are met again are read again. */
const MOST_KEPT = 96 * 2 ** 20;
const DOUBLES_A_LEVEL = 3;
// findEntryName() gives these
const [LINKAGE, PLAIN, ELSEWHERE] = [1, 2, 3];

export class Dwarf {
  readonly #sections: DwarfSections;
  readonly #reader: Reader;
  readonly #contents = new Map<number, Contents>();
  readonly #names = new Map<number, EntryName | undefined>();
  readonly #texts = NAMES.map(() => new Map<number, string>());
  readonly #problems = new Map<string, number>();
  /** names that lie in another file (dwz's) */
  #elsewhere = 0;
  #kept = 0;

  /** Reads the first entry of each unit. Throws InputError where a section can't be unpacked. */
  constructor(file: ElfFile) {
    this.#sections = dwarfSections(file);
    this.#reader = openReader(this.#sections, file.order === bigEndian);
    for (const { isCode, address, memorySize } of file.segments) {
      if (isCode) this.#reader.addCode(address, address + memorySize);
    }
    this.#readUnits();
    for (let unit = 0; unit < this.unitCount; unit++) this.#try(() => this.#reader.indexUnit(unit));
    this.#reader.endIndex();
  }

  get unitCount(): number {
    return this.#reader.unitCount();
  }

  /** What could not be read, and how many units or names it concerns. */
  get problems(): ReadonlyMap<string, number> {
    const problems = new Map(this.#problems);
    if (this.#elsewhere > 0) problems.set("names in dwz's other file", this.#elsewhere);
    return problems;
  }

  /** The functions around an address of the file, the one that exists as code first; empty: no unit knows it. */
  framesAt(address: number): DwarfFrame[] {
    const reader = this.#reader;
    for (let found = reader.findUnits(address), i = 0; i < found; i++) {
      if (i > 0) reader.findUnits(address); // reading a unit may have looked for others
      const unit = reader.foundUnit(i);
      const contents = this.#contentsOf(unit);
      const count = contents.hasFunctions ? reader.levelsOf(unit, address) : 0;
      const hasPlace = contents.hasLines && reader.placeOf(unit, address) !== 0;
      if (count > 0 || hasPlace) return this.#frames(unit, contents, count, hasPlace);
    }
    return [];
  }

  /** The functions around an address whose levels and place the reader has found. */
  #frames(unit: number, contents: Contents, count: number, hasPlace: boolean): DwarfFrame[] {
    const reader = this.#reader;
    const line = hasPlace ? reader.placeLine() >>> 0 : 0;
    const path = hasPlace ? this.#path(unit, contents, reader.placeFile() >>> 0) : undefined;
    if (count === 0) return [{ name: undefined, file: path, line }];
    // a copy, since the memory may grow
    const levels = new Float64Array(reader.memory.buffer, reader.levelsAt(), count * DOUBLES_A_LEVEL).slice();
    const frames: DwarfFrame[] = [];
    for (let at = 0; at < levels.length; at += DOUBLES_A_LEVEL) {
      const name = this.#nameOf(levels[at] as number);
      const inner = at + DOUBLES_A_LEVEL;
      if (inner === levels.length) frames.push({ name, file: path, line });
      else {
        const callFile = this.#path(unit, contents, levels[inner + 1] as number);
        frames.push({ name, file: callFile, line: levels[inner + 2] as number });
      }
    }
    return frames;
  }

  #nameOf(entry: number): EntryName | undefined {
    let name = this.#names.get(entry);
    if (name === undefined && !this.#names.has(entry)) {
      name = this.#try(() => this.#readName(entry));
      this.#names.set(entry, name);
    }
    return name;
  }

  #readName(entry: number): EntryName | undefined {
    const found = this.#reader.findEntryName(entry);
    if (found >= ELSEWHERE) this.#elsewhere++;
    const kind = found % ELSEWHERE;
    const text = kind === LINKAGE || kind === PLAIN ? this.#foundText() : undefined;
    return text === undefined ? undefined : { text, isLinkage: kind === LINKAGE };
  }

  /** The path of a unit's file by its index; undefined: there is none. */
  #path(unit: number, { hasLines, paths }: Contents, index: number): string | undefined {
    if (!hasLines) return undefined;
    if (!(index in paths)) paths[index] = this.#try(() => this.#readPath(unit, index));
    return paths[index];
  }

  #readPath(unit: number, file: number): string | undefined {
    const reader = this.#reader;
    reader.findFile(unit, file, 0);
    const name = this.#foundText() ?? '';
    if (name === '') return undefined;
    reader.findFile(unit, file, 1);
    const directory = this.#foundText() ?? '';
    reader.findFolder(unit);
    return joined(joined(this.#foundText() ?? '', directory), name);
  }

  /** The text that the reader found; undefined: none. */
  #foundText(): string | undefined {
    const section = this.#reader.textSection();
    const at = this.#reader.textPlace();
    const [texts, name] = [this.#texts[section], NAMES[section]];
    if (!texts || !name) return undefined;
    let text = texts.get(at);
    if (text === undefined) {
      text = (this.#sections[name] as SectionData).text(at);
      texts.set(at, text);
    }
    return text;
  }

  #readUnits(): void {
    for (let from = 0; from < this.#sections.info.size; ) {
      const start = from;
      const next = this.#try(() => this.#reader.addUnit(start));
      if (next === undefined) break;
      this.#try(() => this.#reader.readFirstEntry(this.unitCount - 1));
      from = next;
    }
  }

  #contentsOf(unit: number): Contents {
    let contents = this.#contents.get(unit);
    if (!contents) {
      if (this.#kept > MOST_KEPT) this.#forget();
      const functions = this.#try(() => this.#reader.readFunctions(unit));
      const lines = this.#reader.hasLines(unit) === 0 ? undefined : this.#try(() => this.#reader.readLines(unit));
      this.#kept += (functions ?? 0) + (lines ?? 0);
      contents = { hasFunctions: functions !== undefined, hasLines: lines !== undefined, paths: [] };
      this.#contents.set(unit, contents);
    }
    return contents;
  }

  #forget(): void {
    for (const unit of this.#contents.keys()) this.#reader.forgetUnit(unit);
    this.#contents.clear();
    this.#kept = 0;
  }

  /** What `read` gives; undefined: it can't be read, and counts as a problem. */
  #try<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#problems.set(error.message, (this.#problems.get(error.message) ?? 0) + 1);
      return undefined;
    }
  }
}

function joined(folder: string, path: string): string {
  if (path.startsWith('/') || folder === '') return path;
  return path === '' ? folder : `${folder}${folder.endsWith('/') ? '' : '/'}${path}`;
}
