// The header that stays: what this is, the tools, the legend, the way to the zoomed frame and what is hidden.

import { percent } from '../../stacks/amounts.ts';
import type { Scheme } from '../classes.ts';
import { button, html } from './dom.ts';
import type { Model } from './model.ts';
import type { State } from './state.ts';

export interface HeaderEvents {
  view(view: State['view']): void;
  search(query: string): void;
  /** to the next match, or to the one before */
  next(step: 1 | -1): void;
  flip(): void;
  theme(): void;
  save(): void;
  help(): void;
  only(letter: string): void;
  /** zooms to the frame so many steps down the way; 0 is the root */
  zoom(depth: number): void;
  showAgain(name: string): void;
  leaveRoot(): void;
}

const VIEW_NAMES: readonly (readonly [State['view'], string, string])[] = [
  ['flame', 'Flame', '1'],
  ['functions', 'Functions', '2'],
  ['callers', 'Callers', '3'],
];
/** Steps of the way that are shown. */
const STEPS = 5;

export class Header {
  readonly element = html('div', { class: 'head' });
  readonly search = html('input', {
    type: 'search',
    placeholder: 'Search, or /regexp/',
    'aria-label': 'Search functions',
    spellcheck: 'false',
  });
  readonly #found = html('span', { class: 'found', role: 'status' });
  readonly #views = html('div', { class: 'views', role: 'group', 'aria-label': 'Views' });
  readonly #step = html('span', { class: 'tools' });
  readonly #legend = html('div', { class: 'legend', role: 'group', 'aria-label': 'Legend' });
  readonly #trail = html('div', { class: 'trail', role: 'group', 'aria-label': 'Zoom and hidden functions' });
  readonly #theme: HTMLButtonElement;
  readonly #flip: HTMLButtonElement;
  readonly #events: HeaderEvents;
  readonly #model: Model;

  constructor(model: Model, level: 1 | 2, events: HeaderEvents) {
    this.#model = model;
    this.#events = events;
    const { title, subtitle, facts, warning } = model.data;
    const words = html('div', { class: 'line' }, html(level === 1 ? 'h1' : 'h2', { class: 'title' }, title));
    if (subtitle) words.append(html('p', { class: 'sub' }, subtitle));
    words.append(html('p', { class: 'facts' }, facts));
    if (warning) words.append(html('p', { class: 'warn' }, warning));
    for (const [view, name, key] of VIEW_NAMES) {
      this.#views.append(button(name, `${name} (${key})`, () => events.view(view), { 'data-view': view }));
    }
    this.#flip = button('⇅', 'Turn upside down (i)', events.flip, { 'aria-label': 'Turn upside down' });
    this.#theme = button('◐', '', events.theme);
    this.#step.append(
      button('‹', 'Previous match (Shift-Enter)', () => events.next(-1), { 'aria-label': 'Previous match' }),
      button('›', 'Next match (Enter)', () => events.next(1), { 'aria-label': 'Next match' }),
    );
    const tools = html(
      'div',
      { class: 'tools' },
      this.#views,
      this.search,
      this.#step,
      this.#found,
      html('span', { class: 'push' }),
    );
    tools.append(
      this.#flip,
      this.#theme,
      button('Save', 'Save the folded stacks (s)', events.save, { 'aria-label': 'Save the folded stacks' }),
      button('?', 'Keys (?)', events.help, { 'aria-label': 'Keys' }),
    );
    this.element.append(words, tools, this.#legend, this.#trail);
    this.search.addEventListener('input', () => events.search(this.search.value));
  }

  show(state: State, scheme: Scheme, shares: ReadonlyMap<string, number>): void {
    for (const view of this.#views.children) {
      if (view.getAttribute('data-view') === state.view) view.setAttribute('aria-current', 'page');
      else view.removeAttribute('aria-current');
    }
    this.#flip.hidden = state.view !== 'flame';
    this.#flip.setAttribute('aria-pressed', String(state.flip));
    this.#theme.title = `Colours: ${state.theme} (t)`;
    this.#theme.setAttribute('aria-label', `Colours: ${state.theme}`);
    if (this.search.value !== state.search) this.search.value = state.search;
    this.#showLegend(state, scheme, shares);
  }

  #showLegend(state: State, scheme: Scheme, shares: ReadonlyMap<string, number>): void {
    const { data } = this.#model;
    this.#legend.replaceChildren();
    for (const { letter, meaning, mark, [scheme]: shades } of data.families) {
      const share = shares.get(letter);
      if (meaning === '' || share === undefined) continue;
      const chip = html('span', { class: 'chip' });
      chip.style.background = shades[shades.length >> 1] as string;
      const words = `${mark ? `${mark} ` : ''}${meaning} ${percent(share)}`;
      const entry = button('', `Let ${meaning} stand out`, () =>
        this.#events.only(state.only === letter ? '' : letter),
      );
      entry.setAttribute('aria-pressed', String(state.only === letter));
      entry.append(chip, words);
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
    this.#legend.hidden = this.#legend.childElementCount === 0;
  }

  /** `path`: names down to the zoomed frame; `hidden`: functions left out and the share of all that they are. */
  showTrail(
    path: readonly string[],
    share: string,
    hidden: readonly (readonly [string, string])[],
    root: readonly [string, string] | undefined,
  ): void {
    const parts: Node[] = [];
    if (root) parts.push(button(`⌂ ${root[0]} ${root[1]} ✕`, 'Show everything again', this.#events.leaveRoot));
    for (const [name, part] of hidden)
      parts.push(button(`hidden: ${name} ${part} ✕`, `Show ${name} again`, () => this.#events.showAgain(name)));
    if (path.length > 0) {
      parts.push(button('all', 'Zoom out to all (Home)', () => this.#events.zoom(0), { class: 'reset' }));
      const from = Math.max(path.length - STEPS, 0);
      if (from > 0) parts.push(html('span', { class: 'soft' }, `… ${from} …`));
      for (const [i, name] of path.entries()) {
        if (i < from) continue;
        parts.push(
          html('span', { class: 'soft' }, '›'),
          button(name, `Zoom to ${name}`, () => this.#events.zoom(i + 1)),
        );
      }
      parts.push(html('span', { class: 'soft' }, share));
    }
    this.#trail.replaceChildren(...parts);
    this.#trail.hidden = parts.length === 0;
  }

  showFound(text: string, isBad: boolean, canStep: boolean): void {
    this.#found.textContent = text;
    this.#found.classList.toggle('bad', isBad);
    this.#step.hidden = !canStep;
  }
}
