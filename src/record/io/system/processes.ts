// The processes of this machine, as /proc lists them, and the user of the profilers.

import { stacksIn, type Task } from '../../render/sleepers.ts';
import { type Process, processOf } from '../../target/proc-pid.ts';
import type { Self } from '../../target/target.ts';
import { asRoot } from '../../window/plan.ts';
import { processText, processTexts, self, taskOf, textOf, tidsOf } from './proc-files.ts';
import { answerOf } from './run-sync.ts';

export function allProcesses(): Process[] {
  return processTexts().flatMap((texts) => processOf(texts) ?? []);
}

/** This process, with the user that the profilers will run as. */
export function recorder(isSudo: boolean): Self {
  return isSudo ? { ...self(), uid: 0 } : self();
}

/** Does the process still live, and not another one with its id? */
export function isAlive({ pid, startTicks }: Pick<Process, 'pid' | 'startTicks'>): boolean {
  const texts = processText(pid);
  const now = texts && processOf(texts);
  return now !== undefined && now.state !== 'Z' && now.state !== 'X' && now.startTicks === startTicks;
}

/** A process by its stat alone, without arguments and user. */
export function statOf(pid: number): Process | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : processOf({ stat, status: '', cmdline: '' });
}

export function processAt(pid: number): Process | undefined {
  const texts = processText(pid);
  return texts && processOf(texts);
}

/** The process as it is now, because it may have become another program; as it was if it has ended. */
export function asItIs(process: Process): Process {
  const now = isAlive(process) ? processAt(process.pid) : undefined;
  return now && now.state !== 'Z' ? now : process;
}

/** All threads with their kernel stacks, which only root may read. */
export function tasksOf(targets: readonly Process[], isSudo: boolean): Task[] {
  const tasks = targets.flatMap(({ pid }) => tidsOf(pid).map((tid) => taskOf(pid, tid)));
  if (!isSudo) return tasks;
  const files = tasks.map(({ pid, tid }) => `/proc/${pid}/task/${tid}/stack`);
  const stacks = stacksIn(answerOf([...asRoot(isSudo), 'grep', '-H', '', '--', ...files])?.out ?? '');
  return tasks.map((task) => ({ ...task, stack: stacks.get(task.tid) ?? '' }));
}
