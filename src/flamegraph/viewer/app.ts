// The viewer: one state, and what it looks like.

import type { Act } from '../acts.ts';
import type { Scheme } from '../colours/classes.ts';
import { boxText } from '../words.ts';
import { Callers } from './callers.ts';
import { type FunctionSums, namesTo } from './derive.ts';
import { listen, part, set, toggle } from './dom.ts';
import { Finder } from './finder.ts';
import { Flame } from './flame.ts';
import { Functions } from './functions.ts';
import { Header } from './header.ts';
import type { Model } from './model.ts';
import { Panel } from './panel.ts';
import { type Go, START, type State, THEMES } from './state.ts';
import { pathTo, type Tree } from './tree.ts';
import { type Shown, Trees } from './trees.ts';

/** Below this width the layout is that of a phone, px. */
const NARROW = 700;
/** A match narrower than this is zoomed to, px. */
const SEEN = 3;

export interface Page {
  /** tells of a new state; `isStep`: Back shall undo it */
  changed(state: State, isStep: boolean): void;
  save(): void;
  /** is the picture all there is? */
  isAlone: boolean;
}

export class App {
  readonly element: HTMLElement;
  state: State = START;
  readonly model: Model;
  readonly #page: Page;
  readonly #body: HTMLElement;
  readonly #tip: HTMLElement;
  readonly #help: HTMLElement;
  readonly #header: Header;
  readonly #panel: Panel;
  readonly #functions: Functions;
  readonly flame: Flame;
  readonly #callers: Callers;
  readonly #sheet = new CSSStyleSheet();
  #look = '';
  #hovering = 0;
  readonly #trees: Trees;
  readonly #finder: Finder;
  readonly #dark = matchMedia('(prefers-color-scheme:dark)');

