// The name of a perf frame in a folded stack: its tidied symbol or its object, with the marks that the options ask for.

import { Remembered } from '../engine/remembered.ts';
import { Line, type StackTable } from '../engine/stack-table.ts';
import { commFrame, frameText, objectFrame } from '../stacks/frame-name.ts';
import type { KernelSymbols } from '../symbols/kernel-symbols.ts';
import { originOf } from '../symbols/library-source.ts';
import type { SymbolFrame } from '../symbols/object.ts';
import { FRAME_DUMMY, type SymbolOptions, symbolFrame } from '../symbols/symbol-frame.ts';
import { isJit, isKernel, isKernelAddress, KERNEL_ADDRESS, type PerfFrame, withoutOffset } from './frame.ts';

export interface NameOptions extends SymbolOptions {
  /** `_[k]` behind kernel frames */
  markKernel: boolean;
  /** `_[j]` behind frames of a JIT compiler */
  markJit: boolean;
  /** `_[i]` behind inlined frames */
  markInlined: boolean;
  /** unresolved frames as `[name <address>]` */
  addresses: boolean;
  /** drop the callers of these functions */
  skipAfter: readonly string[];
  /** names addresses of the kernel that perf left without a name; undefined: they stay unresolved */
  kernelSymbols: KernelSymbols | undefined;
  /** remember for objectsByName() which objects each name is of */
  objects: boolean;
}

/** What is remembered of names starts anew at this number, because V8's heap holds few beside the engine's memory. */
const MOST_REMEMBERED = 1 << 18;
/** The same for texts of symbols, counted in characters: names of C++ may be long. */
const MOST_TEXT = 1 << 21;

export class PerfNames {
  readonly #table: StackTable;
  readonly #options: NameOptions;
  readonly #tidied = new Remembered<string, string>(MOST_TEXT);
  readonly #frames = new Remembered<string, number>(MOST_REMEMBERED);
  readonly #unresolved = new Set<number>();
  // ids by object, for objectsByName(): as perf printed them, as its debug information has them, and whose code they are
  readonly #printed = new Map<string, Set<number>>();
  readonly #found = new Map<string, Set<number>>();
  readonly #origins = new Map<string, Set<number>>();
  #hasSymbols = false;

  constructor(table: StackTable, options: NameOptions) {
    this.#table = table;
    this.#options = options;
  }

  /** Does this name stand for a frame that perf could not resolve? */
  isUnresolved(id: number): boolean {
    return this.#unresolved.has(id);
  }

  /** Has no frame at all a name but its object's? */
  get areAllUnresolved(): boolean {
    return this.#unresolved.size > 0 && !this.#hasSymbols;
  }

