// The stacks of one map, as they lie in the table: the frames of its keys, and the texts between them apart.

import { Entry, type Shape, STACK } from '../../../engine/map-entries.ts';
import type { StackTable } from '../../../engine/stack-table.ts';
import { MAX_STACK } from '../../../perf/frame.ts';
import { IdNumbers } from './id-numbers.ts';
import { EMPTY_SPAN, type Ends, type IdSpan, spanOf } from './id-span.ts';
import type { KeyMeaning, KeyTexts } from './keys.ts';
import type { BpftraceMap } from './map.ts';
import type { BpftraceNames } from './names.ts';

/** One stack of a map. */
export interface Row {
  /** which combination of texts */
  texts: number;
  /** of name ids; gone with the next row */
  user: IdSpan;
  kernel: IdSpan;
  weight: number;
  tuple: readonly number[] | undefined;
}

export class MapRows {
  /** the distinct combinations of texts */
  readonly keys: KeyTexts[] = [];
  readonly #map: BpftraceMap;
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  readonly #weights: Float64Array;
  /** which combination, from 1, by shape */
  readonly #keyOf = new IdNumbers();

  /** `weights` are by index of the table's stacks. The table must not change until take(). */
  constructor(map: BpftraceMap, table: StackTable, names: BpftraceNames, weights: Float64Array) {
    this.#map = map;
    this.#table = table;
    this.#names = names;
    this.#weights = weights;
    this.#readKeys();
  }

  #readKeys(): void {
    for (const shape of this.#table.entries.shapes()) {
      if (shape.map === this.#map.id) this.#keyOf.set(shape.id, this.keys.push(keyOf(this.#table, shape)));
    }
    const { words } = this.#table;
    /** by key, entries still to be looked at */
    const wanted = Uint32Array.from([0, ...this.keys.map(({ entries }) => Math.min(entries, ENOUGH))]);
    let keysLeft = this.keys.length;
    this.#table.forEachAt((from, to) => {
      if (words[from] !== this.#map.id) return;
      const key = this.#keyOf.get(words[from + Entry.shape] as number);
      if (wanted[key] === 0) return;
      wanted[key] = (wanted[key] as number) - 1;
      const { kernelVotes } = this.keys[key - 1] as KeyTexts;
      const lengths = from + Entry.lengths;
      let end = to;
      for (let i = 0; i < kernelVotes.length; i++) {
        const start = end - (words[lengths + i] as number);
        if (isKernelStack(words, start, end, this.#names)) kernelVotes[i] = (kernelVotes[i] as number) + 1;
        end = start;
      }
      if (wanted[key] === 0) keysLeft--;
      return keysLeft === 0 ? 'stop' : undefined;
    });
  }

  /**
   * Hands out each stack of the map, and drops all that lie in the table; `visit` may put others there. `meanings` are
   * those of `keys`. `endsOf` tells the frames around those of a key in a folded stack. With it, stacks that need
   * nothing else are folded instead of handed out. Gives the sum of the weights of those.
   */
  take(meanings: readonly KeyMeaning[], visit: (row: Row) => void, endsOf?: (texts: number) => Ends): number {
    const table = this.#table;
    const row: Row = { texts: 0, user: EMPTY_SPAN, kernel: EMPTY_SPAN, weight: 0, tuple: undefined };
    const user: IdSpan = { ids: EMPTY_SPAN.ids, from: 0, to: 0 };
    const kernel: IdSpan = { ids: EMPTY_SPAN.ids, from: 0, to: 0 };
    if (endsOf && this.#names.isPlain) this.#plan(meanings, endsOf);
    return table.entries.take(this.#map.id, MAX_STACK, (from, to, index) => {
      const { words } = table;
      row.texts = this.#keyOf.get(words[from + Entry.shape] as number) - 1;
      const meaning = meanings[row.texts] as KeyMeaning;
      row.user = this.#spanAt(words, from, to, meaning.user, user);
      row.kernel = this.#spanAt(words, from, to, meaning.kernel, kernel);
      row.weight = this.#weights[index] as number;
      const tuple = words[from + Entry.extra] as number;
      row.tuple = tuple > 0 ? this.#map.tuples.at(tuple - 1) : undefined;
      visit(row);
    });
  }

  #plan(meanings: readonly KeyMeaning[], endsOf: (texts: number) => Ends): void {
    for (const { id, map, parts } of this.#table.entries.shapes()) {
      if (map !== this.#map.id) continue;
      const texts = this.#keyOf.get(id) - 1;
      const { kernel, user } = meanings[texts] as KeyMeaning;
      const count = parts.filter((part) => part === STACK).length;
      const ends = endsOf(texts);
      // in the table the user's frames lie before the kernel's, if the key has them the other way round
      const isInOrder = count === 2 ? kernel === 0 && user === 1 : count === 1 && (kernel === 0 || !ends.needsKernel);
      if (isInOrder) this.#table.entries.plan(id, count, ends.root, ends.leaf);
    }
  }

  /** The stack with this number in the order of the key: the first lies last. */
  #spanAt(words: Uint32Array, from: number, to: number, number: number, span: IdSpan): IdSpan {
    if (number < 0) return EMPTY_SPAN;
    const lengths = from + Entry.lengths;
    span.ids = words;
    span.to = to;
    for (let i = 0; i < number; i++) span.to -= words[lengths + i] as number;
    span.from = span.to - (words[lengths + number] as number);
    return nameSpan(span, this.#names);
  }
}

/** The texts around the stacks of a shape, first to last; lines that follow each other belong together. */
function keyOf(table: StackTable, { parts, entries }: Shape): KeyTexts {
  const texts: string[][] = [[]];
  for (const part of parts) {
    if (part === STACK) texts.push([]);
    else texts.at(-1)?.push(table.entries.textOf(part));
  }
  return { texts: texts.map((lines) => lines.join('\n')), kernelVotes: Array(texts.length - 1).fill(0), entries };
}

/** This many entries of the same texts tell which stack is the kernel's. */
const ENOUGH = 100;
/** Frames looked at from either end of a stack to tell whether it is of the kernel. */
const TELLING = 4;

export function isKernelStack(ids: Uint32Array, from: number, to: number, names: BpftraceNames): boolean {
  for (let i = from; i < to; i++) {
    if (i === from + TELLING && i < to - TELLING) i = to - TELLING;
    if (names.isKernel(ids[i] as number)) return true;
  }
  return false;
}

/**
 * The names of a stack's frames; a stack that may have lost its root begins with `[truncated]`. Overwrites the ids
 * given.
 */
export function nameSpan(span: IdSpan, names: BpftraceNames): IdSpan {
  const { ids, from, to } = span;
  let depth = to - from;
  if (!names.isPlain) {
    for (let i = from; i < to; i++) {
      const word = ids[i] as number;
      if (names.isInlined(word)) depth--;
      ids[i] = names.nameOf(word);
    }
  }
  return depth === MAX_STACK ? spanOf(Uint32Array.of(names.truncated, ...ids.subarray(from, to))) : span;
}
