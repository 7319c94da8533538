// The names of bpftrace's and bcc's frames in a folded stack, by the rules of perf-fold: so on- and off-CPU pictures
// use the same names. Also remembers what a frame line tells of its stack.

import { Remembered } from '../../../engine/remembered.ts';
import type { StackTable } from '../../../engine/stack-table.ts';
import { isLibcObject, objectFrame } from '../../../stacks/frame-name.ts';
import { type KernelPart, kernelPart } from '../../../stacks/known-frames.ts';
import { MOST_KNOWN } from '../../../stacks/known-names.ts';
import { TRUNCATED } from '../../../stacks/marks.ts';
import { FRAME_DUMMY, type SymbolOptions, symbolFrame } from '../../../symbols/symbol-frame.ts';
import { type BpftraceFrame, findSymbol, readFrame, type SymbolPlaces } from './frame.ts';
import { IdNumbers } from './id-numbers.ts';
import { type FrameLookup, UserFrames } from './user-frames.ts';

/** The object of kernel frames without a symbol, as perf prints it. */
const KERNEL = '[kernel.kallsyms]';

/** What dw_ustack() of bpftrace prints where DWARF does not tell the callers. */
const UNWIND_FAILURE = '<unwind failure>';

/** Facts about a frame beside its name. */
const Fact = { user: 1, kernel: 2, inlined: 4 } as const;
const PARTS: readonly KernelPart[] = [undefined, 'entry', 'door', 'function', undefined];

export class BpftraceNames {
  /** the frame that stands for lost callers */
  readonly truncated: number;
  /** are all frames seen so far just their names? */
  isPlain = true;
  readonly #table: StackTable;
  readonly #options: SymbolOptions;
  readonly #places: SymbolPlaces = { from: 0, to: 0, isKernel: false };
  /** the ids of frames without a symbol: of user code, of the kernel */
  readonly #bareUser: number;
  readonly #bareKernel: number;
  /** by the table's key of the symbol */
  readonly #words = new IdNumbers();
  readonly #frames = new Remembered<string, number>(MOST_KNOWN);
  /** by id, of frames that are more than their name: the facts, and the id of the name */
  readonly #facts = new IdNumbers();
  readonly #nameOf = new IdNumbers();
  /** by id, the index in PARTS; 0: not looked at yet */
  readonly #parts = new IdNumbers();
  readonly #marked = new Map<number, number>();
  readonly #unresolved = new Set<number>();

  /** names user frames by their files; undefined: they keep the names that the dump has */
  readonly userFrames: UserFrames | undefined;

  constructor(table: StackTable, options: SymbolOptions & { lookup?: FrameLookup | undefined }) {
    this.#table = table;
    this.#options = options;
    this.truncated = table.name(TRUNCATED);
    const bare = { symbol: '', dso: '', inlined: false };
    this.#bareUser = this.word({ ...bare, isKernel: false });
    this.#bareKernel = this.word({ ...bare, isKernel: true });
    this.isPlain = true;
    const ofObject = (dso: string): number => this.nameOf(this.word({ ...bare, dso, isKernel: false }));
    this.userFrames = options.lookup && new UserFrames(table, options.lookup, options, ofObject);
  }

  /** The id of the frame line between two places of the table's bytes. It makes strings for new symbols only. */
  wordAt(from: number, to: number): number {
    const table = this.#table;
    const places = this.#places;
    if (!findSymbol(table.bytes, from, to, places)) return this.word(readFrame(table.text(from, to)));
    if (places.from === places.to) {
      if (this.userFrames && !places.isKernel) return this.word(readFrame(table.text(from, to)));
      this.isPlain = false;
      return places.isKernel ? this.#bareKernel : this.#bareUser;
    }
    const key = table.key(places.from, places.to);
    const known = this.#words.get(key);
    if (known !== 0) return known;
    const symbol = table.text(places.from, places.to);
    const word = this.word({ symbol, dso: '', isKernel: undefined, inlined: false });
    this.#words.set(key, word);
    return word;
  }

