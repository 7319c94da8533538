// The functions with the largest shares of a recording.

import type { StackTable } from '../engine/stack-table.ts';
import { isNamed, type OwnCode } from './own-code.ts';

export interface Share {
  name: string;
  /** of the sum of all counts, 0 to 1: as the innermost frame, and anywhere in the stack */
  self: number;
  total: number;
}

/** A share of the target's own code, or of any other. */
export interface FunctionShare extends Share {
  isOwn: boolean;
  /**
   * of stacks in which it is the innermost function of the target's own code that has a name: itself, and what libraries,
   * the kernel and unnamed functions do for it
   */
  own: number;
}

export const RANKS = ['self', 'total', 'own'] as const;
export type Rank = (typeof RANKS)[number];

/** All functions (names latin1). The root frame is the process, no function. */
export function functionShares(table: StackTable, code: Pick<OwnCode, 'isOwn'>): FunctionShare[] {
  const size = table.nameCount + 1;
  const self = new Float64Array(size);
  const total = new Float64Array(size);
  const own = new Float64Array(size);
  const lastStack = new Int32Array(size).fill(-1);
  const isOwn = Array.from({ length: size }, (_, id) => id > 0 && code.isOwn(table.nameText(id)));
  const named = isOwn.map((is, id) => is && isNamed(table.nameText(id)));
  let sum = 0;
  for (const { index, ids, weight } of table.stacks()) {
    sum += weight;
    let nearest = 0;
    for (let i = 1; i < ids.length; i++) {
      const id = ids[i] as number;
      if (lastStack[id] !== index) total[id]! += weight; // once a stack, however often it is called there
      lastStack[id] = index;
      if (isOwn[id] && (named[id] || nearest === 0)) nearest = id;
    }
    if (nearest > 0) own[nearest]! += weight;
    if (ids.length > 1) self[ids[ids.length - 1] as number]! += weight;
  }
  const shares: FunctionShare[] = [];
  for (let id = 1; id < size; id++) {
    if (total[id] === 0) continue;
    const share = (of: Float64Array): number => (of[id] as number) / sum;
    shares.push({
      name: table.nameText(id),
      self: share(self),
      total: share(total),
      own: share(own),
      isOwn: isOwn[id] === true,
    });
  }
  return shares;
}

/** Those with the largest share, then by name. */
export function topOf<T extends FunctionShare>(shares: readonly T[], most: number, by: Rank): T[] {
  return shares
    .filter((share) => share[by] > 0)
    .sort((a, b) => b[by] - a[by] || (a.name < b.name ? -1 : 1))
    .slice(0, most);
}
