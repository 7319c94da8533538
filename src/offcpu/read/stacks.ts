// The distinct entries of all inputs with their sums. Gives them out as they are, or as folded stacks.

import { InputError } from '../../engine/errors.ts';
import { StackTable } from '../../engine/stack-table.ts';
import { Reach } from '../../stacks/reach.ts';
import { divided } from '../../stacks/rounding.ts';
import type { Particulars, Subject } from '../entry.ts';
import type { EntryRow, EntryRows } from '../entry-rows.ts';
import { copySpan, type Ends, type IdSpan } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import { OffcpuShape, type ShapeOptions } from './shape.ts';
import type { WholeStacks } from './whole-stacks.ts';

export const UNITS = ['us', 'ns', 'ms'] as const;
export type Unit = (typeof UNITS)[number];
/** Is it a unit of time? */
export function isUnit(text: string | undefined): text is Unit {
  return (UNITS as readonly (string | undefined)[]).includes(text);
}
/** The unit that folded text says, where it is one of these. Throws InputError for any other. */
export function timeUnitOf(said: string): Unit {
  if (isUnit(said)) return said;
  const advice = said === 's' ? 'fold it with --unit us' : 'record off-CPU time, or name their unit with --input-unit';
  throw new InputError(`its counts are in ${said}, not in us, ns or ms: ${advice}`);
}
export const NANOSECONDS: Readonly<Record<Unit, number>> = { ns: 1, us: 1000, ms: 1_000_000 };

export interface FoldOptions extends ShapeOptions {
  unit: Unit;
}

/** Nanoseconds of time whose stacks are flawed, or that counts in another way. */
export interface Quality {
  /** cut at the depth limit, or where DWARF told no callers; the innermost user frame without a symbol */
  truncatedNs: number;
  unresolvedNs: number;
  /** the user stack reaches no start of a process or thread; it lacks the caller of its innermost function */
  cutNs: number;
  callerlessNs: number;
  /** not ended; waiting for a CPU, woken or preempted */
  inProgressNs: number;
  runnableNs: number;
}

/** Takes an entry. */
type Visit = (
  subject: Subject,
  user: IdSpan,
  kernel: IdSpan,
  value: number,
  count: number | undefined,
  max: number | undefined,
) => void;

/** Entries that still lie in the table, as stacks of the text that was read. */
export interface Unsettled {
  unit: Unit;
  subjects: readonly Subject[];
  /** is each entry's value the weight of its stack? */
  isPlain: boolean;
  /**
   * Hands them out one by one, and takes their stacks from the table. With `endsOf`, it makes folded stacks instead of
   * those entries that only need these ends around their frames. Gives the sum of their values.
   */
  take(visit: Visit, endsOf?: (subject: Subject) => Ends): number;
}

/** The subject and unit of a row's entries. */
interface RowHead {
  subject: Subject;
  unit: Unit;
  hasCount: boolean;
}

export class OffcpuStacks implements EntryRows {
  /** nanoseconds of all entries, and of those without any stack */
  totalNs = 0;
  lostNs = 0;
  readonly #table: StackTable;
  readonly #names: BpftraceNames;
  /** entries as stacks of ids: index of the head, number of user frames, user frames, kernel frames */
  #rows = new StackTable();
  /** by row: the time whose innermost user function lacks its caller, though the stack has others */
  #callerless = new Map<number, number>();
  /** nanoseconds of entries whose user stack perf had whole; undefined: perf did not record any */
  wholeNs: number | undefined;
  readonly #heads: RowHead[] = [];
  readonly #headByText = new Map<string, number>();
  readonly #headOf = new Map<Subject, [unit: Unit, hasCount: boolean, head: number]>();
  readonly #particulars = new Map<Particulars, number>();
  /** the longest interval, by the bytes of the row */
  #maxima = new Map<string, number>();
  #unsettled: Unsettled | undefined;
  #ids = new Uint32Array(1024);

  constructor(table: StackTable, names: BpftraceNames) {
    this.#table = table;
    this.#names = names;
  }

  /** Adds to the entry of this subject and these stacks, and gives its row. `value` and `max` are in `unit`. */
  add(
    subject: Subject,
    unit: Unit,
    frames: IdSpan,
    kernel: IdSpan,
    value: number,
    count: number | undefined,
    max: number | undefined,
  ): number {
    const user = this.#expanded(frames, subject);
    const depth = user.to - user.from + kernel.to - kernel.from;
    if (depth + 2 > this.#ids.length) this.#ids = new Uint32Array(depth * 2);
    const ids = this.#ids;
    ids[0] = this.#headIndex(subject, unit, count !== undefined);
    ids[1] = user.to - user.from;
    copySpan(kernel, ids, copySpan(user, ids, 2));
    const row = ids.subarray(0, depth + 2);
    const index = this.#rows.add(row, value, count ?? 1);
    this.#weigh(value * NANOSECONDS[unit], depth);
    this.#noteMaximum(row, max);
    return index;
  }

  #noteMaximum(row: Uint32Array, max: number | undefined): void {
    if (max === undefined) return;
    const key = bytesOf(row);
    this.#maxima.set(key, Math.max(this.#maxima.get(key) ?? 0, max));
  }

