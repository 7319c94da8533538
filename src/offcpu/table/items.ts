// The stacks of a run one by one: the line of each in folded text, and what rules see of it.

import type { StackTable } from '../../engine/stack-table.ts';
import { rootText } from '../../perf/names.ts';
import { kindFrame, LOST, unmarked } from '../../stacks/marks.ts';
import type { OffcpuEntry, Subject } from '../entry.ts';
import { type EntryRow, type EntryRows, EntryTexts, NamesOf, SharedStacks } from '../entry-rows.ts';
import { type FoldedFrame, foldedFrame, isRootFunction, placesOf, TELLS_NOTHING } from '../reason/folded-parts.ts';
import type { UserFrame } from '../reason/meanings.ts';
import type { OffcpuStack, Reasons } from '../reason/reasons.ts';
import type { Times } from './tally.ts';

/** A stack as its line, root first: `outer`, then the names of these ids, then `inner`. */
export interface Item extends Times {
  source: Items;
  /** undefined: the stack is of a folded text */
  row: EntryRow | undefined;
  outer: readonly string[];
  /** ids of `source.names`; gone with the next item */
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

/** The stacks of a folded text, whose counts are in units of `unitNs`. There may be millions, so none is kept. */
export class FoldedItems implements Items {
  readonly names: StackTable;
  readonly texts: NamesOf<string>;
  readonly #unitNs: number;
  readonly #hasComm: boolean;
  readonly #frames: NamesOf<FoldedFrame>;
  readonly #users: NamesOf<UserFrame>;
  readonly #kernels: SharedStacks;

  constructor(names: StackTable, unitNs: number, reasons: Reasons) {
    this.names = names;
    this.texts = new NamesOf(names, (text) => text);
    this.#unitNs = unitNs;
    this.#frames = new NamesOf(names, (text) => foldedFrame(text, reasons.table), {
      is: (frame) => frame === TELLS_NOTHING,
      at: () => TELLS_NOTHING,
    });
    this.#users = reasons.framesOf(names, unmarked);
    this.#kernels = new SharedStacks(new NamesOf(names, unmarked));
    let hasComm = true;
    for (const { ids } of names.stacks()) hasComm &&= !isRootFunction(this.texts.at(ids[0] as number), reasons.table);
    this.#hasComm = hasComm;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const { ids, weight } of this.names.stacks()) {
      const sums = { ns: weight * this.#unitNs, count: undefined, maxNs: undefined, weight };
      yield { source: this, row: undefined, outer: NONE, ids, from: 0, inner: NONE, ...sums };
    }
  }

  stackOf({ ids }: Item): OffcpuStack {
    const frames = this.#frames;
    const { userFrom, userTo, kernelFrom, kernelTo } = placesOf(
      ids.length,
      (i) => frames.at(ids[i] as number),
      this.#hasComm,
    );
    const { note } = frames.at(ids[ids.length - 1] as number);
    return {
      comm: this.#hasComm && kernelTo > 0 ? this.texts.at(ids[0] as number) : undefined,
      user: this.#users.innermostFirst(ids, userFrom, userTo),
      kernel: note === 'lost' ? NONE : this.#kernels.innermostFirst(ids, kernelFrom, kernelTo),
      state: note === 'preempted' ? 0 : undefined,
      isRunnable: note === 'runnable',
      waitEvent: undefined,
    };
  }

  entryOf(): undefined {
    return undefined;
  }
}

const NONE: readonly string[] = [];

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
  readonly #frames: NamesOf<UserFrame>;
  readonly #by: 'comm' | 'pid';
  readonly #ends = new Map<Subject, Ends>();

  /** `by`: the root frame, comm or comm-PID. */
  constructor(entries: EntryRows, reasons: Reasons, by: 'comm' | 'pid') {
    this.names = entries.names;
    this.#entries = entries;
    this.#texts = new EntryTexts(entries.names);
    this.texts = this.#texts.texts;
    this.#frames = reasons.framesOf(entries.names, (text) => text);
    this.#by = by;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const row of this.#entries.rows()) {
      const { subject, ids, from, ns, count, maxNs } = row;
      const { outer, inner } = this.#endsOf(subject);
      const innerOrLost = from === ids.length ? [LOST, ...inner] : inner;
      yield { source: this, row, outer, ids, from, inner: innerOrLost, ns, count, maxNs, weight: undefined };
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
      particulars: subject.particulars,
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
