// Places in objects, whose frames get their names when all is read: the TypeScript face of places.as.ts.

import type { Engine } from './engine.ts';
import type { EngineMemory } from './engine-memory.ts';

export class Places {
  readonly #engine: Engine;
  readonly #memory: EngineMemory;

  constructor(engine: Engine, memory: EngineMemory) {
    this.#engine = engine;
    this.#memory = memory;
  }

  get count(): number {
    return this.#engine.placeCount();
  }

  /**
   * The name id that stands for a place; `kind` is the caller's number for what it belongs to. Where it `isApart`, each
   * printed address of the place has an id of its own.
   */
  id(kind: number, address: number, printedAt: number, isApart: boolean): number {
    return this.#engine.placeName(kind, address, printedAt, isApart);
  }

  /** The number of the place that a name id stands for; -1: it stands for none. */
  of(id: number): number {
    return this.#engine.placeOf(id);
  }

  /** The name id of a place. */
  idOf(place: number): number {
    return this.#memory.words[(this.#engine.placeNameColumn() >>> 2) + place] as number;
  }

  kindOf(place: number): number {
    return this.#memory.words[(this.#engine.placeKindColumn() >>> 2) + place] as number;
  }

  /** The address of a place as it was printed. */
  printedAt(place: number): number {
    return this.#memory.floats[(this.#engine.placePrintedColumn() >>> 3) + place] as number;
  }

  /** The kinds of all places. A view: read it before the table changes. */
  kinds(): Uint32Array {
    const from = this.#engine.placeKindColumn() >>> 2;
    return this.#memory.words.subarray(from, from + this.count);
  }

  /** The addresses of all places, in a copy. */
  addresses(): Float64Array {
    const from = this.#engine.placeAddressColumn() >>> 3;
    return this.#memory.floats.slice(from, from + this.count);
  }
}
