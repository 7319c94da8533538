// The bar over the boxes: details, search, reset. HTML inside the SVG, so that it behaves as fields and buttons do.

import { svgElement } from './frames.ts';

const HTML = 'http://www.w3.org/1999/xhtml';
const HEIGHT = 40;
const NARROW_HEIGHT = 72;
/** Below this width the bar takes two lines, px. */
const NARROW = 760;

export interface Bar {
  element: SVGElement;
  search: HTMLInputElement;
  reset: HTMLButtonElement;
  /** Fits the bar to the picture's width. Gives its height; both px. */
  fit(width: number): number;
  /** shows the picture's title as well, when that is out of sight */
  showTitle(isShown: boolean): void;
  /** what the mouse or the keyboard points at */
  showDetails(text: string): void;
  /** what the search has found; `isBad`: why it can't search */
  showFound(text: string, isBad: boolean): void;
}

function html<K extends keyof HTMLElementTagNameMap>(name: K, kind: string): HTMLElementTagNameMap[K] {
  const element = document.createElementNS(HTML, name) as HTMLElementTagNameMap[K];
  element.className = kind;
  return element;
}

export function barOf(title: string, hint: string): Bar {
  const element = svgElement('foreignObject', { width: '100%', height: HEIGHT, id: 'bar' });
  const bar = html('div', 'bar');
  const heading = html('b', 'heading');
  heading.textContent = title;
  heading.hidden = true;
  const details = html('span', 'details soft');
  details.setAttribute('role', 'status');
  details.textContent = hint;
  const found = html('span', 'found');
  found.setAttribute('role', 'status');
  const search = html('input', 'search');
  search.type = 'search';
  search.placeholder = 'Search, or /regexp/';
  search.setAttribute('aria-label', 'Search frame names');
  search.spellcheck = false;
  const reset = html('button', 'reset');
  reset.type = 'button';
  reset.textContent = 'Reset zoom';
  reset.disabled = true;
  const says = html('div', 'says');
  says.append(heading, details);
  bar.append(says, found, search, reset);
  element.append(bar);
  return {
    element,
    search,
    reset,
    fit(width) {
      const isNarrow = width < NARROW;
      bar.classList.toggle('narrow', isNarrow);
      const height = isNarrow ? NARROW_HEIGHT : HEIGHT;
      element.setAttribute('height', String(height));
      return height;
    },
    showTitle(isShown) {
      heading.hidden = !isShown;
    },
    showDetails(text) {
      details.textContent = text || hint;
      details.classList.toggle('soft', text === '');
      says.title = text;
    },
    showFound(text, isBad) {
      found.textContent = text;
      found.classList.toggle('bad', isBad);
    },
  };
}
