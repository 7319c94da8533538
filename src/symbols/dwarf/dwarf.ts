// DWARF 2 to 5: which functions an address lies in, inlined ones included, and which source lines they stand at.

import { InputError } from '../../engine/errors.ts';
import { bigEndian } from '../elf/byte-order.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { openReader, type Reader } from './reader.ts';
import { type DwarfSections, dwarfSections, NAMES } from './sections.ts';

/** One function around an address, as DWARF has it. */
export interface DwarfFrame {
  /** as the file writes it, mangled or not, latin1; undefined: only its lines are known, '': it is inlined and has none */
  name: string | undefined;
  isInlined: boolean;
  /**
   * where it stands: at the address, or at the call of the next function further in, with `/./` behind the directory of the
   * compilation; undefined: not known
   */
  file: string | undefined;
  /** 0: not known */
  line: number;
  /** where the function was written, if its name leaves out a namespace or class; undefined: not known, or a whole name */
  home: string | undefined;
}

/**
 * Bytes of tables that are kept at first, and at most. Beyond it those of the units go that were asked longest ago; they are
 * made anew if they are met. Addresses in their order need few units at a time, others make themselves room.
 */
const FIRST_KEPT = 8 * 2 ** 20;
const MOST_KEPT = 40 * 2 ** 20;
/** A frame of the reader in words of 4 bytes: hash, name, where that lies (8 bytes), unit, file, line, home. */
const Word = { name: 1, nameAt: 2, unit: 4, file: 5, line: 6, home: 7 } as const;
/** A name: bits of its kind, is it bare? the section it lies in; the last bit: is it of an inlined function? */
const Name = { kind: 3, linkage: 2, plain: 3, section: 3, inlined: 0x80000000 } as const;
const NO_FILE = 0xffffffff;
/** The reader must open a unit before it can tell. */
const TO_OPEN = -(2 ** 31);
/** Frames that are kept, and lists of them; beyond it all are forgotten, with their names and paths. */
const MOST_FRAMES = 1 << 13;
/** Units that an address may lie in, and names around it that can't be read. */
const MOST_TRIES = 1 << 12;

export class Dwarf {
  readonly #sections: DwarfSections;
  readonly #reader: Reader;
  readonly #mostKept: number;
  /** bytes of tables that are kept now */
  #room: number;
  /** the bytes kept of each unit that is read */
  readonly #read = new Map<number, number>();
  /** the same of units that more room would have kept, those that went longest ago first */
  readonly #gone = new Map<number, number>();
  #goneSize = 0;
  /** of units, by the indices of their files */
  #paths = new Map<number, (string | undefined)[]>();
  /** by the reader's numbers, frames and lists of them */
  #frames: DwarfFrame[] = [];
  #lists: (readonly DwarfFrame[])[] = [];
  #words = new Uint32Array();
  #texts = NAMES.map(() => new Map<number, string | undefined>());
  readonly #problems = new Map<string, number>();
  /** are all units in the reader's index, not only those of .debug_aranges? */
  #isIndexed = false;
  #kept = 0;

  /**
   * Reads which unit has which addresses. `mostKept`: bytes of tables. `alternate`: the file that dwz made for what several
   * files have in common. Throws InputError where a section can't be unpacked.
   */
  constructor(file: ElfFile, mostKept = MOST_KEPT, alternate?: ElfFile) {
    this.#mostKept = mostKept;
    this.#room = Math.min(FIRST_KEPT, mostKept);
    this.#sections = dwarfSections(file, alternate);
    this.#reader = openReader(this.#sections, file.order === bigEndian);
    for (const { isCode, address, memorySize } of file.segments) {
      if (isCode) this.#reader.addCode(address, address + memorySize);
    }
    this.#try(() => this.#reader.addUnits());
    this.#try(() => this.#reader.addAlternateUnits());
    if (this.#reader.readAranges()) this.#reader.endIndex();
    else this.#indexUnits();
  }

  get unitCount(): number {
    return this.#reader.unitCount();
  }

  /** What could not be read, and how many units or names it concerns. */
  get problems(): ReadonlyMap<string, number> {
    const problems = new Map(this.#problems);
    const elsewhere = this.#reader.namesElsewhere();
    if (elsewhere > 0) problems.set("names in dwz's other file", elsewhere);
    return problems;
  }

  /**
   * The functions around an address of the file, the one that exists as code first; empty: no unit knows it. Where the
   * same functions stand at the same lines, it is mostly the same array.
   */
  framesAt(address: number): readonly DwarfFrame[] {
    if (this.#kept > this.#room) this.#forget();
    if (Math.max(this.#frames.length, this.#lists.length) > MOST_FRAMES) this.#forgetFrames();
    const list = this.#find(address);
    if (list === undefined) return [];
    this.#lists[list] ??= this.#readList(list);
    return this.#lists[list];
  }

  #find(address: number): number | undefined {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      try {
        const list = this.#reader.find(address);
        if (list >= 0 && (this.#isIndexed || this.#reader.listLength(list) > 0)) return list;
        if (list >= 0) this.#indexUnits();
        else if (list === TO_OPEN) this.#open(this.#reader.unitToOpen());
        else this.#readUnit(-1 - list);
      } catch (error) {
        this.#note(error); // a name that can't be read: the next time there is none
      }
    }
    return undefined;
  }

  #readList(list: number): readonly DwarfFrame[] {
    const from = this.#reader.listAt(list) / 4;
    const to = from + this.#reader.listLength(list);
    // plain loops and few views: most of this runs once, before V8 has compiled it
    const frames: DwarfFrame[] = [];
    for (let at = from; at < to; at++) {
      const number = this.#memory()[at] as number;
      let frame = this.#frames[number];
      if (!frame) {
        frame = this.#readFrame(number);
        this.#frames[number] = frame;
      }
      frames.push(frame);
    }
    return frames;
  }

  #readFrame(number: number): DwarfFrame {
    const words = this.#memory();
    const at = this.#reader.frameAt(number) / 4;
    const name = words[at + Word.name] as number;
    const nameAt = (words[at + Word.nameAt] as number) + (words[at + Word.nameAt + 1] as number) * 2 ** 32;
    const [unit, file] = [words[at + Word.unit] as number, words[at + Word.file] as number];
    const line = words[at + Word.line] as number;
    const home = words[at + Word.home] as number;
    const pathOf = (index: number) => (index === NO_FILE ? undefined : this.#path(unit, index));
    const isInlined = name >= Name.inlined;
    return {
      name: this.#nameOf(name, nameAt) ?? (isInlined ? '' : undefined),
      isInlined,
      file: pathOf(file),
      line,
      home: pathOf(home),
    };
  }

  /** The reader's memory as words: a new view after it has grown. */
  #memory(): Uint32Array {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.#reader.memory.buffer);
    return this.#words;
  }

  #nameOf(name: number, at: number): string | undefined {
    const kind = name & Name.kind;
    if (kind !== Name.linkage && kind !== Name.plain) return undefined;
    const section = (name & ~Name.inlined) >>> Name.section;
    const texts = this.#texts[section] as Map<number, string | undefined>;
    let text = texts.get(at);
    if (text === undefined && !texts.has(at)) {
      text = this.#try(() => this.#text(section, at));
      texts.set(at, text);
    }
    return text;
  }

  /** The path of a unit's file by its index, with `/./` behind the directory of its compilation; undefined: there is none. */
  #path(unit: number, index: number): string | undefined {
    let paths = this.#paths.get(unit);
    if (!paths) {
      paths = [];
      this.#paths.set(unit, paths);
    }
    if (!(index in paths)) paths[index] = this.#try(() => this.#readPath(unit, index));
    return paths[index];
  }

