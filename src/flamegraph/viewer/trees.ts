// The trees that states show: the whole one, without what is hidden, below the root that was chosen.

import { percent } from '../../stacks/amounts.ts';
import { calleesOf, type FunctionSums, functionSums, namesTo, sharesOf, withoutHidden } from './derive.ts';
import type { Model } from './model.ts';
import type { State } from './state.ts';
import { childrenOf, type Tree } from './tree.ts';

export interface Shown {
  tree: Tree;
  /** of a node's part of the tree; computed when asked for, because it takes a while */
  sums: (top: number) => FunctionSums;
  /** by family's letter: its share of the time */
  shares: Map<string, number>;
  /** hidden functions, and the share of the whole that each takes away */
  hidden: [name: string, share: string, key: string][];
}

export class Trees {
  readonly #model: Model;
  readonly #numbers = new Map<string, number>();
  readonly #hasApart: boolean;
  #key = '';
  #shown: Shown | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.#hasApart = model.data.families.some(({ isApart }) => isApart);
    for (const [number, key] of model.links.entries()) this.#numbers.set(key, number);
  }

  /** The number of a name as links write it; undefined: no such function. */
  numberOf(key: string): number | undefined {
    return this.#numbers.get(key);
  }

  nameOf(key: string): string {
    return this.#model.names[this.#numbers.get(key) ?? 0] as string;
  }

  of({ hide, root }: State): Shown {
    const key = JSON.stringify([hide, root]);
    if (this.#shown && this.#key === key) return this.#shown;
    const model = this.#model;
    let tree = model.whole;
    const hidden: Shown['hidden'] = [];
    for (const name of hide) {
      const number = this.#numbers.get(name);
      if (!number) continue;
      const rest = withoutHidden(tree, number);
      const gone = (tree.width[0] as number) - (rest.width[0] as number);
      hidden.push([model.names[number] as string, percent(gone / (model.whole.width[0] || 1)), name]);
      tree = rest;
    }
    const number = this.#numbers.get(root);
    if (number) tree = calleesOf(tree, number, model.order);
    const made = new Map<number, FunctionSums>();
    const sums = (top: number): FunctionSums => {
      const known = made.get(top) ?? functionSums(tree, model.names.length - 1, top);
      made.set(top, known);
      return known;
    };
    const shares = sharesOf(tree, this.#hasApart, model.data.reversed, (node, bits) => model.classOf(tree, node, bits));
    this.#key = key;
    this.#shown = { tree, sums, shares, hidden };
    return this.#shown;
  }

  /** The node that a path of names leads to, or as far as it leads. */
  find(tree: Tree, path: readonly string[]): number {
    let node = 0;
    for (const key of path) {
      const number = this.#numbers.get(key);
      const next = [...childrenOf(tree, node)].find((child) => tree.name[child] === number);
      if (next === undefined) break;
      node = next;
    }
    return node;
  }

  pathOf(tree: Tree, node: number): string[] {
    return namesTo(tree, node).map((name) => this.#model.links[name] as string);
  }
}
