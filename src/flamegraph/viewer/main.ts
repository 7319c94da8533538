// The viewer's start: takes over from the static picture, which stays for print and for those who save the page.

import { DATA_CLASS } from '../../stacks/packed/picture-data.ts';
import type { Data } from '../data.ts';
import { App } from './app.ts';
import { html, listen, set, svgElement, toggle } from './dom.ts';
import { onKey } from './keys.ts';
import { Model } from './model.ts';
import { foldedLines } from './save.ts';
import { hashOf, stateOf } from './state.ts';

/** What of the window a picture inside a page takes at most. */
const MOST_OF_WINDOW = 0.9;

async function inflated(base64: string): Promise<Uint8Array> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A name for this picture that no other one in the page has. */
function ownKey(key: string): string {
  for (let i = 1; ; i++) {
    const own = i === 1 ? key : `${key}-${i}`;
    if (document.querySelector(`[data-flamepipe="${own}"]`) === null) return own;
  }
}

async function start(svg: SVGSVGElement): Promise<void> {
  const text = svg.querySelector(`.${DATA_CLASS}`)?.textContent;
  if (!text || !self.DecompressionStream) return;
  const data = JSON.parse(text) as Data;
  const bytes = await inflated(data.stacks);
  // a saved copy holds what this script made in the first one
  for (const old of svg.querySelectorAll(':scope > .flamepipe-app')) old.remove();
  svg.removeAttribute('data-flamepipe');

  const pictures = document.querySelectorAll(`.${DATA_CLASS}`).length;
  const page = document.documentElement;
  const isDocument = svg === (page as Element);
  const isAlone = isDocument || page.classList.contains('flamepipe-page');
  const key = ownKey(data.key);
  const scope = pictures > 1 ? `${key}.` : '';
  svg.dataset.flamepipe = key;
  if (isDocument) svg.prepend(html('meta', { name: 'viewport', content: 'width=device-width,initial-scale=1' }));

  const host = html(isAlone ? 'main' : 'div', { class: 'flamepipe-host' });
  if (!isAlone) set(host, { role: 'group', 'aria-label': data.title });
  host.style.cssText = 'display:block;width:100%;height:100%';
  const frame = svgElement('foreignObject', { class: 'flamepipe-app', width: '100%', height: '100%' });
  frame.append(host);
  const root = host.attachShadow({ mode: 'open' });
  const model = new Model(data, bytes);

  const save = (): void => {
    const link = html('a', { download: `${data.title.replace(/[^\w.-]+/g, '-')}.folded` });
    link.href = URL.createObjectURL(
      new Blob(foldedLines(data, bytes) as BlobPart[], { type: 'application/octet-stream' }),
    );
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  const app = new App(model, root, {
    isAlone,
    save,
    changed(state, isStep) {
      const hash = hashOf(state, location.hash, scope);
      try {
        const address = hash === '' ? location.pathname + location.search : `#${hash}`;
        if (isStep) history.pushState(null, '', address);
        else history.replaceState(null, '', address);
      } catch {
        // a sandboxed frame has no address of its own
      }
      fit();
    },
  });

  const sheet = new CSSStyleSheet();
  const name = `svg[data-flamepipe="${key}"]`;
  sheet.replaceSync(
    `@media screen{${name}{display:block;max-width:none}${name}>.static{display:none}}@media print{${name}:not(.as-seen)>.flamepipe-app,${name}.as-seen>.static{display:none}}`,
  );
  const own = (sheet.cssRules[0] as CSSMediaRule).cssRules[0] as CSSStyleRule;
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const staticHeight = svg.getAttribute('height') as string;
  svg.removeAttribute('viewBox');
  svg.append(frame);

  own.style.width = data.fluid ? '100%' : `${data.staticWidth}px`;
  own.style.height = isAlone ? '100vh' : '640px';
  let fitted = '';
  function fit(): void {
    // what a page hides has no size yet
    if (isAlone || host.offsetWidth === 0) return;
    const height = `${Math.round(Math.min(app.height, Math.max(innerHeight * MOST_OF_WINDOW, 320)))}px`;
    if (fitted === height) return;
    fitted = own.style.height = height;
    app.resize();
  }

  const restore = (): void => app.restore(stateOf(location.hash, scope));
  app.resize();
  restore();
  fit();
  // an anchor of the page around it says nothing of the picture
  listen(window, 'popstate', () => /^#(?!flip)[^.=&]+$/.test(location.hash) || restore());
  new ResizeObserver(() => {
    app.resize();
    if (fitted === '') fit();
  }).observe(host);
  listen(window, 'resize', fit);

  const isOurs = (event: Event): boolean => isAlone || event.composedPath().includes(svg);
  listen(window, 'keydown', (event) => {
    if (event.defaultPrevented || !isOurs(event)) return;
    const target = event.composedPath()[0] as Element;
    const isButton = target.localName === 'button' && (event.key === 'Enter' || event.key === ' ');
    if (!isButton && onKey(app, event, target)) event.preventDefault();
  });
  listen(
    app.flame.element,
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      if (event.deltaY !== 0) app.zoomStep(event.deltaY < 0, app.flame.nodeUnder(event));
    },
    { passive: false },
  );

  const toPaper = (isPaper: boolean): void => {
    host.style.width = isPaper ? `${data.staticWidth}px` : '100%';
    toggle(svg, 'as-seen', isPaper);
    app.onPaper(isPaper);
  };
  listen(window, 'beforeprint', () => {
    // as it opens, the static picture shows all of it
    const isStatic = hashOf({ ...app.state, theme: 'system' }, '', '') === '';
    if (!isStatic) toPaper(true);
    // a table goes over as many sheets as it takes
    svg.style.maxHeight = app.state.view === 'functions' ? 'none' : '';
    const height = isStatic ? staticHeight : app.element.offsetHeight;
    set(svg, { viewBox: `0 0 ${data.staticWidth} ${height}`, height });
  });
  listen(window, 'afterprint', () => {
    svg.removeAttribute('viewBox');
    set(svg, { height: staticHeight });
    // in Firefox it has no width yet
    setTimeout(() => toPaper(false));
  });
}

const script = document.currentScript as SVGScriptElement | null;
const picture = script?.ownerSVGElement ?? (document.documentElement as unknown as SVGSVGElement);
const begin = (): void => void start(picture);
// the page's other pictures may not be there yet
if (document.readyState === 'loading') listen(document, 'DOMContentLoaded', begin);
else begin();