  constructor(model: Model, root: ShadowRoot, page: Page) {
    this.model = model;
    this.#page = page;
    this.#trees = new Trees(model);
    const go: Go = (change, isStep) => this.go(change, isStep);
    root.innerHTML = model.texts.page;
    this.element = root.firstElementChild as HTMLElement;
    [this.#body, this.#tip, this.#help] = ['body', 'tip', 'help'].map((name) => part(root, name)) as [
      HTMLElement,
      HTMLElement,
      HTMLElement,
    ];
    if (!page.isAlone) set(part(root, 'title'), { 'aria-level': 2 });
    listen(this.element, 'click', ({ target }) => {
      const { act } = (target as HTMLElement).dataset;
      if (act) this.act(act as Act);
    });
    this.#header = new Header(model, this.element, go);
    this.#finder = new Finder(model, this.#header);
    this.#panel = new Panel(model, this.element);
    this.#functions = new Functions(model, go);
    this.flame = new Flame(model, 'Flame graph: arrows select, Enter zooms', {
      hover: (node, event) => this.#hover(this.#tree, node, event),
      click: (node) => this.zoomTo(node),
      pick: () => this.#showPanel(),
    });
    this.#callers = new Callers(model, {
      hover: (tree, node, event) => this.#hover(tree, node, event),
      choose: (name) => this.go({ of: model.links[name] as string }),
      pick: () => this.#showPanel(),
    });
    const own = new CSSStyleSheet();
    own.replaceSync(model.texts.sheet);
    root.adoptedStyleSheets = [own, this.#sheet];
    listen(this.#dark, 'change', () => this.#render());
  }

  /** What of the tree the present state shows. */
  get #shown(): Shown {
    return this.#trees.of(this.state);
  }

  get #tree(): Tree {
    return this.#shown.tree;
  }

  get #zoom(): number {
    return this.#trees.find(this.#tree, this.state.zoom);
  }

  get scheme(): Scheme {
    const { theme } = this.state;
    const own = this.model.data.scheme;
    if (own) return own;
    if (this.element.classList.contains('paper')) return 'light';
    return theme === 'system' ? (this.#dark.matches ? 'dark' : 'light') : theme;
  }

  /** Shows a state that the address told. */
  restore(state: State): void {
    this.state = state;
    this.flame.selected = undefined;
    this.#finder.find(this.state.search, this.#tree);
    this.#render();
  }

  go(change: Partial<State>, isStep = true): void {
    const before = this.state;
    this.state = { ...before, ...change };
    if (change.hide || change.root !== undefined) this.state.zoom = this.#trees.pathOf(this.#tree, this.#zoom);
    if (change.zoom || change.view || change.root !== undefined || change.hide) this.flame.selected = undefined;
    this.#page.changed(this.state, isStep);
    const isSearch = change.search !== undefined;
    if (isSearch || change.hide || change.root !== undefined) this.#finder.find(this.state.search, this.#tree);
    if (isSearch && Object.keys(change).length === 1 && before.view !== 'functions') this.#showFoundOnly();
    else this.#render();
  }

  zoomTo(node: number): void {
    const { element } = this.flame;
    const focus = (): void => void (element.matches(':focus') || element.focus({ preventScroll: true }));
    // before it is drawn anew, because focus() has the page laid out; after, where there was another view
    focus();
    this.go({ zoom: this.#trees.pathOf(this.#tree, node), view: 'flame' });
    focus();
  }

  #showFoundOnly(): void {
    toggle(this.#body, 'found-some', this.#finder.found !== undefined);
    for (const view of [this.flame, this.#callers]) view.find(this.#finder.found);
    this.#finder.show(this.#tree, this.#zoom);
  }

  /** Goes to the next match, or to the one before, and makes it wide enough to be seen. */
  nextMatch(step: 1 | -1): void {
    const tree = this.#tree;
    const zoom = this.#zoom;
    const node = this.#finder.step(step, tree, zoom);
    if (node === undefined) return;
    const isWide = (top: number): boolean =>
      ((tree.width[node] as number) / (tree.width[top] || 1)) * this.flame.element.clientWidth >= SEEN;
    const isBelow = node >= zoom && node < (tree.end[zoom] as number);
    if (this.state.view !== 'flame' || !isBelow || !isWide(zoom) || !this.flame.isDrawn(node)) {
      this.go({ zoom: this.#trees.pathOf(this.#tree, !isBelow && isWide(0) ? 0 : node), view: 'flame' });
    }
    this.flame.select(node);
    this.#showPanel();
    this.#finder.show(tree, this.#zoom);
  }

  // ── what it looks like ─────────────────────────────────────────────────────────────────────────────────────

  /** Draws all of it; the keyboard stays at the button that was pressed, though it is another one now. */
  #render(): void {
    const focused = (this.element.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    this.#draw();
    if (focused === null || focused.isConnected) return;
    const same = [...this.element.querySelectorAll('button')].find(({ title }) => title === focused.title);
    (same ?? this.flame.element).focus({ preventScroll: true });
  }

  #draw(): void {
    const { state } = this;
    const { tree, sums, shares, hidden } = this.#shown;
    const { data } = this.model;
    const scheme = this.scheme;
    const colours = Object.entries({ ...data.papers[scheme], text: data.fonts.text, frames: data.fonts.frames });
    const { only } = state;
    const look = [
      `.app{${colours.map(([name, value]) => `--${name}:${value};`).join('')}color-scheme:${scheme}}.rows{font-size:${data.fontSize}px}`,
      `.rows .r0{fill:${data.papers[scheme].all}}`,
      ...data.families.flatMap(({ letter, [scheme]: shades }) =>
        shades.map((colour, i) => `.rows .${letter}${i.toString(36)}{fill:${colour};stroke:${colour}}`),
      ),
      /^\w$/.test(only) ? `.rows :is(rect,path):not([class^=${only}],.${only},.cursor){opacity:.18}` : '',
    ].join('');
    // all styles are computed again after this
    if (this.#look !== look) this.#sheet.replaceSync(look);
    this.#look = look;
    toggle(this.element, 'dark', scheme === 'dark');
    const zoom = this.#zoom;
    this.#header.show(state, scheme, shares);
    const root = this.#trees.numberOf(state.root);
    this.#header.showTrail(
      state,
      namesTo(tree, zoom).map((name) => this.model.names[name] as string),
      this.model.shareOfAll(tree, zoom),
      hidden,
      root ? `${this.model.names[root]} ${this.model.shareOfAll(tree, 0)}` : '',
    );
    toggle(this.#body, 'found-some', this.#finder.found !== undefined);
    if (state.view === 'functions') this.#showFunctions(tree, sums(zoom), scheme);
    else if (state.view === 'callers') this.#showCallers();
    else {
      const isThere = this.flame.element.isConnected;
      if (!isThere) this.#body.replaceChildren(this.flame.element);
      const icicle = data.inverted !== state.flip;
      toggle(this.flame.element, 'up', !icicle);
      this.flame.show({ tree, zoom, icicle, found: this.#finder.found }, isThere);
    }
    this.#showPanel();
    // when all around it is as high as it will be
    if (state.view === 'flame') this.flame.keepInSight(this.flame.selected ?? zoom);
    this.#finder.show(tree, zoom);
  }

  #showFunctions(tree: Tree, sums: FunctionSums, scheme: Scheme): void {
    this.#body.replaceChildren(this.#functions.element);
    const selected = this.#trees.numberOf(this.state.of) ?? 0;
    this.#functions.show({
      tree,
      zoom: this.#zoom,
      sums,
      state: this.state,
      found: this.#finder.found,
      scheme,
      selected,
    });
  }

  #showCallers(): void {
    const { tree, sums } = this.#shown;
    this.#body.replaceChildren(this.#callers.element);
    this.#callers.show(tree, this.#trees.numberOf(this.state.of) || this.#largest(sums(0)), this.#finder.found);
  }

  #largest(sums: FunctionSums): number {
    return sums.self.reduce((best, value, name) => (value > (sums.self[best] as number) ? name : best), 0) || 1;
  }

  /** Lays it out for paper, as it is looked at, or for the screen again. */
  onPaper(isPaper: boolean): void {
    toggle(this.element, 'paper', isPaper);
    this.#render();
    this.resize();
  }

  /** px that the whole would like to be high. */
  get height(): number {
    return this.element.offsetHeight - this.#body.offsetHeight + Math.max(this.flame.height, 160);
  }

  resize(): void {
    toggle(this.element, 'narrow', this.element.clientWidth < NARROW);
    for (const view of [this.flame, this.#callers]) if (view.element.isConnected) view.resize();
  }

  /** In the next frame, because whoever clicks meanwhile sees something else. */
  #hover(tree: Tree | undefined, node: number | undefined, event: MouseEvent | undefined): void {
    cancelAnimationFrame(this.#hovering);
    this.#hovering = requestAnimationFrame(() => this.#point(tree, node, event));
  }

  #point(tree: Tree | undefined, node: number | undefined, event: MouseEvent | undefined): void {
    if (tree === undefined || node === undefined || event === undefined) {
      this.#showPanel();
      return;
    }
    const { measure } = this.model.data;
    this.#tip.hidden = false;
    this.#tip.textContent = boxText(measure, this.model.nameOf(tree, node), this.model.sizes(tree, node));
    const box = this.element.getBoundingClientRect();
    const scale = box.width / this.element.offsetWidth || 1;
    const [x, y] = [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
    const { offsetWidth, offsetHeight } = this.#tip;
    this.#tip.style.left = `${Math.max(Math.min(x + 14, this.element.offsetWidth - offsetWidth - 8), 0)}px`;
    this.#tip.style.top = `${y + 20 + offsetHeight > this.element.offsetHeight ? y - offsetHeight - 10 : y + 20}px`;
    if (this.state.view === 'flame') this.#panel.showNode(tree, node, this.#zoom, false);
  }

  /** The frame, or the function, that buttons and keys act on. */
  #chosen(): number | undefined {
    if (this.state.view !== 'flame') return undefined;
    return this.flame.selected ?? (this.#zoom || undefined);
  }

  chosenKey(): string {
    const node = this.#chosen();
    if (node !== undefined) return this.model.links[this.#tree.name[node] as number] as string;
    const { picked, name } = this.#callers;
    const { view, of } = this.state;
    if (view === 'flame') return '';
    if (view === 'callers' && picked > 0) return this.model.links[picked] as string;
    return of || (this.model.links[name] as string);
  }

  #showPanel(): void {
    cancelAnimationFrame(this.#hovering);
    this.#tip.hidden = true;
    const { tree, sums } = this.#shown;
    const node = this.#chosen();
    const name = this.#trees.numberOf(this.chosenKey()) ?? 0;
    if (node !== undefined) this.#panel.showNode(tree, node, this.#zoom, true);
    else if (name > 0) this.#panel.showFunction(name, sums(0), sums(this.state.view === 'functions' ? this.#zoom : 0));
    else this.#panel.showNothing(this.state.view === 'flame' ? this.flame.thin : 0);
  }

  get searchField(): HTMLInputElement {
    return this.#header.search;
  }

  showView(view: State['view']): void {
    this.go({ view, of: view === 'flame' ? this.state.of : this.chosenKey() || this.state.of });
  }

  // ── actions ────────────────────────────────────────────────────────────────────────────────────────────────

  act(act: Act): void {
    const { state } = this;
    if (act === 'flame' || act === 'functions' || act === 'callers') this.showView(act);
    else if (act === 'previous' || act === 'next') this.nextMatch(act === 'next' ? 1 : -1);
    else if (act === 'flip') this.go({ flip: !state.flip });
    else if (act === 'theme')
      this.go({ theme: THEMES[(THEMES.indexOf(state.theme) + 1) % THEMES.length] as State['theme'] }, false);
    else if (act === 'save') this.#page.save();
    else if (act === 'help') this.toggleHelp();
    else if (act === 'hide') this.#hide();
    else if (act.startsWith('copy')) this.#copy(act === 'copyStack');
    else if (act === 'all') this.go({ zoom: [], view: 'flame' });
    else if (act === 'closer' || act === 'away') this.zoomStep(act === 'closer', undefined);
    else if (this.chosenKey()) this.go({ root: this.chosenKey(), zoom: [], view: 'flame' });
  }

  #hide(): void {
    const key = this.chosenKey();
    if (key === '') return;
    const node = this.#chosen();
    const zoom = node === this.#zoom ? this.state.zoom.slice(0, -1) : this.state.zoom;
    this.go({ hide: [...this.state.hide, key], zoom, of: '', root: this.state.root === key ? '' : this.state.root });
  }

  #copy(isStack: boolean): void {
    const node = this.#chosen();
    const names = node === undefined ? [] : this.#trees.pathOf(this.#tree, node);
    const text = isStack && names.length > 0 ? names.join(';') : this.#trees.nameOf(this.chosenKey());
    // there is no clipboard where the page came over plain HTTP
    const ask = (): void => void prompt('Copy this:', text);
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => this.#panel.say('copied'), ask);
    else ask();
  }

  /** Whoever presses an arrow key means the frames, though nothing has the keyboard yet. */
  press(key: string): boolean {
    const { view } = this.state;
    const flame = view === 'flame' ? this.flame : view === 'callers' ? this.#callers.towards(key) : undefined;
    if (!this.#help.hidden || !flame?.press(key)) return false;
    flame.element.focus({ preventScroll: true });
    return true;
  }

  toggleHelp(): void {
    this.#help.hidden = !this.#help.hidden;
    (this.#help.hidden ? this.flame.element : this.#help).focus({ preventScroll: true });
  }

  /** Undoes the last of what was done. */
  back(): void {
    const { state } = this;
    if (!this.#help.hidden) this.toggleHelp();
    else if (state.search !== '') {
      this.go({ search: '' }, false);
      this.#header.search.value = '';
      this.#header.search.blur();
    } else if (this.flame.selected !== undefined) {
      this.flame.select(undefined);
      this.#showPanel();
    } else if (state.view !== 'flame') this.go({ view: 'flame' });
    else if (state.zoom.length > 0) this.go({ zoom: [] });
    else if (state.only !== '') this.go({ only: '' });
    else if (state.root !== '') this.go({ root: '' });
    else if (state.hide.length > 0) this.go({ hide: state.hide.slice(0, -1) });
  }

  /** One step towards the frame under the mouse, or the chosen one; or one step out. */
  zoomStep(isIn: boolean, under: number | undefined): void {
    const zoom = this.#zoom;
    if (!isIn) {
      if (zoom > 0) this.zoomTo(pathTo(this.#tree, zoom).at(-2) as number);
      return;
    }
    const tree = this.#tree;
    const goal = under ?? this.flame.selected;
    if (goal === undefined || goal <= zoom) return;
    const next = pathTo(tree, goal).find(
      (node) => node > zoom && (tree.width[node] as number) < 0.8 * (tree.width[zoom] as number),
    );
    this.zoomTo(next ?? goal);
  }
}