  word(frame: BpftraceFrame): number {
    const word = this.#printedWord(frame);
    const { address = '', isKernel } = frame;
    if (!this.userFrames || address === '' || isKernel === true || frame.inlined) return word;
    return this.atAddress(Number(`0x${address}`), word);
  }

  /** The id of a user frame at an address, which the dump prints as `word`. */
  atAddress(address: number, word: number): number {
    if (!this.userFrames) return this.nameOf(word);
    const id = this.userFrames.add(address, this.nameOf(word));
    this.#facts.set(id, Fact.user);
    this.isPlain = false;
    return id;
  }

  #printedWord(frame: BpftraceFrame): number {
    const { isKernel, inlined } = frame;
    if (frame.symbol === UNWIND_FAILURE) return this.truncated;
    const unresolved = frame.symbol === '' || frame.symbol === FRAME_DUMMY;
    const side = isKernel === undefined ? '' : isKernel ? 'k' : 'u';
    const key = `${unresolved ? `\0${frame.dso}` : frame.symbol}\0${side}${inlined ? 'i' : ''}`;
    let word = this.#frames.get(key);
    if (word === undefined) {
      const text = unresolved
        ? objectFrame(frame.isKernel ? KERNEL : frame.dso)
        : symbolFrame(frame.symbol, this.#options);
      const name = this.#table.name(text);
      if (unresolved) this.#unresolved.add(name);
      word = name;
      if (isKernel !== undefined || inlined) {
        word = this.#table.name(`\0${side}${inlined ? 'i' : ''}\0${text}`);
        this.#facts.set(
          word,
          (inlined ? Fact.inlined : 0) + (side === 'k' ? Fact.kernel : side === 'u' ? Fact.user : 0),
        );
        this.#nameOf.set(word, name);
      }
      this.#frames.set(key, word); // forgotten, the table gives the same ids again
    }
    if (side !== '' || inlined) this.isPlain = false;
    return word;
  }

  /** The name of a frame as folded output spells it. */
  nameOf(word: number): number {
    return this.#nameOf.get(word) || word;
  }

  isInlined(word: number): boolean {
    return (this.#facts.get(word) & Fact.inlined) !== 0;
  }

  /** Does this name stand for a frame without a symbol? */
  isUnresolved(name: number): boolean {
    return this.#unresolved.has(name);
  }

  /** Does this name stand for a place in the C library without a symbol? */
  isLibc(name: number): boolean {
    return this.#unresolved.has(name) && isLibcObject(this.#table.nameText(name));
  }

  /** Is the frame the kernel's, by its address or its name? Undefined: they don't tell. */
  isKernel(word: number): boolean | undefined {
    const facts = this.#facts.get(word);
    if ((facts & Fact.kernel) !== 0) return true;
    if ((facts & Fact.user) !== 0) return false;
    return this.#kernelPart(word) === undefined || this.isDoor(word) ? undefined : true;
  }

  /** Is the frame the kernel's if the frame that it calls is? */
  isDoor(word: number): boolean {
    return this.#kernelPart(word) === 'door';
  }

  #kernelPart(word: number): KernelPart {
    const known = this.#parts.get(word);
    if (known !== 0) return PARTS[known];
    const part = kernelPart(this.#table.nameText(word));
    this.#parts.set(word, PARTS.indexOf(part, 1));
    return part;
  }

  /** The name with the mark of a kernel frame. */
  marked(name: number): number {
    if (name === this.truncated) return name;
    let marked = this.#marked.get(name);
    if (marked === undefined) {
      marked = this.#table.name(`${this.#table.nameText(name)}_[k]`);
      if (this.#unresolved.has(name)) this.#unresolved.add(marked);
      this.#marked.set(name, marked);
    }
    return marked;
  }
}
