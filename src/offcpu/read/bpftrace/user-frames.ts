// User frames of a dump, named by the files that the process had mapped instead of by bpftrace. So they have inlined
// functions, too, and names after the process has ended. An id stands for each address until entries expand it.

import type { StackTable } from '../../../engine/stack-table.ts';
import { frameText } from '../../../stacks/frame-name.ts';
import { UNKNOWN } from '../../../stacks/marks.ts';
import type { CallFrame } from '../../../symbols/dwarf/call-frames.ts';
import { originOf } from '../../../symbols/library-source.ts';
import { ANY_PROCESS as ANY, type Mapping, type Mappings } from '../../../symbols/mappings.ts';
import type { ObjectSymbols, SymbolFrame } from '../../../symbols/object.ts';
import { homeBehind } from '../../../symbols/source-place.ts';
import { type SymbolOptions, symbolFrame } from '../../../symbols/symbol-frame.ts';
import type { Symbolizer } from '../../../symbols/symbolizer.ts';
import { type IdSpan, spanOf } from './id-span.ts';

/** Where user frames are looked up. */
export interface FrameLookup {
  mappings: Mappings;
  symbolizer: Symbolizer;
  /** where to keep the objects that a frame was found in, by its name, latin1 */
  objects?: Map<string, Set<string>> | undefined;
}

interface UserFrame {
  address: number;
  /** the id of the name that bpftrace printed */
  printed: number;
}

export class UserFrames {
  readonly #table: StackTable;
  readonly lookup: FrameLookup;
  readonly #options: SymbolOptions;
  /** the id of a frame that lies in an object, in no known function */
  readonly #objectWord: (path: string) => number;
  readonly #frames = new Map<number, UserFrame>();
  readonly #expanded = new Map<string, readonly number[]>();

  constructor(table: StackTable, lookup: FrameLookup, options: SymbolOptions, objectWord: (path: string) => number) {
    this.#table = table;
    this.lookup = lookup;
    this.#options = options;
    this.#objectWord = objectWord;
  }

  /** The id that stands for the frame at this address, which bpftrace prints as `printed`. */
  add(address: number, printed: number): number {
    const id = this.#table.name(`\0a${address}\0${printed}`);
    if (!this.#frames.has(id)) this.#frames.set(id, { address, printed });
    return id;
  }

  /** Is there a file at this address of some process? */
  isMapped(address: number): boolean {
    return this.#mappingOf(address, ANY) !== undefined;
  }

  /** The address of the frame with this id; undefined: not known. */
  addressOf(id: number): number | undefined {
    return this.#frames.get(id)?.address;
  }

  /** The object of the function around an address of this process, and how its frame lies on the stack. */
  callFrameAt(address: number, pid: number | undefined): { path: string; frame: CallFrame | undefined } | undefined {
    const found = this.#placeOf(address, pid);
    if (!found) return undefined;
    const { path, object, own } = found;
    const frame = own === undefined ? undefined : object.callFrameAt(own);
    return { path, frame: frame && { ...frame, start: frame.start + address - (own as number) } };
  }

  /** Does a direct call right before this address lead to the function of the same object that starts there? */
  leadsTo(address: number, start: number, pid: number | undefined): boolean {
    const { object, own } = this.#placeOf(address, pid) ?? {};
    return object !== undefined && own !== undefined && object.leadsTo(own, start - address + own);
  }

  /** The object around an address of this process, and the object's own address of it. */
  #placeOf(
    address: number,
    pid: number | undefined,
  ): { path: string; object: ObjectSymbols; own: number | undefined } | undefined {
    const mapping = this.#mappingOf(address, pid ?? ANY);
    if (!mapping) return undefined;
    const object = this.lookup.symbolizer.object(mapping.path);
    return { path: mapping.path, object, own: object.addressAt(address - mapping.from + mapping.offset) };
  }

  /** The function of a frame, latin1, whatever process it is of: tells whether two frames are of one. */
  functionOf(id: number): string {
    const frame = this.#frames.get(id);
    const [word = id] = frame ? this.#words(frame, ANY, false) : [];
    return this.#table.nameText(word);
  }

