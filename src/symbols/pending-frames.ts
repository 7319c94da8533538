// Frames that stand for several functions. While a recording is read, a placeholder takes their place. When all is
// read, their places in the stacks are known, and so which of them are callers.

import { Remembered } from '../engine/remembered.ts';
import { Met } from '../engine/stack-expansion.ts';
import { Line, type StackTable } from '../engine/stack-table.ts';
import { indicesByGroup, orderOf } from './elf/sorted.ts';
import type { ObjectSymbols, SymbolFrame } from './object.ts';
import { homeBehind, shortPath } from './source-place.ts';
import type { CodePlace, Symbolizer } from './symbolizer.ts';

/** Gives the name id, with flags, of this function of the object `dso` with this text behind its name. */
export type WordOf = (frame: SymbolFrame, behind: string, dso: string) => number;

type LookUp = Pick<Symbolizer, 'exactAt' | 'callerAt'> & { unmapped: number };

/** Frames and lists of them whose words are remembered: large objects have more than memory should hold. */
const MOST_REMEMBERED = 1 << 13;

/** What frames at many places have in common. */
interface Kind {
  object: ObjectSymbols;
  /** are addresses offsets in the file, not those of the object? */
  isOffset: boolean;
  /** the printed name's id with flags, which stands for a function of which nothing or only lines are known */
  printed: number;
  /** the object, as it was printed */
  dso: string;
}

/** Bits of what is known of a place. */
const Known = { any: 1, name: 2, lines: 4 } as const;

/** By the number of a place: what lookUp() found. */
class Found {
  /** bits of Met */
  readonly met: Uint8Array;
  /** bits of Known */
  readonly known: Uint8Array;
  /** functions of which one is inlined into the other, all of them; 0: nothing is known. Empty where perf inlined nothing */
  readonly depth: Uint32Array;
  /** lists of the names of its functions, where it is met as a leaf and as a caller; 0: nothing is known */
  readonly leaf: Uint32Array;
  readonly caller: Uint32Array;

  /** `withDepth`: is that needed? */
  constructor(count: number, withDepth: boolean) {
    this.met = new Uint8Array(count);
    this.known = new Uint8Array(count);
    this.depth = new Uint32Array(withDepth ? count : 0);
    this.leaf = new Uint32Array(count);
    this.caller = new Uint32Array(count);
  }
}

/** An inlined function that perf printed, of the frame with this address. */
interface Printed {
  printed: number;
  printedAt: number;
}

export interface PendingOptions {
  /** give inlined functions frames of their own? If not, only the function that exists as code gets one */
  inline: boolean;
  /** put the source place behind the name? */
  srcline: boolean;
  /** put the file behind bare names? */
  files: boolean;
}

export class PendingFrames {
  readonly #table: StackTable;
  readonly #symbolizer: LookUp;
  readonly #options: PendingOptions;
  readonly #wordOf: WordOf;
  readonly #kinds: Kind[] = [];
  readonly #kindNumbers = new Map<ObjectSymbols, Map<string, number>>();
  readonly #printed = new Map<number, Printed>();
  /** by the id of a place: its printed name with a source place that was printed, too */
  readonly #placed = new Map<number, number>();
  // of places, when all is read
  #found = new Found(0, false);
  /** by name id: 1 + the number of its place; 0: it is of none */
  #placeOf = new Uint32Array();
  readonly #listsOfFrames = new Remembered<readonly SymbolFrame[], number>(MOST_REMEMBERED);
  readonly #words = new Remembered<SymbolFrame, number>(MOST_REMEMBERED);
  readonly #printedLists = new Map<number, number>();
  /** the words of a list, where they are needed again */
  readonly #wordsOfLists = new Map<number, readonly number[]>();

  constructor(table: StackTable, symbolizer: LookUp, options: PendingOptions, wordOf: WordOf) {
    this.#table = table;
    this.#symbolizer = symbolizer;
    this.#options = options;
    this.#wordOf = wordOf;
  }

