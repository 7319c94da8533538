// Items → stacks of a table. There may be hundreds of thousands, so names cross from table to table as ids.

import type { StackTable } from '../../engine/stack-table.ts';
import { NameCopies } from '../../stacks/copy-stacks.ts';
import type { Item, Items } from './items.ts';

export class ItemLines {
  readonly #table: StackTable;
  readonly #known = new Map<string, number>();
  readonly #copies = new Map<Items, NameCopies>();
  #ids = new Uint32Array(256);
  #size = 0;

  constructor(table: StackTable) {
    this.#table = table;
  }

  /** Adds the line of an item with frames outside of it, weighing 0. Gives its place in the order of stacks(). */
  add(outer: readonly string[], item: Item): number {
    const { source, ids, from, count } = item;
    this.#size = 0;
    this.#makeRoom(outer.length + item.outer.length + ids.length + item.inner.length);
    this.#push(outer);
    this.#push(item.outer);
    const copies = this.#copiesOf(source);
    for (let i = from; i < ids.length; i++) this.#ids[this.#size++] = copies.at(ids[i] as number);
    this.#push(item.inner);
    return this.#table.add(this.#ids.subarray(0, this.#size), 0, count ?? 1);
  }

  #makeRoom(size: number): void {
    if (size > this.#ids.length) this.#ids = new Uint32Array(2 * size);
  }

  #push(frames: readonly string[]): void {
    for (const frame of frames) {
      let id = this.#known.get(frame);
      if (id === undefined) {
        id = this.#table.name(frame);
        this.#known.set(frame, id);
      }
      this.#ids[this.#size++] = id;
    }
  }

  #copiesOf(source: Items): NameCopies {
    const copies = this.#copies.get(source) ?? new NameCopies(source.names, this.#table);
    this.#copies.set(source, copies);
    return copies;
  }
}
