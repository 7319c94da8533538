// One object that a process has mapped, a program or a library: the functions and lines of its addresses, by its own
// symbols and debug information or by those of its debug file.

import { InputError } from '../engine/errors.ts';
import { Remembered } from '../engine/remembered.ts';
import { ClosureNames } from './closure-names.ts';
import { type CallFrame, CallFrames } from './dwarf/call-frames.ts';
import { Dwarf, type DwarfFrame } from './dwarf/dwarf.ts';
import { calledBefore, endsCall, jumpsTo } from './elf/call-sites.ts';
import {
  alternateFiles,
  alternateLinkOf,
  checksum,
  debugFileOf,
  debugLinkFiles,
  debugLinkOf,
  isAlternate,
} from './elf/debug-file.ts';
import { ElfFile } from './elf/elf-file.ts';
import { GoFunctions } from './elf/go-functions.ts';
import type { ReadBytes } from './elf/section-data.ts';
import { SymbolIndex } from './elf/symbol-index.ts';
import { FRAME_DUMMY } from './symbol-frame.ts';

/** Opens a file as the recorded process saw it; undefined: it is not there. */
export type OpenFile = (path: string) => ReadBytes | undefined;

/** One function around an address. Without a symbol it is called as the debug information calls it. */
export type SymbolFrame = DwarfFrame;

/** Lists of functions that are remembered: addresses are mostly asked in their order. */
const MOST_LISTS = 1 << 13;

/** Why an object can't be used. */
export type Refusal = 'missing' | 'not ELF' | 'another build';

export class ObjectSymbols {
  readonly path: string;
  readonly refusal: Refusal | undefined;
  /** the file's own, not the recording's; hexadecimal */
  readonly buildId: string | undefined;
  readonly recordedId: string | undefined;
  /** what could not be read, and how often */
  readonly problems = new Map<string, number>();
  readonly #open: OpenFile;
  readonly #file: ElfFile | undefined;
  #debugFile: ElfFile | undefined | 'unknown' = 'unknown';
  #debugPath = '';
  #symbols: SymbolIndex | undefined;
  #variables: SymbolIndex | undefined;
  #goFunctions: GoFunctions | undefined | 'unknown' = 'unknown';
  #dwarf: Dwarf | undefined | 'unknown' = 'unknown';
  /** by lists of the debug information, which are mostly the same: so are these */
  readonly #lists = new Remembered<
    readonly DwarfFrame[],
    { symbol: string | undefined; frames: readonly SymbolFrame[] }
  >(MOST_LISTS);
  readonly #closures = new ClosureNames();
  readonly #bySymbol = new Remembered<string, readonly SymbolFrame[]>(MOST_LISTS);
  #callFrames: CallFrames | undefined | 'unknown' = 'unknown';

  /** `buildId` is that of the recording; undefined: it does not say. */
  constructor(path: string, open: OpenFile, buildId: string | undefined) {
    this.path = path;
    this.#open = open;
    this.recordedId = buildId;
    const read = open(path);
    this.#file = read && this.#elf(read);
    this.buildId = this.#file?.buildId;
    const isOther = buildId !== undefined && this.buildId !== undefined && !isSameId(buildId, this.buildId);
    this.refusal = !read ? 'missing' : !this.#file ? 'not ELF' : isOther ? 'another build' : undefined;
  }

  /** Does it have debug information, of its own or in a debug file? */
  get hasLines(): boolean {
    return this.refusal === undefined && this.#dwarfOf() !== undefined;
  }

  /** Its own address of a byte of the file; undefined: not loaded. */
  addressAt(offset: number): number | undefined {
    return this.#file?.addressAt(offset);
  }

