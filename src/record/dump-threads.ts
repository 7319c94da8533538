// The times of each thread in the dump of bpf/offcpu.bt; docs/offcpu-dump.md says how they add up.

export interface ThreadTimes {
  tid: number;
  /** its part of the window, birth and death considered */
  lifeNs: number;
  /** as its switches tell */
  onCpuNs: number;
  runnableNs: number;
  blockedNs: number;
  /** off the CPU at the end */
  inProgressNs: number;
  /** off the CPU at the start, up to its first switch: why is not known */
  beforeNs: number;
}

export interface Dump {
  startNs: number;
  endNs: number;
  threads: ThreadTimes[];
  /** who was seen at all, running through the window included */
  tids: ReadonlySet<number>;
}

// flamepipe offcpu end pid 4242 start_ns 4435305347608 end_ns 4438836079481
const FOOTER = /^flamepipe offcpu end pid \d+ start_ns (\d+) end_ns (\d+)$/m;
// @thread[4244]: (4435305347608, 4438832750566, 19045287, 2341558, 3475217913, 3442000, 173)
//                first           last           before    on-CPU   blocked     runnable  count
const THREAD = /^@thread\[(\d+)\]: \((\d+), (\d+), (\d+), (\d+), (\d+), (\d+), \d+\)$/gm;
// @open[4242]: (4438656450897, 1, 0,            since, state, wait event, stacks, comm
const OPEN = /^@open\[(\d+)\]: \((\d+), (\d+), \d+,/gm;
// @cpu[0]: (4438836079481, 4250)                since, tid
const CPU = /^@cpu\[\d+\]: \((\d+), (\d+)\)$/gm;
// @ready[4244]: 4438993485265
const WOKEN = /^@ready\[(\d+)\]: (\d+)$/gm;
const RUNNABLE_STATES: ReadonlySet<number> = new Set([0, 0x100, 0x10000]);

/** Undefined: the dump has no footer or no window; offcpu-fold tells the user why. */
export function readDump(text: string): Dump | undefined {
  const [, startNs = 0, endNs = 0] = Array.from(FOOTER.exec(text) ?? [], Number);
  if (startNs === 0 || endNs <= startNs) return undefined;
  const running = new Map(rowsOf(text, CPU).map(([since, tid]) => [tid, since]));
  const woken = new Map(rowsOf(text, WOKEN).map(([tid, at]) => [tid, at]));
  const open = new Map(rowsOf(text, OPEN).map(([tid, since, state]) => [tid, { since, state }]));
  const threads: ThreadTimes[] = [];
  for (const [tid, first, last, beforeNs, onCpu, blocked, runnable] of rowsOf(text, THREAD)) {
    if (first >= endNs) continue;
    const times = { tid, lifeNs: last - first, onCpuNs: onCpu, runnableNs: runnable, blockedNs: blocked };
    const thread = { ...times, inProgressNs: 0, beforeNs };
    threads.push(thread);
    const last_ = open.get(tid);
    if (!last_ || last_.since >= endNs) continue;
    thread.lifeNs = endNs - first;
    close(thread, last_, running.get(tid), woken.get(tid), endNs);
  }
  return { startNs, endNs, threads, tids: new Set([...threads.map(({ tid }) => tid), ...running.keys()]) };
}

/** Adds a living thread's last interval, and its time on a CPU since. */
function close(
  thread: ThreadTimes,
  { since, state }: { since: number; state: number },
  running: number | undefined,
  wokenAt: number | undefined,
  endNs: number,
): void {
  const isRunning = running !== undefined && running >= since;
  const end = isRunning ? running : endNs;
  if (isRunning) thread.onCpuNs += endNs - running;
  if (RUNNABLE_STATES.has(state)) {
    thread.runnableNs += end - since;
    return;
  }
  const woken = wokenAt !== undefined && wokenAt >= since && wokenAt <= end ? wokenAt : end;
  if (isRunning) thread.blockedNs += woken - since;
  else thread.inProgressNs += woken - since;
  thread.runnableNs += end - woken;
}

type Row = [number, number, number, number, number, number, number];

/** The numbers of each match; those that the expression does not have are not read. */
function rowsOf(text: string, expression: RegExp): Row[] {
  return [...text.matchAll(expression)].map((match) => match.slice(1).map(Number) as Row);
}
