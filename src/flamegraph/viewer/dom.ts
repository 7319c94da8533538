// Short ways to make elements.

const SVG = 'http://www.w3.org/2000/svg';
const HTML = 'http://www.w3.org/1999/xhtml';

export type Attributes = Record<string, string | number>;

/** Sets attributes. */
export function set<T extends Element>(element: T, attributes: Attributes): T {
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  return element;
}

export function svgElement(name: string, attributes: Attributes = {}): SVGElement {
  return set(document.createElementNS(SVG, name), attributes);
}

/** HTML in any document, also in SVG. */
export function html<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = set(document.createElementNS(HTML, name) as HTMLElementTagNameMap[K], attributes);
  element.append(...children);
  return element;
}

export function button(text: string, title: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = html('button', { type: 'button', title, ...attributes }, text);
  listen(element, 'click', act);
  return element;
}

type Events = WindowEventMap & DocumentEventMap;

export function listen<K extends keyof Events>(
  target: EventTarget,
  name: K,
  act: (event: Events[K]) => void,
  options?: AddEventListenerOptions,
): void {
  target.addEventListener(name, act as (event: Event) => void, options);
}

/** Gives an element a class, or takes it away. */
export function toggle(element: Element, name: string, isOn: boolean): void {
  element.classList.toggle(name, isOn);
}

/** The part of the viewer's page with this class. */
export function part(root: ParentNode, name: string): HTMLElement {
  return root.querySelector(`.${name}`) as HTMLElement;
}

/** A dot of a colour. */
export function chip(colour: string): HTMLElement {
  const element = html('span', { class: 'chip' });
  element.style.background = colour;
  return element;
}
