// Places in objects, whose frames get their names when all is read: the TypeScript face of places.as.ts.

import type { Engine } from './engine.ts';
import type { EngineMemory } from './engine-memory.ts';

/** By the number of a place. Views: read them before the table changes. */
export interface PlaceColumns {
  ids: Uint32Array;
  kinds: Uint32Array;
  addresses: Float64Array;
  /** addresses as they were printed */
  printedAt: Float64Array;
}

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

  columns(): PlaceColumns {
    const { count } = this;
    const [ids, kinds] = [this.#engine.placeNameColumn() >>> 2, this.#engine.placeKindColumn() >>> 2];
    const [addresses, printed] = [this.#engine.placeAddressColumn() >>> 3, this.#engine.placePrintedColumn() >>> 3];
    const { words, floats } = this.#memory;
    return {
      ids: words.subarray(ids, ids + count),
      kinds: words.subarray(kinds, kinds + count),
      addresses: floats.subarray(addresses, addresses + count),
      printedAt: floats.subarray(printed, printed + count),
    };
  }
}
