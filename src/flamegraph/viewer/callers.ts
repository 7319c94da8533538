// Callers and callees of one function, merged over all its places: callers stand on it, callees hang below it.

import { calleesOf, callersOf } from './derive.ts';
import { html } from './dom.ts';
import { Flame } from './flame.ts';
import type { Model } from './model.ts';
import type { Tree } from './tree.ts';

export interface CallersEvents {
  /** the mouse is over a node of one of the trees, or over none */
  hover(tree: Tree | undefined, node: number | undefined, event: MouseEvent | undefined): void;
  /** another function was chosen, by its number */
  choose(name: number): void;
  /** a frame has the cursor */
  pick(): void;
}

export class Callers {
  readonly element = html('div', { class: 'callers' });
  readonly #model: Model;
  readonly #above: Flame;
  readonly #below: Flame;
  #trees: { callers: Tree; callees: Tree } | undefined;
  /** the number of the function; 0: none was shown yet */
  name = 0;
  /** the one that the cursor is on; 0: the function itself */
  picked = 0;

  constructor(model: Model, events: CallersEvents) {
    this.#model = model;
    const flame = (label: string, side: 'callers' | 'callees'): Flame => {
      const nameOf = (node: number): number => this.#trees?.[side].name[node] as number;
      return new Flame(model, label, {
        hover: (node, event) => events.hover(this.#trees?.[side], node, event),
        click: (node) => events.choose(nameOf(node)),
        pick: (node) => {
          this.picked = nameOf(node);
          events.pick();
        },
      });
    };
    this.#above = flame('Callers', 'callers');
    this.#below = flame('Callees', 'callees');
    this.#above.element.classList.add('up');
  }

  show(tree: Tree, name: number, found: Uint8Array | undefined): void {
    const { order, names } = this.#model;
    const callers = callersOf(tree, name, order);
    const callees = calleesOf(tree, name, order);
    this.#trees = { callers, callees };
    this.name = name;
    this.picked = 0;
    for (const flame of [this.#above, this.#below]) flame.selected = undefined;
    const part = (text: string): HTMLElement => html('p', { class: 'part' }, text);
    this.element.replaceChildren(
      part(`Who calls ${names[name]}, over all its places`),
      this.#above.element,
      part(`What ${names[name]} calls`),
      this.#below.element,
    );
    this.#above.show({ tree: callers, zoom: 0, icicle: false, found });
    this.#below.show({ tree: callees, zoom: 0, icicle: true, found });
    for (const flame of [this.#above, this.#below]) flame.keepInSight(0);
  }

  /** The pane that an arrow key points to. */
  towards(key: string): Flame {
    return key === 'ArrowUp' ? this.#above : this.#below;
  }

  find(found: Uint8Array | undefined): void {
    for (const flame of [this.#above, this.#below]) flame.find(found);
  }

  resize(): void {
    for (const flame of [this.#above, this.#below]) flame.resize();
  }
}
