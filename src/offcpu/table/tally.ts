// The sums of the table: time by reason, by label within it, and by meaning within that.

import { UNKNOWN } from '../../stacks/marks.ts';
import { type ExplainedStack, kindOf } from '../reason/reasons.ts';
import type { Kind } from '../reason/rule-file.ts';

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

interface Sum extends Omit<Row, 'parts'> {
  parts: Map<string, Sum>;
}

/** The row of time without a wait event, in a recording that has them; its parts are the functions that waited. */
export const NO_EVENT = '(no wait event)';
const LOST = 'no-stack';
const OTHER = 'other';

export class Tally {
  readonly #busy: boolean;
  readonly #all = newSum('');
  readonly #kinds = { wait: 0, idle: 0, timer: 0, cpu: 0, open: 0, lost: 0 };
  readonly #excluded = new Map<string, number>();
  readonly #other = new Map<string, { name: string; label: string; ns: number }>();
  #leftOutNs = 0;

  /** `busy`: leave out waiting for work and timers. */
  constructor(busy: boolean) {
    this.#busy = busy;
  }

  /** Is a stack part of the table? */
  counts(wait: ExplainedStack): boolean {
    const kind = kindOf(wait);
    return kind !== 'excluded' && !(this.#busy && (kind === 'idle' || kind === 'timer'));
  }

  /** Adds a stack's time. */
  add(wait: ExplainedStack): void {
    const { rule, meaning, ns, leaf } = wait;
    const kind = kindOf(wait);
    if (kind === 'excluded') {
      this.#excluded.set(rule.label, (this.#excluded.get(rule.label) ?? 0) + ns);
      return;
    }
    this.#kinds[rule.label === LOST ? 'lost' : kind] += ns;
    if (!this.counts(wait)) {
      this.#leftOutNs += ns;
      return;
    }
    const ofReason = addTo(this.#all, `[${rule.bracket}]`, wait);
    const ofLabel = addTo(ofReason, rule.label, wait);
    if (meaning) addTo(ofLabel, meaning.label, wait);
    else if (wait.withoutEvent !== undefined) addTo(addTo(ofLabel, NO_EVENT, wait), wait.withoutEvent, wait);
    if (rule.bracket === OTHER) {
      const key = `${leaf} ${rule.label}`;
      const other = this.#other.get(key) ?? { name: leaf ?? UNKNOWN, label: rule.label, ns: 0 };
      other.ns += ns;
      this.#other.set(key, other);
    }
  }

  /** Adds the time in which a thread waited for a CPU to what it had waited for before. */
  addQueued({ rule, meaning, ns }: ExplainedStack): void {
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

function addTo({ parts }: Sum, name: string, { ns, count, maxNs }: ExplainedStack): Sum {
  const sum = parts.get(name) ?? newSum(name);
  parts.set(name, sum);
  sum.ns += ns;
  sum.count = sum.count === undefined || count === undefined ? undefined : sum.count + count;
  sum.maxNs = sum.maxNs === undefined || maxNs === undefined ? undefined : Math.max(sum.maxNs, maxNs);
  sum.variance = sum.variance === undefined || maxNs === undefined ? undefined : sum.variance + ns * maxNs;
  return sum;
}

function rowsOf({ parts }: Sum): Row[] {
  return [...parts.values()].map((sum) => ({ ...sum, parts: rowsOf(sum) })).sort(byTime);
}

function byTime(a: { ns: number; name: string }, b: { ns: number; name: string }): number {
  return b.ns - a.ns || (a.name < b.name ? -1 : 1);
}
