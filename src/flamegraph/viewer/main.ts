// The viewer: takes over from the static picture, and answers mouse and keyboard.

import { percent } from '../../stacks/amounts.ts';
import type { Data } from '../data.ts';
import { shownName } from '../display.ts';
import { hundredths } from '../geometry.ts';
import { boxText } from '../words.ts';
import { barOf } from './bar.ts';
import { Frames, svgElement } from './frames.ts';
import { type Matches, matchedSum, matchesOf } from './search.ts';
import { readState, writeState } from './state.ts';
import { childrenOf, pathTo, treeOf } from './tree.ts';

/** Between the bar and the boxes, px. */
const AIR = 6;
const HINT = 'Click a frame to zoom, Esc to go back, Ctrl-F to search';
const ARROWS: Record<string, 'up' | 'down' | 'left' | 'right'> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

function start(svg: SVGSVGElement): void {
  const isPage = svg === (document.documentElement as Element);
  const data = JSON.parse(svg.querySelector('#flamepipe-data')?.textContent ?? '') as Data;
  const tree = treeOf(data);
  const names = ['all', ...data.names.map(shownName)];
  const group = svg.querySelector('.f') as SVGGElement;
  const frames = new Frames(tree, data, names, group);
  const bar = barOf(svg.querySelector('title')?.textContent ?? '', HINT);
  const cursor = svgElement('rect', { class: 'cursor', rx: 2, visibility: 'hidden' });
  const tooltip = svgElement('title');
  const stage = svgElement('g', {
    class: 'focus',
    tabindex: 0,
    role: 'application',
    'aria-label': 'Frames: arrow keys move, Enter zooms, Escape goes back',
  });
  group.before(stage, bar.element);
  stage.append(tooltip, group, cursor);

  let zoom = 0;
  let search = '';
  let matches: Matches | undefined;
  let pointed: number | undefined;
  /** px from the top to the first row */
  let top = data.headHeight;

  const ownWidth = Number(svg.getAttribute('width'));
  const widthOf = (): number => (data.fluid ? svg.getBoundingClientRect().width || ownWidth : ownWidth);

  function draw(): void {
    const width = widthOf();
    frames.draw(zoom, Math.max(width - 2 * data.margin, 1), matches);
    top = data.headHeight + bar.fit(width) + AIR;
    stage.setAttribute('transform', `translate(0 ${top})`);
    const height = top + frames.rowCount * data.frameHeight + data.bottom;
    svg.setAttribute('height', String(height));
    if (!data.fluid) svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    bar.reset.disabled = zoom === 0;
    point(pointed !== undefined && frames.isDrawn(pointed) ? pointed : undefined);
  }

  function detailsOf(node: number): string {
    const sizes = {
      size: tree.size[node] as number,
      before: tree.before[node] as number,
      change: tree.change[node] as number,
    };
    const text = boxText(data.measure, names[tree.name[node] as number] as string, sizes);
    const share = (tree.width[node] as number) / (tree.width[zoom] as number);
    return zoom > 0 && node > zoom ? `${text}, ${percent(share)} of this view` : text;
  }

  /** Shows the details of a node, and marks it. */
  function point(node: number | undefined): void {
    pointed = node;
    cursor.setAttribute('visibility', node === undefined ? 'hidden' : 'visible');
    bar.showDetails(node === undefined ? '' : `${data.nameType} ${detailsOf(node)}`.trim());
    tooltip.textContent = node === undefined ? '' : detailsOf(node);
    if (node === undefined) return;
    const { from, width } = frames.place(node);
    cursor.setAttribute('x', String(hundredths(data.margin + from)));
    cursor.setAttribute('y', String(frames.rowTop(tree.depth[node] as number)));
    cursor.setAttribute('width', String(hundredths(Math.max(width, 1))));
    cursor.setAttribute('height', String(data.frameHeight - 1));
  }

  function zoomTo(node: number): void {
    zoom = node;
    showFound();
    draw();
    writeState(tree, data, { zoom, search });
  }

  function searchFor(query: string): void {
    search = query;
    matches = undefined;
    try {
      if (query !== '') matches = matchesOf(names, query);
      showFound();
    } catch {
      bar.showFound('not a regular expression', true);
    }
    svg.classList.toggle('searched', matches !== undefined);
    draw();
    writeState(tree, data, { zoom, search });
  }

  function showFound(): void {
    if (matches === undefined) {
      if (search === '') bar.showFound('', false);
      return;
    }
    const ofAll = matchedShare(matches, 0);
    const ofView = matchedShare(matches, zoom);
    bar.showFound(zoom === 0 ? `Matched ${ofAll}` : `Matched ${ofAll}, ${ofView} of this view`, false);
  }

  /** `12.34%`; in a comparison `10.00% → 12.34%` */
  function matchedShare(found: Matches, top: number): string {
    const share = (column: Float64Array): string =>
      percent(matchedSum(tree, column, found, top) / ((column[top] as number) || 1));
    return data.measure.diff ? `${share(tree.before)} → ${share(tree.size)}` : share(tree.size);
  }

  function nodeUnder(event: MouseEvent): number | undefined {
    const box = svg.getBoundingClientRect();
    const scale = data.fluid ? 1 : widthOf() / box.width;
    const x = (event.clientX - box.left) * scale - data.margin;
    return frames.nodeAt(x, (event.clientY - box.top) * scale - top);
  }

  stage.addEventListener('mousemove', (event) => {
    const node = nodeUnder(event);
    if (node !== pointed) point(node);
  });
  stage.addEventListener('mouseleave', () => point(undefined));
  stage.addEventListener('click', (event) => {
    const node = nodeUnder(event);
    if (node !== undefined) zoomTo(node);
  });
  stage.addEventListener('focus', () => {
    if (pointed === undefined && stage.matches(':focus-visible')) point(zoom);
  });
  stage.addEventListener('blur', () => point(undefined));
  stage.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    const from = pointed ?? zoom;
    if (arrow !== undefined) {
      const next = step(from, arrow);
      if (next !== undefined) point(next);
    } else if (event.key === 'Enter' || event.key === ' ') zoomTo(from);
    else return;
    event.preventDefault();
  });

  function step(node: number, arrow: 'up' | 'down' | 'left' | 'right'): number | undefined {
    if (arrow === 'left' || arrow === 'right') return frames.neighbour(node, arrow === 'left' ? -1 : 1);
    if ((arrow === 'up') === data.inverted) return pathTo(tree, node).at(-2);
    const children = [...childrenOf(tree, node)].filter((child) => frames.isDrawn(child));
    return children.sort((a, b) => (tree.width[b] as number) - (tree.width[a] as number))[0];
  }

  bar.search.addEventListener('input', () => searchFor(bar.search.value));
  bar.reset.addEventListener('click', () => zoomTo(0));
  addEventListener('keydown', (event) => {
    if ((event.key === 'f' && (event.ctrlKey || event.metaKey)) || event.key === 'F3') {
      bar.search.focus();
      bar.search.select();
      event.preventDefault();
    } else if (event.key === 'Escape') {
      if (document.activeElement === bar.search || zoom === 0) {
        bar.search.value = '';
        searchFor('');
        bar.search.blur();
      } else zoomTo(0);
    }
  });

  // The bar stays in sight when the picture is higher than the window.
  const keepBar = (): void => {
    const y = Math.max(data.headHeight, isPage ? scrollY : 0);
    bar.element.setAttribute('y', String(y));
    bar.showTitle(y > data.headHeight);
  };
  addEventListener('scroll', keepBar, { passive: true });

  function restore(): void {
    const state = readState(tree, data);
    bar.search.value = state.search;
    zoom = state.zoom;
    searchFor(state.search);
  }
  addEventListener('hashchange', restore);

  if (data.fluid) {
    svg.removeAttribute('viewBox');
    svg.setAttribute('width', '100%');
    let last = 0;
    addEventListener('resize', () => {
      if (widthOf() === last) return;
      last = widthOf();
      draw();
    });
  }
  restore();
  keepBar();
  // The root is what one wants to see first, and in a flame graph it is at the bottom.
  if (!data.inverted && isPage && zoom === 0) scrollTo(0, svg.scrollHeight);
}

const script = document.currentScript as SVGScriptElement | null;
start(script?.ownerSVGElement ?? (document.documentElement as unknown as SVGSVGElement));
