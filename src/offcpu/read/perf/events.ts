// What `perf script` prints behind the time of scheduler events, and of off-CPU samples:
//
// sched:sched_switch: prev_comm=off prev_pid=21632 prev_prio=120 prev_state=D ==> next_comm=index next_pid=21635 next_prio=120
// sched:sched_switch: off:21632 [120] D ==> index:21635 [120]                     as libtraceevent's plugin prints it
// sched:sched_wakeup: comm=off pid=21632 prio=120 target_cpu=001
// sched:sched_wakeup: off:21632 [120] success=1 CPU:001
// PERF_RECORD_SWITCH OUT preempt         PERF_RECORD_SWITCH_CPU_WIDE IN   prev pid/tid:     0/0
// PERF_RECORD_LOST lost 178
// PERF_RECORD_FORK(26056:26217):(26056:26056)                                      with --show-task-events: the new thread, its parent
// PERF_RECORD_EXIT(26056:26217):(26033:26033)
// 30412877 offcpu-time:                  of perf record --off-cpu; padded where another event has a longer name

/** An event of the scheduler, or perf's own word on one. Ids are of threads. */
export type SchedulerEvent =
  | { kind: 'switch'; state: number; prev: number; prevComm: string; next: number }
  | { kind: 'wakeup'; wakee: number }
  | { kind: 'in' }
  | { kind: 'out'; isPreempted: boolean }
  | { kind: 'lost'; events: number }
  | { kind: 'born' | 'died'; pid: number; tid: number }
  /** all the time that a thread was off the CPU with this stack, as perf summed it up; NaN: printed without its period */
  | { kind: 'off'; ns: number }
  /** a scheduler event without its fields */
  | { kind: 'bare' }
  /** what perf tells of names and maps */
  | { kind: 'record' }
  | { kind: 'other' };

/** prev_state of sched_switch by the letter that perf prints. */
const STATES: Readonly<Record<string, number>> = {
  R: 0,
  S: 1,
  D: 2,
  T: 4,
  t: 8,
  X: 16,
  Z: 32,
  P: 64,
  I: 0x402,
  W: 0x40,
};
export const PREEMPTED = 0x100;
const SLEEPING = 1;

const SWITCH =
  /sched_switch: (?:prev_comm=(.*) prev_pid=(-?\d+) prev_prio=-?\d+ prev_state=|(.*):(\d+) \[-?\d+\] )(\S+) ==> (?:.* next_pid=(\d+) next_prio=|.*:(\d+) \[)/s;
const WAKEUP = /sched_(?:wakeup|waking|wakeup_new): (?:.* pid=(\d+) prio=|.*:(\d+) \[)/s;
const RECORD = /^\s*PERF_RECORD_(?:SWITCH(?:_CPU_WIDE)? +(IN|OUT)( +preempt)?|LOST(?:_SAMPLES)?(?: lost)? +(\d+))/;
const TASK = /^\s*PERF_RECORD_(FORK|EXIT)\((\d+):(\d+)\)/;
const OFF = /^\s*(?:(\d+) +)?offcpu-time:/;
const BARE = /^\s*(?:\d+ +)?(?:sched:)?sched_(?:switch|wakeup|waking|wakeup_new):/;
/** Of `perf script` text, what is worth a look here. */
const OF_SCHEDULER =
  /(?:^|\s)(?:(?:sched:)?sched_(?:switch|wakeup|waking|wakeup_new)|offcpu-time):(?:\w+:)?(?:\s|$)|PERF_RECORD_/m;

/** Does the text (latin1) have scheduler events, or off-CPU samples? */
export function isOfScheduler(text: string): boolean {
  return OF_SCHEDULER.test(text);
}

/** Reads what follows a header's time, or where it has none, its task (latin1). */
export function readSchedulerEvent(text: string): SchedulerEvent {
  const [, direction, preempt, lost] = RECORD.exec(text) ?? [];
  if (lost !== undefined) return { kind: 'lost', events: Number(lost) };
  if (direction === 'IN') return { kind: 'in' };
  if (direction === 'OUT') return { kind: 'out', isPreempted: preempt !== undefined };
  const [, task, pid, tid] = TASK.exec(text) ?? [];
  if (task !== undefined) return { kind: task === 'FORK' ? 'born' : 'died', pid: Number(pid), tid: Number(tid) };
  const switched = SWITCH.exec(text);
  if (switched) {
    const [, comm, pid, plainComm = '', plainPid, state = '', next, plainNext] = switched;
    const prev = { prev: Number(pid ?? plainPid), prevComm: comm ?? plainComm };
    return { kind: 'switch', state: stateOf(state), ...prev, next: Number(next ?? plainNext) };
  }
  const woken = WAKEUP.exec(text);
  if (woken) return { kind: 'wakeup', wakee: Number(woken[1] ?? woken[2]) };
  if (text.trimStart().startsWith('PERF_RECORD_')) return { kind: 'record' };
  const off = OFF.exec(text);
  if (off) return { kind: 'off', ns: Number(off[1]) };
  return { kind: BARE.test(text) ? 'bare' : 'other' };
}

/** `D`, `R+`, `S|K` */
function stateOf(text: string): number {
  const state = STATES[text[0] as string] ?? SLEEPING;
  return state === 0 && text.endsWith('+') ? PREEMPTED : state;
}
