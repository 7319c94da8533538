// Search: which names match, and how much of the recording they stand for.

import type { Tree } from './tree.ts';

/** By name number, 1 for those that match. */
export type Matches = Uint8Array;

/** `/…/` is a regular expression, anything else a part of the name; letter case never matters. Throws SyntaxError. */
export function matcherOf(query: string): (name: string) => boolean {
  const pattern = /^\/(.+?)\/?$/s.exec(query)?.[1];
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, 'i');
    return (name) => expression.test(name);
  }
  const part = query.toLowerCase();
  return (name) => name.toLowerCase().includes(part);
}

/** The names (shown ones, by number from 1) that match. */
export function matchesOf(names: readonly string[], query: string): Matches {
  const matches = matcherOf(query);
  return Uint8Array.from(names, (name, number) => (number > 0 && matches(name) ? 1 : 0));
}

/** The sum of a column over matching frames at and below `top`, where one inside another counts once. */
export function matchedSum(tree: Tree, column: Float64Array, matches: Matches, top: number): number {
  let sum = 0;
  for (let node = top; node < (tree.end[top] as number); ) {
    if (matches[tree.name[node] as number] === 1) {
      sum += column[node] as number;
      node = tree.end[node] as number;
    } else node++;
  }
  return sum;
}
