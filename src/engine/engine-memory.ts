// An engine's memory as bytes and as numbers of 32 and 64 bits. It moves when it grows, and then these are made anew:
// ask for them again after each call of the engine.

import type { Engine } from './engine.ts';
import { makeRoom } from './heap.ts';

export class EngineMemory {
  readonly #engine: Engine;
  #bytes = Buffer.alloc(0);
  #words = new Uint32Array(0);
  #floats = new Float64Array(0);

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get bytes(): Buffer {
    if (this.#bytes.byteLength === 0) this.#bytes = Buffer.from(this.#engine.memory.buffer);
    return this.#bytes;
  }

  get words(): Uint32Array {
    if (this.#words.byteLength === 0) this.#words = new Uint32Array(this.#engine.memory.buffer);
    return this.#words;
  }

  get floats(): Float64Array {
    if (this.#floats.byteLength === 0) this.#floats = new Float64Array(this.#engine.memory.buffer);
    return this.#floats;
  }

  /** The bytes between two places, latin1. */
  text(from: number, to: number): string {
    makeRoom();
    return this.bytes.toString('latin1', from, to);
  }

  /** Hands a text (latin1) to the engine. Gives its place, where it lies until the next one. */
  scratchText(text: string): number {
    const at = this.#engine.scratchFor((text.length + 3) >>> 2);
    this.bytes.write(text, at, text.length, 'latin1');
    return at;
  }

  /** The same for numbers of 32 bits. */
  scratchWords(words: ArrayLike<number>): void {
    const at = this.#engine.scratchFor(words.length) >>> 2;
    this.words.set(words, at);
  }
}
