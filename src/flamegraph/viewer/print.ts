// Paper: what is looked at, drawn like the static picture, in light colours.

import type { App } from './app.ts';
import { collect } from './collect.ts';
import { set, svgElement } from './dom.ts';
import { drawRow } from './draw.ts';
import { storeysOf } from './flame.ts';
import type { Model } from './model.ts';

const SIDE = 16;
/** Boxes thinner than this are slivers on paper, px. */
const SLIVER = 1;

/** Puts a drawing of the present view in place of the static picture; undefined: that shows it already. */
export function printed(svg: SVGSVGElement, app: App, model: Model): SVGElement | undefined {
  const shown = svg.querySelector(':scope > .static');
  const { state } = app;
  const isStatic = state.zoom.length === 0 && state.search === '' && state.hide.length === 0 && state.root === '';
  if (shown === null || (isStatic && !state.flip)) return undefined;
  const { tree, zoom, found, icicle } = app.forPrint();
  const { data } = model;
  const inner = data.staticWidth - 2 * SIDE;
  const scale = inner / (tree.width[zoom] || 1);
  const collected = collect(tree, zoom, scale, data.minPx);
  const storeys = storeysOf(collected);
  const height = data.headHeight + storeys * data.frameHeight + SIDE;
  const paper = svgElement('g', { class: 'static' });
  for (const part of shown.children) {
    // the boxes are the last group
    if (part !== shown.lastElementChild) paper.append(part.cloneNode(true));
  }
  const rows = svgElement('g', {
    'font-family': data.fonts.frames,
    'font-size': data.fontSize,
    fill: '#1f2328',
    'stroke-width': data.frameHeight - 1,
  });
  const glyph = data.fontSize * 0.602;
  const drawing = { model, collected, tree, zoom, scale, glyph, sliver: SLIVER, scheme: 'light' as const, found };
  for (let depth = 0; depth < storeys; depth++) {
    const { group } = drawRow(depth, drawing);
    const line = icicle ? depth : storeys - 1 - depth;
    set(group, { transform: `translate(${SIDE} ${data.headHeight + line * data.frameHeight})` });
    for (const hit of group.querySelectorAll('.hit'))
      set(hit, { [hit.localName === 'path' ? 'stroke' : 'fill']: '#f08ac8' });
    for (const mark of group.querySelectorAll('.mark')) set(mark, { 'text-anchor': 'middle' });
    rows.append(group);
  }
  paper.append(rows);
  set(shown, { display: 'none' });
  shown.before(paper);
  set(svg, { viewBox: `0 0 ${data.staticWidth} ${height}` });
  return paper;
}
