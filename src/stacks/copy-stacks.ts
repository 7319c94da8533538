// Copies stacks from one table into another.

import type { StackTable } from '../engine/stack-table.ts';

/** The names of one table in another, by their ids; they are made as they are asked for. */
export class NameCopies {
  readonly #to: StackTable;
  readonly #nameOf: (id: number) => string;
  readonly #ids: Uint32Array;

  /** `from` has all its names. `nameOf` may give others. */
  constructor(from: StackTable, to: StackTable, nameOf = (id: number): string => from.nameText(id)) {
    this.#to = to;
    this.#nameOf = nameOf;
    this.#ids = new Uint32Array(from.nameCount + 1);
  }

  at(id: number): number {
    if (this.#ids[id] === 0) this.#ids[id] = this.#to.name(this.#nameOf(id));
    return this.#ids[id] as number;
  }
}

/**
 * Adds all stacks of `from` to `to`, which takes over the unit; the two tables number their names differently. `rootOf`
 * gives another name (latin1) for a root frame, by its id in `from`.
 */
export function copyStacks(from: StackTable, to: StackTable, rootOf = (id: number): string => from.nameText(id)): void {
  to.unit = from.unit;
  const names = new NameCopies(from, to);
  const roots = new NameCopies(from, to, rootOf);
  for (const { ids, weight, hits } of from.stacks()) {
    const own = Array.from(ids, (id, i) => (i === 0 ? roots : names).at(id));
    to.add(own, weight, hits);
  }
}
