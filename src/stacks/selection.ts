// Selection: which stacks fold-grep keeps, and which of their frames.

import type { StackTable } from '../engine/stack-table.ts';
import { HIDDEN, TRUNCATED, unmarked } from './marks.ts';
import { nameText } from './name-text.ts';
import type { Pattern } from './pattern.ts';

export const PLACES = ['any', 'root', 'leaf'] as const;
/** Where in a stack a pattern looks. */
type Place = (typeof PLACES)[number];

/**
 * What to keep. Patterns and names match a frame's name with or without its mark (`_[k]`); one of several is enough. An
 * empty list is no condition.
 */
export interface Selection {
  include: readonly Pattern[];
  exclude: readonly Pattern[];
  /** the frames that include and exclude look at */
  where: Place;
  /** of the root frame */
  comm: readonly Pattern[];
  /** stacks with such a frame, from the outermost one inwards */
  rootAt: readonly string[];
  /** stacks with such a frame, up to the innermost one */
  leafAt: readonly string[];
  /** keep the stacks that would go, as they are, and drop those that would be kept */
  invert: boolean;
  hide: readonly Pattern[];
  /** leaf first */
  reverse: boolean;
  depth: number | undefined;
}

export interface Sums {
  stacks: number;
  weight: number;
  hits: number;
}

export interface Selected {
  all: Sums;
  kept: Sums;
  /** patterns and names that no frame matches: the part of the selection, and the text */
  unused: { part: keyof Selection; text: string }[];
}

/** Reduces the table to what is selected. Law: what is kept, and what is kept with `invert`, add up to all. */
export function select(table: StackTable, selection: Selection): Selected {
  const names = new Names(table);
  const { where } = selection;
  const included = names.like('include', selection.include, where);
  const excluded = names.like('exclude', selection.exclude, where);
  const comms = names.like('comm', selection.comm, 'root');
  const roots = names.called('rootAt', selection.rootAt);
  const leaves = names.called('leafAt', selection.leafAt);
  const edit = editor(table, selection, names.like('hide', selection.hide, 'any'));

  /** The frames of a stack that are selected, from and to; undefined: none of it. */
  const rangeOf = (ids: Uint32Array): [number, number] | undefined => {
    if (included && !has(included, ids, where)) return undefined;
    if (excluded && has(excluded, ids, where)) return undefined;
    if (comms && !has(comms, ids, 'root')) return undefined;
    const from = roots ? ids.findIndex((id) => roots[id] === 1) : 0;
    const last = leaves ? ids.findLastIndex((id) => leaves[id] === 1) : ids.length - 1;
    return from < 0 || last < from ? undefined : [from, last + 1];
  };
  const all: Sums = { stacks: 0, weight: 0, hits: 0 };
  const kept: Sums = { stacks: 0, weight: 0, hits: 0 };
  table.rewrite((ids, weight, hits) => {
    count(all, weight, hits);
    const range = rangeOf(ids);
    if ((range === undefined) !== selection.invert) return null;
    count(kept, weight, hits);
    return edit(range === undefined ? ids : ids.subarray(...range));
  });
  return { all, kept, unused: names.unused };
}

function count(sums: Sums, weight: number, hits: number): void {
  sums.stacks++;
  sums.weight += weight;
  sums.hits += hits;
}

/** Is one of the names at this place flagged? */
function has(flags: Uint8Array, ids: Uint32Array, where: Place): boolean {
  if (where === 'root') return flags[ids[0] as number] === 1;
  if (where === 'leaf') return flags[ids[ids.length - 1] as number] === 1;
  for (let i = 0; i < ids.length; i++) if (flags[ids[i] as number] === 1) return true;
  return false;
}

/** `kept 81.3 % (1234 of 1518) in 12 of 34 stacks`; of a comparison before and after. */
export function describeKept({ kept, all }: Selected, isDifferential: boolean): string {
  const stacks = `${kept.stacks} of ${all.stacks} stacks`;
  if (!isDifferential) return `kept ${share(kept, all, 'weight')} in ${stacks}`;
  return `kept ${share(kept, all, 'hits')} before, ${share(kept, all, 'weight')} after, in ${stacks}`;
}

