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
  const found = new Uint8Array(names.length);
  for (let number = 1; number < names.length; number++) if (matches(names[number] as string)) found[number] = 1;
  return found;
}

/** Matching frames at and below `top`, of which none lies inside another, from left to right. */
export function matchingNodes(tree: Tree, matches: Matches, top: number): number[] {
  const nodes: number[] = [];
  const end = tree.end[top] as number;
  for (let node = top; node < end; ) {
    if (matches[tree.name[node] as number] === 1) {
      nodes.push(node);
      node = tree.end[node] as number;
    } else node++;
  }
  return nodes;
}

export function sumOver(nodes: readonly number[], column: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < nodes.length; i++) sum += column[nodes[i] as number] ?? 0;
  return sum;
}