  #readPath(unit: number, file: number): string | undefined {
    const reader = this.#reader;
    reader.findFile(unit, file, 0);
    const name = this.#foundText();
    if (name === '') return undefined;
    reader.findFile(unit, file, 1);
    const directory = this.#foundText();
    reader.findFolder(unit);
    const folder = this.#foundText();
    const given = joined(directory, name);
    if (folder === '') return given;
    // a crate's source is named wholly where it is inlined into another crate
    const below = given.startsWith(`${folder}/`) ? given.slice(folder.length + 1) : given;
    return below.startsWith('/') ? given : `${folder}/./${below}`;
  }

  /** The text that the reader found; '': none. */
  #foundText(): string {
    const section = this.#reader.textSection();
    return section < 0 ? '' : this.#text(section, this.#reader.textPlace());
  }

  #text(section: number, at: number): string {
    const texts = this.#texts[section] as Map<number, string | undefined>;
    let text = texts.get(at);
    if (text === undefined) {
      text = this.#sections[NAMES[section] as (typeof NAMES)[number]].text(at);
      texts.set(at, text);
    }
    return text;
  }

  #open(unit: number): void {
    this.#try(() => this.#reader.openUnit(unit));
  }

  /** Adds all units to the index, as their first entries say. */
  #indexUnits(): void {
    this.#isIndexed = true;
    for (let unit = 0; unit < this.#reader.ownUnitCount(); unit++) {
      this.#open(unit);
      this.#try(() => this.#reader.indexUnit(unit));
    }
    this.#reader.endIndex();
  }

  #readUnit(unit: number): void {
    const reader = this.#reader;
    this.#open(unit);
    const hasCode = reader.hasCode(unit) !== 0;
    const functions = hasCode ? this.#try(() => reader.readFunctions(unit)) : 0;
    const lines = !hasCode || reader.hasLines(unit) === 0 ? undefined : this.#try(() => reader.readLines(unit));
    const size = (functions ?? 0) + (lines ?? 0);
    this.#kept += size;
    reader.setRead(unit);
    this.#read.set(unit, size);
    if (this.#gone.has(unit)) this.#room = Math.min(this.#mostKept, this.#room + size);
    this.#dropGone(unit);
  }

  #forgetFrames(): void {
    this.#reader.forgetFrames();
    this.#frames = [];
    this.#lists = [];
    this.#paths = new Map();
    this.#texts = NAMES.map(() => new Map());
  }

  /** The unit that was asked last stays, however large it is. */
  #forget(): void {
    while (this.#kept > this.#room && this.#read.size > 1) {
      const unit = this.#reader.unitAskedLongestAgo();
      const size = this.#read.get(unit) ?? 0;
      this.#reader.forgetUnit(unit);
      this.#read.delete(unit);
      this.#kept -= size;
      this.#gone.set(unit, size);
      this.#goneSize += size;
      for (const [oldest] of this.#gone) {
        if (this.#goneSize <= this.#mostKept - this.#room) break;
        this.#dropGone(oldest);
      }
    }
  }

  #dropGone(unit: number): void {
    this.#goneSize -= this.#gone.get(unit) ?? 0;
    this.#gone.delete(unit);
  }

  /** What `read` gives; undefined: it can't be read, and counts as a problem. */
  #try<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  #note(error: unknown): void {
    if (!(error instanceof InputError)) throw error;
    this.#problems.set(error.message, (this.#problems.get(error.message) ?? 0) + 1);
  }
}

function joined(folder: string, path: string): string {
  return path.startsWith('/') || folder === '' ? path : `${folder}/${path}`;
}
