// Stacks of ids → the names of their frames, innermost first. A large dump has hundreds of thousands of stacks.

import type { StackTable } from '../../engine/stack-table.ts';

export class StackNames {
  readonly #table: StackTable;
  readonly #texts: string[] = [];
  /** by a hash of their ids, which several stacks may have */
  readonly #shared = new Map<number, { ids: Uint32Array; names: readonly string[] }[]>();

  constructor(table: StackTable) {
    this.#table = table;
  }

  /** A new array. `ids` are root first. */
  innermostFirst(ids: Uint32Array, from: number, to: number): string[] {
    const names: string[] = [];
    for (let i = to - 1; i >= from; i--) names.push(this.#textOf(ids[i] as number));
    return names;
  }

  /** The same, but equal stacks get the same array, so that callers can remember by it what they found out. */
  sharedInnermostFirst(ids: Uint32Array, from: number, to: number): readonly string[] {
    let hash = to - from;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + (ids[i] as number)) | 0;
    let alike = this.#shared.get(hash);
    if (alike === undefined) {
      alike = [];
      this.#shared.set(hash, alike);
    }
    for (const known of alike) if (isAt(known.ids, ids, from, to)) return known.names;
    const names = this.innermostFirst(ids, from, to);
    alike.push({ ids: ids.slice(from, to), names });
    return names;
  }

  #textOf(id: number): string {
    this.#texts[id] ??= this.#table.nameText(id);
    return this.#texts[id];
  }
}

function isAt(some: Uint32Array, ids: Uint32Array, from: number, to: number): boolean {
  if (some.length !== to - from) return false;
  for (let i = from; i < to; i++) if (some[i - from] !== ids[i]) return false;
  return true;
}
