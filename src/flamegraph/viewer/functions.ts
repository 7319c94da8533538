// The table of functions: self and total, by reason where threads waited, or both sides of a comparison.

import { percent, relative } from '../../stacks/amounts.ts';
import { waitFamily } from '../time.ts';
import { signedText, valueText } from '../words.ts';
import { type FunctionSums, waitSums } from './derive.ts';
import { button, html } from './dom.ts';
import type { Model } from './model.ts';
import type { State } from './state.ts';
import type { Tree } from './tree.ts';

const ROWS = 250;

interface Column {
  title: string;
  sort?: State['sort'];
  cell(name: number): string;
}

export interface FunctionsEvents {
  sort(by: State['sort']): void;
  pick(name: number): void;
}

export class Functions {
  readonly element = html('div', { class: 'table', role: 'region', 'aria-label': 'Functions', tabindex: 0 });
  readonly #model: Model;
  readonly #events: FunctionsEvents;
  #shown = ROWS;

  constructor(model: Model, events: FunctionsEvents) {
    this.#model = model;
    this.#events = events;
  }

  show(tree: Tree, sums: FunctionSums, state: State, found: Uint8Array | undefined, selected: number): void {
    const columns = this.#columns(tree, sums);
    const names: number[] = [];
    for (let name = 1; name < this.#model.names.length; name++) {
      if ((sums.places[name] as number) > 0 && (found === undefined || found[name])) names.push(name);
    }
    names.sort(this.#order(sums, state.sort));
    const head = columns.map(({ title, sort }) => {
      if (sort === undefined) return html('th', { scope: 'col' }, title);
      const isSorted = state.sort === sort;
      const cell = html(
        'th',
        { scope: 'col' },
        button(title, `Sort by ${title.toLowerCase()}`, () => this.#events.sort(sort)),
      );
      if (isSorted) cell.setAttribute('aria-sort', sort === 'name' ? 'ascending' : 'descending');
      return cell;
    });
    const rows = names.slice(0, this.#shown).map((name) => {
      const label = html('button', { class: 'name', type: 'button' }, this.#model.names[name] as string);
      label.addEventListener('click', () => this.#events.pick(name));
      const cells = columns.slice(1).map(({ cell }) => html('td', {}, cell(name)));
      const row = html('tr', {}, html('td', { title: this.#model.names[name] as string }, label), ...cells);
      row.classList.toggle('on', name === selected);
      row.classList.toggle('pale', this.#isNoise(sums, name));
      return row;
    });
    const table = html('table', {}, html('thead', {}, html('tr', {}, ...head)), html('tbody', {}, ...rows));
    this.element.replaceChildren(table);
    const more = names.length - rows.length;
    if (more <= 0) return;
    this.element.append(
      button(
        `Show ${Math.min(more, ROWS)} more of ${names.length}`,
        'Show more functions',
        () => {
          this.#shown += ROWS;
          this.show(tree, sums, state, found, selected);
        },
        { class: 'more' },
      ),
    );
  }

  #columns(tree: Tree, sums: FunctionSums): Column[] {
    const { measure } = this.#model.data;
    const { total, self, totalBefore, selfBefore } = sums;
    const value = (column: Float64Array) => (name: number) => valueText(measure, column[name] as number);
    const share = (column: Float64Array) => (name: number) => percent((column[name] as number) / (measure.total || 1));
    const name: Column = { title: 'Function', sort: 'name', cell: (id) => this.#model.names[id] as string };
    if (measure.diff) {
      const change = (after: Float64Array, before: Float64Array) => (id: number) =>
        signedText(measure, (after[id] as number) - (before[id] as number));
      const noise = (id: number): string => {
        const value = this.#model.noise(totalBefore[id] as number, total[id] as number);
        return value > 0 ? `±${valueText(measure, value)}` : '';
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
      { title: 'Self', sort: 'self', cell: value(self) },
      { title: 'Self %', cell: share(self) },
      { title: 'Total', sort: 'total', cell: value(total) },
      { title: 'Total %', cell: share(total) },
      ...this.#waitColumns(tree),
    ];
  }

  /** Time by reason, where the recording tells it. */
  #waitColumns(tree: Tree): Column[] {
    if (!this.#model.data.byTime || ((tree.bits[0] as number) & ~1) === 0) return [];
    const { measure } = this.#model.data;
    return [...waitSums(tree, this.#model.names.length)].map(([bits, sum]) => ({
      title: waitFamily(this.#model.data.families, bits)?.meaning ?? 'on CPU',
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
    const isDiff = this.#model.data.measure.diff !== undefined;
    const change = (after: Float64Array, before: Float64Array) => (id: number) =>
      Math.abs((after[id] as number) - (before[id] as number));
    const key =
      sort === 'change' && isDiff
        ? change(total, totalBefore)
        : sort === 'selfchange' && isDiff
          ? change(self, selfBefore)
          : (id: number) => (sort === 'self' ? self : total)[id] as number;
    return (a, b) => key(b) - key(a) || order(a, b);
  }
}
