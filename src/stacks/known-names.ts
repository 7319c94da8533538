// What somebody found out about names, remembered while they are few: an input may have millions that come once.

import { Remembered } from '../engine/remembered.ts';

/** So many names each memory holds; those of a usual recording are fewer. */
export const MOST_KNOWN = 1 << 17;

export class KnownNames<Name, Of> {
  readonly #make: (name: Name) => Of;
  readonly #known = new Remembered<Name, Of>(MOST_KNOWN);

  constructor(make: (name: Name) => Of) {
    this.#make = make;
  }

  /** The same object for the same name, until all are forgotten. */
  of(name: Name): Of {
    const known = this.#known.get(name);
    if (known !== undefined || this.#known.has(name)) return known as Of;
    const made = this.#make(name);
    this.#known.set(name, made);
    return made;
  }
}
