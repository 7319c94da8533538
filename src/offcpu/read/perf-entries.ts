// Recordings of perf → entries: puts each thread's events in order, over all recordings that saw the thread.

import type { StackTable } from '../../engine/stack-table.ts';
import type { OffcpuKind, Particulars, Subject, Waker } from '../entry.ts';
import { EMPTY_SPAN, type IdSpan, spanOf } from './bpftrace/id-span.ts';
import { PREEMPTED } from './perf/events.ts';
import type { PerfRecording } from './perf/recording.ts';
import type { PerfStack, PerfSwitches } from './perf/switches.ts';
import { type Interval, NONE, SOMEBODY, ThreadEvents } from './perf/thread-events.ts';
import type { RecordedWindow } from './window.ts';

/** Takes entries, each of one interval, which began at `sinceNs` of perf's clock. */
export interface EntrySink {
  add(
    subject: Subject,
    unit: 'ns',
    user: IdSpan,
    kernel: IdSpan,
    ns: number,
    count: number,
    max: number,
    sinceNs: number,
  ): unknown;
}

/** What became of the threads of a recording. */
export interface PerfTimes extends RecordedWindow {
  /**
   * intervals; those of them whose switch-out or switch-in was lost; those that had not ended; wake-ups that were seen
   */
  intervals: number;
  lost: number;
  inProgress: number;
  woken: number;
}

/**
 * Only another thread ends a wait in these functions. Others may end by a timer or device, and a dump can't tell by
 * which.
 */
const ENDED_BY_THREADS: ReadonlySet<string> = new Set([
  ...['pipe_read', 'anon_pipe_read', 'pipe_write', 'anon_pipe_write', 'unix_stream_data_wait', 'unix_wait_for_peer'],
  ...['do_wait', '__do_wait'],
]);
const FUTEX: ReadonlySet<string> = new Set(['futex_wait', '__futex_wait', 'futex_wait_queue', 'futex_do_wait']);
/** Functions of libc and of runtimes whose waits may end by time. */
const TIMED = /timed|clock(?:wait|lock)|nanosleep|sleep|timeout/;
/** The innermost frames, which are libc's and the runtime's. */
const NEAR = 5;

/**
 * Adds all intervals of the recordings to `stacks`. Gives what became of the threads of each; undefined: it has none.
 */
export function settlePerf(
  recordings: readonly PerfRecording[],
  switches: PerfSwitches,
  table: StackTable,
  stacks: EntrySink,
): (PerfTimes | undefined)[] {
  const entries = new Entries(switches, table, stacks);
  return recordings.map((recording) => {
    const { own, startNs, endNs } = recording;
    if (own.size === 0) return undefined;
    const times: PerfTimes = { startNs, endNs, threads: [], intervals: 0, lost: 0, inProgress: 0, woken: 0 };
    for (const tid of own) {
      const events = new ThreadEvents();
      events.addAll(recording.threads.get(tid) as ThreadEvents, startNs, endNs);
      for (const other of recordings) {
        const seen = other.own.has(tid) ? undefined : other.threads.get(tid);
        if (seen) events.addAll(seen, startNs, endNs);
      }
      times.threads.push(
        events.read(tid, startNs, endNs, (interval) => {
          times.intervals++;
          if (interval.row === NONE) times.lost++;
          if (interval.isOpen) times.inProgress++;
          if (interval.waker !== NONE) times.woken++;
          entries.add(tid, interval);
        }),
      );
    }
    return times;
  });
}

class Entries {
  readonly #rows: readonly PerfStack[];
  readonly #switches: PerfSwitches;
  readonly #stacks: EntrySink;
  readonly #subjects = new Map<string, Subject>();
  readonly #particulars = new Map<string, Particulars>();
  /** by stack: who may have ended its wait */
  readonly #ends: ('thread' | 'own thread' | undefined)[];

  constructor(switches: PerfSwitches, table: StackTable, stacks: EntrySink) {
    this.#rows = switches.stacks();
    this.#switches = switches;
    this.#stacks = stacks;
    this.#ends = this.#rows.map((row) => enderOf(row, table));
  }

  add(tid: number, { row, state, blockedNs, runnableNs, waker, isOpen, sinceNs }: Interval): void {
    const isRunnable = state === 0 || state === PREEMPTED;
    const particulars = this.#particularsOf(tid, row, waker, blockedNs || runnableNs);
    const add = (kind: OffcpuKind, ns: number): void => {
      const stack = this.#rows[row];
      const subject = this.#subjectOf(tid, stack?.comm, stack || isRunnable ? kind : 'lost', state, particulars);
      const user = stack ? spanOf(stack.user) : EMPTY_SPAN;
      const kernel = stack ? spanOf(stack.kernel) : EMPTY_SPAN;
      this.#stacks.add(subject, 'ns', user, kernel, ns, isOpen ? 0 : 1, ns, this.#switches.baseNs + sinceNs);
    };
    if (blockedNs > 0 || (!isRunnable && !isOpen)) add(isOpen ? 'in-progress' : 'blocked', blockedNs);
    if (runnableNs > 0) add(isRunnable ? (isOpen ? 'in-progress' : 'preempted') : 'runnable', runnableNs);
  }

  #subjectOf(
    tid: number,
    comm: string | undefined,
    kind: OffcpuKind,
    state: number | undefined,
    particulars: Particulars | undefined,
  ): Subject {
    const { lengthLog2, waker } = particulars ?? {};
    const key = [tid, kind, state, lengthLog2, waker && (waker.tid ?? 0), comm].join('\0');
    let subject = this.#subjects.get(key);
    if (!subject) {
      const name = comm ?? this.#switches.comms.get(tid);
      subject = { kind, comm: name, pid: this.#switches.pids.get(tid), tid, state, waitEvent: undefined, particulars };
      this.#subjects.set(key, subject);
    }
    return subject;
  }

  #particularsOf(tid: number, row: number, waker: number, ns: number): Particulars | undefined {
    if (ns <= 0) return undefined;
    const who = this.#wakerOf(tid, row, waker);
    const lengthLog2 = Math.floor(Math.log2(ns));
    const key = `${lengthLog2} ${who === undefined ? '' : (who.tid ?? 0)}`;
    let particulars = this.#particulars.get(key);
    if (!particulars) {
      particulars = { object: undefined, waker: who, lengthLog2 };
      this.#particulars.set(key, particulars);
    }
    return particulars;
  }

  /** An interrupt wakes in the context of the thread that it found on its CPU: such a thread is not the waker. */
  #wakerOf(tid: number, row: number, waker: number): Waker | undefined {
    if (waker === NONE || waker === SOMEBODY) return undefined;
    if (waker === 0) return { tid: undefined, pid: undefined, comm: undefined };
    const { pids, comms } = this.#switches;
    const end = this.#ends[row];
    if (end === undefined || (end === 'own thread' && pids.get(waker) !== pids.get(tid))) return undefined;
    return { tid: waker, pid: pids.get(waker), comm: comms.get(waker) };
  }
}

function enderOf({ user, kernel }: PerfStack, table: StackTable): 'thread' | 'own thread' | undefined {
  const nameOf = (id: number): string => table.nameText(id);
  const kernelNames = Array.from(kernel, nameOf);
  if (kernelNames.some((name) => ENDED_BY_THREADS.has(name))) return 'thread';
  if (!kernelNames.some((name) => FUTEX.has(name))) return undefined;
  return Array.from(user.slice(-NEAR), nameOf).some((name) => TIMED.test(name)) ? undefined : 'own thread';
}
