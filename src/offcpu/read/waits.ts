// The waits of dumps one by one, by thread and time: bpf/offcpu.bt prints them on demand (docs/offcpu-dump.md).

import type { Subject } from '../entry.ts';
import type { IdSpan } from './bpftrace/id-span.ts';

/** What tells the entries of a thread apart, beside their stacks. */
export interface Wait extends Pick<Subject, 'particulars' | 'waitEvent'> {
  /** when the thread left the CPU, in nanoseconds of CLOCK_MONOTONIC */
  sinceNs: number;
  /** undefined: the dump does not tell */
  length: WaitLength | undefined;
  /** undefined: not known, or not yet */
  stack?: { user: IdSpan; kernel: IdSpan } | undefined;
}

/** Times are nanoseconds. */
export interface WaitLength {
  /** prev_state */
  state: number;
  blockedNs: number;
  runnableNs: number;
  /** had it not ended when the recording did? */
  isOpen: boolean;
}

/** bpf and perf stamp the same switch one after the other, and perf copies the stack between. */
const APART_NS = 200_000;

export class Waits {
  readonly #ofTid = new Map<number, Wait[]>();
  #isSorted = true;
  /** waits that had ended, and those without length */
  #ended = 0;
  #lengthless = 0;

  /** Has no wait ended? */
  get isEmpty(): boolean {
    return this.#ended === 0;
  }

  get haveLengths(): boolean {
    return this.#lengthless === 0;
  }

  /** Of one thread, in any order. */
  of(tid: number): readonly Wait[] {
    return this.#ofTid.get(tid) ?? [];
  }

  add(tid: number, wait: Wait): void {
    const waits = this.#ofTid.get(tid);
    if (waits) waits.push(wait);
    else this.#ofTid.set(tid, [wait]);
    if (!wait.length) this.#lengthless++;
    if (wait.length?.isOpen !== true) this.#ended++;
    this.#isSorted = false;
  }

  /** Takes those of another dump, too. */
  addAll(other: Waits): void {
    for (const [tid, waits] of other.#ofTid) for (const wait of waits) this.add(tid, wait);
  }

  /** The wait of a thread that began about then; undefined: there is none. */
  at(tid: number, sinceNs: number): Wait | undefined {
    if (!this.#isSorted) for (const waits of this.#ofTid.values()) waits.sort((a, b) => a.sinceNs - b.sinceNs);
    this.#isSorted = true;
    const waits = this.#ofTid.get(tid) ?? [];
    let [from, to] = [0, waits.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((waits[middle] as Wait).sinceNs < sinceNs) from = middle + 1;
      else to = middle;
    }
    const apart = (wait: Wait | undefined): number => (wait ? Math.abs(wait.sinceNs - sinceNs) : Infinity);
    const [before, after] = [waits[from - 1], waits[from]];
    const nearest = apart(before) < apart(after) ? before : after;
    return apart(nearest) <= APART_NS ? nearest : undefined;
  }
}
