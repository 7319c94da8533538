// Entries as rows of name ids: a large dump has hundreds of thousands, and few of those who walk through them want texts.

import { StackTable } from '../engine/stack-table.ts';
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

/** What stands for each name id, made once: its text, or what a caller knows of that. */
export class NamesOf<Of> {
  readonly #names: StackTable;
  readonly #make: (text: string) => Of;
  readonly #known: Of[] = [];

  constructor(names: StackTable, make: (text: string) => Of) {
    this.#names = names;
    this.#make = make;
  }

  at(id: number): Of {
    this.#known[id] ??= this.#make(this.#names.nameText(id));
    return this.#known[id];
  }

  /** Of the ids between two places, root first. */
  innermostFirst(ids: Uint32Array, from: number, to: number): Of[] {
    const names: Of[] = [];
    for (let i = to - 1; i >= from; i--) names.push(this.at(ids[i] as number));
    return names;
  }
}

/** The same, but equal stacks get the same array, so that callers can remember by it what they found out. */
export class SharedStacks {
  readonly #texts: NamesOf<string>;
  /** by a hash of their ids, which several stacks may have */
  readonly #known = new Map<number, { ids: Uint32Array; names: readonly string[] }[]>();

  constructor(texts: NamesOf<string>) {
    this.#texts = texts;
  }

  innermostFirst(ids: Uint32Array, from: number, to: number): readonly string[] {
    let hash = to - from;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + (ids[i] as number)) | 0;
    let alike = this.#known.get(hash);
    if (alike === undefined) {
      alike = [];
      this.#known.set(hash, alike);
    }
    for (const known of alike) if (isAt(known.ids, ids, from, to)) return known.names;
    const names = this.#texts.innermostFirst(ids, from, to);
    alike.push({ ids: ids.slice(from, to), names });
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
