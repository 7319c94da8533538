// The symbols of an ELF file by address. Where several names have one address, perf's rule chooses one: so a function
// has one name, whoever recorded it. A WebAssembly reads and sorts them (wasm/symbols.as.ts), because V8 took longer to
// compile the loops in JavaScript than they ran.

import { InputError } from '../../engine/errors.ts';
import { ownModule } from '../../engine/own-module.ts';
import { Remembered } from '../../engine/remembered.ts';
import { bigEndian } from './byte-order.ts';
import { type ElfFile, type ElfSymbol, SHF_EXECINSTR } from './elf-file.ts';
import { Plt } from './plt.ts';
import type { SectionData } from './section-data.ts';

const BLOCK = 1 << 14;
const DOLLAR = 0x24;
/** From here on the place of a name is that of a list of names. */
const TIES = 2 ** 40;
/** Symbols that are remembered. */
const MOST_KNOWN = 1 << 13;

export type SymbolKind = 'function' | 'object';

interface Reader {
  memory: { buffer: ArrayBuffer };
  begin(is64: number, isBig: number, isOfFunctions: number, names: number): void;
  addCodeSection(section: number): void;
  blockOf(size: number): number;
  addBlock(size: number): void;
  addSynthetic(start: number, size: number, number: number): void;
  end(): number;
  countOf(table: number): number;
  find(table: number, address: number): number;
  rowAt(table: number, row: number): number;
}

/** The file whose symbols are read. */
let reading: SymbolIndex | undefined;
let reader: Reader | undefined;
let words = new Float64Array();

function openReader(): Reader {
  const abort = (): never => {
    throw new InputError('out of memory');
  };
  const isMark = (nameAt: number): boolean => reading?.isMark(nameAt) === true;
  const isBetter = (one: number, other: number): boolean => reading?.isBetter(one, other) === true;
  const module = ownModule('symbols.generated.wasm');
  return new WebAssembly.Instance(module, { env: { abort, isMark, isBetter } }).exports as unknown as Reader;
}

/** The reader's memory as numbers: a new view after it has grown. */
function numbers({ memory }: Reader): Float64Array {
  if (words.length === 0) words = new Float64Array(memory.buffer);
  return words;
}

export class SymbolIndex {
  readonly #reader: Reader;
  readonly #names: SectionData | undefined;
  readonly #plt: Plt | undefined;
  /** the reader's */
  readonly #table: number;
  /** by row, those that were asked for: recordings ask often */
  readonly #known = new Remembered<number, ElfSymbol>(MOST_KNOWN);

  /**
   * From `.symtab`, else from `.dynsym`. The entries of the PLT are functions, too; a debug file has none, but its program
   * `code`. Throws InputError.
   */
  constructor(file: ElfFile, kind: SymbolKind = 'function', code = file) {
    const section = file.section('.symtab') ?? file.section('.dynsym');
    const names = section && file.sections[section.link];
    this.#names = names && file.dataOf(names);
    this.#plt = kind === 'function' ? Plt.of(code) : undefined;
    reader ??= openReader();
    this.#reader = reader;
    reading = this;
    const { order, is64 } = file;
    reader.begin(Number(is64), Number(order === bigEndian), Number(kind === 'function'), this.#names?.size ?? 0);
    for (const [i, { flags }] of file.sections.entries()) if ((flags & SHF_EXECINSTR) !== 0) reader.addCodeSection(i);
    if (section && this.#names) readSymbols(reader, file.dataOf(section), is64 ? 24 : 16);
    this.#plt?.each(reader.addSynthetic);
    this.#table = reader.end();
    reading = undefined;
  }

  get count(): number {
    return this.#reader.countOf(this.#table);
  }

  /** The symbol that the byte at this address belongs to. Throws InputError where the file is damaged. */
  at(address: number): ElfSymbol | undefined {
    const row = this.#reader.find(this.#table, address);
    if (row < 0) return undefined;
    let symbol = this.#known.get(row);
    if (!symbol) {
      const from = this.#reader.rowAt(this.#table, row) / 8;
      const [start = 0, end = 0, nameAt = 0] = numbers(this.#reader).subarray(from, from + 3);
      symbol = {
        name: this.#name(nameAt < TIES ? nameAt : this.#best(nameAt - TIES)),
        address: start,
        size: end - start,
      };
      this.#known.set(row, symbol);
    }
    return symbol;
  }

  /** Is the name at this place a mark of ARM's assembler, $d or $x? */
  isMark(nameAt: number): boolean {
    return this.#names?.bytes(nameAt, 1)[0] === DOLLAR;
  }

  /**
   * Of two names of one address, is the first the better one? Perf's rule: the one with fewer underscores in front; the
   * longer one; the other. So `malloc` beats `__libc_malloc`, and `cfree@GLIBC_2.2.5` beats `free`.
   */
  isBetter(nameAt: number, otherAt: number): boolean {
    const [a, b] = [this.#name(nameAt), this.#name(otherAt)];
    const [before, beforeOther] = [underscores(a), underscores(b)];
    return before === beforeOther ? a.length > b.length : before < beforeOther;
  }

  /** The place of the best name of a list of the reader's: their number, and the place of each. */
  #best(list: number): number {
    const words = numbers(this.#reader);
    const first = list / 8 + 1;
    let best = words[first] as number;
    for (let at = first + 1; at < first + (words[list / 8] as number); at++) {
      if (this.isBetter(words[at] as number, best)) best = words[at] as number;
    }
    return best;
  }

  #name(at: number): string {
    return at < 0 ? (this.#plt as Plt).nameOf(-1 - at) : (this.#names as SectionData).text(at);
  }
}

function underscores(name: string): number {
  return /^_*/.exec(name)?.[0].length ?? 0;
}

function readSymbols(reader: Reader, table: SectionData, size: number): void {
  const length = Math.min(table.size, BLOCK * size);
  for (let from = 0; from < table.size; from += length) {
    const at = reader.blockOf(length);
    const read = table.readInto(from, new Uint8Array(reader.memory.buffer, at, Math.min(length, table.size - from)));
    if (read < size) break; // a damaged size
    reader.addBlock(read);
  }
}