  noteCallerless(row: number, ns: number): void {
    this.#callerless.set(row, (this.#callerless.get(row) ?? 0) + ns);
  }

  /**
   * Gives entries the user stacks that perf has whole. Divides an entry that may have several of them in their
   * proportions, and keeps the sums of its time and count.
   */
  makeWhole(whole: WholeStacks): void {
    this.settle();
    const [rows, callerless, maxima] = [this.#rows, this.#callerless, this.#maxima];
    this.#rows = new StackTable();
    this.#callerless = new Map();
    this.#maxima = new Map();
    this.wholeNs = 0;
    let index = 0;
    for (const { ids, weight, hits } of rows.stacks()) {
      const { subject, unit } = this.#heads[ids[0] as number] as RowHead;
      const kernelFrom = 2 + (ids[1] as number);
      const lacking = callerless.get(index++) ?? 0;
      const [user, kernel] = [ids.subarray(2, kernelFrom), ids.subarray(kernelFrom)];
      const max = maxima.get(bytesOf(ids));
      // the unit of the dumps that tell their waits
      const parts = unit === 'ns' ? whole.partsOf(subject, user, kernel, { ns: weight, count: hits, maxNs: max }) : [];
      if (parts.length === 0) {
        const row = this.#rows.add(ids, weight, hits);
        this.#noteMaximum(ids, max);
        if (lacking > 0) this.noteCallerless(row, lacking);
        continue;
      }
      this.wholeNs += weight;
      for (const part of parts) {
        const row = Uint32Array.from([ids[0] as number, part.user.length, ...part.user, ...kernel]);
        this.#rows.add(row, part.ns, part.count);
        this.#noteMaximum(row, part.maxNs);
      }
    }
  }

  /** The user's frames as their files name them, if those are known. */
  #expanded(user: IdSpan, { pid }: Subject): IdSpan {
    return this.#names.userFrames?.expanded(user, pid) ?? user;
  }

