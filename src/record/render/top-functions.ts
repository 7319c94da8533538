// The functions with the largest shares of a recording.

import type { StackTable } from '../../engine/stack-table.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { stableName } from '../../stacks/stable-name.ts';
import type { OwnCode } from '../target/own-code.ts';

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
   * of stacks whose innermost named function of the target's own code it is: the time of itself, and of what libraries,
   * the kernel and unnamed functions do for it
   */
  own: number;
  /** of stacks without the target's own code, whose innermost frame it is; with `own` of all functions it makes 1 */
  apart: number;
}

const RANKS = ['self', 'total', 'own'] as const;
export type Rank = (typeof RANKS)[number];

/**
 * All functions (names latin1), with all tiers of one together, and objects whose functions have no names. The root frame
 * is the process, so it counts as none.
 */
export function functionShares(table: StackTable, code: Pick<OwnCode, 'isOwn'>): FunctionShare[] {
  const size = table.nameCount + 1;
  const self = new Float64Array(size);
  const total = new Float64Array(size);
  const own = new Float64Array(size);
  const apart = new Float64Array(size);
  const lastStack = new Int32Array(size).fill(-1);
  const names = Array.from({ length: size }, (_, id) => (id > 0 ? stableName(table.nameText(id)) : ''));
  const ids = new Map<string, number>();
  for (let id = size - 1; id > 0; id--) ids.set(names[id] as string, id);
  // by name id: the first one of the same function
  const functions = Uint32Array.from(names, (name) => ids.get(name) ?? 0);
  const isOwn = names.map((name, id) => id > 0 && code.isOwn(name));
  const named = isOwn.map((is, id) => is && !isNameless(names[id] as string));
  let sum = 0;
  for (const { index, ids: frames, weight } of table.stacks()) {
    sum += weight;
    let nearest = 0;
    for (let i = 1; i < frames.length; i++) {
      const id = functions[frames[i] as number] as number;
      if (lastStack[id] !== index) total[id]! += weight; // once a stack, however often it is called there
      lastStack[id] = index;
      if (isOwn[id] && (named[id] || nearest === 0)) nearest = id;
    }
    const leaf = frames.length > 1 ? (functions[frames[frames.length - 1] as number] as number) : 0;
    if (nearest > 0) own[nearest]! += weight;
    else apart[leaf]! += weight;
    self[leaf]! += weight;
  }
  const shares: FunctionShare[] = [];
  for (let id = 1; id < size; id++) {
    if (total[id] === 0) continue;
    const share = (of: Float64Array): number => (of[id] as number) / sum;
    shares.push({
      name: names[id] as string,
      self: share(self),
      total: share(total),
      own: share(own),
      apart: share(apart),
      isOwn: isOwn[id] === true,
    });
  }
  return shares;
}

/** The functions with the largest share, then by name. */
export function topOf<T extends FunctionShare>(shares: readonly T[], most: number, by: Rank): T[] {
  return shares
    .filter((share) => share[by] > 0 && !isNameless(share.name))
    .sort((a, b) => b[by] - a[by] || (a.name < b.name ? -1 : 1))
    .slice(0, most);
}

/** Where time was spent that has none of the target's own code in its stacks, objects without names included. */
export function apartOf<T extends FunctionShare>(shares: readonly T[]): T[] {
  return shares.filter(({ apart }) => apart > 0).sort((a, b) => b.apart - a.apart || (a.name < b.name ? -1 : 1));
}

/** The objects in whose functions without names time was spent: `[postgres]`; those with the largest share first. */
export function unnamedOf<T extends FunctionShare>(shares: readonly T[]): T[] {
  return shares
    .filter(({ name, self }) => self > 0 && isNameless(name))
    .sort((a, b) => b.self - a.self || (a.name < b.name ? -1 : 1));
}
