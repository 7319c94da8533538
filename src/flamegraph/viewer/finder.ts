// What the search has found, the match one is at, and what the header says of it.

import { percent } from '../../stacks/amounts.ts';
import type { Header } from './header.ts';
import type { Model } from './model.ts';
import { matchesOf, matchingNodes, sumOver } from './search.ts';
import { pathTo, type Tree } from './tree.ts';

export class Finder {
  readonly #model: Model;
  readonly #header: Header;
  /** by name number; undefined: there is no search */
  found: Uint8Array | undefined;
  #matches: number[] = [];
  #at = -1;

  constructor(model: Model, header: Header) {
    this.#model = model;
    this.#header = header;
  }

  find(query: string, tree: Tree): void {
    this.found = undefined;
    this.#matches = [];
    this.#at = -1;
    try {
      if (query !== '') this.found = matchesOf(this.#model.names, query);
      if (this.found) this.#matches = matchingNodes(tree, this.found, 0);
      this.#header.showFound('', false, false);
    } catch {
      this.#header.showFound('not a regular expression', true, false);
    }
  }

  /** Goes on to the next match, row by row from the root, or back to the one before; begins in view. undefined: there is none. */
  step(step: 1 | -1, { depth, end }: Tree, zoom: number): number | undefined {
    const matches = this.#matches;
    if (matches.length === 0) return undefined;
    if (this.#at < 0) {
      matches.sort((a, b) => (depth[a] as number) - (depth[b] as number));
      const inView = matches.findIndex((node) => node >= zoom && node < (end[zoom] as number));
      this.#at = Math.max(inView, 0) - Number(step > 0);
    }
    this.#at = (this.#at + step + matches.length) % matches.length;
    return matches[this.#at];
  }

  /** `3 of 12: 10.00% → 12.34%, 30.00% of this view` */
  show(tree: Tree, zoom: number): void {
    if (this.found === undefined) return;
    const { total, diff } = this.#model.data.measure;
    const share = (nodes: readonly number[], top: number): string => {
      const now = percent(sumOver(nodes, tree.size) / ((top === 0 ? total : tree.size[top]) || 1));
      const before = top === 0 ? diff?.totalBefore : tree.before[top];
      return diff ? `${percent(sumOver(nodes, tree.before) / (before || 1))} → ${now}` : now;
    };
    // they are the same ones there, unless one of them lies around it
    const { found } = this;
    const isInside = pathTo(tree, zoom).some((node) => node < zoom && found[tree.name[node] as number] === 1);
    const inView = isInside
      ? matchingNodes(tree, found, zoom)
      : this.#matches.filter((node) => node >= zoom && node < (tree.end[zoom] as number));
    const view = zoom > 0 ? `, ${share(inView, zoom)} of this view` : '';
    const count = this.#matches.length;
    const place = this.#at < 0 ? `${count} found` : `${this.#at + 1} of ${count}`;
    this.#header.showFound(`${place}: ${share(this.#matches, 0)}${view}`, false, count > 0);
  }
}
