// Reads the lines under a sample's header: pushes frames, leaf first, and their source places on the stack being read.

import { Line, type StackTable } from '../engine/stack-table.ts';
import type { ObjectSymbols } from '../symbols/object.ts';
import type { PendingFrames } from '../symbols/pending-frames.ts';
import {
  findTailFrame,
  isJit,
  isKernel,
  isSource,
  type PerfFrame,
  readFrameLine,
  splitFrame,
  withoutOffset,
} from './frame.ts';
import type { PerfNames } from './names.ts';
import type { PerfObjects } from './objects.ts';

export interface SampleBodyOptions {
  /** use the source places of `-F +srcline` */
  srcline: boolean;
  markInlined: boolean;
}

/** Looks frames up in their objects. */
export interface Lookup {
  inline: boolean;
  /** tell how well user frames are known? */
  rates: boolean;
  objects: PerfObjects;
  pending: PendingFrames;
}

/** What lines of one symbol in one object have in common. */
interface UsualFrame {
  /** the name id, with flags */
  word: number;
  symbol: string;
  dso: string;
  object: ObjectSymbols;
}

/** The weight of user frames, each counted by itself: of all, of those with a name, of those with debug information. */
export interface UserFrameWeights {
  weight: number;
  namedWeight: number;
  debugWeight: number;
}

export class SampleBody {
  readonly #table: StackTable;
  readonly #names: PerfNames;
  readonly #options: SampleBodyOptions;
  readonly #lookup: Lookup | undefined;
  /** frame lines that stand for several frames, as JITs print them */
  readonly #several = new Map<string, number[]>();
  /** of lines in perf's usual form, by the keys of symbol and object; false: they depend on more, or have no object */
  readonly #usual = new Map<number, UsualFrame | false>();
  /** names of kernel frames; known only where frames are looked up */
  readonly #kernel = new Set<number>();
  /** did perf print source places itself? */
  printsPlaces = false;
  /** the process of the present sample */
  pid = 0;
  /** has any frame so far an object? */
  #hasObjects = false;

  constructor(table: StackTable, names: PerfNames, options: SampleBodyOptions, lookup: Lookup | undefined) {
    this.#table = table;
    this.#names = names;
    this.#options = options;
    this.#lookup = lookup;
  }

  /**
   * Reads a line that starts with a blank and was never seen. Leaves a `strange` line neither defined nor passed.
   * `discarding`: the line belongs to something that is no sample. `last`: the input ends within it.
   */
  readUnknown(discarding: boolean, last: boolean): 'read' | 'cut' | 'strange' {
    const table = this.#table;
    const word = this.#lookup ? this.#pendingOfLine(this.#lookup) : this.#names.wordOfLine();
    if (word !== 0) {
      this.#hasObjects = true; // the only form that is read so
      if (this.#lookup) table.define(word);
      else table.perf.defineFrame(word);
      return 'read';
    }
    const text = table.lineText();
    const line = readFrameLine(text);
    if (line?.kind === 'frame' && line.dso !== '') this.#hasObjects = true;
    if (discarding && line?.kind !== 'frame') table.pass();
    else if (last && isCut(text, line, this.#hasObjects)) {
      table.pass();
      return 'cut';
    } else if (line?.kind === 'frame') this.#define(text, line);
    else if (line?.kind === 'srcline') {
      const matters = this.#options.srcline || (line.inlined && this.#options.markInlined);
      table.define(matters ? Line.ask : Line.ignore);
      if (matters) this.readAsked();
    } else if (line) table.pass();
    else return 'strange';
    return 'read';
  }

  /**
   * The id that stands for the unknown line that the table stopped at; 0 where its form is not perf's usual one, or
   * where its object can't be used.
   */
  #pendingOfLine({ inline, objects, pending }: Lookup): number {
    const table = this.#table;
    const read = this.printsPlaces && !inline ? undefined : table.perf.readFrame();
    if (!read) return 0;
    const { words, at } = read;
    const address = read.floats[at / 2 + 4] as number;
    const key = (words[at + 4] as number) + (words[at + 5] as number) * 2 ** 26;
    let usual = this.#usual.get(key);
    if (usual === undefined) {
      usual = this.#usualOf(
        table.text(words[at] as number, words[at + 1] as number),
        table.text(words[at + 2] as number, words[at + 3] as number),
        objects,
      );
      this.#usual.set(key, usual);
      if (usual && usual.object.refusal === undefined) {
        const kind = pending.kindByOffset(usual.object, usual.word, usual.dso);
        const id = table.perf.rememberPlaces(kind);
        if (id !== 0) return id;
      }
    }
    if (!usual || address > Number.MAX_SAFE_INTEGER) return 0;
    const place = objects.placeAt(usual.object, address, usual, this.pid);
    return place ? pending.add(place, usual.word, address, usual.dso) : usual.word;
  }

