// One row of boxes as SVG elements, drawn as the static picture draws it.

import type { Scheme } from '../classes.ts';
import { boxWidth, hundredths, LABEL_INDENT, labelBaseline, labelColumns, SLIVER } from '../geometry.ts';
import { label } from '../label.ts';
import { MARK_ROOM, markText } from '../needles.ts';
import { Slivers } from '../slivers.ts';
import { type Collected, placeOf } from './collect.ts';
import { set, svgElement } from './dom.ts';
import type { Model } from './model.ts';
import type { Tree } from './tree.ts';

export interface Drawing {
  model: Model;
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
}

/** A row as drawn, and what a search toggles. */
export interface DrawnRow {
  group: SVGElement;
  boxes: [rect: SVGElement, name: number][];
  nodes: readonly number[];
}

export function drawRow(collected: Collected, depth: number, drawing: Drawing): DrawnRow {
  const { model, tree, zoom, scale, glyph, sliver, scheme } = drawing;
  const { frameHeight, fontSize } = model.data;
  const height = frameHeight - 1;
  const nodes = collected.rows[depth] ?? [];
  const group = svgElement('g');
  if (depth < (tree.depth[zoom] as number)) group.setAttribute('class', 'up');
  const emptyBox = svgElement('rect', { height, rx: 1.5 });
  const noWords = svgElement('text', { y: labelBaseline(frameHeight, fontSize) });
  const slivers = new Slivers();
  const boxes: DrawnRow['boxes'] = [];
  const elements: SVGElement[] = [];
  for (const node of nodes) {
    const { from, width } = placeOf(tree, zoom, node, scale);
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
      box.setAttribute('stroke', fill);
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
  for (const [x, hidden] of marksOf(collected, depth, drawing)) {
    const mark = svgElement('text', { class: 'mark', x: Math.round(x), y: frameHeight - 5 });
    mark.textContent = markText(hidden);
    elements.push(mark);
  }
  group.append(...elements);
  const row = { group, boxes, nodes };
  showFound(row, drawing);
  return row;
}

/** The classes that entries of the legend select. */
function look(kind: string): string {
  return `of-${kind[0]}${kind[2] ? ` of-${kind[2]}` : ''}`;
}

/** Marks what the search has found; without building the row anew. */
export function showFound(
  { group, boxes, nodes }: DrawnRow,
  { tree, zoom, scale, sliver, found, model }: Drawing,
): void {
  for (const [box, name] of boxes) {
    const isHit = found?.[name] === 1;
    if (box.classList.contains('hit') !== isHit) box.classList.toggle('hit', isHit);
  }
  group.querySelector('path.hit')?.remove();
  if (found === undefined) return;
  const slivers = new Slivers();
  for (const node of nodes) {
    if (found[tree.name[node] as number] !== 1) continue;
    const { from, width } = placeOf(tree, zoom, node, scale);
    if (width < sliver) slivers.add('hit', from, from + inkWidth(width));
  }
  for (const [, path] of slivers.finish()) {
    group.append(svgElement('path', { class: 'hit', d: `M0 ${(model.data.frameHeight - 1) / 2}${path}` }));
  }
}

/** The marks that have room: px of their middle, and how many frames they stand for. */
function marksOf({ rows, cut }: Collected, depth: number, { tree, zoom, scale }: Drawing): [number, number][] {
  const marks: [number, number][] = [];
  if (cut[depth] === undefined) return marks;
  const neighbours = (rows[depth] ?? []).map((node) => placeOf(tree, zoom, node, scale));
  let at = 0;
  for (const node of cut[depth]) {
    const { from, width } = placeOf(tree, zoom, node, scale);
    const x = from + width / 2;
    const previous = marks[marks.length - 1];
    if (previous && x - previous[0] < 3 * MARK_ROOM) continue;
    while (at < neighbours.length && end(neighbours[at]) < x - MARK_ROOM) at++;
    const next = neighbours[at];
    if (next && next.from < x + MARK_ROOM) continue;
    marks.push([x, (tree.top[node] as number) - (tree.depth[node] as number)]);
  }
  return marks;
}

/** Slivers run together; what is wider only for speed keeps the air of a box. */
function inkWidth(width: number): number {
  return width < SLIVER ? width : boxWidth(width);
}

function end(place: { from: number; width: number } | undefined): number {
  return place ? place.from + place.width : 0;
}
