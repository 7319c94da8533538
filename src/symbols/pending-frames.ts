// Frames that stand for several functions. While a recording is read, a placeholder takes their place. When all is
// read, their places in the stacks are known, and so which of them are callers.

import { Line, type StackTable } from '../engine/stack-table.ts';
import type { SymbolFrame } from './object.ts';
import { homeBehind, shortPath } from './source-place.ts';
import type { Expansion } from './symbolizer.ts';

/** Gives the name id, with flags, of this function of the object `dso` with this text behind its name. */
export type WordOf = (frame: SymbolFrame, behind: string, dso: string) => number;

interface Pending extends Expansion {
  /** the id of the printed name, which stands for a function that has only lines */
  printed: number;
  /** tells lines of one frame from those of the next */
  address: string;
  /** functions of which one is inlined into the other, all of them */
  depth: number;
  /** its object, as it was printed */
  dso: string;
}

/** An inlined function that perf printed, of the frame with this address. */
interface Printed {
  printed: number;
  address: string;
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
  readonly #options: PendingOptions;
  readonly #wordOf: WordOf;
  readonly #pending = new Map<number, Pending>();
  readonly #printed = new Map<number, Printed>();
  readonly #known = new Map<string, number>();
  readonly #numberOfFrame = new Map<SymbolFrame, number>();
  readonly #numberOfList = new Map<readonly SymbolFrame[], number>();
  readonly #listNumbers = new Map<string, number>();
  /** by name, then by what else tells frames apart */
  readonly #numbers = new Map<string, Map<string, number>>();
  #count = 0;
  /** words by the number of a frame and its object */
  readonly #wordsOf = new Map<string, Map<number, number>>();

  constructor(table: StackTable, options: PendingOptions, wordOf: WordOf) {
    this.#table = table;
    this.#options = options;
    this.#wordOf = wordOf;
  }

  /**
   * The id that stands for these functions; `printed` is that of the frame as it was printed, at `address` of `dso`.
   */
  add({ exact, caller }: Expansion, printed: number, address: string, dso: string): number {
    // without inlined functions of perf's it does not matter, and so fewer ids are needed
    const place = this.#printed.size > 0 ? address : '';
    const key = `${this.#listNumber(exact)},${this.#listNumber(caller)},${printed},${place},${dso}`;
    let id = this.#known.get(key);
    if (id === undefined) {
      id = this.#table.name(`\0f${this.#known.size}`);
      this.#known.set(key, id);
      const depth = Math.max(exact.length, caller.length);
      this.#pending.set(id, { exact: this.#kept(exact), caller: this.#kept(caller), depth, printed, address, dso });
    }
    return id;
  }

  /** The id that stands for an inlined function that was printed for the frame of this address. */
  addPrinted(word: number, address: string): number {
    const id = this.#table.name(`\0i${address}\0${word}`);
    this.#printed.set(id, { printed: word, address });
    return id;
  }

  /** Does the frame of an id of add() have a name, and debug information? Undefined: add() did not give this id. */
  knowledgeOf(id: number): { isNamed: boolean; hasLines: boolean } | undefined {
    const [frame] = this.#pending.get(id)?.exact ?? [];
    return frame && { isNamed: frame.name !== undefined, hasLines: frame.file !== undefined };
  }

  /** Did addPrinted() give this id? */
  isPrinted(id: number): boolean {
    return this.#printed.has(id);
  }

  /** The printed frame of an id of add(); undefined: add() did not give this id. */
  printedOf(id: number): number | undefined {
    return this.#pending.get(id)?.printed;
  }

  /**
   * Puts the functions into the stacks, when all is read. `isKernel` tells of a name whether it is a kernel frame's;
   * the first `roots` frames of each stack are no functions.
   */
  settle(isKernel: (id: number) => boolean, roots: number): void {
    if (this.#pending.size === 0 && this.#printed.size === 0) return;
    const expanded = new Map<number, readonly number[]>();
    const wordsOf = (id: number, isCaller: boolean): readonly number[] => {
      const key = isCaller ? -id : id;
      let words = expanded.get(key);
      if (!words) {
        words = this.#words(this.#pending.get(id) as Pending, isCaller);
        expanded.set(key, words);
      }
      return words;
    };
    this.#table.rewrite((ids) => {
      const words: number[] = [];
      for (let i = 0; i < ids.length; ) {
        const { id, to, count } = this.#frameAt(ids, i);
        const next = ids[to];
        for (let left = count; left > 0; left--) {
          const isCaller = left > 1 || (next !== undefined && !isKernel(next));
          for (const word of wordsOf(id, isCaller)) {
            if (word >= Line.last) words.length = Math.min(words.length, roots);
            words.push(word & Line.ids);
          }
        }
        if (count === 0) for (const one of ids.subarray(i, to)) words.push(this.#printed.get(one)?.printed ?? one);
        i = to;
      }
      return words;
    });
  }

