// What was read of all inputs: distinct entries with their sums; given out as they are, or as folded stacks.

import { divided } from '../fold/rounding.ts';
import { StackTable } from '../fold/stack-table.ts';
import type { BpftraceNames } from './bpftrace-names.ts';
import type { OffcpuEntry, OffcpuKind } from './offcpu-entry.ts';
import { rootText } from './perf-names.ts';

export const UNITS = ['us', 'ns', 'ms'] as const;
export type Unit = (typeof UNITS)[number];
export const NANOSECONDS: Readonly<Record<Unit, number>> = { ns: 1, us: 1000, ms: 1_000_000 };

/** What an entry is of, beside its stacks. */
export interface Subject {
  kind: OffcpuKind;
  comm: string | undefined;
  pid: number | undefined;
  tid: number | undefined;
  state: number | undefined;
  waitEvent: number | undefined;
}

export interface FoldOptions {
  by: 'comm' | 'pid' | 'tid' | 'none';
  unit: Unit;
  /** `_[k]` behind kernel frames */
  markKernel: boolean;
  /** frames a stack may have behind its root frame; undefined: no limit */
  maxDepth: number | undefined;
}

/** Nanoseconds. */
export interface Quality {
  /** cut at the depth limit; the innermost user frame without a symbol */
  truncatedNs: number;
  unresolvedNs: number;
  /** not ended; waiting for a CPU, be it woken or preempted */
  inProgressNs: number;
  runnableNs: number;
}

/** A stack: name ids, root first, from one place of an array to another. */
export interface Run {
  ids: Uint32Array;
  from: number;
  to: number;
}

export const NO_STACK: Run = { ids: new Uint32Array(0), from: 0, to: 0 };

export function runOf(ids: Uint32Array): Run {
  return { ids, from: 0, to: ids.length };
}

/** What the entries of a row are of. */
interface RowHead {
  subject: Subject;
  unit: Unit;
  hasCount: boolean;
}

/** A distinct entry; the ids are views. */
interface Row extends RowHead {
  /** name ids, root first */
  user: Uint32Array;
  kernel: Uint32Array;
  value: number;
  count: number;
  max: number | undefined;
}

const LEAVES: Readonly<Partial<Record<OffcpuKind, string>>> = {
  'in-progress': '[in-progress]',
  preempted: '[preempted]',
  runnable: '[runnable]',
};

export class OffcpuStacks {
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  /** entries as stacks of ids: index of the head, number of user frames, user frames, kernel frames */
  readonly #rows = new StackTable();
  readonly #heads: RowHead[] = [];
  readonly #headByText = new Map<string, number>();
  readonly #headOf = new Map<Subject, [unit: Unit, hasCount: boolean, head: number]>();
  /** the longest interval, by the bytes of the row */
  readonly #maxima = new Map<string, number>();
  #ids = new Uint32Array(1024);
  /** nanoseconds of all entries, and of those without any stack */
  totalNs = 0;
  lostNs = 0;

  constructor(table: StackTable, names: BpftraceNames) {
    this.#table = table;
    this.#names = names;
  }

  get size(): number {
    return this.#rows.stackCount;
  }

  /** Adds to the entry of this subject and these stacks. `value` and `max` are in `unit`. */
  add(
    subject: Subject,
    unit: Unit,
    user: Run,
    kernel: Run,
    value: number,
    count: number | undefined,
    max: number | undefined,
  ): void {
    const depth = user.to - user.from + kernel.to - kernel.from;
    if (depth + 2 > this.#ids.length) this.#ids = new Uint32Array(depth * 2);
    const ids = this.#ids;
    ids[0] = this.#headIndex(subject, unit, count !== undefined);
    ids[1] = user.to - user.from;
    copy(kernel, ids, copy(user, ids, 2));
    const row = ids.subarray(0, depth + 2);
    this.#rows.add(row, value, count ?? 1);
    const ns = value * NANOSECONDS[unit];
    this.totalNs += ns;
    if (depth === 0) this.lostNs += ns;
    if (max === undefined) return;
    const key = bytesOf(row);
    this.#maxima.set(key, Math.max(this.#maxima.get(key) ?? 0, max));
  }

  #headIndex(subject: Subject, unit: Unit, hasCount: boolean): number {
    const last = this.#headOf.get(subject);
    if (last && last[0] === unit && last[1] === hasCount) return last[2];
    const { kind, comm, pid, tid, state, waitEvent } = subject;
    const text = [unit, hasCount, kind, pid, tid, state, waitEvent, comm === undefined ? '' : `:${comm}`].join('\0');
    let head = this.#headByText.get(text);
    if (head === undefined) {
      head = this.#heads.push({ subject, unit, hasCount }) - 1;
      this.#headByText.set(text, head);
    }
    this.#headOf.set(subject, [unit, hasCount, head]);
    return head;
  }

