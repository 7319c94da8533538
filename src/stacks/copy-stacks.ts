// Copies stacks from one table into another.

import type { StackTable } from '../engine/stack-table.ts';

/**
 * Adds all stacks of `from` to `to`, which takes over the unit; the two tables number their names differently. `rootOf`
 * gives another name (latin1) for a root frame, by its id in `from`.
 */
export function copyStacks(from: StackTable, to: StackTable, rootOf = (id: number): string => from.nameText(id)): void {
  to.unit = from.unit;
  const names = new Uint32Array(from.nameCount + 1);
  const roots = new Uint32Array(from.nameCount + 1);
  const copyOf = (id: number, known: Uint32Array, nameOf: (id: number) => string): number => {
    if (known[id] === 0) known[id] = to.name(nameOf(id));
    return known[id] as number;
  };
  for (const { ids, weight, hits } of from.stacks()) {
    const own = Array.from(ids, (id, i) =>
      i === 0 ? copyOf(id, roots, rootOf) : copyOf(id, names, (name) => from.nameText(name)),
    );
    to.add(own, weight, hits);
  }
}
