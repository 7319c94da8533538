// What an off-CPU dump says, entry by entry: who did not run, for how long, with which stacks, and why as far as the
// dump tells. OffcpuReader (read/reader.ts) gives these, whichever recorder wrote the dump.

/**
 * - `off-cpu`: not running; the dump has no switch-out state
 * - `blocked`: switched out in a sleeping state (S, D, T …), up to its wake-up, or to its next run where wake-ups were
 *   not recorded
 * - `runnable`: woken, waiting for a CPU; the stacks are those it had blocked with
 * - `preempted`: switched out though it could have run on (state 0 or 0x100)
 * - `in-progress`: still off the CPU when the recording ended; `state` says how
 * - `lost`: the recorder lost both stacks
 */
export type OffcpuKind = 'off-cpu' | 'blocked' | 'runnable' | 'preempted' | 'in-progress' | 'lost';

/** One distinct entry: all that was measured with the same stacks, thread and state, added up. */
export interface OffcpuEntry {
  kind: OffcpuKind;
  /** as printed, latin1 (a character a byte); undefined: not in the dump */
  comm: string | undefined;
  pid: number | undefined;
  tid: number | undefined;
  /** names as folded output spells them (tidied, demangled, no offset, no mark), innermost first */
  kernel: readonly string[];
  user: readonly string[];
  /** nanoseconds */
  ns: number;
  /** how many intervals; undefined: not in the dump */
  count: number | undefined;
  /** the longest of them, nanoseconds; undefined: not in the dump */
  maxNs: number | undefined;
  /** prev_state of sched_switch: 0 running, 1 S, 2 D, 0x100 preempted …; undefined: not in the dump */
  state: number | undefined;
  /** Postgres' wait_event_info at the switch, where recorded: class << 24 | event */
  waitEvent: number | undefined;
  /** undefined: not in the dump */
  particulars?: Particulars | undefined;
}

/** What a wait was on, who ended it, and how long its waits were; each undefined where it is not known. */
export interface Particulars {
  object: WaitObject | undefined;
  waker: Waker | undefined;
  /** what the Postgres process executed */
  statement?: Statement | undefined;
  /** does the recording tell statements? */
  hasStatements?: boolean;
  /** each of the waits took 2^n nanoseconds or more, and less than 2^(n + 1) */
  lengthLog2: number | undefined;
}

/** Texts are latin1, as printed. `isOfClient`: the peer is a client, and the waiting process its server. */
export type WaitObject =
  | { kind: 'lock'; address: number }
  | { kind: 'file'; name: string; folder: string | undefined }
  | { kind: 'socket'; protocol: string; peer: string | undefined; isOfClient?: true };

/** From here on, by default, lie the ports that Linux gives to those who ask for none: to clients. Servers lie below. */
export const FIRST_PORT_OF_CLIENTS = 32768;

export interface Statement {
  /** without constants; of a utility statement the command; cut off after 63 bytes */
  text: string;
  /** as pg_stat_activity has it; undefined: not known */
  queryId: string | undefined;
  /** other statements have the same text, but another id, as those do that a client sends in one text */
  sharesText?: true;
}

/** Without a tid it was the kernel instead of a thread: a timer, a disk, the network. */
export interface Waker {
  /** the time of the wait was up */
  isTimer?: true;
  tid: number | undefined;
  pid: number | undefined;
  comm: string | undefined;
  /** its user frames, innermost first, where they were recorded */
  stack?: readonly string[];
}

/** What tells an entry from others, beside its stacks and sums. */
export type Subject = Pick<OffcpuEntry, 'kind' | 'comm' | 'pid' | 'tid' | 'state' | 'waitEvent' | 'particulars'>;
