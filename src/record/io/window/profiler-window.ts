// The window: two profilers at once on one process. perf starts disabled, and commands on its stdin switch it on and
// off. bpftrace says on its output when its probes are in place and when they are gone. perf's time encloses
// bpftrace's, so that both can be cut to the same window afterwards.

import { setTimeout as sleep } from 'node:timers/promises';
import { DumpWatcher, type DumpWindow } from '../../window/dump-window.ts';
import { Child, type Ending } from '../system/children.ts';
import { namesIn, textOf } from '../system/proc-files.ts';
import { answerOf } from '../system/run-sync.ts';

export interface ProfilerStart {
  argv: readonly string[];
  output: string;
  errors: string;
  begins?: RegExp;
  ends?: RegExp;
}

export interface WindowPlan {
  seconds: number;
  /** words before a profiler's command that make it root's */
  asRoot: readonly string[];
  /**
   * called for each attempt, from 1, because perf ends at once if a process just has; undefined: perf does not record
   */
  perf: (attempt: number) => ProfilerStart | undefined;
  perfAttempts: number;
  bpftrace: ProfilerStart | undefined;
}

export interface WindowHooks {
  /** does the target still live? */
  isAlive(): boolean;
  /** has the SQL file finished? */
  isDone(): boolean;
  /** called when the window begins; and before it ends, while the target and the profilers still live */
  begins(): void;
  ends(): void;
  /** called when nothing is recorded any more, while bpftrace prints and the target still lives */
  recorded(): Promise<void>;
  /** a command that perf shall get now, on its stdin */
  forPerf(): string | undefined;
  /** called while the window lasts; and while bpftrace prints afterwards */
  recording(elapsedSeconds: number): void;
  printing(elapsedSeconds: number): void;
}

export interface WindowResult {
  /** the window in CLOCK_MONOTONIC: of bpftrace's dump, which begins last; without one perf's, or about that */
  startNs: number;
  endNs: number;
  /** the window in bpftrace's dump; undefined: it has none */
  dump: DumpWindow | undefined;
  cause: 'time' | 'done' | 'signal' | 'target' | 'profilers';
  /** how they ended; undefined: they were not started */
  perf: Recorded | undefined;
  bpftrace: Recorded | undefined;
}

export interface Recorded {
  /** was it ready to record? did it record up to the end? */
  hasBegun: boolean;
  isWhole: boolean;
  ending: Ending;
}

const LOOK_MS = 50;
const START_MS = 120_000; // with dw_ustack() bpftrace took half a minute for Postgres on a busy machine
const INSIST_MS = 1000; // bpftrace 0.17 loses a SIGINT that comes while it handles events
const INSISTS = 15;
const DETACH_MS = 60_000;
const DISABLE_MS = 5000;
const PRINT_MS = 600_000;
const PERF_END_MS = 120_000;

/** A profiler that begins, records and ends. */
class Profiler {
  readonly child: Child;
  beginsNs: number | undefined;
  endsNs: number | undefined;
  readonly dump = new DumpWatcher();
  /** answers that are still to come, to others than `enable` and `disable` */
  #otherAnswers = 0;

