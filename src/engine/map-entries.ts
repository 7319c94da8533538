// The entries of bpftrace's maps: the TypeScript face of map-entry.as.ts. The engine reads entries of the usual form
// alone. Of others the host says what each of their lines is. Each entry becomes a stack of the table, whose first ids
// are a header.

import type { Engine } from './engine.ts';
import type { EngineMemory } from './engine-memory.ts';

/**
 * Where an entry's parts lie in its stack: the id of its map, a number of the host's, its shape. Then comes the length
 * of each of its stacks, in the order of the dump. All frames follow, root first, those of the last stack before the
 * others.
 */
export const Entry = { map: 0, extra: 1, shape: 2, lengths: 3 } as const;

/** In a shape: a stack. Any other number is a text. */
export const STACK = 0;

/** What stands around the stacks of a map's entries. */
export interface Shape {
  id: number;
  map: number;
  /** STACK, or the numbers of texts */
  parts: number[];
  /** how many entries are like this */
  entries: number;
}

/** StackTable.takeAll() of the same table. */
type TakeAll = (tell: (from: number, to: number, index: number) => void, drop: () => Uint32Array) => void;

export class MapEntries {
  readonly #engine: Engine;
  readonly #memory: EngineMemory;
  readonly #takeAll: TakeAll;

  constructor(engine: Engine, memory: EngineMemory, takeAll: TakeAll) {
    this.#engine = engine;
    this.#memory = memory;
    this.#takeAll = takeAll;
  }

  /** As StackTable.scan(), but entries and frames of the usual form are read on the way. */
  scan(): number {
    return this.#engine.scanEntries();
  }

  /** Call this before another input: it forgets the maps and shapes of the one before. */
  restart(): void {
    this.#engine.restartEntries();
  }

  /** Begins an entry of a map (an id other than 0), and forgets what was read of a stack. */
  begin(map: number): void {
    this.#engine.openEntry(map, 0, 0);
  }

  /** The same; and lines like the one between two places of the table's bytes begin others. */
  beginAt(map: number, from: number, to: number): void {
    this.#engine.openEntry(map, from, to - from);
  }

  /** A text between or behind the stacks of the open entry. */
  addTextAt(from: number, to: number): void {
    this.#engine.addText(from, to - from);
  }
  addText(text: string): void {
    this.#engine.addText(this.#memory.scratchText(text), text.length);
  }

  /** Counts the open entry. `order` is what the values of a dump do not fall below. */
  end(weight: number, extra: number, order: number): void {
    this.#engine.endEntry(weight, extra, order);
  }
  /** Forgets the open entry. */
  drop(): void {
    this.#engine.dropEntry();
  }
  get isOpen(): boolean {
    return this.#engine.isEntryOpen() !== 0;
  }

  /** Would the open entry, with this value, begin another dump? The values of a dump never fall. */
  beginsDump(order: number): boolean {
    return this.#engine.beginsDump(order) !== 0;
  }
  /** Something else than an entry came. */
  setApart(): void {
    this.#engine.setApart();
  }

  /** The lines in which the open entry began, and the last one ended. */
  get openedAt(): number {
    return this.#engine.entryOpenedAt();
  }
  get closedAt(): number {
    return this.#engine.entryClosedAt();
  }

  /** The distinct shapes of all entries. */
  *shapes(): Generator<Shape> {
    const engine = this.#engine;
    for (let id = 1; id <= engine.shapeCount(); id++) {
      const at = engine.shapeAt(id) >>> 2;
      const [map = 0, ...parts] = this.#memory.words.subarray(at, at + engine.shapeSize(id));
      yield { id, map, parts, entries: engine.entryCount(id) };
    }
  }

  /**
   * Plans how take() folds the entries of this shape, which has `count` stacks. It adds the frame `root` outside of
   * their frames and `leaf` inside, where those are not 0.
   */
  plan(shape: number, count: number, root: number, leaf: number): void {
    this.#engine.planShape(shape, count, root, leaf);
  }

  /**
   * Takes all stacks from the table, and adds those that were planned. It hands out the others of this map as
   * StackTable.takeAll() does; also planned entries that have a stack of `limit` frames. Gives the sum of the weights
   * added.
   */
  take(map: number, limit: number, tell: (from: number, to: number, index: number) => void): number {
    let sum = 0;
    this.#takeAll(tell, () => {
      sum = this.#engine.takePlanned(map, limit);
      const at = this.#engine.leftColumn() >>> 2;
      return this.#memory.words.slice(at, at + this.#engine.leftCount());
    });
    return sum;
  }

  /** A text of a shape. */
  textOf(number: number): string {
    const at = this.#engine.keyAt(number) >>> 0;
    return this.#memory.text(at, at + this.#engine.keySize(number));
  }
}