  /** All rows; one object for all, so read it before the next. */
  *#read(): Generator<Row> {
    for (const { ids, weight, hits } of this.#rows.stacks()) {
      const head = this.#heads[ids[0] as number] as RowHead;
      const kernelFrom = 2 + (ids[1] as number);
      const max = this.#maxima.size > 0 ? this.#maxima.get(bytesOf(ids)) : undefined;
      const { subject, unit, hasCount } = head;
      const user = ids.subarray(2, kernelFrom);
      yield { subject, unit, hasCount, user, kernel: ids.subarray(kernelFrom), value: weight, count: hits, max };
    }
  }

  /** How much is not as good as it could be, or special. */
  quality(): Quality {
    const quality = { truncatedNs: 0, unresolvedNs: 0, inProgressNs: 0, runnableNs: 0 };
    const { truncated } = this.#names;
    for (const { ids, weight } of this.#rows.stacks()) {
      const { subject, unit } = this.#heads[ids[0] as number] as RowHead;
      const kernelFrom = 2 + (ids[1] as number);
      const ns = weight * NANOSECONDS[unit];
      if (ids[2] === truncated || ids[kernelFrom] === truncated) quality.truncatedNs += ns;
      if (kernelFrom > 2 && this.#names.isUnresolved(ids[kernelFrom - 1] as number)) quality.unresolvedNs += ns;
      if (subject.kind === 'in-progress') quality.inProgressNs += ns;
      if (subject.kind === 'runnable' || subject.kind === 'preempted') quality.runnableNs += ns;
    }
    return quality;
  }

  /** Each distinct entry once. */
  *entries(): Generator<OffcpuEntry> {
    const texts: string[] = [];
    const textOf = (id: number): string => {
      texts[id] ??= this.#table.nameText(id);
      return texts[id];
    };
    const innermostFirst = (ids: Uint32Array): string[] => Array.from(ids, textOf).reverse();
    for (const { subject, unit, hasCount, user, kernel, value, count, max } of this.#read()) {
      const factor = NANOSECONDS[unit];
      yield {
        ...subject,
        kernel: innermostFirst(kernel),
        user: innermostFirst(user),
        ns: value * factor,
        count: hasCount ? count : undefined,
        maxNs: max === undefined ? undefined : max * factor,
      };
    }
  }

  /**
   * Makes folded stacks of all entries, in the table, whose stacks so far are dropped. Sums are converted once a stack;
   * what that leaves over goes to the stacks with the largest remainders, so the total is that of the input, rounded;
   * a stack of less than one unit, of which nothing is left, is left away.
   */
  fold(options: FoldOptions): void {
    const table = this.#table;
    this.#rows.checkExact();
    const units = UNITS.filter((unit) => this.#heads.some((head) => head.unit === unit));
    const converted: { ids: Uint32Array; weight: number; hits: number }[] = [];
    for (const unit of units) {
      table.rewrite(() => null);
      this.#addRows(unit, options);
      const ratio = NANOSECONDS[unit] / NANOSECONDS[options.unit];
      if (units.length === 1 && ratio === 1) return;
      const weights = convert(table.weights, ratio);
      let index = 0;
      for (const { ids, hits } of table.stacks()) {
        converted.push({ ids: ids.slice(), weight: weights[index++] as number, hits });
      }
    }
    table.rewrite(() => null);
    for (const { ids, weight, hits } of converted) if (weight > 0) table.add(ids, weight, hits);
  }

  #addRows(unit: Unit, options: FoldOptions): void {
    const table = this.#table;
    const { truncated } = this.#names;
    const lost = table.name('[lost]');
    const roots = this.#heads.map(({ subject }) => this.#rootOf(subject, options.by));
    const leaves = this.#heads.map(({ subject }) => {
      const leaf = LEAVES[subject.kind];
      return leaf === undefined ? 0 : table.name(leaf);
    });
    let ids = new Uint32Array(1024);
    for (const row of this.#rows.stacks()) {
      const index = row.ids[0] as number;
      const head = this.#heads[index] as RowHead;
      if (head.unit !== unit) continue;
      const kernelFrom = 2 + (row.ids[1] as number);
      const end = row.ids.length;
      if (end + 4 > ids.length) ids = new Uint32Array(end * 2);
      let size = 0;
      const root = roots[index] as number;
      if (root !== 0) ids[size++] = root;
      size = copy({ ids: row.ids, from: 2, to: end }, ids, size);
      if (options.markKernel) {
        for (let i = size - end + kernelFrom; i < size; i++) ids[i] = this.#names.marked(ids[i] as number);
      }
      // a switch-out always has a kernel stack
      if (kernelFrom === end && (end === 2 || head.subject.state !== undefined)) ids[size++] = lost;
      const most = (options.maxDepth ?? Number.POSITIVE_INFINITY) + (root === 0 ? 0 : 1);
      if (size > most) {
        ids[most] = truncated;
        size = most + 1;
      }
      const leaf = leaves[index] as number;
      if (leaf !== 0) ids[size++] = leaf;
      table.add(ids.subarray(0, size), row.weight, row.hits);
    }
  }

  /** The id of the root frame; 0 for none. */
  #rootOf({ comm, pid, tid }: Subject, by: FoldOptions['by']): number {
    if (by === 'none') return 0;
    const isKnown = comm !== undefined || (by !== 'comm' && (pid !== undefined || (by === 'tid' && tid !== undefined)));
    return isKnown ? this.#table.name(rootText(by, comm ?? '', String(pid ?? ''), String(tid ?? ''))) : 0;
  }
}

/** Puts a run into `ids` at `at`; gives where it ends there. A loop: runs are short, and views cost more. */
function copy({ ids: source, from, to }: Run, ids: Uint32Array, at: number): number {
  let end = at;
  for (let i = from; i < to; i++) ids[end++] = source[i] as number;
  return end;
}

/** Weights times `ratio` as whole numbers, whose sum is the rounded sum of what went in. */
function convert(weights: Float64Array, ratio: number): number[] {
  return ratio < 1 ? divided(weights, Math.round(1 / ratio)) : Array.from(weights, (weight) => weight * ratio);
}

function bytesOf(ids: Uint32Array): string {
  return Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('latin1');
}
