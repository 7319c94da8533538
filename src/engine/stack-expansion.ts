// Frames that stand for several others: the TypeScript face of expand-stacks.as.ts.

import type { Engine } from './engine.ts';
import type { EngineMemory } from './engine-memory.ts';

/** Bits of what is known of a name: is it a kernel frame's? how is it met in stacks? */
export const Met = { kernel: 1, leaf: 2, caller: 4 } as const;

export class StackExpansion {
  readonly #engine: Engine;
  readonly #memory: EngineMemory;

  constructor(engine: Engine, memory: EngineMemory) {
    this.#engine = engine;
    this.#memory = memory;
  }

  /**
   * Tells by name id how it is met in the stacks, as bits of Met: as a caller if the next frame is not one of these of
   * the kernel, else as a leaf.
   */
  begin(kernel: Iterable<number>): Uint8Array {
    const at = this.#engine.beginExpansion() >>> 0;
    const { bytes } = this.#memory;
    for (const id of kernel) bytes[at + id] = Met.kernel;
    this.#engine.meetFrames();
    return Uint8Array.prototype.slice.call(this.#memory.bytes, at, at + this.#engine.nameCount() + 1);
  }

  /** Keeps name ids with flags, outermost first. Gives what plan() takes. */
  add(words: readonly number[]): number {
    this.#memory.scratchWords(words);
    return this.#engine.addList(words.length);
  }

  /**
   * A frame becomes one of these lists of add(), by how it is met; 0: it stays. An empty list drops it, and the frames
   * further out. Only names that begin() knew.
   */
  plan(id: number, leaf: number, caller: number): void {
    this.#engine.planFrame(id, leaf, caller);
  }

  /** Puts the lists into all stacks, whose first `roots` frames are never dropped. */
  apply(roots: number): void {
    this.#engine.expandStacks(roots);
  }
}
