// Frames that stand for several others: the TypeScript face of expand-stacks.as.ts.

import type { Engine } from './engine.ts';

/** Bits of what is known of a name: is it a kernel frame's? how is it met in stacks? */
export const Met = { kernel: 1, leaf: 2, caller: 4 } as const;

/** The part of StackTable that this uses. */
interface Table {
  readonly words: Uint32Array;
  readonly bytes: Buffer;
  readonly nameCount: number;
}

export class StackExpansion {
  readonly #engine: Engine;
  readonly #table: Table;

  constructor(engine: Engine, table: Table) {
    this.#engine = engine;
    this.#table = table;
  }

  /**
   * Tells by name id how it is met in the stacks, as bits of Met: as a caller if the next frame is not one of these of
   * the kernel, else as a leaf.
   */
  begin(kernel: Iterable<number>): Uint8Array {
    const at = this.#engine.beginExpansion() >>> 0;
    const { bytes, nameCount } = this.#table;
    for (const id of kernel) bytes[at + id] = Met.kernel;
    this.#engine.meetFrames();
    return Uint8Array.prototype.slice.call(this.#table.bytes, at, at + nameCount + 1);
  }

  /** Keeps name ids with flags, outermost first. Gives what plan() takes. */
  add(words: readonly number[]): number {
    const at = this.#engine.scratchFor(words.length) >>> 2;
    this.#table.words.set(words, at);
    return this.#engine.addList(words.length);
  }

  /** A frame becomes one of these lists of add(), by how it is met; 0: it stays. Only names that begin() knew. */
  plan(id: number, leaf: number, caller: number): void {
    this.#engine.planFrame(id, leaf, caller);
  }

  /** Puts the lists into all stacks, whose first `roots` frames are never dropped. */
  apply(roots: number): void {
    this.#engine.expandStacks(roots);
  }
}
