// Frames that stand for several functions. While a recording is read, a placeholder takes their place. When all is
// read, their places in the stacks are known, and so which of them are callers.

import { Met } from '../engine/stack-expansion.ts';
import { Line, type StackTable } from '../engine/stack-table.ts';
import type { ObjectSymbols, SymbolFrame } from './object.ts';
import { homeBehind, shortPath } from './source-place.ts';
import type { CodePlace, Symbolizer } from './symbolizer.ts';

/** Gives the name id, with flags, of this function of the object `dso` with this text behind its name. */
export type WordOf = (frame: SymbolFrame, behind: string, dso: string) => number;

type LookUp = Pick<Symbolizer, 'exactAt' | 'callerAt'>;

/** Frames and lists of them whose words are remembered: large objects have more than memory should hold. */
const MOST_REMEMBERED = 1 << 15;
interface Pending extends CodePlace {
  /** the printed name's id with flags, which stands for a function of which nothing or only lines are known */
  printed: number;
  /** the same with a source place that was printed, too */
  placed: number;
  /** the address as it was printed, which tells lines of one frame from those of the next */
  printedAt: number;
  /** its object, as it was printed */
  dso: string;
  /** the id of another one at the same place; 0: none */
  next: number;
  /** how it is met in stacks: bits of Met */
  met: number;
  /** the words of its functions, where it is met as a leaf or as a caller and something is known */
  leaf: readonly number[] | undefined;
  caller: readonly number[] | undefined;
  /** functions of which one is inlined into the other, all of them; 0: nothing is known */
  depth: number;
  isNamed: boolean;
  hasLines: boolean;
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
  readonly #pending = new Map<number, Pending>();
  readonly #printed = new Map<number, Printed>();
  /** the ids of the first ones, by their places */
  readonly #places = new Map<ObjectSymbols, Map<number, number>>();
  readonly #wordsOfLists = new Map<readonly SymbolFrame[], readonly number[]>();
  readonly #words = new Map<SymbolFrame, number>();
  /** the same words are the same array */
  readonly #lists = new Map<string, readonly number[]>();

  constructor(table: StackTable, symbolizer: LookUp, options: PendingOptions, wordOf: WordOf) {
    this.#table = table;
    this.#symbolizer = symbolizer;
    this.#options = options;
    this.#wordOf = wordOf;
  }

