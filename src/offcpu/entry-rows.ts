// Entries as rows of name ids: a large dump has hundreds of thousands, and few of those who walk through them want texts.

import { StackTable } from '../engine/stack-table.ts';
import { MOST_KNOWN } from '../stacks/known-names.ts';
import type { OffcpuEntry, Subject } from './entry.ts';

/** One distinct entry. */
export interface EntryRow {
  subject: Subject;
  /** name ids, root first: user frames lie at `from`, the kernel's at `kernelFrom`, up to the end; gone with the next row */
  ids: Uint32Array;
  from: number;
  kernelFrom: number;
  /** as OffcpuEntry has them */
  ns: number;
  count: number | undefined;
  maxNs: number | undefined;
}

export interface EntryRows {
  /** the table whose names these are */
  readonly names: StackTable;
  /** Each walk gives the same rows in the same order. */
  rows(): Iterable<EntryRow>;
}

/** Names whose ids are neighbours lie on one page, because a list from 0 to the last id would be as long as the table. */
const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

/** What most names have in common, so that it need not be made again of each text. */
export interface Usual<Of> {
  /** Is what was made of a name the usual? */
  is(made: Of): boolean;
  at(id: number): Of;
}

/**
 * What stands for each name id: its text, or what a caller knows of that. Remembered while they are few; of the usual a
 * byte is remembered for ever.
 */
export class NamesOf<Of> {
  readonly #names: StackTable;
  readonly #make: (text: string) => Of;
  readonly #usual: Usual<Of> | undefined;
  #pages: Of[][] = [];
  #count = 0;
  #isUsual = new Uint8Array(0);

  constructor(names: StackTable, make: (text: string) => Of, usual?: Usual<Of>) {
    this.#names = names;
    this.#make = make;
    this.#usual = usual;
  }

  at(id: number): Of {
    return this.#pages[id >>> PAGE_BITS]?.[id % PAGE] ?? this.#add(id);
  }

  #add(id: number): Of {
    if (this.#usual && this.#isUsual[id] === 1) return this.#usual.at(id);
    if (this.#count++ >= MOST_KNOWN) [this.#pages, this.#count] = [[], 0];
    const made = this.#make(this.#names.nameText(id));
    const at = id >>> PAGE_BITS;
    const page = this.#pages[at] ?? [];
    this.#pages[at] = page;
    page[id % PAGE] = made;
    if (this.#usual?.is(made)) this.#markUsual(id);
    return made;
  }

  #markUsual(id: number): void {
    if (id >= this.#isUsual.length) {
      const grown = new Uint8Array(2 * Math.max(id, PAGE));
      grown.set(this.#isUsual);
      this.#isUsual = grown;
    }
    this.#isUsual[id] = 1;
  }

  /** Of the ids between two places, root first. */
  innermostFirst(ids: Uint32Array, from: number, to: number): Of[] {
    const names: Of[] = [];
    for (let i = to - 1; i >= from; i--) names.push(this.at(ids[i] as number));
    return names;
  }
}

/**
 * The same, but equal stacks get the same array while they are few, so that callers can remember by it what they found
 * out.
 */
export class SharedStacks {
  readonly #texts: NamesOf<string>;
  /** by a hash of their ids, which several stacks may have */
  readonly #known = new Map<number, { ids: Uint32Array; names: readonly string[] }[]>();
  #count = 0;

  constructor(texts: NamesOf<string>) {
    this.#texts = texts;
  }

  innermostFirst(ids: Uint32Array, from: number, to: number): readonly string[] {
    let hash = to - from;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + (ids[i] as number)) | 0;
    for (const known of this.#known.get(hash) ?? []) if (isAt(known.ids, ids, from, to)) return known.names;
    const names = this.#texts.innermostFirst(ids, from, to);
    if (this.#count++ >= MOST_KNOWN) {
      this.#known.clear();
      this.#count = 0;
    }
    const known = { ids: ids.slice(from, to), names };
    const alike = this.#known.get(hash);
    if (alike) alike.push(known);
    else this.#known.set(hash, [known]);
    return names;
  }
}

function isAt(some: Uint32Array, ids: Uint32Array, from: number, to: number): boolean {
  if (some.length !== to - from) return false;
  for (let i = from; i < to; i++) if (some[i - from] !== ids[i]) return false;
  return true;
}

/** Rows as entries; equal kernel stacks are the same array. */
export class EntryTexts {
  readonly texts: NamesOf<string>;
  readonly #kernels: SharedStacks;

  constructor(names: StackTable) {
    this.texts = new NamesOf(names, (text) => text);
    this.#kernels = new SharedStacks(this.texts);
  }

  kernelOf({ ids, kernelFrom }: EntryRow): readonly string[] {
    return this.#kernels.innermostFirst(ids, kernelFrom, ids.length);
  }

  entryOf(row: EntryRow): OffcpuEntry {
    const { subject, ids, from, kernelFrom, ns, count, maxNs } = row;
    return {
      kind: subject.kind,
      comm: subject.comm,
      pid: subject.pid,
      tid: subject.tid,
      kernel: this.kernelOf(row),
      user: this.texts.innermostFirst(ids, from, kernelFrom),
      ns,
      count,
      maxNs,
      state: subject.state,
      waitEvent: subject.waitEvent,
      particulars: subject.particulars,
    };
  }
}

/** Each walk makes them anew, because all at once would take several times the memory of the dump. */
export function* entriesOf(rows: EntryRows): Generator<OffcpuEntry> {
  const texts = new EntryTexts(rows.names);
  for (const row of rows.rows()) yield texts.entryOf(row);
}

/** Entries that someone made or chose. */
export class EntryList implements EntryRows {
  readonly names = new StackTable();
  readonly #entries: readonly OffcpuEntry[];

  constructor(entries: readonly OffcpuEntry[]) {
    this.#entries = entries;
  }

  *rows(): Generator<EntryRow> {
    for (const entry of this.#entries) {
      const { user, kernel, ns, count, maxNs } = entry;
      const frames = [...user.toReversed(), ...kernel.toReversed()];
      const ids = Uint32Array.from(frames, (frame) => this.names.name(frame));
      yield { subject: entry, ids, from: 0, kernelFrom: user.length, ns, count, maxNs };
    }
  }
}