function share(kept: Sums, all: Sums, key: 'weight' | 'hits'): string {
  const [some, total] = [kept[key], all[key]];
  const percent = total === 0 ? 0 : (100 * some) / total;
  const text = percent > 99.9 && some < total ? '> 99.9' : percent < 0.1 && some > 0 ? '< 0.1' : percent.toFixed(1);
  return `${text} % (${+some.toFixed(6)} of ${+total.toFixed(6)})`;
}

type Edit = (ids: Uint32Array) => Uint32Array;

/** What happens to each stack that is kept. It makes new names now, because the table's memory must not move later. */
function editor(table: StackTable, selection: Selection, hidden: Uint8Array | undefined): Edit {
  const { reverse, depth } = selection;
  const edits: Edit[] = [];
  if (hidden) {
    const all = Uint32Array.of(table.name(HIDDEN));
    edits.push((ids) => {
      if (!has(hidden, ids, 'any')) return ids;
      const rest = ids.filter((id) => hidden[id] !== 1);
      return rest.length > 0 ? rest : all;
    });
  }
  if (reverse) edits.push((ids) => ids.slice().reverse());
  if (depth !== undefined) {
    const cut = table.name(TRUNCATED);
    edits.push((ids) => {
      if (ids.length <= depth) return ids;
      const outer = ids.slice(0, depth + 1);
      outer[depth] = cut;
      return outer;
    });
  }
  return (ids) => edits.reduce((now, edit) => edit(now), ids);
}

/**
 * The names of a table as patterns see them: each is looked at once, however many stacks it is in. It keeps none of
 * their texts, because there may be millions.
 */
class Names {
  readonly unused: Selected['unused'] = [];
  readonly #table: StackTable;

  constructor(table: StackTable) {
    this.#table = table;
  }

  /** By name id, 1 where a pattern fits; undefined without patterns. */
  like(part: keyof Selection, patterns: readonly Pattern[], where: Place): Uint8Array | undefined {
    const tests = patterns.map((pattern) => ({
      text: pattern.source.replaceAll('\\/', '/'), // it shows / as \/
      fits: (name: string) => pattern.test(name),
    }));
    return this.#flags(part, tests, where);
  }

  /** By name id, 1 where the name is one of these; undefined without any. */
  called(part: keyof Selection, wanted: readonly string[]): Uint8Array | undefined {
    const tests = wanted.map((text) => ({ text, fits: (name: string) => name === text }));
    return this.#flags(part, tests, 'any');
  }

  #flags(
    part: keyof Selection,
    tests: readonly { text: string; fits(name: string): boolean }[],
    where: Place,
  ): Uint8Array | undefined {
    if (tests.length === 0) return undefined;
    const flags = new Uint8Array(this.#table.nameCount + 1);
    const stands = this.#standing(where);
    const isUsed = tests.map(() => false);
    for (let id = 1; id < flags.length; id++) {
      if (stands && stands[id] === 0) continue;
      const name = nameText(this.#table.nameText(id));
      const bare = unmarked(name);
      tests.forEach(({ fits }, i) => {
        if (!fits(name) && (bare === name || !fits(bare))) return;
        flags[id] = 1;
        isUsed[i] = true;
      });
    }
    tests.forEach(({ text }, i) => {
      if (!isUsed[i]) this.unused.push({ part, text });
    });
    return flags;
  }

  /** By name id, 1 where a stack has it at this place; undefined: each has its place. */
  #standing(where: Place): Uint8Array | undefined {
    if (where === 'any') return undefined;
    const stands = new Uint8Array(this.#table.nameCount + 1);
    const { words } = this.#table;
    this.#table.forEachAt((from, to) => {
      if (to > from) stands[words[where === 'root' ? from : to - 1] as number] = 1;
      return undefined;
    });
    return stands;
  }
}