  constructor(start: ProfilerStart, asRoot: readonly string[], isPerf: boolean) {
    const onLine = (line: string): void => {
      if (start.begins?.test(line)) this.beginsNs ??= now();
      if (start.ends?.test(line)) this.endsNs ??= now();
      this.dump.line(line);
    };
    // `ack\n` and a NUL, once for each command
    const onAnswer = (): void => {
      if (this.beginsNs === undefined) this.beginsNs = now();
      else if (this.#otherAnswers > 0) this.#otherAnswers--;
      else this.endsNs ??= now();
    };
    this.child = new Child({ ...start, asRoot, ...(isPerf ? { onAnswer } : { onLine }) });
  }

  /** Sends perf a command that neither begins nor ends the recording. */
  tell(command: string): void {
    this.#otherAnswers++;
    this.child.command(command);
  }

  get isRecording(): boolean {
    return this.beginsNs !== undefined && !this.child.hasEnded;
  }
}

/**
 * The endings say what failed. Throws what the hooks throw, and system errors if a profiler's files can't be opened:
 * then no profiler lives on.
 */
export async function recordWindow(plan: WindowPlan, hooks: WindowHooks, stop: AbortSignal): Promise<WindowResult> {
  const begun: Child[] = [];
  try {
    return await recordBoth(plan, hooks, stop, begun);
  } catch (error) {
    for (const child of begun) child.signalGroup('SIGKILL');
    throw error;
  }
}

async function recordBoth(
  plan: WindowPlan,
  hooks: WindowHooks,
  stop: AbortSignal,
  begun: Child[],
): Promise<WindowResult> {
  const begin = (start: ProfilerStart, isPerf: boolean): Profiler => {
    const profiler = new Profiler(start, plan.asRoot, isPerf);
    begun.push(profiler.child);
    return profiler;
  };
  let attempts = 0;
  const startPerf = (): Profiler | undefined => {
    attempts++;
    const start = plan.perf(attempts);
    const profiler = start && begin(start, true);
    profiler?.child.command('enable');
    return profiler;
  };
  let perf = startPerf();
  const bpftrace = plan.bpftrace && begin(plan.bpftrace, false);
  const isReady = (profiler: Profiler | undefined): boolean =>
    profiler === undefined || profiler.child.hasEnded || profiler.beginsNs !== undefined;
  await until(() => {
    if (stop.aborted || !hooks.isAlive()) return true;
    const isRefused = perf?.child.hasEnded && perf.beginsNs === undefined;
    if (isRefused && attempts < plan.perfAttempts) perf = startPerf();
    return isReady(perf) && isReady(bpftrace);
  }, START_MS);
  const profilers = [perf, bpftrace].filter((profiler) => profiler !== undefined);
  for (const { child, beginsNs } of profilers) if (beginsNs === undefined) child.signal('SIGINT');
  const started = now();
  let cause: WindowResult['cause'] = 'time';
  if (profilers.some(({ isRecording }) => isRecording)) {
    hooks.begins();
    const tick = (seconds: number): void => {
      hooks.recording(seconds);
      const command = hooks.forPerf();
      if (command !== undefined && perf?.isRecording) perf.tell(command);
    };
    cause = await waitFor(plan.seconds, profilers, { ...hooks, recording: tick }, stop);
    hooks.ends();
  } else if (stop.aborted) cause = 'signal';
  else cause = hooks.isAlive() ? 'profilers' : 'target';
  if (bpftrace) await endBpftrace(bpftrace, plan.asRoot);
  if (perf) await endPerf(perf);
  const told = hooks.recorded();
  if (bpftrace) await within(bpftrace.child, PRINT_MS, hooks.printing);
  await told;
  const recorded = async (profiler: Profiler | undefined): Promise<Recorded | undefined> =>
    profiler && wholeOrNot(profiler, await profiler.child.ended);
  const ended = { perf: await recorded(perf), bpftrace: await recorded(bpftrace) };
  const dump = bpftrace?.dump.window; // all of it is printed
  return {
    startNs: dump?.startNs ?? perf?.beginsNs ?? bpftrace?.beginsNs ?? started,
    endNs: dump?.endNs ?? perf?.endsNs ?? bpftrace?.endsNs ?? now(),
    cause,
    ...ended,
    dump,
  };
}

/** perf ends by itself, with status 0, when its target does. */
function wholeOrNot({ beginsNs, endsNs }: Profiler, ending: Ending): Recorded {
  const hasBegun = beginsNs !== undefined;
  return { hasBegun, isWhole: hasBegun && (endsNs !== undefined || ending.code === 0), ending };
}

async function waitFor(
  seconds: number,
  profilers: readonly Profiler[],
  hooks: WindowHooks,
  stop: AbortSignal,
): Promise<WindowResult['cause']> {
  const start = now();
  for (;;) {
    const left = seconds * 1000 - (now() - start) / 1e6;
    if (stop.aborted) return 'signal';
    if (hooks.isDone()) return 'done';
    if (!hooks.isAlive()) return 'target';
    if (!profilers.some(({ isRecording }) => isRecording)) return 'profilers';
    if (left <= 0) return 'time';
    hooks.recording((now() - start) / 1e9);
    await sleep(Math.min(LOOK_MS, left));
  }
}

/**
 * Waits until its probes are gone. It repeats SIGINT only before that: while bpftrace prints, a second one would kill
 * it.
 */
async function endBpftrace(profiler: Profiler, asRoot: readonly string[]): Promise<void> {
  const isOver = (): boolean => profiler.child.hasEnded || profiler.endsNs !== undefined;
  // it has a file open for each probe
  const attached = filesOf(profiler.child, asRoot) ?? 0;
  const hasHeard = (): boolean => (filesOf(profiler.child, asRoot) ?? attached) < attached;
  for (let i = 0; i < INSISTS && !isOver(); i++) {
    profiler.child.signal('SIGINT');
    // by sudo a look takes a process
    await until(() => isOver() || (asRoot.length === 0 && hasHeard()), INSIST_MS);
    if (hasHeard()) break;
  }
  // on a busy machine it takes long to detach them
  if (hasHeard()) await until(isOver, DETACH_MS);
  if (profiler.endsNs === undefined) profiler.child.signalGroup('SIGKILL');
}

/**
 * How many files a profiler has open. Those of root's are for sudo to see, which started it by other programs. Undefined:
 * a look failed, which tells nothing.
 */
function filesOf({ pid }: Child, asRoot: readonly string[]): number | undefined {
  if (pid === undefined) return undefined;
  if (asRoot.length === 0) return namesIn(`/proc/${pid}/fd`).length;
  const answer = answerOf([...asRoot, 'ls', '-U', `/proc/${innermost(pid)}/fd`]);
  return answer?.status === 0 ? answer.out.split('\n').length : undefined;
}

/** The process that a chain of programs started, each of which waits for the next. */
export function innermost(pid: number): number {
  const [child] = textOf(`/proc/${pid}/task/${pid}/children`)?.match(/\d+/) ?? [];
  return child === undefined ? pid : innermost(Number(child));
}

async function endPerf(profiler: Profiler): Promise<void> {
  const { child } = profiler;
  if (profiler.isRecording) {
    child.command('disable');
    await until(() => child.hasEnded || profiler.endsNs !== undefined, DISABLE_MS);
  }
  child.signal('SIGINT');
  await within(child, PERF_END_MS);
}

async function within(child: Child, ms: number, tick?: (elapsedSeconds: number) => void): Promise<void> {
  await until(() => child.hasEnded, ms, tick);
  child.signalGroup('SIGKILL');
}

async function until(test: () => boolean, ms: number, tick?: (elapsedSeconds: number) => void): Promise<void> {
  const start = performance.now();
  while (!test() && performance.now() < start + ms) {
    tick?.((performance.now() - start) / 1000);
    await sleep(LOOK_MS / 5);
  }
}

/** CLOCK_MONOTONIC, as perf -k CLOCK_MONOTONIC and bpftrace's nsecs. */
function now(): number {
  return Number(process.hrtime.bigint());
}
