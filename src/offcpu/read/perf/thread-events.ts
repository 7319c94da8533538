// The events of one thread in the order of their times, and the intervals in which it did not run.

import { NO_TIMES, type ThreadTimes } from '../../thread-times.ts';
import { PREEMPTED } from './events.ts';

/**
 * What happened to a thread: it was switched out, with a stack or by a record alone; came onto a CPU, by a record or
 * another thread's switch; was woken; began and ended, where perf tells.
 */
export const Happened = { switched: 0, out: 1, in: 2, next: 3, woken: 4, born: 5, died: 6 } as const;

/** No stack, or no waker, is known. */
export const NONE = -1;
/** A waker that nobody knows. */
export const SOMEBODY = -2;

/** X, Z: the thread does not come back. */
function isDead({ state }: { state: number | undefined }): boolean {
  return state === 16 || state === 32;
}

/** An interval off the CPU. Times are nanoseconds on the clock of the recording. */
export interface Interval {
  /** number of its stack; NONE: lost */
  row: number;
  /** prev_state; undefined: the recording lost the switch-out itself */
  state: number | undefined;
  blockedNs: number;
  runnableNs: number;
  /** tid of the thread in whose context the wake-up ran; 0: none, the CPU was idle; SOMEBODY: not known; NONE: there was no wake-up */
  waker: number;
  /** had it not ended when the recording did? */
  isOpen: boolean;
  /** when it began */
  sinceNs: number;
}

/** Columns of numbers, because a busy minute has a million events. */
export class ThreadEvents {
  readonly #times: number[] = [];
  readonly #whats: number[] = [];
  /** of a switch-out the number of its stack, of a wake-up its waker */
  readonly #whiches: number[] = [];
  readonly #states: number[] = [];
  isSorted = true;

  add(time: number, what: number, which: number, state: number): void {
    if (time < (this.#times.at(-1) ?? time)) this.isSorted = false;
    this.#times.push(time);
    this.#whats.push(what);
    this.#whiches.push(which);
    this.#states.push(state);
  }

  /** Takes over another recording's events between two times. */
  addAll(other: ThreadEvents, from: number, to: number): void {
    for (let i = 0; i < other.#times.length; i++) {
      const time = other.#times[i] as number;
      if (time < from || time > to) continue;
      this.add(time, other.#whats[i] as number, other.#whiches[i] as number, other.#states[i] as number);
    }
  }

  /**
   * Tells of each interval between `startNs` and `endNs`, and gives what the thread did in that time.
   *
   * perf stamps sched_switch before it copies the stack, and PERF_RECORD_SWITCH behind that: the first of each pair
   * counts. So a switch-in is the other thread's sched_switch, where that was recorded, too.
   */
  read(tid: number, startNs: number, endNs: number, tell: (interval: Interval) => void): ThreadTimes {
    const times: ThreadTimes = { ...NO_TIMES, tid, lifeNs: 0 };
    let bornAt = startNs;
    let isAlive = true;
    let runsSince: number | undefined;
    let entered: number | undefined;
    let open: { since: number; row: number; state: number | undefined; isSeen: boolean } | undefined;
    let woken: number | undefined;
    let waker = NONE;
    let isFirst = true;

    const close = (end: number, isOpen: boolean): void => {
      if (!open) return;
      const { since, row, state } = open;
      const isRunnable = state === 0 || state === PREEMPTED;
      const ready = isRunnable ? since : Math.min(woken ?? end, end);
      const interval = { row, state, blockedNs: ready - since, runnableNs: end - ready, waker, isOpen, sinceNs: since };
      times[isOpen ? 'inProgressNs' : 'blockedNs'] += interval.blockedNs;
      times.runnableNs += interval.runnableNs;
      tell(interval);
      open = undefined;
    };
    const lose = (since: number, until: number): void => {
      times.blockedNs += until - since;
      tell({
        row: NONE,
        state: undefined,
        blockedNs: until - since,
        runnableNs: 0,
        waker: NONE,
        isOpen: false,
        sinceNs: since,
      });
    };
    const leave = (time: number, row: number, state: number | undefined, isSeen: boolean): void => {
      // the switch-in between was lost
      if (open) {
        lose(open.since, time);
        open = undefined;
      } else times.onCpuNs += time - (runsSince ?? bornAt);
      runsSince = undefined;
      open = { since: time, row, state, isSeen };
      woken = undefined;
      waker = NONE;
    };

    const die = (time: number): void => {
      if (open) close(time, false);
      else times.onCpuNs += time - (runsSince ?? bornAt);
      times.lifeNs += time - bornAt;
      isAlive = false;
      runsSince = undefined;
      entered = undefined;
    };

    for (const i of this.#order()) {
      const time = Math.min(Math.max(this.#times[i] as number, startNs), endNs);
      // its last switch comes behind its end
      if (!isAlive && this.#whats[i] !== Happened.born) continue;
      const which = this.#whiches[i] as number;
      const state = this.#states[i] as number;
      switch (this.#whats[i]) {
        case Happened.switched:
          leave(time, which, state, false);
          break;
        case Happened.out:
          if (open && !open.isSeen) open.isSeen = true;
          else leave(time, NONE, state < 0 ? undefined : state, true);
          break;
        case Happened.woken:
          if (open && woken === undefined) {
            woken = time;
            waker = which;
          }
          break;
        case Happened.born:
          // both recordings of a pair tell it
          if (!isAlive || isFirst) [bornAt, isAlive, isFirst] = [time, true, true];
          continue;
        case Happened.died:
          die(time);
          break;
        default: {
          const isRecord = this.#whats[i] === Happened.in;
          if (open) {
            close(time, false);
            runsSince = time;
          } else if (isFirst) {
            times.beforeNs += time - bornAt;
            runsSince = time;
          } else if (isRecord && entered !== undefined && runsSince !== undefined) {
            // the switch-out between was lost
            lose(runsSince, time);
            runsSince = time;
          }
          if (isRecord) entered = time;
        }
      }
      if (this.#whats[i] === Happened.switched || this.#whats[i] === Happened.out) entered = undefined;
      isFirst = isFirst && this.#whats[i] === Happened.woken;
    }
    if (!isAlive) return times;
    times.lifeNs += endNs - bornAt;
    if (open && isDead(open)) {
      times.lifeNs -= endNs - open.since;
      open = undefined;
    } else close(endNs, true);
    if (isFirst) times.beforeNs += endNs - bornAt;
    if (runsSince !== undefined) times.onCpuNs += endNs - runsSince;
    return times;
  }

  /** Indices by time; of equal times, the event read first comes first. */
  #order(): Iterable<number> {
    const order = this.#times.keys();
    if (this.isSorted) return order;
    return [...order].sort((a, b) => (this.#times[a] as number) - (this.#times[b] as number) || a - b);
  }
}