  /** The id that stands for the functions at a place; `printed` is that of the frame as it was printed, at `printedAt` of `dso`. */
  add({ object, address }: CodePlace, printed: number, printedAt: number, dso: string): number {
    // without inlined functions of perf's it does not matter how the address was printed, and so fewer ids are needed
    return this.#table.places.id(this.#kind(object, false, printed, dso), address, printedAt, this.#printed.size > 0);
  }

  /** The number for places by their offsets in the object's file, whose frames were printed so. */
  kindByOffset(object: ObjectSymbols, printed: number, dso: string): number {
    return this.#kind(object, true, printed, dso);
  }

  #kind(object: ObjectSymbols, isOffset: boolean, printed: number, dso: string): number {
    let numbers = this.#kindNumbers.get(object);
    if (numbers === undefined) {
      numbers = new Map();
      this.#kindNumbers.set(object, numbers);
    }
    const key = `${isOffset ? 'o' : 'a'}${printed} ${dso}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = this.#kinds.push({ object, isOffset, printed, dso }) - 1;
      numbers.set(key, number);
    }
    return number;
  }

  /** The id that stands for an inlined function that was printed for the frame of this address. */
  addPrinted(word: number, printedAt: number): number {
    const id = this.#table.name(`\0i${printedAt}\0${word}`);
    this.#printed.set(id, { printed: word, printedAt });
    return id;
  }

  /**
   * Looks up all functions, when all is read: object by object in the order of addresses, because then each part of
   * the debug information is read once, whatever order the recording has. `kernel` are the names of kernel frames.
   */
  lookUp(kernel: Iterable<number>): void {
    const { expansion, places } = this.#table;
    const met = expansion.begin(kernel);
    const own = places.addresses();
    this.#placeOf = new Uint32Array(met.length);
    // perf's inlined functions stand between a frame and its caller
    const isMixed = this.#printed.size > 0;
    this.#found = new Found(own.length, isMixed);
    for (let place = 0; place < own.length; place++) {
      const id = places.idOf(place);
      this.#found.met[place] = isMixed ? Met.leaf | Met.caller : (met[id] as number);
      this.#placeOf[id] = place + 1;
    }
    for (const group of this.#byObject()) {
      const order = orderOf(this.#toOwn(group, own));
      this.#lookUpIn(group, order, own);
    }
  }

  /** The numbers of places of each object. */
  #byObject(): Uint32Array[] {
    const groups = new Map<ObjectSymbols, number>();
    for (const { object } of this.#kinds) if (!groups.has(object)) groups.set(object, groups.size);
    const groupOf = this.#kinds.map(({ object }) => groups.get(object) as number);
    return indicesByGroup(this.#table.places.kinds(), groupOf, groups.size);
  }

  /** Turns offsets into addresses of the object, -1 where it has no such byte. Gives those of these places. */
  #toOwn(places: Uint32Array, own: Float64Array): Float64Array {
    const values = new Float64Array(places.length);
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number;
      const { object, isOffset } = this.#kindAt(place);
      if (isOffset) {
        const address = object.addressAt(own[place] as number);
        if (address === undefined) this.#symbolizer.unmapped++;
        own[place] = address ?? -1;
      }
      values[i] = Math.max(0, own[place] as number);
    }
    return values;
  }

  /** Looks up places of one object, in this order of their addresses. */
  #lookUpIn(places: Uint32Array, order: Uint32Array, own: Float64Array): void {
    const found = this.#found;
    let exact: readonly SymbolFrame[] | undefined;
    let caller: readonly SymbolFrame[] | undefined;
    let last = -1;
    for (const index of order) {
      const place = places[index] as number;
      const address = own[place] as number;
      if (address < 0) continue;
      if (address !== last) exact = caller = undefined;
      last = address;
      const kind = this.#kindAt(place);
      const met = found.met[place] as number;
      if (met & Met.leaf) {
        exact ??= this.#symbolizer.exactAt({ object: kind.object, address });
        found.leaf[place] = this.#listOf(place, kind, exact);
      }
      if (met & Met.caller && !kind.object.mayReturnTo(address)) found.caller[place] = this.#list([]);
      else if (met & Met.caller) {
        caller ??= this.#symbolizer.callerAt({ object: kind.object, address });
        found.caller[place] = this.#listOf(place, kind, caller);
      }
    }
  }

  /** Does the frame of an id of a place have a name, and debug information? Undefined: it is of none, or nothing is known. */
  knowledgeOf(id: number): { isNamed: boolean; hasLines: boolean } | undefined {
    const known = this.#found.known[this.#placeAt(id)] ?? 0;
    return known === 0 ? undefined : { isNamed: (known & Known.name) !== 0, hasLines: (known & Known.lines) !== 0 };
  }

  /** Did addPrinted() give this id? */
  isPrinted(id: number): boolean {
    return this.#printed.has(id);
  }

  /** The printed frame of the id of a place, without flags; undefined: it is of none. */
  printedOf(id: number): number | undefined {
    const place = this.#table.places.of(id);
    if (place < 0) return undefined;
    return this.#kindAt(place).printed & Line.ids;
  }

  /** The frame of this id of a place is `placed` if nothing turns out to be known of it. */
  setPlaced(id: number, placed: number): void {
    this.#placed.set(id, placed);
  }

  #kindAt(place: number): Kind {
    return this.#kinds[this.#table.places.kindOf(place)] as Kind;
  }

  /** The number of the place of a name id; -1: it is of none. */
  #placeAt(id: number): number {
    return (this.#placeOf[id] ?? 0) - 1;
  }

  /**
   * Puts the functions that lookUp() found into the stacks. The first `roots` frames of each stack are no functions.
   */
  settle(kernel: ReadonlySet<number>, roots: number): void {
    if (this.#printed.size > 0) this.#settleMixed((id) => kernel.has(id), roots);
    else if (this.#table.places.count > 0) this.#settleAll(roots);
  }

  #settleAll(roots: number): void {
    const { expansion, places } = this.#table;
    const { met, leaf, caller } = this.#found;
    for (let place = 0; place < met.length; place++) {
      const how = met[place] as number;
      if ((how & (Met.leaf | Met.caller)) === 0) continue;
      const asLeaf = how & Met.leaf ? leaf[place] || this.#printedList(place) : 0;
      const asCaller = how & Met.caller ? caller[place] || this.#printedList(place) : 0;
      expansion.plan(places.idOf(place), asLeaf, asCaller);
    }
    expansion.apply(roots);
  }

  /** The same where perf has printed inlined functions itself, which ours replace. */
  #settleMixed(isKernel: (id: number) => boolean, roots: number): void {
    this.#table.rewrite((ids) => {
      const words: number[] = [];
      const push = (word: number): void => {
        if (word >= Line.last) words.length = Math.min(words.length, roots);
        words.push(word & Line.ids);
      };
      for (let i = 0; i < ids.length; ) {
        const { place, to, count } = this.#frameAt(ids, i);
        const isKnown = (this.#found.depth[place] ?? 0) > 0;
        if (!isKnown) for (const one of ids.subarray(i, to)) push(this.#asPrinted(one));
        for (let left = count; isKnown && left > 0; left--) {
          const isCaller = left > 1 || (to < ids.length && !isKernel(ids[to] as number));
          const list = (isCaller ? this.#found.caller : this.#found.leaf)[place] as number;
          for (const word of this.#wordsOfLists.get(list) ?? [this.#placedAt(place)]) push(word);
        }
        i = to;
      }
      return words;
    });
  }

  #asPrinted(id: number): number {
    const place = this.#placeAt(id);
    return place < 0 ? (this.#printed.get(id)?.printed ?? id) : this.#placedAt(place);
  }

  #placedAt(place: number): number {
    return this.#placed.get(this.#table.places.idOf(place)) ?? this.#kindAt(place).printed;
  }

  /**
   * The lines that belong to one address, from one at `from` on: the place among them (-1: there is none), where they
   * end, and how many frames they are.
   */
  #frameAt(ids: Uint32Array, from: number): { place: number; to: number; count: number } {
    const first = this.#placeAt(ids[from] as number);
    const printedAt = (place: number, id: number): number | undefined =>
      place < 0 ? this.#printed.get(id)?.printedAt : this.#table.places.printedAt(place);
    const at = printedAt(first, ids[from] as number);
    let to = from + 1;
    if (at === undefined) return { place: -1, to, count: 0 };
    let place = first;
    let count = first < 0 ? 0 : 1;
    for (; to < ids.length; to++) {
      const one = ids[to] as number;
      const other = this.#placeAt(one);
      if (printedAt(other, one) !== at) break;
      if (other < 0) continue;
      if (place >= 0 && other !== place) break;
      place = other;
      count++;
    }
    // A function that calls itself at one place. But perf with --inline prints a function that exists as code twice, if
    // what addr2line says of the innermost and the outermost one is its symbol.
    if (count > 1 && this.#printed.size > 0) {
      const depth = this.#found.depth[place] || 1;
      if (depth > 1) count = Math.min(count, Math.max(1, Math.round((to - from) / depth)));
    }
    return { place, to, count };
  }

  /** Notes what is known of a place, and gives the list of its functions; 0: there are none. */
  #listOf(place: number, kind: Kind, frames: readonly SymbolFrame[]): number {
    const [first] = frames;
    if (!first) return 0;
    const found = this.#found;
    if (found.known[place] === 0) {
      found.known[place] =
        Known.any | (first.name === undefined ? 0 : Known.name) | (first.file === undefined ? 0 : Known.lines);
    }
    found.depth[place] = Math.max(found.depth[place] ?? 0, frames.length);
    const remembered = this.#listsOfFrames.get(frames);
    if (remembered !== undefined) return remembered;
    const words: number[] = [];
    for (let i = 0; i < (this.#options.inline ? frames.length : 1); i++) {
      const frame = frames[i] as SymbolFrame;
      words.push(frame.name === undefined ? this.#unnamed(frame, kind.printed) : this.#word(frame, kind.dso));
    }
    const list = this.#list(words);
    // a function that has only lines is called as it was printed, which differs
    if (first.name !== undefined) this.#listsOfFrames.set(frames, list);
    return list;
  }

  #list(words: readonly number[]): number {
    const list = this.#table.expansion.add(words);
    if (this.#printed.size > 0) this.#wordsOfLists.set(list, words);
    return list;
  }

  /** The list of a place's printed name. */
  #printedList(place: number): number {
    const word = this.#placedAt(place);
    let list = this.#printedLists.get(word);
    if (list === undefined) {
      list = this.#list([word]);
      this.#printedLists.set(word, list);
    }
    return list;
  }

  #unnamed(frame: SymbolFrame, printed: number): number {
    const place = this.#options.srcline ? placeOf(frame) : '';
    return place === '' ? printed : this.#table.name(`${this.#table.nameText(printed & Line.ids)}:${place}`);
  }

  #word(frame: SymbolFrame, dso: string): number {
    let word = this.#words.get(frame);
    if (word === undefined) {
      word = this.#wordOf(frame, this.#behind(frame), dso);
      this.#words.set(frame, word);
    }
    return word;
  }

  #behind(frame: SymbolFrame): string {
    const home = this.#options.files ? homeBehind(frame) : '';
    const place = this.#options.srcline ? placeOf(frame) : '';
    if (place === '') return home;
    const isAtHome = frame.home !== undefined && frame.file === frame.home;
    return `${isAtHome ? '' : home}:${place}`;
  }
}

/**
 * `mod.rs:1120`, with its folder, because half of Rust's files are called mod.rs: `raw/mod.rs:1120`; '': not known.
 */
function placeOf({ file, line }: SymbolFrame): string {
  return file === undefined || line === 0 ? '' : `${shortPath(file)}:${line}`;
}
