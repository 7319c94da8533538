// Whole user stacks for a dump's entries: perf recorded the same switches, and walked their stacks by DWARF. The dump
// says when each wait began, and so which of its entries holds a switch of perf's.

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
  /** its longest wait; undefined: the entry does not tell */
  maxNs: number | undefined;
}

/** The sum of perf's waits of one entry with one user stack. */
interface Seen {
  user: Uint32Array;
  ns: number;
  count: number;
  longestNs: number;
}

export class WholeStacks implements EntrySink {
  readonly #names: Pick<BpftraceNames, 'isUnresolved'>;
  readonly #waits: Waits;
  readonly #numbers = new Map<Particulars | undefined, number>();
  /** by an entry without its user stack, then by user stack */
  readonly #seen = new Map<string, Map<string, Seen>>();

  /** `waits`: the single waits of the dump. */
  constructor(names: Pick<BpftraceNames, 'isUnresolved'>, waits: Waits) {
    this.#names = names;
    this.#waits = waits;
  }

  /** Takes an interval of perf's, which began at `sinceNs`. Drops those that the dump does not know. */
  add(subject: Subject, _: 'ns', user: IdSpan, kernel: IdSpan, ns: number, _n: number, _max: number, sinceNs: number) {
    if (user.from === user.to || kernel.from === kernel.to || subject.tid === undefined) return;
    const wait = this.#waits.at(subject.tid, sinceNs);
    if (!wait) return;
    const key = this.#keyOf(subject.tid, wait, kernel.ids.subarray(kernel.from, kernel.to));
    const stacks = this.#seen.get(key) ?? new Map<string, Seen>();
    this.#seen.set(key, stacks);
    const ids = user.ids.slice(user.from, user.to);
    const seen = stacks.get(ids.join()) ?? { user: ids, ns: 0, count: 0, longestNs: 0 };
    stacks.set(ids.join(), seen);
    seen.ns += ns;
    seen.count++;
    seen.longestNs = Math.max(seen.longestNs, ns);
  }

  /** The parts of an entry: their sums, and their largest maximum, are the entry's. None: perf did not see it. */
  partsOf(subject: Subject, user: Uint32Array, kernel: Uint32Array, entry: Amount): WholePart[] {
    const stacks = subject.tid === undefined ? undefined : this.#seen.get(this.#keyOf(subject.tid, subject, kernel));
    const alike = this.#mostAlike([...(stacks?.values() ?? [])], user);
    // not more stacks than waits
    const parts = alike.sort((a, b) => b.ns - a.ns).slice(0, Math.max(1, entry.count));
    return parts.length > 0 ? partsOfEntry(parts, entry) : [];
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

  /** Those that share the most frames with the stack, in its order: entries may differ in their user stacks alone. */
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

/** What an entry sums up. */
type Amount = Pick<WholePart, 'ns' | 'count' | 'maxNs'>;

/**
 * Whole numbers whose sums are the entry's, in the proportions of what perf saw. The entry's longest wait is that of the
 * stack with perf's longest, because the clocks differ by less than two waits do.
 */
function partsOfEntry(all: readonly Seen[], { ns, count, maxNs }: Amount): WholePart[] {
  const longest = all.reduce((found, seen) => (seen.longestNs > found.longestNs ? seen : found));
  const taken = { ns: Math.min(maxNs ?? 0, ns), count: Math.min(maxNs === undefined ? 0 : 1, count) };
  const left = all.map((seen) =>
    seen === longest && maxNs !== undefined ? { ns: seen.ns - seen.longestNs, count: seen.count - 1 } : seen,
  );
  const times = shares(
    left.map((seen) => seen.ns),
    ns - taken.ns,
  );
  const counts = shares(
    left.map((seen) => seen.count),
    count - taken.count,
  );
  const parts = all.map((seen, i): WholePart => {
    const own = { user: seen.user, ns: times[i] as number, count: counts[i] as number };
    if (seen === longest) return { ...own, ns: own.ns + taken.ns, count: own.count + taken.count, maxNs };
    return { ...own, maxNs: maxNs && Math.min(maxNs, seen.longestNs, own.ns) };
  });
  const worth = parts.filter((part) => part.ns > 0 || part.count > 0);
  return worth.length > 0 ? worth : parts.slice(0, 1);
}

/** `sum` as whole numbers in these proportions. */
function shares(weights: readonly number[], sum: number): number[] {
  const total = weights.reduce((before, weight) => before + weight, 0);
  let [reached, given] = [0, 0];
  return weights.map((weight, i) => {
    reached += weight;
    const upTo = i === weights.length - 1 || total === 0 ? sum : Math.round((sum * reached) / total);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}