  /** The id that stands for the functions at a place; `printed` is that of the frame as it was printed, at `printedAt` of `dso`. */
  add({ object, address }: CodePlace, printed: number, printedAt: number, dso: string): number {
    let places = this.#places.get(object);
    if (places === undefined) {
      places = new Map();
      this.#places.set(object, places);
    }
    const first = places.get(address) ?? 0;
    for (let id = first; id !== 0; ) {
      const pending = this.#pending.get(id) as Pending;
      // without inlined functions of perf's it does not matter how the address was printed, and so fewer ids are needed
      const isSame = pending.printedAt === printedAt || this.#printed.size === 0;
      if (isSame && pending.printed === printed && pending.dso === dso) return id;
      id = pending.next;
    }
    const id = this.#table.name(`\0f${this.#pending.size}`);
    this.#pending.set(id, {
      object,
      address,
      printed,
      placed: printed,
      printedAt,
      dso,
      next: first,
      met: 0,
      leaf: undefined,
      caller: undefined,
      depth: 0,
      isNamed: false,
      hasLines: false,
    });
    places.set(address, id);
    return id;
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
    const met = this.#table.expansion.begin(kernel);
    // perf's inlined functions stand between a frame and its caller
    const isMixed = this.#printed.size > 0;
    for (const places of this.#places.values()) {
      for (const address of Float64Array.from(places.keys()).sort()) {
        let exact: readonly SymbolFrame[] | undefined;
        let caller: readonly SymbolFrame[] | undefined;
        for (let id = places.get(address) as number; id !== 0; ) {
          const pending = this.#pending.get(id) as Pending;
          pending.met = isMixed ? Met.leaf | Met.caller : (met[id] as number);
          if (pending.met & Met.leaf) {
            exact ??= this.#symbolizer.exactAt(pending);
            pending.leaf = this.#wordsOf(pending, exact);
          }
          if (pending.met & Met.caller) {
            caller ??= this.#symbolizer.callerAt(pending);
            pending.caller = this.#wordsOf(pending, caller);
          }
          id = pending.next;
        }
      }
    }
  }

  /** Does the frame of an id of add() have a name, and debug information? Undefined: add() did not give this id, or nothing is known. */
  knowledgeOf(id: number): { isNamed: boolean; hasLines: boolean } | undefined {
    const pending = this.#pending.get(id);
    return pending && pending.depth > 0 ? pending : undefined;
  }

  /** Did addPrinted() give this id? */
  isPrinted(id: number): boolean {
    return this.#printed.has(id);
  }

  /** The printed frame of an id of add(), without flags; undefined: add() did not give this id. */
  printedOf(id: number): number | undefined {
    const printed = this.#pending.get(id)?.printed;
    return printed === undefined ? undefined : printed & Line.ids;
  }

  /** The frame of this id of add() is `placed` if nothing turns out to be known of it. */
  setPlaced(id: number, placed: number): void {
    (this.#pending.get(id) as Pending).placed = placed;
  }

  /**
   * Puts the functions that lookUp() found into the stacks. The first `roots` frames of each stack are no functions.
   */
  settle(kernel: ReadonlySet<number>, roots: number): void {
    if (this.#printed.size > 0) this.#settleMixed((id) => kernel.has(id), roots);
    else if (this.#pending.size > 0) this.#settleAll(roots);
  }

  #settleAll(roots: number): void {
    const { expansion } = this.#table;
    const lists = new Map<readonly number[], number>();
    const listOf = (words: readonly number[]): number => {
      let list = lists.get(words);
      if (list === undefined) {
        list = expansion.add(words);
        lists.set(words, list);
      }
      return list;
    };
    for (const [id, pending] of this.#pending) {
      const { met, leaf, caller, placed } = pending;
      const asLeaf = met & Met.leaf ? listOf(leaf ?? this.#sameList([placed])) : 0;
      const asCaller = met & Met.caller ? listOf(caller ?? this.#sameList([placed])) : 0;
      expansion.plan(id, asLeaf, asCaller);
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
        const { pending, to, count } = this.#frameAt(ids, i);
        const known = pending && pending.depth > 0 ? pending : undefined;
        if (!known) for (const one of ids.subarray(i, to)) push(this.#asPrinted(one));
        for (let left = count; known && left > 0; left--) {
          const isCaller = left > 1 || (to < ids.length && !isKernel(ids[to] as number));
          for (const word of (isCaller ? known.caller : known.leaf) ?? [known.placed]) push(word);
        }
        i = to;
      }
      return words;
    });
  }

  #asPrinted(id: number): number {
    return this.#pending.get(id)?.placed ?? this.#printed.get(id)?.printed ?? id;
  }

  /**
   * The lines that belong to one address, from one at `from` on: the frame of add() among them (undefined: there is
   * none), where they end, and how many frames they are.
   */
  #frameAt(ids: Uint32Array, from: number): { pending: Pending | undefined; to: number; count: number } {
    const first = this.#pending.get(ids[from] as number);
    const at = first?.printedAt ?? this.#printed.get(ids[from] as number)?.printedAt;
    let to = from + 1;
    if (at === undefined) return { pending: undefined, to, count: 0 };
    let pending = first;
    let count = first ? 1 : 0;
    for (; to < ids.length; to++) {
      const one = ids[to] as number;
      const other = this.#pending.get(one);
      if ((other?.printedAt ?? this.#printed.get(one)?.printedAt) !== at) break;
      if (!other) continue;
      if (pending && other !== pending) break;
      pending = other;
      count++;
    }
    // A function that calls itself at one place. But perf with --inline prints a function that exists as code twice, if
    // what addr2line says of the innermost and the outermost one is its symbol.
    if (count > 1 && this.#printed.size > 0) {
      const depth = pending?.depth ?? 1;
      if (depth > 1) count = Math.min(count, Math.max(1, Math.round((to - from) / depth)));
    }
    return { pending, to, count };
  }

  /** Notes what is known of a frame, and gives the words of its functions; undefined: there are none. */
  #wordsOf(pending: Pending, frames: readonly SymbolFrame[]): readonly number[] | undefined {
    const [first] = frames;
    if (!first) return undefined;
    if (pending.depth === 0) {
      pending.isNamed = first.name !== undefined;
      pending.hasLines = first.file !== undefined;
    }
    pending.depth = Math.max(pending.depth, frames.length);
    let words = this.#wordsOfLists.get(frames);
    if (words) return words;
    const all: number[] = [];
    for (let i = 0; i < (this.#options.inline ? frames.length : 1); i++) {
      const frame = frames[i] as SymbolFrame;
      all.push(frame.name === undefined ? this.#unnamed(frame, pending.printed) : this.#word(frame, pending.dso));
    }
    words = this.#sameList(all);
    if (this.#wordsOfLists.size >= MOST_REMEMBERED) this.#wordsOfLists.clear();
    // a function that has only lines is called as it was printed, which differs
    if (first.name !== undefined) this.#wordsOfLists.set(frames, words);
    return words;
  }

  #sameList(words: readonly number[]): readonly number[] {
    const key = words.join();
    const known = this.#lists.get(key);
    if (known) return known;
    this.#lists.set(key, words);
    return words;
  }

  #unnamed(frame: SymbolFrame, printed: number): number {
    const place = this.#options.srcline ? placeOf(frame) : '';
    return place === '' ? printed : this.#table.name(`${this.#table.nameText(printed & Line.ids)}:${place}`);
  }

  #word(frame: SymbolFrame, dso: string): number {
    let word = this.#words.get(frame);
    if (word === undefined) {
      word = this.#wordOf(frame, this.#behind(frame), dso);
      if (this.#words.size >= MOST_REMEMBERED) this.#words.clear();
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
