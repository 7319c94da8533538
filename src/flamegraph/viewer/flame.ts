// A pane with boxes: draws the rows in sight, answers the mouse, and keeps what matters in sight.

import { SLIVER } from '../geometry.ts';
import { middleOf, type Row } from '../needles.ts';
import { type Collected, collect, placeOf } from './collect.ts';
import { html, listen, set, svgElement } from './dom.ts';
import { type Drawing, type DrawnBand, drawBand, showFound } from './draw.ts';
import type { Model } from './model.ts';
import { childrenOf, pathTo, type Tree } from './tree.ts';

/** More boxes than this in one window of rows have elements of their own only if they have a label, px: as wide as this. */
const FEW_BOXES = 150;
const LABELLED = 27;
/** Boxes with elements of their own at most; thinner ones are drawn as slivers. */
const MOST_BOXES = 1000;
/** Rows that are drawn together. */
const BAND = 8;
/** How far beside a thin box the mouse still means it, px. */
const REACH = 3;
const SIDE = 16;

export interface FlameEvents {
  /** the mouse is over a node, or over none */
  hover(node: number | undefined, event: MouseEvent | undefined): void;
  /** a node was clicked */
  click(node: number): void;
  /** the cursor is on a node now: by right button, long press, arrow key */
  pick(node: number): void;
}

export interface FlameView {
  tree: Tree;
  zoom: number;
  /** root on top? */
  icicle: boolean;
  found: Uint8Array | undefined;
}

export class Flame {
  readonly element = html('div', { class: 'flame', tabindex: 0, role: 'application' });
  readonly #rows = svgElement('svg', { class: 'rows' });
  readonly #cursor = svgElement('rect', { class: 'cursor', rx: 2 });
  readonly #model: Model;
  readonly #events: FlameEvents;
  #view: FlameView | undefined;
  #collected: Collected = { rows: [], cut: [], thin: 0, least: 0 };
  #drawing: Drawing | undefined;
  #drawn = new Map<number, DrawnBand>();
  #storeys = 0;
  #width = 0;
  /** the place of the window's lower edge in the rows, px */
  #bottom = 0;
  #glyph = 0;
  /** the node that the cursor is on */
  selected: number | undefined;

