// One row of boxes as SVG elements, drawn as the static picture draws it.

import type { Scheme } from '../classes.ts';
import { boxWidth, hundredths, LABEL_INDENT, labelBaseline, labelColumns, SLIVER } from '../geometry.ts';
import { label } from '../label.ts';
import { emptyRow, markText, middleOf, type Row } from '../needles.ts';
import { Slivers } from '../slivers.ts';
import { type Collected, thinHits } from './collect.ts';
import { set, svgElement } from './dom.ts';
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
  scheme: Scheme;
  /** by name number, 1 for what the search has found; undefined: no search */
  found: Uint8Array | undefined;
  /** see thinHits(); computed when first needed */
  hits?: number[][] | undefined;
}

/** A row as drawn, and what a search toggles. */
export interface DrawnRow {
  group: SVGElement;
  depth: number;
  boxes: [rect: SVGElement, name: number][];
  row: Row;
}

export function drawRow(depth: number, drawing: Drawing): DrawnRow {
  const { model, collected, tree, zoom, glyph, sliver, scheme } = drawing;
  const { frameHeight, fontSize } = model.data;
  const height = frameHeight - 1;
  const row = collected.rows[depth] ?? emptyRow();
  const group = svgElement('g');
  if (depth < (tree.depth[zoom] as number)) set(group, { class: 'up' });
  const emptyBox = svgElement('rect', { height, rx: 1.5 });
  const noWords = svgElement('text', { y: labelBaseline(frameHeight, fontSize) });
  const slivers = new Slivers();
  const boxes: DrawnRow['boxes'] = [];
  const elements: SVGElement[] = [];
  for (const [i, node] of row.items.entries()) {
    const from = row.lefts[i] as number;
    const width = (row.rights[i] as number) - from;
    if ((tree.width[node] as number) < collected.least) {
      slivers.add(model.plainClassOf(tree, node), from, from + width);
      continue;
    }
    const kind = model.classOf(tree, node);
    if (width < sliver) {
      slivers.add(kind, from, from + inkWidth(width));
      continue;
    }
    const fill = model.colour(kind, scheme);
    const x = hundredths(from);
    const box = set(emptyBox.cloneNode() as SVGElement, {
      class: look(kind),
      fill,
      x,
      width: hundredths(boxWidth(width)),
    });
    const isGone = tree.size[node] === 0 && tree.width[node] !== 0;
    if (isGone) {
      box.classList.add('gone');
      set(box, { stroke: fill });
    }
    elements.push(box);
    boxes.push([box, tree.name[node] as number]);
    const sign = model.sign(tree.name[node] as number, kind);
    const text = label(model.nameOf(tree, node), labelColumns(width, glyph) - sign.length);
    if (text === '') continue;
    const words = set(noWords.cloneNode() as SVGElement, { x: hundredths(from + LABEL_INDENT) });
    words.textContent = sign + text;
    elements.push(words);
  }
  for (const [kind, path] of slivers.finish()) {
    const stroke = model.colour(kind, scheme);
    elements.push(svgElement('path', { class: look(kind), stroke, d: `M0 ${height / 2}${path}` }));
  }
  for (const tower of collected.cut[depth] ?? []) {
    const mark = svgElement('text', { class: 'mark', x: Math.round(middleOf(tower)), y: frameHeight - 5 });
    mark.textContent = markText(tower.hidden);
    elements.push(mark);
  }
  group.append(...elements);
  const drawn = { group, depth, boxes, row };
  showFound(drawn, drawing);
  return drawn;
}

/** The classes that entries of the legend select. */
function look(kind: string): string {
  return `of-${kind[0]}${kind[2] ? ` of-${kind[2]}` : ''}`;
}

/** Marks what the search has found; without building the row anew. */
export function showFound({ group, depth, boxes, row: { items, lefts, rights } }: DrawnRow, drawing: Drawing): void {
  const { tree, sliver, found, collected, model } = drawing;
  for (const [box, name] of boxes) {
    const isHit = found?.[name] === 1;
    if (box.classList.contains('hit') !== isHit) box.classList.toggle('hit', isHit);
  }
  for (const old of group.querySelectorAll('path.hit')) old.remove();
  if (found === undefined) return;
  const draw = (slivers: Slivers): void => {
    for (const [, path] of slivers.finish())
      group.append(svgElement('path', { class: 'hit', d: `M0 ${(model.data.frameHeight - 1) / 2}${path}` }));
  };
  const slivers = new Slivers();
  for (let i = 0; i < items.length; i++) {
    const left = lefts[i] as number;
    const width = (rights[i] as number) - left;
    const node = items[i] as number;
    const isOwn = (tree.width[node] as number) >= collected.least;
    if (width < sliver && isOwn && found[tree.name[node] as number] === 1)
      slivers.add('hit', left, left + inkWidth(width));
  }
  draw(slivers);
  drawing.hits ??= thinHits(collected, tree, drawing.zoom, drawing.scale, found);
  const runs = drawing.hits[depth] ?? [];
  for (let i = 0; i < runs.length; i += 2) slivers.add('hit', runs[i] as number, runs[i + 1] as number);
  draw(slivers);
}

/** Slivers run together; what is wider only for speed keeps the air of a box. */
function inkWidth(width: number): number {
  return width < SLIVER ? width : boxWidth(width);
}