  /**
   * The lines that belong to one address, from one at `from` on: the id of add() among them, where they end, and how many
   * frames they are. 0 frames: none of them is of add().
   */
  #frameAt(ids: Uint32Array, from: number): { id: number; to: number; count: number } {
    const address = this.#addressOf(ids[from] as number);
    let to = from + 1;
    if (address === undefined) return { id: 0, to, count: 0 };
    let id = this.#pending.has(ids[from] as number) ? (ids[from] as number) : 0;
    let count = id === 0 ? 0 : 1;
    for (; this.#addressOf(ids[to]) === address; to++) {
      const one = ids[to] as number;
      if (this.#printed.has(one)) continue;
      if (id !== 0 && one !== id) break;
      id = one;
      count++;
    }
    // A function that calls itself at one place. But perf with --inline prints a function that exists as code twice, if
    // what addr2line says of the innermost and the outermost one is its symbol.
    const depth = this.#pending.get(id)?.depth ?? 1;
    if (count > 1 && depth > 1 && this.#printed.size > 0) {
      count = Math.min(count, Math.max(1, Math.round((to - from) / depth)));
    }
    return { id, to, count };
  }

  #addressOf(id: number | undefined): string | undefined {
    if (id === undefined) return undefined;
    return (this.#pending.get(id) ?? this.#printed.get(id))?.address;
  }

  /** One number for lists of the same frames. */
  #listNumber(frames: readonly SymbolFrame[]): number {
    let number = this.#numberOfList.get(frames);
    if (number === undefined) {
      let text = '';
      for (const frame of this.#kept(frames)) text += `${this.#numberOf(frame)},`;
      number = this.#listNumbers.get(text) ?? this.#listNumbers.size;
      this.#listNumbers.set(text, number);
      this.#numberOfList.set(frames, number);
    }
    return number;
  }

  /** One number for frames that have the same name in a stack. */
  #numberOf(frame: SymbolFrame): number {
    let number = this.#numberOfFrame.get(frame);
    if (number === undefined) {
      number = this.#numberOfTexts(frame);
      this.#numberOfFrame.set(frame, number);
    }
    return number;
  }

  /** By the name, then by what else counts: names are long, so they are not joined with it. */
  #numberOfTexts({ name, home, file, line }: SymbolFrame): number {
    const place = this.#options.srcline || name === undefined ? `${file}:${line}:${home}` : (home ?? '');
    let numbers = this.#numbers.get(name ?? '');
    if (numbers === undefined) {
      numbers = new Map();
      this.#numbers.set(name ?? '', numbers);
    }
    let number = numbers.get(place);
    if (number === undefined) {
      number = this.#count++;
      numbers.set(place, number);
    }
    return number;
  }

  #kept(frames: readonly SymbolFrame[]): readonly SymbolFrame[] {
    return this.#options.inline ? frames : frames.slice(0, 1);
  }

  #words({ exact, caller, printed, dso }: Pending, isCaller: boolean): number[] {
    return (isCaller ? caller : exact).map((frame) => {
      if (frame.name !== undefined) return this.#wordIn(dso, frame);
      const place = this.#options.srcline ? placeOf(frame) : '';
      return place === '' ? printed : this.#table.name(`${this.#table.nameText(printed)}:${place}`);
    });
  }

  #wordIn(dso: string, frame: SymbolFrame): number {
    let words = this.#wordsOf.get(dso);
    if (words === undefined) {
      words = new Map();
      this.#wordsOf.set(dso, words);
    }
    // inlined functions may have a mark
    const number = 2 * this.#numberOf(frame) + (frame.isInlined ? 1 : 0);
    let word = words.get(number);
    if (word === undefined) {
      word = this.#wordOf(frame, this.#behind(frame), dso);
      words.set(number, word);
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