  constructor(model: Model, label: string, events: FlameEvents) {
    this.#model = model;
    this.#events = events;
    set(this.element, { 'aria-label': label });
    this.#rows.append(this.#cursor);
    this.element.append(this.#rows);
    const { element } = this;
    listen(element, 'scroll', () => this.#drawRows());
    listen(element, 'mousemove', (event) => events.hover(this.nodeUnder(event), event));
    listen(element, 'mouseleave', () => events.hover(undefined, undefined));
    listen(element, 'click', (event) => {
      const node = this.nodeUnder(event);
      if (node !== undefined) events.click(node);
    });
    listen(element, 'contextmenu', (event) => {
      const node = this.nodeUnder(event);
      if (node === undefined) return;
      event.preventDefault();
      this.select(node);
      events.pick(node);
    });
    listen(element, 'keydown', (event) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if (!ctrlKey && !metaKey && !altKey && this.press(key)) event.preventDefault();
    });
  }

  /** Answers arrows, Enter and Space. Gives whether the key is one of them. */
  press(key: string): boolean {
    const from = this.selected ?? this.#view?.zoom;
    if (from === undefined || !/^Arrow|^Enter$|^ $/.test(key)) return false;
    if (!key.startsWith('A')) {
      this.#events.click(from);
      return true;
    }
    const next = this.#step(from, key);
    if (next !== undefined) {
      this.select(next);
      this.#events.pick(next);
    }
    return true;
  }

  /** Shows a view, of which keepInSight() draws a part; `isWide`: as wide as the last one, since to ask has the page laid out. */
  show(view: FlameView, isWide = false): void {
    this.#view = view;
    if (!isWide) this.#width = this.element.clientWidth;
    this.#layOut();
  }

  /** Draws again, at the present size. */
  resize(): void {
    const width = this.element.clientWidth;
    if (this.#view !== undefined && width !== this.#width) {
      this.#width = width;
      this.#layOut();
      this.keepInSight(this.selected ?? this.#view.zoom);
    } else {
      // the root stands at the bottom: what stood there stays there
      if (!this.#view?.icicle) this.element.scrollTop = this.#bottom - this.element.clientHeight;
      this.#drawRows();
    }
  }

  /** How many frames are drawn together with others. */
  get thin(): number {
    return this.#collected.thin;
  }

  get height(): number {
    return (this.#storeys + 1) * this.#model.data.frameHeight + 8;
  }

  #layOut(): void {
    const view = this.#view as FlameView;
    const { data } = this.#model;
    this.#rows.replaceChildren(this.#cursor);
    this.#drawn.clear();
    const inner = Math.max(this.#width - 2 * SIDE, 1);
    const scale = inner / (view.tree.width[view.zoom] || 1);
    this.#collected = collect(view.tree, view.zoom, scale, data.minPx);
    this.#storeys = storeysOf(this.#collected);
    this.#glyph ||= glyphWidth(this.#rows) || data.fontSize * 0.6;
    const { tree, zoom, found } = view;
    this.#drawing = {
      model: this.#model,
      collected: this.#collected,
      tree,
      zoom,
      scale,
      glyph: this.#glyph,
      sliver: SLIVER,
      found,
      topOf: (depth) => this.#rowTop(depth),
    };
    const height = this.#storeys * data.frameHeight;
    set(this.#rows, { width: this.#width, height: height + 6, 'stroke-width': data.frameHeight - 1 });
    if (this.selected !== undefined && !this.isDrawn(this.selected)) this.selected = undefined;
    this.#placeCursor();
  }

  /** The bands of rows in the window, and no others. */
  #drawRows(): void {
    const drawing = this.#drawing;
    if (drawing === undefined) return;
    const { frameHeight } = this.#model.data;
    const { scrollTop, clientHeight } = this.element;
    this.#bottom = scrollTop + clientHeight;
    const last = this.#storeys - 1;
    const bandAt = (y: number): number =>
      Math.floor(this.#depthAt(Math.min(Math.max(Math.floor(y / frameHeight), 0), last)) / BAND);
    const ends = [bandAt(scrollTop), bandAt(scrollTop + clientHeight)];
    const wanted: number[] = [];
    for (let band = Math.min(...ends); band <= Math.max(...ends); band++) wanted.push(band);
    for (const [band, { group }] of this.#drawn) {
      if (wanted.includes(band)) continue;
      group.remove();
      this.#drawn.delete(band);
    }
    if (wanted.every((band) => this.#drawn.has(band))) return;
    const depthsIn = (band: number): number[] =>
      Array.from({ length: BAND }, (_, i) => band * BAND + i).filter((depth) => depth <= last);
    drawing.sliver = this.#sliverIn(wanted.flatMap(depthsIn), drawing);
    for (const band of wanted) {
      if (this.#drawn.has(band)) continue;
      const drawn = drawBand(depthsIn(band), drawing);
      set(drawn.group, { transform: `translate(${SIDE})` });
      this.#cursor.before(drawn.group);
      this.#drawn.set(band, drawn);
    }
  }

  /** The width from which on boxes have elements of their own. */
  #sliverIn(depths: Iterable<number>, { tree, scale }: Drawing): number {
    const widths: number[] = [];
    const { rows, least } = this.#collected;
    for (const depth of depths) {
      const items = rows[depth]?.items ?? [];
      for (let i = 0; i < items.length; i++) {
        const wide = tree.width[items[i] as number] as number;
        if (wide * scale >= SLIVER && wide >= least) widths.push(wide * scale);
      }
    }
    if (widths.length <= FEW_BOXES) return SLIVER;
    return Math.max(widths.sort((a, b) => b - a)[MOST_BOXES] ?? 0, LABELLED);
  }

  /** Toggles what a search has found. */
  find(found: Uint8Array | undefined): void {
    if (this.#drawing === undefined || this.#view === undefined) return;
    this.#view.found = this.#drawing.found = found;
    this.#drawing.hits = undefined;
    for (const row of this.#drawn.values()) showFound(row, this.#drawing);
  }

  /** The one place that scrolls: the node, and with it the root if both fit. */
  keepInSight(node: number): void {
    const view = this.#view;
    if (view === undefined) return;
    const { frameHeight } = this.#model.data;
    const { clientHeight, scrollTop } = this.element;
    const height = this.#storeys * frameHeight + 6;
    const depth = Math.min(view.tree.depth[node] as number, this.#storeys - 1);
    const row = this.#rowTop(depth);
    const atRoot = view.icicle ? 0 : Math.max(height - clientHeight, 0);
    const isVisible = (top: number): boolean => row >= top && row + frameHeight <= top + clientHeight;
    if (!isVisible(scrollTop) || node === view.zoom) {
      const far = view.icicle ? row - 2 * frameHeight : row + 3 * frameHeight - clientHeight;
      this.element.scrollTop = isVisible(atRoot) ? atRoot : far;
    }
    this.#drawRows();
  }

  select(node: number | undefined): void {
    this.selected = node;
    this.#placeCursor();
    if (node !== undefined) this.keepInSight(node);
  }

  #placeCursor(): void {
    const node = this.selected;
    set(this.#cursor, { visibility: node === undefined ? 'hidden' : 'visible' });
    const drawing = this.#drawing;
    if (node === undefined || drawing === undefined) return;
    const { from, width } = placeOf(drawing.tree, drawing.zoom, node, drawing.scale);
    set(this.#cursor, {
      x: SIDE + from,
      y: this.#rowTop(drawing.tree.depth[node] as number),
      width: Math.max(width, 2),
      height: this.#model.data.frameHeight - 1,
    });
  }

  #depthAt(line: number): number {
    return this.#view?.icicle ? line : this.#storeys - 1 - line;
  }

  #rowTop(depth: number): number {
    return this.#depthAt(depth) * this.#model.data.frameHeight + 2;
  }

  /** The node under the mouse; beside thin ones the nearest. */
  nodeUnder({ clientX, clientY }: { clientX: number; clientY: number }): number | undefined {
    const drawing = this.#drawing;
    if (drawing === undefined) return undefined;
    const box = this.#rows.getBoundingClientRect();
    const zoomed = box.width / this.#width || 1;
    const x = (clientX - box.left) / zoomed - SIDE;
    const depth = this.#depthAt(Math.floor(((clientY - box.top) / zoomed - 2) / this.#model.data.frameHeight));
    const index = this.#indexAt(depth, x, REACH);
    if (index < 0) return this.#collected.cut[depth]?.find((tower) => Math.abs(middleOf(tower) - x) < SIDE)?.node;
    const node = (this.#collected.rows[depth] as Row).items[index] as number;
    // those that are drawn together are pointed at one by one
    const isOne = (drawing.tree.width[node] as number) >= this.#collected.least;
    return (isOne ? undefined : nodeAt(drawing, x, depth)) ?? node;
  }

  /** The place in its row of what is nearest to `x` px, at most `reach` away; -1: there is none. */
  #indexAt(depth: number, x: number, reach: number): number {
    const { lefts = [], rights = [] } = this.#collected.rows[depth] ?? {};
    let low = 0;
    let high = lefts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((lefts[middle] as number) <= x) low = middle + 1;
      else high = middle;
    }
    const distance = (index: number): number =>
      index in lefts ? Math.max((lefts[index] as number) - x, x - (rights[index] as number)) : reach + 1;
    const best = distance(low) < distance(low - 1) ? low : low - 1;
    return distance(best) > reach ? -1 : best;
  }

  /** Is it drawn, by itself or with its neighbours? */
  isDrawn(node: number): boolean {
    return this.#placeInRow(node) >= 0;
  }

  #placeInRow(node: number): number {
    const drawing = this.#drawing;
    if (drawing === undefined) return -1;
    const { from, width } = placeOf(drawing.tree, drawing.zoom, node, drawing.scale);
    return this.#indexAt(drawing.tree.depth[node] as number, from + width / 2, 0);
  }

  /** The node that an arrow key leads to. */
  #step(from: number, key: string): number | undefined {
    const view = this.#view as FlameView;
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const depth = view.tree.depth[from] as number;
      return this.#collected.rows[depth]?.items[this.#placeInRow(from) + (key === 'ArrowLeft' ? -1 : 1)];
    }
    if ((key === 'ArrowUp') === view.icicle) return pathTo(view.tree, from).at(-2);
    const children = [...childrenOf(view.tree, from)].filter((child) => this.isDrawn(child));
    return children.sort((a, b) => (view.tree.width[b] as number) - (view.tree.width[a] as number))[0];
  }
}

/** How many rows it takes. */
function storeysOf({ rows, cut }: Collected): number {
  return Math.max(rows.length, cut.length);
}

/** The node of this depth at `x`, px; undefined: there is none. */
function nodeAt({ tree, zoom, scale }: Drawing, x: number, depth: number): number | undefined {
  const value = (tree.start[zoom] as number) + x / scale;
  let node: number | undefined = zoom;
  while (node !== undefined && (tree.depth[node] as number) < depth) {
    node = [...childrenOf(tree, node)].find(
      (child) => (tree.start[child] as number) + (tree.width[child] as number) > value,
    );
  }
  return node;
}

/** The mean width of a letter in the boxes' font, px. */
function glyphWidth(rows: SVGElement): number {
  const sample = svgElement('text') as SVGTextElement;
  sample.textContent = 'abcdeghij_:<AB01';
  rows.append(sample);
  const width = sample.getComputedTextLength() / sample.textContent.length;
  sample.remove();
  return width;
}