  #usualOf(symbol: string, dso: string, objects: PerfObjects): UsualFrame | false {
    const frame: PerfFrame = {
      kind: 'frame',
      address: '',
      symbol,
      dso: withoutOffset(dso),
      inlined: dso === 'inlined',
    };
    const object = frame.dso === dso && !symbol.startsWith('0x') && !isJit(frame) ? objects.objectOf(frame) : undefined;
    if (!object) return false;
    const [word = 0] = this.#names.words(frame);
    return { word, symbol, dso, object };
  }

  #define(text: string, frame: PerfFrame): void {
    const words = isBare(frame) || frame.address === '' ? [] : this.#words(frame);
    if (words.length === 1) {
      this.#table.define(words[0] as number);
      return;
    }
    if (words.length > 1) this.#several.set(text, words);
    this.#table.define(Line.ask);
    this.readAsked();
  }

  /** Reads a line whose meaning depends on what stands above it, or that stands for several frames. */
  readAsked(): void {
    const text = this.#table.lineText();
    const words = this.#several.get(text);
    if (words) {
      this.#push(words);
      return;
    }
    const line = readFrameLine(text);
    if (line?.kind === 'srcline') {
      this.printsPlaces = true;
      if (!this.#lookup?.inline) this.#table.perf.forgetFrames(); // they keep their printed names from now on
      const popped = this.#table.pop();
      if (popped === 0) return;
      const frame = this.#lookup?.pending.printedOf(popped) ?? popped;
      const word = this.#options.srcline && isSource(line.place) ? this.#names.withPlace(frame, line.place) : frame;
      if (frame !== popped && this.#lookup?.inline) {
        this.#lookup.pending.setPlaced(popped, word);
        this.#table.push(popped); // it may have places of its own
        return;
      }
      this.#table.push(line.inlined ? this.#names.asInlined(word) : word);
    } else if (line?.kind === 'frame' && line.address === '') {
      // perf 4.14 prints what was inlined into a frame below that frame
      const container = this.#table.pop();
      this.#push(this.#words(line));
      if (container !== 0) this.#table.push(container);
    } else if (line?.kind === 'frame' && (text.startsWith('\t') || this.#table.depth === 0)) {
      // an address alone; below other frames, and without TAB, it is the field phys_addr
      this.#push(this.#words(line));
    }
  }

  /**
   * Reads the leaf of a sample without callchain, which stands on the header line, between `from` and `to`. False: only
   * flags or the text of a tracepoint stand there.
   */
  readSingleLine(from: number, to: number): boolean {
    const { bytes } = this.#table;
    let p = from;
    while (p < to && (bytes[p] === 32 || bytes[p] === 9 || bytes[p] === 13)) p++;
    if (p === to) return false;
    const found = findTailFrame(this.#table.text(from, to));
    if (!found) return false;
    const words = this.#words({ kind: 'frame', ...splitFrame(found.address, found.text) });
    this.#push(words);
    // what is looked up depends on the process
    if (words.length === 1 && !this.#lookup) this.#table.perf.rememberTail(from, to, words[0] as number);
    return true;
  }

  /** Reads a frame line without indentation, as in pasted text. False when it is none. */
  readUnindented(text: string, inSample: boolean): boolean {
    if (!isUnindentedFrame(text)) return false;
    const frame = readFrameLine(text);
    if (frame?.kind !== 'frame' || (frame.dso === '' && !inSample)) return false;
    this.#push(this.#words(frame));
    return true;
  }

  /** Name ids with flags, leaf first; for a frame that is looked up, the one that stands for it until settle(). */
  #words(printed: PerfFrame): number[] {
    const lookup = this.#lookup;
    const frame = lookup?.objects.named(printed, this.pid) ?? printed;
    const words = this.#names.words(frame);
    const [word] = words;
    if (!lookup || word === undefined || words.length > 1 || frame.address === '') return words;
    if (isKernel(frame)) this.#kernel.add(Line.ids & word);
    if (this.printsPlaces && !lookup.inline) return words;
    if (frame.inlined) return [lookup.pending.addPrinted(word, Number(`0x${frame.address}`))];
    const place = lookup.objects.placeOf(frame, this.pid);
    return place ? [lookup.pending.add(place, word, Number(`0x${frame.address}`), frame.dso)] : words;
  }

  /**
   * How well the user frames of all stacks are known, which have `roots` root frames; undefined: nobody wants to know.
   */
  #userFrames(roots: number): UserFrameWeights | undefined {
    const pending = this.#lookup?.rates ? this.#lookup.pending : undefined;
    if (!pending) return undefined;
    const sums = { weight: 0, namedWeight: 0, debugWeight: 0 };
    for (const { ids, weight } of this.#table.stacks()) {
      for (const id of ids.subarray(roots)) {
        const known = pending.knowledgeOf(id);
        if (!known && (this.#kernel.has(id) || pending.isPrinted(id))) continue;
        sums.weight += weight;
        if (known ? known.isNamed : !this.#names.isUnresolved(pending.printedOf(id) ?? id)) sums.namedWeight += weight;
        if (known?.hasLines) sums.debugWeight += weight;
      }
    }
    return sums;
  }

  /**
   * At the end of all inputs: puts the functions that were found in objects into the stacks, which have `roots` root
   * frames. Gives how well user frames are known.
   */
  settle(roots: number): UserFrameWeights | undefined {
    this.#lookup?.pending.lookUp(this.#kernel);
    const frames = this.#userFrames(roots);
    this.#lookup?.pending.settle(this.#kernel, roots);
    return frames;
  }

  #push(words: readonly number[]): void {
    for (const word of words) this.#table.push(word);
  }
}

//                           ╭ address, of four digits at least                      ╭ its name
const UNINDENTED = /^(?:0[xX][0-9a-fA-F]{1,16}|[0-9a-f]{4,16}|(?=[a-fA-F]*\d)[0-9a-fA-F]{4,16}|F{16})[ \t]+\S/;
//b46 __vdso_clock_gettime ([vdso])      shorter ones could begin a header, but for what stands behind
const SHORT_UNINDENTED = /^[0-9a-f]{1,3}[ \t]+[^\s\d]\S* \([^()\s]+\)$/;

/** Does the line look like a frame that lost its indentation? */
export function isUnindentedFrame(text: string): boolean {
  return UNINDENTED.test(text) || SHORT_UNINDENTED.test(text);
}

/** An address and nothing else. */
function isBare(frame: PerfFrame): boolean {
  return frame.symbol === '' && frame.dso === '';
}

/**
 * The last line of an input, without newline: is it cut within the name or the object? Other frames may `haveObjects`.
 */
function isCut(text: string, line: ReturnType<typeof readFrameLine>, haveObjects: boolean): boolean {
  if (line?.kind !== 'frame') return line === undefined;
  return isBare(line) || (line.dso === '' && (haveObjects || /(?: \([^)]*|\+(?:0x?)?)$/.test(text)));
}