  #weigh(ns: number, depth: number): void {
    this.totalNs += ns;
    if (depth === 0) this.lostNs += ns;
  }

  /** Adds entries that may stay in the table until something else needs it: then call settle(). */
  addUnsettled(unsettled: Unsettled): void {
    this.settle();
    this.#unsettled = unsettled;
  }

  /** Takes over the entries that still lie in the table. */
  settle(): void {
    const unsettled = this.#unsettled;
    this.#unsettled = undefined;
    unsettled?.take((subject, user, kernel, value, count, max) => {
      this.add(subject, unsettled.unit, user, kernel, value, count, max);
    });
  }

  #headIndex(subject: Subject, unit: Unit, hasCount: boolean): number {
    const last = this.#headOf.get(subject);
    if (last && last[0] === unit && last[1] === hasCount) return last[2];
    const { kind, comm, pid, tid, state, waitEvent, particulars } = subject;
    const what = particulars && this.#numberOf(particulars);
    const text = [unit, hasCount, kind, pid, tid, state, waitEvent, what, comm === undefined ? '' : `:${comm}`].join(
      '\0',
    );
    let head = this.#headByText.get(text);
    if (head === undefined) {
      head = this.#heads.push({ subject, unit, hasCount }) - 1;
      this.#headByText.set(text, head);
    }
    this.#headOf.set(subject, [unit, hasCount, head]);
    return head;
  }

  /** Readers give the same object for the same particulars. */
  #numberOf(particulars: Particulars): number {
    let number = this.#particulars.get(particulars);
    if (number === undefined) {
      number = this.#particulars.size;
      this.#particulars.set(particulars, number);
    }
    return number;
  }

  quality(): Quality {
    this.settle();
    const quality = {
      truncatedNs: 0,
      unresolvedNs: 0,
      cutNs: 0,
      callerlessNs: [...this.#callerless.values()].reduce((sum, ns) => sum + ns, 0),
      inProgressNs: 0,
      runnableNs: 0,
    };
    const { truncated } = this.#names;
    const reach = new Reach((id) => this.#table.nameText(id), [], false);
    let hasUser = false;
    for (const { ids, weight } of this.#rows.stacks()) {
      const { subject, unit } = this.#heads[ids[0] as number] as RowHead;
      const kernelFrom = 2 + (ids[1] as number);
      const ns = weight * NANOSECONDS[unit];
      if (ids[2] === truncated || ids[kernelFrom] === truncated) quality.truncatedNs += ns;
      if (kernelFrom > 2 && this.#isUnnamed(ids.subarray(2, kernelFrom))) quality.unresolvedNs += ns;
      hasUser ||= kernelFrom > 2;
      if (ids.length > 2 && !reach.reaches(ids, kernelFrom > 2 ? 2 : kernelFrom)) quality.cutNs += ns;
      if (kernelFrom === 3 && !reach.reaches(ids.subarray(0, kernelFrom), 2)) quality.callerlessNs += ns;
      if (subject.kind === 'in-progress') quality.inProgressNs += ns;
      if (subject.kind === 'runnable' || subject.kind === 'preempted') quality.runnableNs += ns;
    }
    // a recording without user stacks does not lack them
    return hasUser ? quality : { ...quality, cutNs: 0 };
  }

  /** Has the function that waits no name? Those that a stripped libc calls for a named one don't count. */
  #isUnnamed(user: Uint32Array): boolean {
    const id = user.findLast((one) => !this.#names.isLibc(one));
    return id === undefined || this.#names.isUnresolved(id);
  }

  /** The names of frames, by the ids of rows(). */
  get names(): StackTable {
    return this.#table;
  }

  /** Each distinct entry once, as name ids. */
  *rows(): Generator<EntryRow> {
    this.settle();
    this.#rows.checkExact();
    for (const { ids, weight, hits } of this.#rows.stacks()) {
      const { subject, unit, hasCount } = this.#heads[ids[0] as number] as RowHead;
      const factor = NANOSECONDS[unit];
      const max = this.#maxima.size > 0 ? this.#maxima.get(bytesOf(ids)) : undefined;
      yield {
        subject,
        ids,
        from: 2,
        kernelFrom: 2 + (ids[1] as number),
        ns: weight * factor,
        count: hasCount ? hits : undefined,
        maxNs: max === undefined ? undefined : max * factor,
      };
    }
  }

  /**
   * Makes folded stacks of all entries, in the table. It converts each stack's sum once, and gives what that leaves
   * over to the stacks with the largest remainders. So the total is that of the input, rounded. Stacks that come to 0
   * are dropped. After that there are no entries any more.
   */
  fold(options: FoldOptions): void {
    const table = this.#table;
    const shape = new OffcpuShape(table, this.#names, options);
    if (this.#unsettled?.isPlain && this.#unsettled.unit === options.unit && this.#rows.stackCount === 0) {
      this.#foldInPlace(this.#unsettled, shape);
      return;
    }
    this.settle();
    this.#rows.checkExact();
    const units = UNITS.filter((unit) => this.#heads.some((head) => head.unit === unit));
    const converted: { ids: Uint32Array; weight: number; hits: number }[] = [];
    for (const unit of units) {
      table.clear();
      this.#foldRows(unit, shape);
      const ratio = NANOSECONDS[unit] / NANOSECONDS[options.unit];
      if (units.length === 1 && ratio === 1) return;
      const weights = convert(table.weights, ratio);
      let index = 0;
      for (const { ids, hits } of table.stacks()) {
        converted.push({ ids: ids.slice(), weight: weights[index++] as number, hits });
      }
    }
    table.clear();
    for (const { ids, weight, hits } of converted) if (weight > 0) table.add(ids, weight, hits);
  }

  /** The usual case, one dump in the wanted unit: changes its stacks where they lie. */
  #foldInPlace({ subjects, unit, take }: Unsettled, shape: OffcpuShape): void {
    const ends = new Map(subjects.map((subject) => [subject, shape.endsOf(subject)]));
    const factor = NANOSECONDS[unit];
    this.#unsettled = undefined;
    const endsOf = (subject: Subject): Ends => ends.get(subject) as Ends;
    const visit: Visit = (subject, user, kernel, value) => {
      this.#weigh(value * factor, user.to - user.from + kernel.to - kernel.from);
      shape.add(endsOf(subject), this.#expanded(user, subject), kernel, value, 1);
    };
    const sum = take(visit, shape.changesFrames ? undefined : endsOf); // adds to totalNs too
    this.totalNs += factor * sum;
  }

  #foldRows(unit: Unit, shape: OffcpuShape): void {
    const ends = this.#heads.map(({ subject }) => shape.endsOf(subject));
    for (const { ids, weight, hits } of this.#rows.stacks()) {
      const head = ids[0] as number;
      if (this.#heads[head]?.unit !== unit) continue;
      const kernelFrom = 2 + (ids[1] as number);
      const user = { ids, from: 2, to: kernelFrom };
      const kernel = { ids, from: kernelFrom, to: ids.length };
      shape.add(ends[head] as Ends, user, kernel, weight, hits);
    }
  }
}

/** Weights times `ratio` as whole numbers, whose sum is the rounded sum of what went in. */
function convert(weights: Float64Array, ratio: number): number[] {
  return ratio < 1 ? divided(weights, Math.round(1 / ratio)) : Array.from(weights, (weight) => weight * ratio);
}

function bytesOf(ids: Uint32Array): string {
  return Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('latin1');
}