  /**
   * The name id with flags of the unknown line that the table stopped at; 0 where its form is not perf's usual one, or
   * where it depends on more than its symbol and object.
   */
  wordOfLine(): number {
    const table = this.#table;
    const read = table.perf.readFrame();
    if (!read) return 0;
    const [symbolFrom = 0, symbolTo = 0, objectFrom = 0, objectTo = 0, , , isKernelAddress = 0] = read.words.subarray(
      read.at,
      read.at + 7,
    );
    const printed = table.text(symbolFrom, symbolTo);
    const symbol = printed === FRAME_DUMMY ? '' : printed;
    const { addresses, kernelSymbols } = this.#options;
    if (symbol === '' && (addresses || (isKernelAddress && kernelSymbols))) return 0;
    const dso = withoutOffset(table.text(objectFrom, objectTo));
    const address = isKernelAddress ? KERNEL_ADDRESS : '';
    const frame: PerfFrame = { kind: 'frame', address, symbol, dso, inlined: dso === 'inlined' };
    const [word = 0, ...others] = this.words(frame);
    const { objects, skipAfter } = this.#options;
    if (!objects && skipAfter.length === 0)
      table.perf.namePlainSymbols(this.#mark(frame), frame.inlined ? Line.uncounted : 0);
    return others.length === 0 ? word : 0;
  }

  /**
   * By name id: the objects whose frames have that name, as perf prints them; empty without the option. What perf printed
   * counts only where the object's debug information does not say whose code it is.
   */
  objectsByName(): Map<number, string[]> {
    const objects = new Map<number, Set<string>>();
    const add = (id: number, object: string): void => {
      objects.set(id, (objects.get(id) ?? new Set()).add(object));
    };
    for (const [object, ids] of this.#origins) for (const id of ids) add(id, object);
    for (const [object, ids] of this.#printed)
      for (const id of ids) if (!this.#found.get(object)?.has(id)) add(id, object);
    return new Map(Array.from(objects, ([id, of]) => [id, [...of]]));
  }

  /**
   * The name ids of a frame line, with the table's flags, leaf first. There are several where a JIT compiler inlined.
   */
  words(printed: PerfFrame): number[] {
    const frame = this.#named(printed);
    const { dso, symbol } = frame;
    // perf-map-agent writes inlined calls into one symbol: outer->inner. Other compilers have `->` of their own.
    if (symbol.includes('->') && isJit(frame) && symbol.split('->').every((name) => JAVA_METHOD.test(name))) {
      const [outer, ...inlined] = symbol.split('->');
      const words = inlined.map((name) => this.#word({ ...frame, symbol: name, inlined: true }));
      return [...words.reverse(), this.#word({ ...frame, symbol: outer as string })];
    }
    return [this.#word(frame, dso)];
  }

  #named(frame: PerfFrame): PerfFrame {
    const { kernelSymbols } = this.#options;
    if (frame.symbol === FRAME_DUMMY) return { ...frame, symbol: '' };
    if (!kernelSymbols || frame.symbol !== '' || !isKernelAddress(frame.address)) return frame;
    return { ...frame, symbol: kernelSymbols.nameAt(frame.address) ?? '' };
  }

  /**
   * The id, with flags, of a function that was found in the object `dso`; `behind` stands between its name and its
   * mark.
   */
  found(frame: SymbolFrame, behind: string, dso: string): number {
    const { name = '', isInlined } = frame;
    const text = this.#symbolText(name);
    const mark = isInlined && this.#options.markInlined ? '_[i]' : '';
    const id = this.#table.name((behind === '' ? text : frameText(text + behind)) + mark);
    this.#remember(this.#found, dso, id);
    this.#remember(this.#origins, originOf(frame, dso), id);
    return this.#options.skipAfter.includes(text) || this.#options.skipAfter.includes(name) ? id + Line.last : id;
  }

  /** The same frame with its source place behind the name. */
  withPlace(word: number, place: string): number {
    return this.#table.name(`${this.#table.nameText(word)}:${frameText(place)}`);
  }

  /** The same frame marked as inlined. */
  asInlined(word: number): number {
    if (!this.#options.markInlined) return word;
    const text = this.#table.nameText(word);
    return text.endsWith('_[i]') ? word : this.#table.name(`${text.replace(/_\[[kj]\]$/, '')}_[i]`);
  }

  #word(frame: PerfFrame, dso = frame.dso): number {
    const mark = this.#mark(frame);
    const unresolved = frame.symbol === '';
    const address = unresolved && this.#options.addresses ? frame.address : '';
    const key = `${unresolved ? `${dso}\0${address}` : frame.symbol}\0${mark}${frame.inlined ? 'i' : ''}`;
    let word = this.#frames.get(key);
    if (word === undefined) {
      const text = unresolved ? objectFrame(dso === 'inlined' ? '' : dso, address) : this.#symbolText(frame.symbol);
      const id = this.#table.name(text + mark);
      if (unresolved) this.#unresolved.add(id);
      else this.#hasSymbols = true;
      word = id;
      if (frame.inlined) word += Line.uncounted;
      if (this.#options.skipAfter.includes(text) || this.#options.skipAfter.includes(frame.symbol)) word += Line.last;
      this.#frames.set(key, word);
    }
    this.#remember(this.#printed, dso, Line.ids & word);
    return word;
  }

  #remember(among: Map<string, Set<number>>, object: string, id: number): void {
    if (!this.#options.objects) return;
    among.set(object, (among.get(object) ?? new Set()).add(id));
  }

  #mark(frame: PerfFrame): string {
    const { markInlined, markKernel, markJit } = this.#options;
    if (markInlined && frame.inlined) return '_[i]';
    if (markKernel && isKernel(frame)) return '_[k]';
    return markJit && isJit(frame) ? '_[j]' : '';
  }

  #symbolText(symbol: string): string {
    let text = this.#tidied.get(symbol);
    if (text === undefined) {
      text = symbolFrame(symbol, this.#options);
      this.#tidied.set(symbol, text, symbol.length + text.length);
    }
    return text;
  }
}

// Lcom/example/Main;::run      com.example.Main::lambda$run$0      Lcom/example/Main;::<init>
const JAVA_METHOD = /^\[*(?:L[\w$/.-]+;|(?:[\w$-]+[./])+[\w$-]+)::[\w$<>-]+$/;

/** The root frame of a sample. Texts latin1; pid and tid as perf printed them, '' where it did not. */
export function rootText(by: 'comm' | 'pid' | 'tid', comm: string, pid: string, tid: string): string {
  const name = commFrame(comm);
  if (by === 'comm') return name;
  return by === 'pid' ? `${name}-${pid || '?'}` : `${name}-${pid || '?'}/${tid || '?'}`;
}
