// The stacks of a run one by one: the line of each in folded text, and what rules see of it.

import type { StackTable } from '../../engine/stack-table.ts';
import { rootText } from '../../perf/names.ts';
import { kindFrame, LOST } from '../../stacks/marks.ts';
import type { OffcpuEntry, Subject } from '../entry.ts';
import { type EntryRow, type EntryRows, EntryTexts, NamesOf } from '../entry-rows.ts';
import { isRootFunction, partsOf } from '../reason/folded-parts.ts';
import type { OffcpuStack, Reasons } from '../reason/reasons.ts';
import type { Times } from './tally.ts';

/** A stack as its line, root first: `outer`, then the names of these ids, then `inner`. */
export interface Item extends Times {
  source: Items;
  /** undefined: the stack is of a folded text */
  row: EntryRow | undefined;
  /** its place among the items of a folded text */
  index: number;
  outer: readonly string[];
  /** ids of `source.names`; gone with the next item if there is a row */
  ids: Uint32Array;
  from: number;
  inner: readonly string[];
  /** its count in a folded text; undefined for an entry */
  weight: number | undefined;
}

export interface Items extends Iterable<Item> {
  readonly names: StackTable;
  readonly texts: NamesOf<string>;
  /** The stack as rules see it. */
  stackOf(item: Item): OffcpuStack;
  /** undefined: the item is of a folded text */
  entryOf(item: Item): OffcpuEntry | undefined;
}

/** The frames of its line, root first. */
export function framesOf({ outer, ids, from, inner, source: { texts } }: Item): string[] {
  return [...outer, ...Array.from(ids.subarray(from), (id) => texts.at(id)), ...inner];
}

/** The stacks of a folded text, whose counts are in units of `unitNs`. */
export class FoldedItems implements Items {
  readonly names: StackTable;
  readonly texts: NamesOf<string>;
  readonly #items: Item[] = [];
  readonly #stacks: OffcpuStack[] = [];

  constructor(names: StackTable, unitNs: number, reasons: Reasons) {
    this.names = names;
    this.texts = new NamesOf(names, (text) => text);
    let hasComm = true;
    for (const { ids } of names.stacks()) hasComm &&= !isRootFunction(this.texts.at(ids[0] as number), reasons.table);
    for (const { ids, weight } of names.stacks()) {
      const frames = Array.from(ids, (id) => this.texts.at(id));
      const { comm, user, kernel, note } = partsOf(frames, reasons.table, hasComm);
      this.#stacks.push({
        comm,
        user: user.map((frame) => reasons.frameOf(frame)),
        kernel: note === 'lost' ? [] : kernel,
        state: note === 'preempted' ? 0 : undefined,
        isRunnable: note === 'runnable',
        waitEvent: undefined,
      });
      const line = { row: undefined, index: this.#items.length, outer: [], ids: ids.slice(), from: 0, inner: [] };
      this.#items.push({ source: this, ...line, ns: weight * unitNs, count: undefined, maxNs: undefined, weight });
    }
  }

  stackOf({ index }: Item): OffcpuStack {
    return this.#stacks[index] as OffcpuStack;
  }

  entryOf(): undefined {
    return undefined;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#items[Symbol.iterator]();
  }
}

interface Ends {
  outer: readonly string[];
  inner: readonly string[];
}

/** The entries of dumps. There may be hundreds of thousands, so each walk makes them anew. */
export class EntryItems implements Items {
  readonly names: StackTable;
  readonly texts: NamesOf<string>;
  readonly #entries: EntryRows;
  readonly #texts: EntryTexts;
  readonly #frames: NamesOf<OffcpuStack['user'][number]>;
  readonly #by: 'comm' | 'pid';
  readonly #ends = new Map<Subject, Ends>();

  /** `by`: the root frame, comm or comm-PID. */
  constructor(entries: EntryRows, reasons: Reasons, by: 'comm' | 'pid') {
    this.names = entries.names;
    this.#entries = entries;
    this.#texts = new EntryTexts(entries.names);
    this.texts = this.#texts.texts;
    this.#frames = new NamesOf(entries.names, (text) => reasons.frameOf(text));
    this.#by = by;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const row of this.#entries.rows()) {
      const { subject, ids, from, ns, count, maxNs } = row;
      const { outer, inner } = this.#endsOf(subject);
      const innerOrLost = from === ids.length ? [LOST, ...inner] : inner;
      yield { source: this, row, index: 0, outer, ids, from, inner: innerOrLost, ns, count, maxNs, weight: undefined };
    }
  }

  stackOf({ row }: Item): OffcpuStack {
    const { subject, ids, from, kernelFrom } = row as EntryRow;
    return {
      comm: subject.comm,
      user: this.#frames.innermostFirst(ids, from, kernelFrom),
      kernel: this.#texts.kernelOf(row as EntryRow),
      state: subject.state,
      isRunnable: subject.kind === 'runnable',
      waitEvent: subject.waitEvent,
    };
  }

  entryOf({ row }: Item): OffcpuEntry {
    return this.#texts.entryOf(row as EntryRow);
  }

  #endsOf(subject: Subject): Ends {
    let ends = this.#ends.get(subject);
    if (ends === undefined) {
      const { kind, comm, pid } = subject;
      const leaf = kindFrame(kind);
      ends = {
        outer: comm === undefined ? [] : [rootText(this.#by, comm, String(pid ?? ''), '')],
        inner: leaf === undefined ? [] : [leaf],
      };
      this.#ends.set(subject, ends);
    }
    return ends;
  }
}
