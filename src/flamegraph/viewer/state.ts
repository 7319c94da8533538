// What is looked at, as part of the address: `#zoom=main;run&search=malloc`. By names, so that it holds for the next
// recording as well.

import type { Data } from '../data.ts';
import { shown } from '../display.ts';
import { childrenOf, pathTo, type Tree } from './tree.ts';

export interface State {
  zoom: number;
  search: string;
}

export function readState(tree: Tree, data: Data): State {
  const parts = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B'));
  let zoom = 0;
  for (const name of (parts.get('zoom') ?? '').split(';').filter((text) => text !== '')) {
    const next = [...childrenOf(tree, zoom)].find((node) => nameOf(tree, data, node) === name);
    if (next === undefined) break;
    zoom = next;
  }
  return { zoom, search: parts.get('search') ?? '' };
}

export function writeState(tree: Tree, data: Data, { zoom, search }: State): void {
  const path = pathTo(tree, zoom).slice(1);
  const parts = [];
  if (zoom > 0) parts.push(`zoom=${path.map((node) => encodeURIComponent(nameOf(tree, data, node))).join(';')}`);
  if (search !== '') parts.push(`search=${encodeURIComponent(search)}`);
  try {
    history.replaceState(null, '', parts.length > 0 ? `#${parts.join('&')}` : location.pathname + location.search);
  } catch {
    // a sandboxed frame has no address of its own
  }
}

function nameOf(tree: Tree, data: Data, node: number): string {
  return shown(data.names[(tree.name[node] as number) - 1] ?? '');
}
