// What the engine counts by itself: the host tells it once what becomes of samples with such a header, and takes over
// what came of it whenever the engine stops.

import type { OpenSample } from '../engine/perf-lines.ts';
import type { StackTable } from '../engine/stack-table.ts';
import { type Use, useOf } from './header-shapes.ts';

/** What samples of an event add up to. */
export interface Sum {
  samples: number;
  weight: number;
}

/** What becomes of a sample, as perf-samples.as.ts numbers it. */
const PLANS = { folded: 1, left: 2, outside: 3, waits: 4 } as const;
/** The engine's mode of a line that waits. */
const WAITING = 3;

/** A line that is a header if frames follow. */
export interface WaitingLine {
  text: string;
  line: number;
  shape: number;
  use: Use | undefined;
}

/** What the engine counted, and the times of the first and last sample. */
export interface Counts {
  first: number;
  last: number;
  folded: number;
  empty: number;
  cutWeight: number;
  outside: number;
  singles: number;
}

export class EngineTally {
  /** the sample that is open; scan() changes it */
  readonly open: OpenSample = { mode: 0, root: 0, weight: 0 };
  /** process, or else thread, of the last sample that the engine began in the last scan(); undefined: it began none */
  pid: number | undefined;
  /** the line that waits since the last scan() */
  waiting: WaitingLine | undefined;
  readonly #table: StackTable;
  readonly #sums: Sum[] = [];
  readonly #places = new Map<Sum, number>();

  constructor(table: StackTable) {
    this.#table = table;
  }

  /** Leaves to the engine what has this key (PerfLines.planKey()); 0: nothing. */
  remember(key: number, plan: keyof typeof PLANS, root: number, sum: Sum): void {
    if (key === 0) return;
    let place = this.#places.get(sum);
    if (place === undefined) {
      place = this.#table.perf.newSum();
      this.#places.set(sum, place);
      this.#sums.push(sum);
    }
    this.#table.perf.rememberPlan(key, PLANS[plan], root, place);
  }

  /**
   * Scans on, and lets the engine count. Gives what the table stopped at. `mayWait`: no header was read yet; `onCounts`
   * hears of what the engine counted.
   */
  scan(times: Pick<Counts, 'first' | 'last'>, mayWait: boolean, onCounts: (counts: Counts) => void): number {
    this.waiting = undefined;
    this.pid = undefined;
    if (this.#sums.length === 0) return this.#table.scan();
    const { open } = this;
    const stop = this.#table.perf.scanSamples(open, times.first, times.last, mayWait);
    const { words, floats, at } = this.#table.perf.tally();
    const from = at >> 1;
    open.mode = words[at] as number;
    open.root = words[at + 1] as number;
    open.weight = floats[from + 4] as number;
    const pid = floats[from + 5] as number;
    if (!Number.isNaN(pid)) this.pid = pid;
    if (open.mode === WAITING) {
      open.mode = 0;
      const [textAt = 0, size = 0, shape = 0, use = 0] = words.subarray(at + 2, at + 6);
      const text = this.#table.text(textAt, textAt + size);
      this.waiting = { text, line: floats[from + 3] as number, shape, use: useOf(use) };
    }
    if (floats[from + 8] !== 0) this.#take(floats.subarray(from + 6, from + 14), onCounts);
    return stop;
  }

  #take(counted: Float64Array, onCounts: (counts: Counts) => void): void {
    const [first = 0, last = 0, , folded = 0, empty = 0, cutWeight = 0, outside = 0, singles = 0] = counted;
    counted.fill(0, 2);
    onCounts({ first, last, folded, empty, cutWeight, outside, singles });
    const { floats, at } = this.#table.perf.sums();
    for (const [i, sum] of this.#sums.entries()) {
      sum.samples += floats[at + 2 * i] as number;
      sum.weight += floats[at + 2 * i + 1] as number;
    }
    floats.fill(0, at, at + 2 * this.#sums.length);
  }
}
