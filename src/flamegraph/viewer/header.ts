// The header that stays: what this is, the tools, the legend, the way to the zoomed frame and what is hidden.

import { percent } from '../../stacks/amounts.ts';
import type { Scheme } from '../colours/classes.ts';
import { SEVERAL } from '../colours/time.ts';
import { button, chip, html, listen, part, set, toggle } from './dom.ts';
import type { Model } from './model.ts';
import type { Go, State } from './state.ts';

/** Steps of the way that are shown. */
const STEPS = 5;

export class Header {
  readonly search: HTMLInputElement;
  readonly #found: HTMLElement;
  readonly #buttons: NodeListOf<HTMLElement>;
  readonly #step: HTMLElement;
  readonly #legend: HTMLElement;
  readonly #trail: HTMLElement;
  readonly #go: Go;
  readonly #model: Model;

  constructor(model: Model, page: HTMLElement, go: Go) {
    this.#model = model;
    this.#go = go;
    this.search = page.querySelector('input') as HTMLInputElement;
    this.#buttons = page.querySelectorAll('.tools [data-act]');
    [this.#found, this.#step, this.#legend, this.#trail] = ['found', 'step', 'legend', 'trail'].map((name) =>
      part(page, name),
    ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
    listen(this.search, 'input', () => go({ search: this.search.value }, false));
  }

  show(state: State, scheme: Scheme, shares: ReadonlyMap<string, number>): void {
    for (const element of this.#buttons) {
      const { act } = element.dataset;
      if (act === state.view) set(element, { 'aria-current': 'page' });
      else element.removeAttribute('aria-current');
      if (act === 'flip') {
        element.hidden = state.view !== 'flame';
        set(element, { 'aria-pressed': String(state.flip) });
      }
      if (act === 'theme') element.title = element.ariaLabel = `Colours: ${state.theme} (t)`;
    }
    if (this.search.value !== state.search) this.search.value = state.search;
    this.#showLegend(state, scheme, shares);
  }

  #showLegend(state: State, scheme: Scheme, shares: ReadonlyMap<string, number>): void {
    const { data } = this.#model;
    this.#legend.replaceChildren();
    for (const { letter, meaning, mark, [scheme]: shades } of data.families) {
      const share = shares.get(letter);
      // callers of several waits have no share of their own
      if (meaning === '' || (share === undefined && letter !== SEVERAL)) continue;
      const words = [mark, meaning, share && percent(share)].filter(Boolean).join(' ');
      const isOn = state.only === letter;
      const act = () => this.#go({ only: isOn ? '' : letter });
      const entry = button('', `Let ${meaning} stand out`, act, { 'aria-pressed': String(isOn) });
      entry.append(chip(shades[shades.length >> 1] as string), words);
      this.#legend.append(entry);
    }
    if (data.basis?.sample) this.#legend.append(html('span', { class: 'soft' }, 'palest: may be chance'));
    if (data.measure.diff && data.union)
      this.#legend.append(
        html(
          'span',
          { class: 'soft wide' },
          `width: mean of ${data.measure.diff.before} and ${data.measure.diff.after}`,
        ),
      );
  }

  /** `path`: names down to the zoomed frame; `hidden`: functions left out and the share of all that they are. */
  showTrail(
    state: State,
    path: readonly string[],
    share: string,
    hidden: readonly (readonly [name: string, share: string, key: string])[],
    root: string,
  ): void {
    const parts: Node[] = [];
    const soft = (text: string): HTMLElement => html('span', { class: 'soft' }, text);
    if (root) parts.push(button(`⌂ ${root} ✕`, 'Show everything again', () => this.#go({ root: '', zoom: [] })));
    for (const [name, part, key] of hidden) {
      const again = () => this.#go({ hide: state.hide.filter((other) => other !== key) });
      parts.push(button(`hidden: ${name} ${part} ✕`, `Show ${name} again`, again));
    }
    if (path.length > 0) {
      const zoomTo = (depth: number) => () => this.#go({ zoom: state.zoom.slice(0, depth) });
      parts.push(button('all', 'Zoom out to all (Home)', zoomTo(0), { class: 'reset' }));
      const from = Math.max(path.length - STEPS, 0);
      if (from > 0) parts.push(soft(`… ${from} …`));
      for (const [i, name] of path.slice(from).entries())
        parts.push(soft('›'), button(name, `Zoom to ${name}`, zoomTo(from + i + 1)));
      parts.push(soft(share));
    }
    this.#trail.replaceChildren(...parts);
  }

  showFound(text: string, isBad: boolean, canStep: boolean): void {
    this.#found.textContent = text;
    toggle(this.#found, 'bad', isBad);
    this.#step.hidden = !canStep;
  }
}
