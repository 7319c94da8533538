// The sums of the table: time by reason, by label within it, and by meaning within that.

import { UNKNOWN } from '../../stacks/marks.ts';
import { type Explained, kindOf } from '../reason/reasons.ts';
import type { Kind, Rule } from '../reason/rule-file.ts';

/** A row of the table, with its parts: a reason's are labels, a label's meanings, those of NO_EVENT functions. */
export interface Row {
  name: string;
  ns: number;
  /** undefined as soon as one stack's is not known */
  count: number | undefined;
  maxNs: number | undefined;
  /**
   * An upper bound of the variance of `ns` in ns²: if waits come independently of each other, another run of the
   * program would sum up to another time. It is the sum of the squares of all waits, which is at most time × longest.
   */
  variance: number | undefined;
  /** from the wake-up that ended such waits until a CPU was free; no part of `ns`, but of the row [cpu] */
  queuedNs: number;
  /** the longest first */
  parts: Row[];
}

/** Off-CPU time in nanoseconds. */
export interface Summary {
  /** the sum of the rows: the whole time without `excluded` and `leftOutNs` */
  ns: number;
  /** the longest first */
  rows: Row[];
  /** the same time by kind; `lost` is of stacks that were not recorded */
  kinds: Record<Exclude<Kind, 'excluded'> | 'lost', number>;
  /** time that is no waiting, by label: of ended threads, of the idle task */
  excluded: { name: string; ns: number }[];
  /** waiting for work and timers, if `busy` leaves them out */
  leftOutNs: number;
  /** the innermost functions of [other], the longest first */
  other: { name: string; label: string; ns: number }[];
}

/** Of one distinct stack. */
export interface Times {
  ns: number;
  /** intervals; undefined: not known */
  count: number | undefined;
  maxNs: number | undefined;
}

interface Sum extends Omit<Row, 'parts'> {
  parts: Map<string, Sum>;
}

/** The row of time without a wait event, in a recording that has them; its parts are the functions that waited. */
const NO_EVENT = '(no wait event)';
const LOST = 'no-stack';
const OTHER = 'other';

export class Tally {
  readonly #busy: boolean;
  readonly #all = newSum('');
  readonly #sums = new Map<Rule, [Sum, Sum]>();
  readonly #kinds = { wait: 0, idle: 0, timer: 0, cpu: 0, open: 0, lost: 0 };
  readonly #excluded = new Map<string, number>();
  readonly #other = new Map<string, { name: string; label: string; ns: number }>();
  #leftOutNs = 0;

  /** `busy`: leave out waiting for work and timers. */
  constructor(busy: boolean) {
    this.#busy = busy;
  }

  /** Is a stack part of the table? */
  counts(explained: Explained): boolean {
    const kind = kindOf(explained);
    return kind !== 'excluded' && !(this.#busy && (kind === 'idle' || kind === 'timer'));
  }

  /** Adds a stack's time. */
  add(explained: Explained, times: Times): void {
    const { rule, meaning, leaf, withoutEvent } = explained;
    const { ns } = times;
    const kind = kindOf(explained);
    if (kind === 'excluded') {
      this.#excluded.set(rule.label, (this.#excluded.get(rule.label) ?? 0) + ns);
      return;
    }
    this.#kinds[rule.label === LOST ? 'lost' : kind] += ns;
    if (!this.counts(explained)) {
      this.#leftOutNs += ns;
      return;
    }
    const [ofReason, ofLabel] = this.#sumsOf(rule);
    addTo(ofReason, times);
    addTo(ofLabel, times);
    if (meaning) addTo(partOf(ofLabel, meaning.label), times);
    else if (withoutEvent !== undefined) {
      const ofNone = partOf(ofLabel, NO_EVENT);
      addTo(ofNone, times);
      addTo(partOf(ofNone, withoutEvent), times);
    }
    if (rule.bracket === OTHER) {
      const key = `${leaf} ${rule.label}`;
      const other = this.#other.get(key) ?? { name: leaf ?? UNKNOWN, label: rule.label, ns: 0 };
      other.ns += ns;
      this.#other.set(key, other);
    }
  }

  /** Of its reason and its label. */
  #sumsOf(rule: Rule): [Sum, Sum] {
    let sums = this.#sums.get(rule);
    if (sums === undefined) {
      const ofReason = partOf(this.#all, `[${rule.bracket}]`);
      sums = [ofReason, partOf(ofReason, rule.label)];
      this.#sums.set(rule, sums);
    }
    return sums;
  }

  /** Adds the time in which a thread waited for a CPU to what it had waited for before. */
  addQueued({ rule, meaning }: Explained, ns: number): void {
    const label = this.#all.parts.get(`[${rule.bracket}]`)?.parts.get(rule.label);
    for (const sum of [this.#all.parts.get(`[${rule.bracket}]`), label, meaning && label?.parts.get(meaning.label)]) {
      if (sum) sum.queuedNs += ns;
    }
  }

  summary(): Summary {
    const rows = rowsOf(this.#all);
    return {
      ns: rows.reduce((sum, { ns }) => sum + ns, 0),
      rows,
      kinds: this.#kinds,
      excluded: [...this.#excluded].map(([name, ns]) => ({ name, ns })).sort(byTime),
      leftOutNs: this.#leftOutNs,
      other: [...this.#other.values()].sort(byTime),
    };
  }
}

function newSum(name: string): Sum {
  return { name, ns: 0, count: 0, maxNs: 0, variance: 0, queuedNs: 0, parts: new Map() };
}

function partOf({ parts }: Sum, name: string): Sum {
  let sum = parts.get(name);
  if (sum === undefined) {
    sum = newSum(name);
    parts.set(name, sum);
  }
  return sum;
}

function addTo(sum: Sum, { ns, count, maxNs }: Times): void {
  sum.ns += ns;
  sum.count = sum.count === undefined || count === undefined ? undefined : sum.count + count;
  sum.maxNs = sum.maxNs === undefined || maxNs === undefined ? undefined : Math.max(sum.maxNs, maxNs);
  sum.variance = sum.variance === undefined || maxNs === undefined ? undefined : sum.variance + ns * maxNs;
}

function rowsOf({ parts }: Sum): Row[] {
  return [...parts.values()].map((sum) => ({ ...sum, parts: rowsOf(sum) })).sort(byTime);
}

function byTime(a: { ns: number; name: string }, b: { ns: number; name: string }): number {
  return b.ns - a.ns || (a.name < b.name ? -1 : 1);
}
