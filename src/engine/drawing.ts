// What a picture is made of, boxes and packed stacks: the TypeScript face of picture.as.ts.

import type { Engine } from './engine.ts';
import type { EngineMemory } from './engine-memory.ts';

/** Boxes as columns, in the order in which they end: within one depth from left to right. Units: values. */
export interface Boxes {
  count: number;
  depth: Uint32Array;
  name: Uint32Array;
  /** the widths left of it */
  start: Float64Array;
  width: Float64Array;
  size: Float64Array;
  /** its value before, in a comparison */
  before: Float64Array;
  /** the change since then, of the frame with its callees or without */
  change: Float64Array;
  /** the kinds of time of its stacks */
  bits: Uint32Array;
  /** the deepest frame that stands on it, drawn or not */
  top: Uint32Array;
  /** 1 for what stands for several neighbours too thin for boxes of their own */
  together: Uint32Array;
  /** the deepest box; the root is 0 */
  deepest: number;
  /** how many frames were too thin to be drawn */
  thin: number;
  /** the largest change of a box other than the root's */
  mostChange: number;
}

/** How stacks become boxes. Values are counts times factors. */
export interface LayoutSettings {
  /** the order of the input, which the table was told to keep; else frame by frame, so that equal frames are neighbours */
  byInput: boolean;
  /** a comparison: hits are the counts before */
  isPair: boolean;
  factor: { before: number; after: number };
  /** the box of all stacks is at least as wide */
  total: number;
  /** less wide boxes are left out, or drawn together */
  least: number;
  /** a box is as wide as both its values together; else as its value after */
  union: boolean;
  /** changes are of a frame without its callees */
  bySelf: boolean;
  /** how frames too thin for boxes of their own are drawn together: up to which gap and which width; undefined: they are not */
  together: { gap: number; most: number } | undefined;
  /** by name id, what kind of time a name tells, as time.ts of the pictures has it; undefined: no name tells any */
  kinds: Uint8Array | undefined;
  /** pack the stacks, too? */
  packs: boolean;
}

/** The stacks in their compact form. Views: read them before the table changes, or is laid out again. */
export interface Packed {
  /** the table's name ids by number; the first one's number is 1 */
  names: Uint32Array;
  /** how many nodes the stacks have as a tree, without its root */
  nodes: number;
  /** what unpack.ts reads: names, falls, fresh, frames, counts, befores; each in pieces */
  columns: Uint8Array[][];
}

/** The order of boxColumn(). */
const Column = { depth: 0, name: 1, top: 2, bits: 3, together: 4, start: 5, width: 6, size: 7, before: 8, change: 9 };
const PACKED_COLUMNS = 6;

export class Drawing {
  readonly #engine: Engine;
  readonly #memory: EngineMemory;

  constructor(engine: Engine, memory: EngineMemory) {
    this.#engine = engine;
    this.#memory = memory;
  }

  /**
   * The names that any stack has from where it enters the kernel on, by name id: 1 for such. `parts` says by name id what
   * each tells: its place among KERNEL_PARTS of known-frames.ts.
   */
  kernelNames(parts: Uint8Array): Uint8Array {
    const at = this.#engine.tellParts() >>> 0;
    this.#memory.bytes.set(parts, at);
    this.#engine.markKernel();
    const marked = Uint8Array.from(this.#memory.bytes.subarray(at, at + parts.length), (byte) => byte >> 7);
    this.#engine.dropParts();
    return marked;
  }

  /** Lays the table's stacks out as boxes. */
  boxes(settings: LayoutSettings): Boxes {
    const engine = this.#engine;
    const { byInput, isPair, packs, factor, total, least, union, bySelf, kinds } = settings;
    if (!byInput) engine.sortStacks(true);
    if (kinds) {
      const at = engine.tellKinds() >>> 0;
      this.#memory.bytes.set(kinds, at);
    }
    const { gap, most } = settings.together ?? { gap: -1, most: 0 };
    engine.drawStacks(byInput, isPair, packs, factor.after, factor.before, total, least, union, bySelf, gap, most);
    const count = engine.boxCount();
    const { words, floats } = this.#memory;
    // copies, because the engine's memory moves when it grows
    const whole = (column: number): Uint32Array => {
      const at = engine.boxColumn(column) >>> 2;
      return words.slice(at, at + count);
    };
    const real = (column: number): Float64Array => {
      const at = engine.boxColumn(column) >>> 3;
      return floats.slice(at, at + count);
    };
    const depth = whole(Column.depth);
    return {
      count,
      depth,
      name: whole(Column.name),
      start: real(Column.start),
      width: real(Column.width),
      size: real(Column.size),
      before: real(Column.before),
      change: real(Column.change),
      bits: whole(Column.bits),
      top: whole(Column.top),
      together: whole(Column.together),
      deepest: depth.reduce((deepest, one) => Math.max(deepest, one), 0),
      thin: engine.thinFrames(),
      mostChange: engine.mostBoxChange(),
    };
  }

  /** What boxes() has packed. */
  get packed(): Packed {
    const engine = this.#engine;
    const { bytes, words } = this.#memory;
    const names = engine.packedNamesColumn() >>> 2;
    return {
      names: words.subarray(names, names + engine.packedNames()),
      nodes: engine.packedNodes(),
      columns: Array.from({ length: PACKED_COLUMNS }, (_, column) =>
        Array.from({ length: engine.packedChunks(column) }, (_, chunk) => {
          const at = engine.packedAt(column, chunk) >>> 0;
          return bytes.subarray(at, at + engine.packedSize(column, chunk));
        }),
      ),
    };
  }
}
