// The boxes on the screen: what of the tree can be seen, drawn as the static picture draws it.

import { changeClass, goneClass } from '../change.ts';
import type { Data } from '../data.ts';
import { boxWidth, hundredths, LABEL_INDENT, labelBaseline, labelColumns, SLIVER } from '../geometry.ts';
import { label } from '../label.ts';
import { Slivers } from '../slivers.ts';
import type { Matches } from './search.ts';
import { pathTo, type Tree } from './tree.ts';

const SVG = 'http://www.w3.org/2000/svg';

export function svgElement(name: string, attributes: Record<string, string | number> = {}): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

export class Frames {
  readonly #tree: Tree;
  readonly #data: Data;
  readonly #names: readonly string[];
  readonly #group: SVGElement;
  readonly #glyph: number;
  /** the drawn nodes by depth, from left to right */
  #rows: number[][] = [];
  #zoom = 0;
  #width = 0;
  /** how many rows there is room for */
  rowCount: number;

  /** `names`: as they are shown, by number; `group`: holds the rows. */
  constructor(tree: Tree, data: Data, names: readonly string[], group: SVGElement) {
    this.#tree = tree;
    this.#data = data;
    this.#names = names;
    this.#group = group;
    this.#glyph = glyphWidth(group) || data.fontSize * 0.6;
    this.rowCount = data.rows;
  }

  /** Draws what lies at and below `zoom` over a width of px, and its callers. */
  draw(zoom: number, width: number, matches: Matches | undefined): void {
    this.#zoom = zoom;
    this.#width = width;
    this.#collect();
    this.rowCount = Math.max(this.#data.rows, this.#rows.length);
    this.#group.replaceChildren(...this.#rows.map((row, depth) => this.#drawRow(row, depth, matches)));
  }

  #collect(): void {
    const { end, width, depth } = this.#tree;
    const least = Math.max(this.#data.minPx, 0.05) / this.#scale;
    this.#rows = pathTo(this.#tree, this.#zoom).map((node) => [node]);
    for (let node = this.#zoom + 1; node < (end[this.#zoom] as number); ) {
      if ((width[node] as number) < least) {
        node = end[node] as number;
        continue;
      }
      const at = depth[node] as number;
      let row = this.#rows[at];
      if (row === undefined) this.#rows[at] = row = [];
      row.push(node);
      node++;
    }
  }

  get #scale(): number {
    return this.#width / (this.#tree.width[this.#zoom] as number);
  }

  #drawRow(row: readonly number[], depth: number, matches: Matches | undefined): SVGElement {
    const data = this.#data;
    const height = data.frameHeight - 1;
    const isAbove = depth < (this.#tree.depth[this.#zoom] as number);
    const group = svgElement('g', { transform: `translate(${data.margin} ${this.rowTop(depth)})` });
    if (isAbove) group.setAttribute('class', 'up');
    const slivers = new Slivers();
    for (const node of row) {
      const { from, width } = this.place(node);
      const isHit = matches?.[this.#tree.name[node] as number] === 1;
      const kind = this.#classOf(node);
      if (width < SLIVER) {
        slivers.add(isHit ? 'hit' : kind, from, from + width);
        continue;
      }
      const text = label(this.#names[this.#tree.name[node] as number] as string, labelColumns(width, this.#glyph));
      const x = hundredths(from);
      const shade = `${isHit ? 'hit' : kind}${goneClass(this.#tree.size[node] as number)}`;
      group.append(svgElement('rect', { class: shade, x, width: hundredths(boxWidth(width)), height }));
      if (text === '') continue;
      const y = labelBaseline(data.frameHeight, data.fontSize);
      const words = svgElement('text', { x: hundredths(from + LABEL_INDENT), y });
      words.textContent = text;
      group.append(words);
    }
    for (const [kind, path] of slivers.finish()) {
      group.append(svgElement('path', { class: kind, d: `M0 ${height / 2}${path}` }));
    }
    return group;
  }

  #classOf(node: number): string {
    const { measure, negate, mostChange, rootClass, classes } = this.#data;
    const { name, depth } = this.#tree;
    if (node === 0) return 'r';
    if (measure.diff) {
      const change = this.#tree.change[node] as number;
      return changeClass(negate ? -change : change, mostChange);
    }
    if (depth[node] === 1 && rootClass !== '') return rootClass;
    const at = ((name[node] as number) - 1) * 2;
    return classes.slice(at, at + 2);
  }

  /** Where a drawn node lies, px from the left of all boxes. */
  place(node: number): { from: number; width: number } {
    if (node < this.#zoom) return { from: 0, width: this.#width };
    const { start, width } = this.#tree;
    const from = ((start[node] as number) - (start[this.#zoom] as number)) * this.#scale;
    return { from, width: (width[node] as number) * this.#scale };
  }

  /** px from the top of the first row. */
  rowTop(depth: number): number {
    const row = this.#data.inverted ? depth : this.rowCount - 1 - depth;
    return row * this.#data.frameHeight;
  }

  /** The drawn node at a place, px from the left and the top of all boxes. */
  nodeAt(x: number, y: number): number | undefined {
    const line = Math.floor(y / this.#data.frameHeight);
    const row = this.#rows[this.#data.inverted ? line : this.rowCount - 1 - line] ?? [];
    let low = 0;
    let high = row.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.place(row[middle] as number).from <= x) low = middle + 1;
      else high = middle;
    }
    const node = row[low - 1];
    if (node === undefined) return undefined;
    const { from, width } = this.place(node);
    return x <= from + width ? node : undefined;
  }

  isDrawn(node: number): boolean {
    return this.#rows[this.#tree.depth[node] as number]?.includes(node) === true;
  }

  /** The drawn node `step` places to the right of another one. */
  neighbour(node: number, step: number): number | undefined {
    const row = this.#rows[this.#tree.depth[node] as number] ?? [];
    return row[row.indexOf(node) + step];
  }
}

/** The mean width of a letter in the boxes' font, px. */
function glyphWidth(group: SVGElement): number {
  const sample = svgElement('text') as SVGTextElement;
  sample.textContent = 'abcdefghijklmnopqrstuvwxyz_:<>ABCDEFGHIJ0123456789';
  group.append(sample);
  const width = sample.getComputedTextLength() / sample.textContent.length;
  sample.remove();
  return width;
}