  /** A stack of such ids and others, as the functions of this process. */
  expanded(user: IdSpan, pid: number | undefined): IdSpan {
    const { ids, from, to } = user;
    let isPlain = true;
    for (let i = from; i < to && isPlain; i++) isPlain = !this.#frames.has(ids[i] as number);
    if (isPlain) return user;
    const words: number[] = [];
    for (let i = from; i < to; i++) {
      const id = ids[i] as number;
      const frame = this.#frames.get(id);
      const list = frame ? this.#wordsOf(id, frame, pid ?? ANY, i === to - 1) : [id];
      if (list.length === 0) words.length = 0;
      words.push(...list);
    }
    return spanOf(Uint32Array.from(words));
  }

  #wordsOf(id: number, frame: UserFrame, pid: number, isLeaf: boolean): readonly number[] {
    const key = `${id} ${pid} ${isLeaf}`;
    let words = this.#expanded.get(key);
    if (!words) {
      words = this.#words(frame, pid, isLeaf);
      this.#expanded.set(key, words);
    }
    return words;
  }

  /** Empty: no function, so that those further out are none, either. */
  #words({ address, printed }: UserFrame, pid: number, isLeaf: boolean): readonly number[] {
    const mapping = this.#mappingOf(address, pid);
    if (mapping && !isLeaf && !this.#mayReturnTo(address, mapping)) return [];
    if (!mapping) return [this.#compiled(isLeaf ? address : address - 1, pid) ?? printed];
    const known = this.#table.nameText(printed) === UNKNOWN ? this.#objectWord(mapping.path) : printed;
    return this.named(this.#framesAt(address, mapping, isLeaf), known, mapping.path);
  }

  /** The function that a compiler made at run time, if it told perf. */
  #compiled(address: number, pid: number): number | undefined {
    const map = this.lookup.mappings.compiledFor(pid);
    const name = map?.at(address);
    if (!map || name === undefined) return undefined;
    const word = this.#table.name(symbolFrame(name, this.#options));
    this.#noteObject(word, map.path);
    return word;
  }

  /**
   * The ids of these functions of the object at `path`. `printed` stands for those without a name, and for an empty
   * list.
   */
  named(frames: readonly SymbolFrame[], printed: number, path: string): readonly number[] {
    if (frames.length === 0) {
      this.#noteObject(printed, path);
      return [printed];
    }
    return frames.map((frame) => {
      const word = this.#word(frame) ?? printed;
      this.#noteObject(word, originOf(frame, path));
      return word;
    });
  }

  #noteObject(word: number, path: string): void {
    const { objects } = this.lookup;
    const name = this.#table.nameText(word);
    objects?.set(name, (objects.get(name) ?? new Set()).add(path));
  }

  #word(frame: SymbolFrame): number | undefined {
    if (frame.name === undefined) return undefined;
    const text = symbolFrame(frame.name, this.#options);
    const behind = homeBehind(frame);
    return this.#table.name(behind === '' ? text : frameText(text + behind));
  }

  #mayReturnTo(address: number, { from, offset, path }: Mapping): boolean {
    const object = this.lookup.symbolizer.object(path);
    const own = object.addressAt(address - from + offset);
    return own === undefined || object.mayReturnTo(own);
  }

  #framesAt(address: number, { from, offset, path }: Mapping, isLeaf: boolean): readonly SymbolFrame[] {
    const { symbolizer } = this.lookup;
    const found = symbolizer.at(symbolizer.object(path), address - from + offset);
    return (isLeaf ? found?.exact : found?.caller) ?? [];
  }

  /** undefined: none, or one without a file, such as what a compiler made at run time. */
  #mappingOf(address: number, pid: number): Mapping | undefined {
    const mapping = this.lookup.mappings.at(pid, address, '');
    return mapping && isFile(mapping.path) ? mapping : undefined;
  }
}

function isFile(path: string): boolean {
  return /^\/(?!memfd:|dev\/|SYSV|\/anon)/.test(path);
}
