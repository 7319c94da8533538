// What the page knows about the recording: names, trees, values, colours.

import { percent } from '../../stacks/amounts.ts';
import { columnsOf } from '../../stacks/packed/unpack.ts';
import type { ViewerTexts } from '../acts.ts';
import { changeClass, noiseOf } from '../change.ts';
import {
  type ColourFamily,
  classIn,
  colourOf,
  nameHash,
  plainClass,
  type Scheme,
  shadeOf,
} from '../colours/classes.ts';
import { waitFamily } from '../colours/time.ts';
import type { Data } from '../data.ts';
import { shown, shownName } from '../display.ts';
import type { Sizes } from '../words.ts';
import { type Tree, treeOf } from './tree.ts';

const NEWLINE = 10;

export class Model {
  readonly data: Data;
  /** of all stacks */
  readonly whole: Tree;
  readonly texts: ViewerTexts;
  /** by name number: as it is shown; as links name it; its family and class by the name alone, '' in a comparison */
  readonly names: string[] = ['all'];
  readonly links: string[] = [''];
  readonly #own: (ColourFamily | undefined)[] = [undefined];
  readonly #kinds: string[] = [''];
  readonly #hashes: number[] = [0];
  /** by name number: is any of its places called by another function? */
  readonly #inner: Uint8Array;
  readonly #plain = new Map<string, string>();
  readonly #families = new Map<string, ColourFamily>();

  /** `bytes`: the inflated stacks. */
  constructor(data: Data, bytes: Uint8Array) {
    this.data = data;
    for (const family of data.families) this.#families.set(family.letter, family);
    const columns = columnsOf(bytes);
    this.texts = JSON.parse(new TextDecoder().decode(columns.extra)) as ViewerTexts;
    this.#readNames(columns.names);
    this.#inner = new Uint8Array(this.links.length);
    this.whole = treeOf(columns, data.nodes, data.isPair, data.measure.total, {
      union: data.union,
      factor: data.basis ?? { before: 1, after: 1 },
      waits: Uint8Array.from(this.links, (_, number) => data.waits[number] ?? 0),
      inner: this.#inner,
    });
  }

  #readNames(bytes: Uint8Array): void {
    const texts = new TextDecoder().decode(bytes).split('\n');
    texts.pop();
    let from = 0;
    for (const [i, text] of texts.entries()) {
      const end = bytes.indexOf(NEWLINE, from);
      const hash = nameHash(bytes, from, end);
      this.names.push(shownName(text));
      this.links.push(shown(text) || shownName(text)); // '' is the whole
      this.#hashes.push(hash);
      const own = this.#families.get(this.data.letters.charAt(i)) as ColourFamily;
      this.#own.push(own);
      this.#kinds.push(own ? shadeOf(own, hash) : '');
      from = end + 1;
    }
  }

  /** Orders names as the whole tree does, by their text. */
  readonly order = (a: number, b: number): number => ((this.links[a] as string) < (this.links[b] as string) ? -1 : 1);

  nameOf(tree: Tree, node: number): string {
    return this.names[tree.name[node] as number] as string;
  }

  /** `12.34% of all`, by width */
  shareOfAll(tree: Tree, node: number): string {
    return `${percent((tree.width[node] as number) / (this.whole.width[0] || 1))} of all`;
  }

  sizes(tree: Tree, node: number): Sizes {
    const size = tree.size[node] as number;
    const before = tree.before[node] ?? 0;
    const own = this.data.measure.diff?.bySelf === true;
    const change = own ? (tree.own[node] as number) - (tree.ownBefore[node] ?? 0) : size - before;
    return { size, before, change, noise: this.noise(before, size) };
  }

  noise(before: number, size: number): number {
    return this.data.basis ? noiseOf(this.data.basis, before, size) : 0;
  }

  /** The class of a node's colour. */
  classOf(tree: Tree, node: number, bits = tree.bits): string {
    const { measure, negate, mostChange } = this.data;
    if (tree.name[node] === 0) return 'r0';
    if (measure.diff) {
      const { change, noise } = this.sizes(tree, node);
      return changeClass(negate ? -change : change, mostChange, noise);
    }
    const isRoot = tree.depth[node] === 1 && tree.name[0] === 0;
    return this.#kindOf(tree.name[node] as number, bits[node] ?? 0, isRoot);
  }

  /** The same in the shade of the legend, for what stands for several functions. */
  plainClassOf(tree: Tree, node: number): string {
    const kind = this.classOf(tree, node);
    const known = this.#plain.get(kind);
    if (known) return known;
    const plain = this.data.measure.diff ? kind : plainClass(this.#familyOf(kind), kind);
    this.#plain.set(kind, plain);
    return plain;
  }

  /** The class of a function's colour, wherever it is. `bits`: the kinds of time of all its places. */
  kindOf(name: number, bits: number): string {
    return this.#kindOf(name, bits, !this.#inner[name]);
  }

  #kindOf(name: number, bits: number, isRoot: boolean): string {
    const { byTime, families, rootClass } = this.data;
    const own = this.#own[name] as ColourFamily;
    const wait = byTime && waitFamily(families, bits);
    if (wait) return classIn(wait, own, this.#hashes[name] as number);
    return isRoot && rootClass && !own.isApart ? rootClass : (this.#kinds[name] as string);
  }

  colour(kind: string, scheme: Scheme): string {
    return kind === 'r0' ? this.data.papers[scheme].all : colourOf(this.data.families, kind, scheme);
  }

  /** What stands before the label of a frame that tells a wait. */
  sign(name: number, kind: string): string {
    const { mark, isApart } = this.#familyOf(kind) ?? {};
    return mark && (isApart || this.data.waits[name]) ? `${mark} ` : '';
  }

  #familyOf(kind: string): ColourFamily | undefined {
    return this.#families.get(kind.charAt(0));
  }

  /** What the colour of a class means. */
  meaning(kind: string): string {
    return this.#familyOf(kind)?.meaning ?? '';
  }
}
