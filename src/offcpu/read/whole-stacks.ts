// Whole user stacks for a dump's entries: perf recorded the same switches, and walked their stacks by DWARF. The dump says
// when each wait began, so perf's find the entry they were summed into.

import type { Particulars, Subject } from '../entry.ts';
import type { IdSpan } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import type { EntrySink } from './perf-entries.ts';
import type { Waits } from './waits.ts';

/** A part of an entry, with its user stack, root first. */
export interface WholePart {
  user: Uint32Array;
  ns: number;
  count: number;
  /** of perf's intervals with this stack */
  longestNs: number;
}

/** All that perf saw of waits that are one entry, with one user stack. */
interface Seen {
  user: Uint32Array;
  ns: number;
  longestNs: number;
}

export class WholeStacks implements EntrySink {
  readonly #names: Pick<BpftraceNames, 'isUnresolved'>;
  readonly #waits: Waits;
  readonly #numbers = new Map<Particulars | undefined, number>();
  /** by what makes an entry but its user stack, then by user stack */
  readonly #seen = new Map<string, Map<string, Seen>>();

  /** `waits` are those that the dump tells one by one. */
  constructor(names: Pick<BpftraceNames, 'isUnresolved'>, waits: Waits) {
    this.#names = names;
    this.#waits = waits;
  }

  /** Takes an interval of perf's, which began at `sinceNs`. One of which the dump does not tell is left out. */
  add(subject: Subject, _: 'ns', user: IdSpan, kernel: IdSpan, ns: number, _n: number, _max: number, sinceNs: number) {
    if (user.from === user.to || kernel.from === kernel.to || subject.tid === undefined) return;
    const wait = this.#waits.at(subject.tid, sinceNs);
    if (!wait) return;
    const key = this.#keyOf(subject.tid, wait, kernel.ids.subarray(kernel.from, kernel.to));
    const stacks = this.#seen.get(key) ?? new Map<string, Seen>();
    this.#seen.set(key, stacks);
    const ids = user.ids.slice(user.from, user.to);
    const seen = stacks.get(ids.join()) ?? { user: ids, ns: 0, longestNs: 0 };
    stacks.set(ids.join(), seen);
    seen.ns += ns;
    seen.longestNs = Math.max(seen.longestNs, ns);
  }

  /** The parts of an entry, whose sums are the entry's; none: perf did not see it. */
  partsOf(subject: Subject, user: Uint32Array, kernel: Uint32Array, ns: number, count: number): WholePart[] {
    const stacks = subject.tid === undefined ? undefined : this.#seen.get(this.#keyOf(subject.tid, subject, kernel));
    const alike = this.#mostAlike([...(stacks?.values() ?? [])], user);
    // not more stacks than waits
    return divided(alike.sort((a, b) => b.ns - a.ns).slice(0, Math.max(1, count)), ns, count);
  }

  #keyOf(
    tid: number,
    { particulars, waitEvent }: Pick<Subject, 'particulars' | 'waitEvent'>,
    kernel: Uint32Array,
  ): string {
    let number = this.#numbers.get(particulars);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(particulars, number);
    }
    return `${tid} ${number} ${waitEvent ?? 0} ${kernel.join()}`;
  }

  /** Those with the most frames of the stack, in its order: entries may differ in nothing but those. */
  #mostAlike(all: Seen[], user: Uint32Array): Seen[] {
    if (all.length < 2) return all;
    const known = user.filter((id) => !this.#names.isUnresolved(id));
    const scores = all.map((seen) => common(seen.user, known));
    const most = Math.max(...scores);
    return all.filter((_, i) => scores[i] === most);
  }
}

/** How many of the frames, innermost first, the whole stack has in this order. */
function common(whole: Uint32Array, frames: Uint32Array): number {
  let [found, from] = [0, whole.length];
  for (let i = frames.length - 1; i >= 0; i--) {
    const at = from === 0 ? -1 : whole.lastIndexOf(frames[i] as number, from - 1);
    if (at < 0) continue;
    found++;
    from = at;
  }
  return found;
}

/** Whole numbers whose sums are `ns` and `count`, in the proportions of what perf saw. */
function divided(all: readonly Seen[], ns: number, count: number): WholePart[] {
  const total = all.reduce((sum, seen) => sum + seen.ns, 0);
  let [sum, nsBefore, countBefore] = [0, 0, 0];
  const parts = all.map((seen, i) => {
    sum += seen.ns;
    const reached = i === all.length - 1 || total === 0 ? 1 : sum / total;
    const part = { ns: Math.round(ns * reached) - nsBefore, count: Math.round(count * reached) - countBefore };
    nsBefore += part.ns;
    countBefore += part.count;
    return { user: seen.user, longestNs: seen.longestNs, ...part };
  });
  const worth = parts.filter((part) => part.ns > 0 || part.count > 0);
  return worth.length > 0 ? worth : parts.slice(0, 1);
}