  /**
   * May a call return to this address, or to the next one? Where a file has no code, what a walker took for a return
   * address is none, nor are those further out. A file of another build tells nothing of that.
   */
  mayReturnTo(address: number): boolean {
    if (this.#file === undefined || this.refusal !== undefined) return true;
    return this.#file.hasCode(address) || this.#file.hasCode(address - 1);
  }

  /** Does a call end right before this address? Then it may be a return address. undefined: not known for this machine. */
  endsCall(address: number): boolean | undefined {
    return this.#file && endsCall(this.#file, address);
  }

  /**
   * Does a direct call right before this address lead to the function that starts there, perhaps by a jump in place of the
   * last call of the function it calls?
   */
  leadsTo(address: number, start: number): boolean {
    const file = this.#file;
    const called = file && calledBefore(file, address);
    if (file === undefined || called === undefined) return false;
    return called === start || jumpsTo(file, called, start).some((from) => this.callFrameAt(from)?.start === called);
  }

  /** How the frame of the function at this address lies on the stack; undefined: nothing is known. */
  callFrameAt(address: number): CallFrame | undefined {
    if (this.refusal !== undefined) return undefined;
    try {
      if (this.#callFrames === 'unknown') {
        this.#callFrames = undefined;
        this.#callFrames = this.#file && CallFrames.of(this.#file);
      }
      return this.#callFrames?.at(address);
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  /**
   * The functions around an address of the object, the one that exists as code first; empty: nothing is known. The same
   * ones come mostly as the same array, and each inlined one as the same object.
   */
  framesAt(address: number): readonly SymbolFrame[] {
    if (this.refusal !== undefined) return [];
    const symbol = this.nameAt(address);
    const found = this.#dwarfOf()?.framesAt(address) ?? [];
    if (found.length === 0) return symbol === undefined ? [] : this.#symbolFrame(symbol);
    const known = this.#lists.get(found);
    if (known && known.symbol === symbol) return known.frames;
    const frames = this.#closures.of(found) ?? found.slice();
    const [outer] = found;
    // its symbol is what perf calls it, too; only without one the name of the debug information counts
    if (outer && symbol !== undefined) {
      frames[0] = { name: symbol, isInlined: false, file: outer.file, line: outer.line, home: undefined };
    }
    this.#lists.set(found, { symbol, frames });
    return frames;
  }

  /** Of a symbol of which no more is known. */
  #symbolFrame(name: string): readonly SymbolFrame[] {
    let frames = this.#bySymbol.get(name);
    if (!frames) {
      frames = [{ name, isInlined: false, file: undefined, line: 0, home: undefined }];
      this.#bySymbol.set(name, frames);
    }
    return frames;
  }

  /** The symbol at an address. */
  nameAt(address: number): string | undefined {
    // a symbol without a size seems to reach to the end of its page: `_fini` into read-only data
    if (this.refusal !== undefined || !this.#file?.hasCode(address)) return undefined;
    try {
      this.#symbols ??= new SymbolIndex(this.#withSymbols(), 'function', this.#file);
      const name = this.#goNameAt(address) ?? this.#symbols.at(address)?.name;
      return name === FRAME_DUMMY ? undefined : name;
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  /** By the functions that a stripped program of Go's has for itself. */
  #goNameAt(address: number): string | undefined {
    if (this.#goFunctions === 'unknown') {
      this.#goFunctions = undefined; // also if it throws
      const file = this.#withSymbols();
      this.#goFunctions = file.section('.symtab') ? undefined : GoFunctions.of(file);
    }
    return this.#goFunctions?.nameAt(address);
  }

  /**
   * The variable `distance` bytes behind the place where the file's first byte is loaded; '' for data without a symbol.
   * Undefined: not loaded, or not readable.
   */
  dataAt(distance: number): string | undefined {
    if (this.refusal !== undefined) return undefined;
    try {
      const { segments } = this.#file as ElfFile;
      const base = Math.min(...segments.map((segment) => segment.address - segment.offset));
      const address = base + distance;
      const isLoaded = segments.some((one) => address >= one.address && address < one.address + one.memorySize);
      if (!isLoaded) return undefined;
      this.#variables ??= new SymbolIndex(this.#withSymbols(), 'object');
      return this.#variables.at(address)?.name ?? '';
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  /** What could not be read, those of its debug information included. */
  allProblems(): ReadonlyMap<string, number> {
    const dwarf = this.#dwarf === 'unknown' ? undefined : this.#dwarf;
    return new Map([...this.problems, ...(dwarf?.problems ?? [])]);
  }

  #withSymbols(): ElfFile {
    const file = this.#file as ElfFile;
    return file.section('.symtab') ? file : (this.#debug() ?? file);
  }

  #dwarfOf(): Dwarf | undefined {
    if (this.#dwarf !== 'unknown') return this.#dwarf;
    this.#dwarf = undefined;
    const file = this.#file && hasLines(this.#file) ? this.#file : this.#debug();
    if (!file || !hasLines(file)) return undefined;
    try {
      this.#dwarf = new Dwarf(file, undefined, this.#alternateOf(file));
    } catch (error) {
      this.#note(error);
    }
    return this.#dwarf;
  }

  /** The file of what its debug information has in common with that of others. */
  #alternateOf(file: ElfFile): ElfFile | undefined {
    const link = alternateLinkOf(file);
    if (!link) return undefined;
    for (const path of alternateFiles(file === this.#file ? this.path : this.#debugPath, link)) {
      const alternate = this.#elf(this.#open(path));
      if (alternate && isAlternate(alternate, link)) return alternate;
    }
    return undefined;
  }

  /** The separate file with its symbols and debug information. */
  #debug(): ElfFile | undefined {
    if (this.#debugFile !== 'unknown') return this.#debugFile;
    this.#debugFile = undefined;
    try {
      this.#debugFile = this.#findDebugFile();
    } catch (error) {
      this.#note(error);
    }
    return this.#debugFile;
  }

  #findDebugFile(): ElfFile | undefined {
    const own = this.#file;
    if (!own) return undefined;
    if (this.buildId !== undefined) {
      this.#debugPath = debugFileOf(this.buildId);
      const file = this.#elf(this.#open(this.#debugPath));
      if (file && isSameId(file.buildId ?? '', this.buildId)) return file;
    }
    const link = debugLinkOf(own);
    for (const path of link ? debugLinkFiles(this.path, link) : []) {
      const read = path === this.path ? undefined : this.#open(path);
      const file = this.#elf(read);
      this.#debugPath = path;
      if (read && file && isOf(file, own, () => checksum(read) === link?.crc)) return file;
      if (file) this.problems.set(`${path} is of another build`, 1);
    }
    return undefined;
  }

  #elf(read: ReadBytes | undefined): ElfFile | undefined {
    try {
      return read && new ElfFile(read);
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  #note(error: unknown): void {
    if (!(error instanceof InputError)) throw error;
    this.problems.set(error.message, (this.problems.get(error.message) ?? 0) + 1);
  }
}

function hasLines(file: ElfFile): boolean {
  return ['.debug_info', '.zdebug_info'].some((name) => file.section(name) !== undefined);
}

/** Compares build-ids if both have one, because the checksum of a large file costs more. */
function isOf(debug: ElfFile, own: ElfFile, hasChecksum: () => boolean): boolean {
  const [a, b] = [debug.buildId, own.buildId];
  return a !== undefined && b !== undefined ? isSameId(a, b) : hasChecksum();
}

/** perf pads ids with zeros to 20 bytes, and cuts longer ones. */
function isSameId(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length, 40);
  const rest = a.length > b.length ? a.slice(length) : b.slice(length);
  return length > 0 && a.slice(0, length) === b.slice(0, length) && (length === 40 || /^0*$/.test(rest));
}
