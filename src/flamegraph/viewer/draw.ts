// A few rows of boxes as SVG elements. Slivers of one colour are one path for all of these rows, because each element costs the
// browser more than what it draws.

import { boxWidth, hundredths, LABEL_INDENT, labelBaseline, labelColumns, SLIVER } from '../geometry.ts';
import { label } from '../label.ts';
import { emptyRow, markText, middleOf } from '../needles.ts';
import { Slivers } from '../slivers.ts';
import { type Collected, thinHits } from './collect.ts';
import { type Attributes, set, svgElement, toggle } from './dom.ts';
import type { Model } from './model.ts';
import type { Tree } from './tree.ts';

export interface Drawing {
  model: Model;
  collected: Collected;
  tree: Tree;
  zoom: number;
  /** px a value */
  scale: number;
  /** px a letter */
  glyph: number;
  /** boxes thinner than this are slivers, px */
  sliver: number;
  /** by name number, 1 for what the search has found; undefined: no search */
  found: Uint8Array | undefined;
  /** see thinHits(); computed when first needed */
  hits?: number[][] | undefined;
  /** px from the top to the boxes of a depth */
  topOf(depth: number): number;
}

/** Rows as drawn, and what a search toggles. */
export interface DrawnBand {
  group: SVGElement;
  depths: readonly number[];
  boxes: [rect: SVGElement, name: number][];
}

export function drawBand(depths: readonly number[], drawing: Drawing): DrawnBand {
  const { model, collected, tree, zoom, glyph, sliver, topOf } = drawing;
  const { frameHeight, fontSize } = model.data;
  const height = frameHeight - 1;
  const slivers = inTenths();
  const boxes: DrawnBand['boxes'] = [];
  const elements: SVGElement[] = [];
  for (const depth of depths) {
    const { items, lefts, rights } = collected.rows[depth] ?? emptyRow();
    const top = topOf(depth);
    const side = depth < (tree.depth[zoom] as number) ? ' up' : '';
    const emptyBox = svgElement('rect', { y: top, height, rx: 1.5 });
    const noWords = svgElement('text', { class: side, y: top + labelBaseline(frameHeight, fontSize) });
    slivers.begin(top + height / 2);
    for (let i = 0; i < items.length; i++) {
      const node = items[i] as number;
      const from = lefts[i] as number;
      const width = (rights[i] as number) - from;
      if ((tree.width[node] as number) < collected.least) {
        slivers.add(model.plainClassOf(tree, node), from, from + width);
        continue;
      }
      const kind = model.classOf(tree, node);
      if (width < sliver) {
        slivers.add(kind, from, from + inkWidth(width));
        continue;
      }
      const isGone = tree.size[node] === 0 && tree.width[node] !== 0;
      const box = copyOf(emptyBox, {
        class: look(kind) + side + (isGone ? ' gone' : ''),
        x: hundredths(from),
        width: hundredths(boxWidth(width)),
      });
      elements.push(box);
      boxes.push([box, tree.name[node] as number]);
      const sign = model.sign(tree.name[node] as number, kind);
      const text = label(model.nameOf(tree, node), labelColumns(width, glyph) - sign.length);
      if (text === '') continue;
      const words = copyOf(noWords, { x: hundredths(from + LABEL_INDENT) });
      words.textContent = sign + text;
      elements.push(words);
    }
    for (const tower of collected.cut[depth] ?? []) {
      const mark = svgElement('text', { class: 'mark', x: Math.round(middleOf(tower)), y: top + frameHeight - 5 });
      mark.textContent = markText(tower.hidden);
      elements.push(mark);
    }
  }
  for (const [kind, path] of slivers.finish()) elements.push(pathOf(look(kind), path));
  const group = svgElement('g');
  group.append(...elements);
  const drawn = { group, depths, boxes };
  showFound(drawn, drawing);
  return drawn;
}

/** The classes that colours are given to and entries of the legend select: `a0`, `b1 l`. */
function look(kind: string): string {
  return kind.length > 2 ? `${kind.slice(0, 2)} ${kind[2]}` : kind;
}

function copyOf(element: SVGElement, attributes: Attributes): SVGElement {
  return set(element.cloneNode() as SVGElement, attributes);
}

/** Whole numbers are quick to write and to read. */
function inTenths(): Slivers {
  return new Slivers((tenths) => tenths);
}

function pathOf(kind: string, path: string): SVGElement {
  return svgElement('path', { class: kind, transform: 'scale(.1 1)', d: `M0 0${path}` });
}

/** Marks what the search has found; without building the rows anew. */
export function showFound({ group, depths, boxes }: DrawnBand, drawing: Drawing): void {
  const { tree, sliver, found, collected, model, topOf } = drawing;
  for (const [box, name] of boxes) {
    const isHit = found?.[name] === 1;
    toggle(box, 'hit', isHit);
  }
  for (const old of group.querySelectorAll('path.hit')) old.remove();
  if (found === undefined) return;
  drawing.hits ??= thinHits(collected, tree, drawing.zoom, drawing.scale, found);
  // one upon the other, because both go from left to right
  const [own, thin] = [inTenths(), inTenths()];
  for (const depth of depths) {
    const { items, lefts, rights } = collected.rows[depth] ?? emptyRow();
    const middle = topOf(depth) + (model.data.frameHeight - 1) / 2;
    own.begin(middle);
    thin.begin(middle);
    for (let i = 0; i < items.length; i++) {
      const left = lefts[i] as number;
      const width = (rights[i] as number) - left;
      const node = items[i] as number;
      const isOwn = (tree.width[node] as number) >= collected.least;
      if (width < sliver && isOwn && found[tree.name[node] as number] === 1)
        own.add('hit', left, left + inkWidth(width));
    }
    const runs = drawing.hits[depth] ?? [];
    for (let i = 0; i < runs.length; i += 2) thin.add('hit', runs[i] as number, runs[i + 1] as number);
  }
  for (const slivers of [own, thin]) for (const [, path] of slivers.finish()) group.append(pathOf('hit', path));
}

/** Slivers run together; what is wider only for speed keeps the air of a box. */
function inkWidth(width: number): number {
  return width < SLIVER ? width : boxWidth(width);
}
