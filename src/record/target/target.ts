// The target: which of the running processes to profile.

import { UsageError } from '../../engine/errors.ts';
import { patternOf } from '../../stacks/pattern.ts';
import { NoTarget } from '../failure.ts';
import type { Process } from './proc-pid.ts';

export interface TargetChoice {
  /** as given: host's PIDs, or, with a container, its own */
  pids: readonly string[];
  pattern: string | undefined;
  /** the processes of --container; undefined: there is no such option */
  container: { name: string; pids: ReadonlySet<number> } | undefined;
  several: Several | undefined;
}

/** What to do if several match: profile `all`, the `first`, or none, because there must be `one`. */
export type Several = 'all' | 'first' | 'one';

/** Undefined: the user gave none. Throws UsageError for options that contradict each other. */
export function severalOf(options: Readonly<Record<Several, boolean>>): Several | undefined {
  const [one, other] = (['first', 'all', 'one'] as const).filter((name) => options[name]);
  if (other) throw new UsageError(`choose one of --${one}, --${other}`);
  return one;
}

/** This process; `uid` is the user of the profilers. */
export interface Self {
  pid: number;
  uid: number;
}

/** In quotes; regular expressions have backslashes of their own. */
function asTyped(pattern: string): string {
  return JSON.stringify(pattern).replaceAll('\\\\', '\\');
}

/** The processes to profile: all that match, unless `several` says otherwise. Throws UsageError if there are none. */
export function targetsOf(choice: TargetChoice, processes: readonly Process[], self: Self): Process[] {
  const { pids, pattern, container, several } = choice;
  if (pids.length > 0 && pattern !== undefined) throw new UsageError('choose one of --pid, --pid-pattern');
  const found = pids.length > 0 ? byPids(choice, processes) : byPattern(choice, processes, self);
  if (found.length === 0) {
    throw new NoTarget(
      pattern !== undefined
        ? `no process matches ${asTyped(pattern)}${container ? ` in container ${container.name}` : ''}`
        : `container ${container?.name} has no process`,
    );
  }
  for (const candidate of found) {
    const why = whyNot(candidate, self);
    if (why !== undefined) throw new UsageError(why);
  }
  if (several === 'first') return pids.length > 0 ? found : found.slice(0, 1);
  if (pids.length > 0 || several !== 'one' || found.length === 1) return found;
  const what = pattern === undefined ? `container ${container?.name} has` : `${asTyped(pattern)} matches`;
  throw new UsageError(
    `${what} ${found.length} processes; choose with --pid PID or --first, or drop --one:\n${listOf(found)}`,
  );
}

function byPids({ pids, container }: TargetChoice, processes: readonly Process[]): Process[] {
  const found = new Set<Process>();
  for (const text of pids.flatMap((list) => list.split(','))) {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--pid takes a process id, not ${JSON.stringify(text)}`);
    const pid = Number(text);
    const candidate = container
      ? processes.find((one) => container.pids.has(one.pid) && (one.nsPids.at(-1) === pid || one.pid === pid))
      : processes.find((one) => one.pid === pid);
    if (!candidate) throw new UsageError(`no process ${pid}${container ? ` in container ${container.name}` : ''}`);
    found.add(candidate);
  }
  return [...found];
}

/** By a regular expression on the command line, as `pgrep -f` does it; without a pattern by container alone. */
function byPattern({ pattern, container }: TargetChoice, processes: readonly Process[], self: Self): Process[] {
  if (pattern === undefined && !container) {
    throw new UsageError('which process? --pid PID, --pid-pattern REGEX, --container NAME, or -- COMMAND to start one');
  }
  const expression = patternOf(pattern ?? '', '--pid-pattern');
  const own = ownOf(processes, self.pid);
  return processes.filter(
    (candidate) =>
      (container === undefined || container.pids.has(candidate.pid)) &&
      !candidate.isKernelThread &&
      candidate.state !== 'Z' &&
      !own.has(candidate.pid) &&
      !isRecorder(candidate) &&
      expression.test(candidate.command),
  );
}

/** This process and those that started it: the command line of a shell or of sudo holds the pattern, too. */
function ownOf(processes: readonly Process[], self: number): Set<number> {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const own = new Set<number>();
  for (let pid: number | undefined = self; pid !== undefined && pid > 1 && !own.has(pid); pid = parents.get(pid)) {
    own.add(pid);
  }
  return own;
}

/** Another flame-record, perhaps with the same pattern: `node /usr/local/bin/flame-record --pid-pattern …` */
function isRecorder({ command }: Process): boolean {
  return /^(?:\S*\/)?(?:node \S*\/)?flame-record(?:\.cjs)?(?: |$)/.test(command);
}

/** Why a process can't be profiled; undefined: it can. */
export function whyNot({ pid, comm, isKernelThread, state, uid }: Process, self: Self): string | undefined {
  if (pid === self.pid) return `process ${pid} is flame-record itself`;
  if (isKernelThread) return `process ${pid} (${comm}) is a kernel thread: it has no user stacks, and is not profiled`;
  if (state === 'Z') return `process ${pid} (${comm}) has ended: it is a zombie`;
  if (self.uid !== 0 && uid !== self.uid) {
    return `process ${pid} (${comm}) belongs to user ${uid}: run flame-record as that user or as root, or give it --sudo`;
  }
  return undefined;
}

const SHOWN_COMMAND = 100;
const SHOWN = 20;

/** The message about several targets. */
export function severalText(targets: readonly Process[]): string {
  return `recording ${targets.length} processes, each with a root frame of its own, comm-PID:\n${listOf(targets)}`;
}

/** A line a process, as `ps -o pid,args` shows them; what a terminal would obey is escaped. */
export function listOf(processes: readonly Process[]): string {
  const width = Math.max(...processes.map(({ pid }) => String(pid).length));
  const lines = processes.slice(0, SHOWN).map(({ pid, command }) => {
    const text = command.replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
    return `  ${String(pid).padStart(width)}  ${text.length > SHOWN_COMMAND ? `${text.slice(0, SHOWN_COMMAND)}...` : text}`;
  });
  if (processes.length > SHOWN) lines.push(`  and ${processes.length - SHOWN} more`);
  return lines.join('\n');
}
