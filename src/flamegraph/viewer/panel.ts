// The panel below: everything about one frame, and what can be done with it.

import { grouped, percent } from '../../stacks/amounts.ts';
import { noiseText, type Sizes, sizeText, valueText } from '../words.ts';
import { type FunctionSums, placesOf } from './derive.ts';
import { html, part } from './dom.ts';
import type { Model } from './model.ts';
import { sumOver } from './search.ts';
import { sourceOf } from './source.ts';
import { pathTo, type Tree } from './tree.ts';

export class Panel {
  readonly #model: Model;
  readonly #name: HTMLElement;
  readonly #numbers: HTMLElement;
  readonly #acts: HTMLElement;
  readonly #said: HTMLElement;
  readonly #hint: string;

  constructor(model: Model, page: HTMLElement) {
    this.#model = model;
    [this.#name, this.#numbers, this.#acts, this.#said] = ['name', 'numbers', 'acts', 'sr'].map((name) =>
      part(page, name),
    ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
    this.#hint = this.#numbers.textContent as string;
  }

  /** `thin`: how many frames are drawn together with others. */
  showNothing(thin: number): void {
    this.#name.textContent = '';
    const hidden = thin > 0 ? ` Zoom in to tell ${grouped(thin)} thin frames apart.` : '';
    this.#numbers.replaceChildren(this.#hint + hidden);
    this.#acts.hidden = true;
  }

  /** Tells that something was done. */
  say(text: string): void {
    this.#said.textContent = text;
    this.#numbers.append(html('b', {}, text));
  }

  /** A frame of a tree, below `zoom`. `isFirm`: it was chosen, not only pointed at. */
  showNode(tree: Tree, node: number, zoom: number, isFirm: boolean): void {
    const model = this.#model;
    const sizes = model.sizes(tree, node);
    const parent = pathTo(tree, node).at(-2);
    const name = tree.name[node] as number;
    const parts = [
      ...this.#sizeTexts(sizes, tree.own[node] as number),
      ...(zoom > 0 && node > zoom ? [`${shareOf(tree, node, zoom)} of this view`] : []),
      ...(parent === undefined || node === 0 ? [] : [`${shareOf(tree, node, parent)} of its parent`]),
      ...(name > 0 ? this.#placesText(tree, name) : []),
    ];
    this.#show(name, parts, isFirm, model.meaning(model.classOf(tree, node)));
  }

  /** A function over all its places; `view`: its sums where one has zoomed in. */
  showFunction(name: number, sums: FunctionSums, view: FunctionSums): void {
    const [size, before] = [sums.total[name] as number, sums.totalBefore[name] as number];
    const sizes = { size, before, change: size - before, noise: this.#model.noise(before, size) };
    const parts = [...this.#sizeTexts(sizes, sums.self[name] as number), countOf(sums.places[name] as number)];
    if (view !== sums) parts.push(`${valueText(this.#model.data.measure, view.total[name] as number)} in this view`);
    this.#show(name, parts, true, '');
  }

  #sizeTexts(sizes: Sizes, own: number): string[] {
    const { measure } = this.#model.data;
    const noise = sizes.noise > 0 ? [`chance ${noiseText(measure, sizes.noise)}`] : [];
    return [sizeText(measure, sizes), ...noise, `self ${valueText(measure, own)}`];
  }

  #placesText(tree: Tree, name: number): string[] {
    const places = placesOf(tree, name);
    if (places.length < 2) return [];
    const total = sumOver(places, tree.size);
    const { measure } = this.#model.data;
    return [`in all ${countOf(places.length)} ${valueText(measure, total)}, ${percent(total / (measure.total || 1))}`];
  }

  #show(name: number, parts: readonly string[], isFirm: boolean, kind: string): void {
    const { data, names, links } = this.#model;
    const text = `${name > 0 && data.nameType ? `${data.nameType} ` : ''}${names[name]}`;
    this.#name.textContent = text;
    const source = sourceOf(links[name] as string);
    const all = [
      ...parts,
      ...(kind === '' || data.measure.diff ? [] : [kind]),
      ...(source ? [`source ${source}`] : []),
    ];
    this.#numbers.replaceChildren(...all.map((part) => html('span', {}, part)));
    this.#acts.hidden = !isFirm || name === 0;
    if (isFirm) this.#said.textContent = `${text}: ${all.join(', ')}`;
  }
}

function shareOf(tree: Tree, node: number, whole: number): string {
  return percent((tree.width[node] as number) / ((tree.width[whole] as number) || 1));
}

function countOf(places: number): string {
  return places === 1 ? 'in one place' : `${places} places`;
}
