// The table of functions: self and total, by reason where threads waited, or both sides of a comparison.

import { percent, relative } from '../../stacks/amounts.ts';
import type { Scheme } from '../colours/classes.ts';
import { ON_CPU, waitFamily } from '../colours/time.ts';
import { noiseText, signedText, valueText } from '../words.ts';
import { type FunctionSums, waitSums } from './derive.ts';
import { button, chip, html, set, toggle } from './dom.ts';
import type { Model } from './model.ts';
import type { Go, State } from './state.ts';
import type { Tree } from './tree.ts';

const ROWS = 250;
/** What stands where the stacks of user and kernel meet. */
const NO_FUNCTION = /^--?$/;

export interface FunctionsView {
  tree: Tree;
  zoom: number;
  /** of what lies at and below `zoom` */
  sums: FunctionSums;
  state: State;
  found: Uint8Array | undefined;
  scheme: Scheme;
  selected: number;
}

interface Column {
  title: string;
  sort?: State['sort'];
  cell(name: number): string;
}

export class Functions {
  readonly element = html('div', { class: 'table', role: 'region', 'aria-label': 'Functions', tabindex: 0 });
  readonly #model: Model;
  readonly #go: Go;
  #shown = ROWS;

  constructor(model: Model, go: Go) {
    this.#model = model;
    this.#go = go;
  }

  show(view: FunctionsView): void {
    const { tree, zoom, sums, state, found, scheme, selected } = view;
    const { names: texts, links, data } = this.#model;
    const sort = state.sort || (data.measure.diff ? 'change' : 'total');
    const columns = this.#columns(view);
    const names: number[] = [];
    for (let name = 1; name < texts.length; name++) {
      if ((sums.places[name] as number) > 0 && !NO_FUNCTION.test(links[name] as string) && found?.[name] !== 0)
        names.push(name);
    }
    names.sort(this.#order(sums, sort));
    const head = columns.map(({ title, sort: by }) => {
      if (by === undefined) return html('th', { scope: 'col' }, title);
      const act = () => this.#go({ sort: by });
      const cell = html('th', { scope: 'col' }, button(title, `Sort by ${title.toLowerCase()}`, act));
      if (sort === by) set(cell, { 'aria-sort': by === 'name' ? 'ascending' : 'descending' });
      return cell;
    });
    const rows = names.slice(0, this.#shown).map((name) => {
      const text = texts[name] as string;
      const label = button(text, text, () => this.#go({ of: links[name] as string }), { class: 'name' });
      const cells = columns.slice(1).map(({ cell }) => html('td', {}, cell(name)));
      const first = html('td', {}, label);
      const kind = this.#model.kindOf(name, sums.bits[name] as number);
      if (this.#model.meaning(kind)) first.prepend(chip(this.#model.colour(kind, scheme)));
      const row = html('tr', {}, first, ...cells);
      toggle(row, 'on', name === selected);
      toggle(row, 'pale', this.#isNoise(sums, name));
      return row;
    });
    const where = zoom > 0 ? ` in ${this.#model.nameOf(tree, zoom)}, ${this.#model.shareOfAll(tree, zoom)}` : '';
    const more = names.length - rows.length;
    const caption = html('caption', {}, `${more > 0 ? `${rows.length} of ` : ''}${names.length} functions${where}`);
    const table = html('table', {}, caption, html('thead', {}, html('tr', {}, ...head)), html('tbody', {}, ...rows));
    this.element.replaceChildren(table);
    if (more <= 0) return;
    this.element.append(
      button(
        'Show more',
        'Show more',
        () => {
          this.#shown += ROWS;
          this.show(view);
        },
        { class: 'more' },
      ),
    );
  }

  #columns({ tree, zoom, sums }: FunctionsView): Column[] {
    const { measure } = this.#model.data;
    const { total, self, totalBefore, selfBefore } = sums;
    const unit = ` ${measure.unit}`;
    // it stands in the header already
    const plain = (text: string): string => text.replace(unit, '');
    const value = (column: Float64Array) => (name: number) => plain(valueText(measure, column[name] as number));
    const share = (column: Float64Array) => (name: number) => percent((column[name] as number) / (measure.total || 1));
    const name: Column = { title: 'Function', sort: 'name', cell: (id) => this.#model.names[id] as string };
    if (measure.diff) {
      const change = (after: Float64Array, before: Float64Array) => (id: number) =>
        plain(signedText(measure, (after[id] as number) - (before[id] as number)));
      const noise = (id: number): string => {
        const value = this.#model.noise(totalBefore[id] as number, total[id] as number);
        return value > 0 ? plain(noiseText(measure, value)) : '';
      };
      const ratio = (id: number): string => {
        const [before, after] = [totalBefore[id] as number, total[id] as number];
        return before === 0 ? 'new' : after === 0 ? 'gone' : relative(after, before);
      };
      return [
        name,
        { title: measure.diff.before, cell: value(totalBefore) },
        { title: measure.diff.after, sort: 'total', cell: value(total) },
        { title: 'Change', sort: 'change', cell: change(total, totalBefore) },
        { title: '%', cell: ratio },
        ...(this.#model.data.basis?.sample ? [{ title: 'Noise', cell: noise }] : []),
        { title: `Self ${measure.diff.after}`, sort: 'self' as const, cell: value(self) },
        { title: 'Self change', sort: 'selfchange', cell: change(self, selfBefore) },
      ];
    }
    return [
      name,
      { title: 'Total', sort: 'total', cell: value(total) },
      { title: 'Total %', cell: share(total) },
      { title: 'Self', sort: 'self', cell: value(self) },
      { title: 'Self %', cell: share(self) },
      ...this.#waitColumns(tree, zoom),
    ];
  }

  /** Time by reason, where the recording tells it. */
  #waitColumns(tree: Tree, zoom: number): Column[] {
    if (!this.#model.data.byTime || ((tree.bits[zoom] as number) & ~1) === 0) return [];
    const { measure, families } = this.#model.data;
    return [...waitSums(tree, this.#model.names.length, zoom)]
      .sort(
        ([a, { 0: time = 0 }], [b, { 0: other = 0 }]) => Number(b === ON_CPU) - Number(a === ON_CPU) || other - time,
      )
      .map(([bits, sum]) => ({
        title: bits === ON_CPU ? 'on CPU' : (waitFamily(families, bits)?.meaning ?? 'both'),
        cell: (name) => (sum[name] ? valueText(measure, sum[name] as number) : ''),
      }));
  }

  #isNoise({ total, totalBefore }: FunctionSums, name: number): boolean {
    const noise = this.#model.noise(totalBefore[name] as number, total[name] as number);
    return noise > 0 && Math.abs((total[name] as number) - (totalBefore[name] as number)) <= noise;
  }

  #order(sums: FunctionSums, sort: State['sort']): (a: number, b: number) => number {
    const { total, self, totalBefore, selfBefore } = sums;
    const { order } = this.#model;
    if (sort === 'name') return order;
    const change = (after: Float64Array, before: Float64Array) => (id: number) =>
      Math.abs((after[id] as number) - (before[id] as number));
    // what may be chance comes last
    const changed = (id: number): number => change(total, totalBefore)(id) * (this.#isNoise(sums, id) ? 1e-9 : 1);
    const keys: Partial<Record<State['sort'], (id: number) => number>> = {
      change: changed,
      selfchange: change(self, selfBefore),
      self: (id) => self[id] as number,
    };
    const key = keys[sort] ?? ((id) => total[id] as number);
    return (a, b) => key(b) - key(a) || order(a, b);
  }
}
