// The functions with the largest shares of a recording.

import type { StackTable } from '../engine/stack-table.ts';

export interface Share {
  name: string;
  /** of the sum of all counts, 0 to 1: as the innermost frame, and anywhere in the stack */
  self: number;
  total: number;
}

/** Those with the largest share of `by`, then by name (latin1). The root frame is the process, no function. */
export function topFunctions(table: StackTable, most: number, by: 'self' | 'total' = 'self'): Share[] {
  const self = new Float64Array(table.nameCount + 1);
  const total = new Float64Array(table.nameCount + 1);
  const lastStack = new Int32Array(table.nameCount + 1).fill(-1);
  let sum = 0;
  for (const { index, ids, weight } of table.stacks()) {
    sum += weight;
    for (let i = 1; i < ids.length; i++) {
      const id = ids[i] as number;
      if (lastStack[id] !== index) total[id]! += weight; // once a stack, however often it is called there
      lastStack[id] = index;
    }
    if (ids.length > 1) self[ids[ids.length - 1] as number]! += weight;
  }
  const shares: Share[] = [];
  for (let id = 1; id <= table.nameCount; id++) {
    const share = { self: (self[id] as number) / sum, total: (total[id] as number) / sum };
    if (share[by] > 0) shares.push({ name: table.nameText(id), ...share });
  }
  return shares.sort((a, b) => b[by] - a[by] || (a.name < b.name ? -1 : 1)).slice(0, most);
}
