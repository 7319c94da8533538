// The processes of this machine, as /proc tells, and whose the profilers are among them.

import { processText, processTexts, self } from '../../cli/proc-files.ts';
import { type Process, processOf } from '../../record/proc-pid.ts';
import type { Self } from '../../record/target.ts';

export function allProcesses(): Process[] {
  return processTexts().flatMap((texts) => processOf(texts) ?? []);
}

/** Whose the profilers will be. */
export function recorder(isSudo: boolean): Self {
  return isSudo ? { ...self(), uid: 0 } : self();
}

/** Is it still there, and not another one of the same id? */
export function isAlive({ pid, startTicks }: Pick<Process, 'pid' | 'startTicks'>): boolean {
  const texts = processText(pid);
  const now = texts && processOf(texts);
  return now !== undefined && now.state !== 'Z' && now.state !== 'X' && now.startTicks === startTicks;
}

export function processAt(pid: number): Process | undefined {
  const texts = processText(pid);
  return texts && processOf(texts);
}
