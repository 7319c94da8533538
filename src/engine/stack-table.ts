// The stack table: the TypeScript face of the engine. Bytes in, distinct stacks with their counts out.
// A table holds text, names and stacks in memory of its own. Strings that cross this border are latin1: one
// character a byte, so names that are not UTF-8 pass through unharmed.

import { Drawing } from './drawing.ts';
import { type Engine, instantiate } from './engine.ts';
import { EngineMemory } from './engine-memory.ts';
import { InputError } from './errors.ts';
import { makeRoom } from './heap.ts';
import { MapEntries } from './map-entries.ts';
import { PerfLines } from './perf-lines.ts';
import { Places } from './places.ts';
import { StackExpansion } from './stack-expansion.ts';

/** What scan() stopped at. */
export const Stop = {
  /** all whole lines of the input so far are read */
  more: 0,
  /** a line that starts with something visible */
  control: 1,
  /** an empty line */
  blank: 2,
  /** a frame line never seen before: answer with define() or pass() */
  unknown: 3,
  /** a frame line defined as Line.ask */
  asked: 4,
} as const;

/** What a frame line means, beside the id of the name it stands for. */
export const Line = {
  ignore: 0,
  /** stop at this line each time */
  ask: 0xffffffff,
  /** flag on a name id: the stack ends here; drops the frames further out */
  last: 0x80000000,
  /** flag on a name id: does not count for the limit of end() */
  uncounted: 0x40000000,
  /** the name id without flags */
  ids: 0x3fffffff,
} as const;

/** The longest line that is read; anything longer is not text. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** The message about sums above 2^53. */
export const INEXACT = 'a count is above 2^53 and would no longer be exact: fold fewer inputs at a time';

/** One distinct stack: name ids root first, the sum of its weights, and how often it was added. */
export interface Stack {
  /** its place in the order of stacks() */
  index: number;
  ids: Uint32Array;
  weight: number;
  hits: number;
}

export class StackTable {
  readonly #engine: Engine = instantiate();
  readonly #memory = new EngineMemory(this.#engine);
  /** entries of bpftrace's maps */
  readonly entries = new MapEntries(this.#engine, this.#memory, (tell, drop) => this.takeAll(tell, drop));
  /** lines of `perf script` */
  readonly perf = new PerfLines(this.#engine, this.#memory);
  /** what a picture is made of */
  readonly drawing = new Drawing(this.#engine, this.#memory);
  /** frames that are looked up when all is read */
  readonly places = new Places(this.#engine, this.#memory);
  /** frames that stand for several others */
  readonly expansion = new StackExpansion(this.#engine, this.#memory);
  /** What the counts are of, latin1; folded() writes it. undefined: not known. */
  unit: string | undefined;
  #ended = true;

  /** The table's memory, in which linesRead lines lie. It may move: ask for it again when names or stacks were added. */
  get bytes(): Buffer {
    this.#engine.flatten();
    return this.#memory.bytes;
  }

  /** Takes a block of text, cut anywhere. All whole lines of the block before must have been scanned. */
  write(block: Uint8Array): void {
    if (block.length === 0) return;
    const at = this.#engine.inputFor(block.length);
    this.#memory.bytes.set(block, at);
    this.#ended = block[block.length - 1] === 10;
    const waiting = this.#engine.inputFilled(block.length);
    if (waiting > MAX_LINE_BYTES) {
      throw new InputError(
        `line ${this.linesRead + 1} is longer than ${MAX_LINE_BYTES >> 20} MiB: this is not text of a profiler`,
      );
    }
  }

  /** Ends the last line if it has no newline. Tells whether that was so. */
  closeLine(): boolean {
    if (this.#ended) return false;
    this.write(Uint8Array.of(10));
    return true;
  }

  /** Counts the next input's lines from 1 again. */
  restartLineNumbers(): void {
    this.#engine.restartLineNumbers();
  }

  get linesRead(): number {
    return this.#engine.linesRead();
  }

  /** Reads frame lines up to the next line that has to be looked at. Gives a Stop. */
  scan(): number {
    return this.#engine.scan();
  }

  /** The next input of folded lines begins; its stacks get these root frames. */
  beginFolded(roots: readonly string[]): void {
    this.#memory.scratchWords(roots.map((root) => this.name(root)));
    this.#engine.beginFolded(roots.length);
  }

  /** The folded lines of this input, and how many of them end in two numbers. */
  get foldedLines(): [number, number] {
    return [this.#engine.foldedLines(), this.#engine.foldedPairs()];
  }

  /**
   * Reads folded lines. Gives true at a line that is none or says something of the others (`# unit: us`); false when all
   * are read. A count without a stack, as py-spy writes it, counts as `[unknown]`.
   */
  scanFolded(): boolean {
    return this.#engine.scanFolded() !== 0;
  }

  /** Leaves the rest of the whole lines unread. */
  skipLines(): void {
    while (this.#engine.nextLine());
  }

  /** Where the line that scan() stopped at begins and ends in `bytes`. */
  get lineFrom(): number {
    return this.#engine.lineFrom() >>> 0;
  }
  get lineTo(): number {
    return this.#engine.lineTo() >>> 0;
  }
  /** That line, without its newline. */
  lineText(): string {
    return this.text(this.lineFrom, this.lineTo);
  }

  text(from: number, to: number): string {
    return this.#memory.text(from, to);
  }

  /** Remembers what the unknown line means (a name id, or of Line), and does it. */
  define(what: number): void {
    this.#engine.define(what);
  }

  /** Leaves the unknown line behind without remembering it. */
  pass(): void {
    this.#engine.pass();
  }

  // ── the stack being read: pushed leaf first ────────────────────────────────────────────────────────────────

  push(frame: number): void {
    this.#engine.pushFrame(frame);
  }
  /** Takes the outermost frame off again; 0 when there is none. */
  pop(): number {
    return this.#engine.popFrame();
  }
  /** The frames pushed so far are the stack's only if no others follow: on a line that may hold a field like a frame. */
  markSingle(): void {
    this.#engine.markSingle();
  }
  /** Has the stack being read only such frames? */
  get isSingle(): boolean {
    return this.#engine.isSingle() !== 0;
  }
  get depth(): number {
    return this.#engine.depth();
  }
  drop(): void {
    this.#engine.dropStack();
  }
  /**
   * Counts the stack being read, with the frame `root` (0: none) outside of it, and begins the next. Where exactly
   * `limit` frames were read, the profiler may have cut the stack: then the frame `cut` stands for what is missing.
   * Gives how many frames were read; -1 for a cut stack.
   */
  end(weight: number, root = 0, limit = 0xffffffff, cut = 0): number {
    return this.#engine.endStack(weight, root, limit, cut);
  }

  /** The id of a frame name (latin1). */
  name(text: string): number {
    return this.#engine.internName(this.#memory.scratchText(text), text.length);
  }

  /** A small number for the bytes between two places of `bytes`: 1, 2, 3 … in order of first sight. */
  key(from: number, to: number): number {
    return this.#engine.internKey(from, to - from);
  }

  get nameCount(): number {
    return this.#engine.nameCount();
  }

  /** The name with this id, latin1. */
  nameText(id: number): string {
    const at = this.#nameAt(id);
    return this.text(at, at + (this.words[(at >>> 2) - 1] as number));
  }

  /** Its bytes. A view: read it before the table changes. */
  nameBytes(id: number): Buffer {
    const at = this.#nameAt(id);
    return this.bytes.subarray(at, at + (this.words[(at >>> 2) - 1] as number));
  }

  /** Where they lie; the number in front of them is their size. */
  #nameAt(id: number): number {
    const column = this.#engine.nameAtColumn() >>> 2;
    return this.words[column + id] as number;
  }

  /** The highest id up to `last` whose name starts with this byte; 0: none. */
  lastNameWith(byte: number, last: number): number {
    const column = this.#engine.nameAtColumn() >>> 2;
    const { bytes, words } = this;
    for (let id = last; id > 0; id--) if (bytes[words[column + id] as number] === byte) return id;
    return 0;
  }

  // ── stacks ─────────────────────────────────────────────────────────────────────────────────────────────────

  get stackCount(): number {
    return this.#engine.stackCount();
  }

  /** The weight of each stack, in the order of stacks(). A view: read it before the table changes. */
  get weights(): Float64Array {
    this.#engine.flatten();
    const at = this.#engine.stackWeightColumn() >>> 3;
    return this.#memory.floats.subarray(at, at + this.stackCount);
  }

  /** How often each was added; a view as well. */
  get hits(): Float64Array {
    this.#engine.flatten();
    const at = this.#engine.stackHitsColumn() >>> 3;
    return this.#memory.floats.subarray(at, at + this.stackCount);
  }

  /** Adds a stack of name ids, root first. Gives its place in the order of stacks(). */
  add(ids: ArrayLike<number>, weight: number, hits: number): number {
    this.#memory.scratchWords(ids);
    return this.#engine.addStack(ids.length, weight, hits);
  }

  /** All stacks, in the order they were first seen. The ids are a view: read them before the table changes. */
  *stacks(): Generator<Stack> {
    const count = this.stackCount;
    const columns = this.#columns();
    for (let i = 0; i < count; i++) yield this.#stack(columns, i);
  }

  /**
   * All stacks as stacks() gives them, but sorted. `line`: in byte order of their folded lines. `frame`: frame by
   * frame, so that all stacks with the same first frames are neighbours (as lines, `a-x` comes between `a` and `a;b`).
   * `weight` and `pair`: the largest weight, or sum of weight and hits, first; equal ones in byte order.
   */
  *sorted(by: 'line' | 'frame' | 'weight' | 'pair' = 'line'): Generator<Stack> {
    const count = this.stackCount;
    const order = this.#engine.sortStacks(by === 'frame') >>> 2;
    if (by === 'weight' || by === 'pair') this.#engine.sortByCount(by === 'pair');
    const columns = this.#columns();
    for (let i = 0; i < count; i++) yield this.#stack(columns, this.words[order + i] as number);
  }

  /** Replaces each stack by what `change` gives for its ids: these or other ids, or null to drop the stack. */
  rewrite(change: (ids: Uint32Array, weight: number, hits: number) => ArrayLike<number> | null): void {
    const [, weights, hits] = this.#columns();
    this.#engine.scratchFor(0); // room for any: otherwise add() may move the memory that holds the ids it is given
    this.takeAll((from, to, index) => {
      const { floats } = this.#memory;
      const [weight, count] = [floats[weights + index] as number, floats[hits + index] as number];
      const changed = change(this.words.subarray(from, to), weight, count);
      if (changed) this.add(changed, weight, count);
    });
  }

  /**
   * Drops all stacks, and tells of each where in `words` its ids lie, and its index; `tell` may add others. `drop`,
   * where given, drops them in its own way, and returns the indices of those that `tell` hears of.
   */
  takeAll(tell: (from: number, to: number, index: number) => void, drop?: () => Uint32Array): void {
    let count = this.stackCount;
    const [ats] = this.#columns();
    const indices = drop?.();
    if (indices) count = indices.length;
    else this.#engine.renewStacks();
    for (let i = 0; i < count; i++) {
      const index = indices ? (indices[i] as number) : i;
      const { words } = this.#memory;
      const from = (words[ats + index] as number) >>> 2;
      tell(from, from + (words[from - 1] as number), index);
    }
    this.#engine.dropReplaced();
  }

  /**
   * Tells for each stack where in `words` its ids lie, and its index, until told to stop. The table must not change.
   */
  forEachAt(tell: (from: number, to: number, index: number) => 'stop' | undefined): void {
    const count = this.stackCount;
    const [ats] = this.#columns();
    const words = this.words;
    for (let i = 0; i < count; i++) {
      const from = (words[ats + i] as number) >>> 2;
      if (tell(from, from + (words[from - 1] as number), i) === 'stop') return;
    }
  }

  /** Drops all stacks. */
  clear(): void {
    this.#engine.renewStacks();
    this.#engine.dropReplaced();
  }

  /** From now on scanFolded() also keeps each line, for drawing in that order. */
  keepInputOrder(): void {
    this.#engine.keepInputOrder();
  }

  /** Gives the weights, in the order of stacks(), and counts on from 0; the stacks stay. */
  takeWeights(): Float64Array {
    const taken = this.weights.slice();
    this.weights.fill(0);
    return taken;
  }

  /**
   * The folded text, sorted by bytes or largest count first, in blocks of whole lines; the first one says the unit. Each
   * block overwrites the one before. With `pairs` each line ends in two counts, its hits and its weight. Throws
   * InputError if a count is no longer exact.
   */
  *folded(pairs = false, order: 'bytes' | 'count' = 'bytes'): Generator<Buffer> {
    this.checkExact();
    this.#engine.sortStacks(false);
    if (order === 'count') this.#engine.sortByCount(pairs);
    this.#engine.restartText();
    if (this.unit !== undefined && this.stackCount > 0) yield Buffer.from(`# unit: ${this.unit}\n`, 'latin1');
    for (;;) {
      const size = this.#engine.writeFolded(pairs);
      if (size === 0) return;
      const at = this.#engine.outputAt() >>> 0;
      yield this.#memory.bytes.subarray(at, at + size);
    }
  }

  /** Gives back what only reading needs, as much as all stacks take. Reading may go on, and makes it again. */
  endReading(): void {
    this.#engine.endReading();
  }

  /** Throws InputError if a sum passed 2^53. */
  checkExact(): void {
    if (this.#engine.overflowed()) throw new InputError(INEXACT);
  }

  #stack(columns: [number, number, number], index: number): Stack {
    makeRoom();
    const { words, floats } = this.#memory;
    const at = (words[columns[0] + index] as number) >>> 2;
    const size = words[at - 1] as number;
    return {
      index,
      ids: words.subarray(at, at + size),
      weight: floats[columns[1] + index] as number,
      hits: floats[columns[2] + index] as number,
    };
  }

  /** By stack, in `words`, where its ids are, behind how many they are; in `floats` its weight and hits. */
  #columns(): [number, number, number] {
    const e = this.#engine;
    e.flatten();
    return [e.stackAtColumn() >>> 2, e.stackWeightColumn() >>> 3, e.stackHitsColumn() >>> 3];
  }

  /** All of the table's memory as numbers of 32 bits. A view: read it before the table changes. */
  get words(): Uint32Array {
    this.#engine.flatten();
    return this.#memory.words;
  }
}
