// Sleepers: threads that never left their wait during the window, so that no switch shows them.

import { StackTable } from '../../engine/stack-table.ts';
import { rootText } from '../../perf/names.ts';
import { kindFrame, UNKNOWN } from '../../stacks/marks.ts';

/** A thread, as /proc/PID/task/TID shows it at the end of the window. */
export interface Task {
  pid: number;
  tid: number;
  comm: string;
  state: string;
  /** its kernel stack; '' where it may not be read */
  stack: string;
}

// [<0>] futex_wait_queue+0x66/0x90
//       └─ name ───────┘
const FRAME = /^\[<[0-9a-f]+>\] ([^+\s]+)/;

// /proc/4242/task/4243/stack:[<0>] futex_wait_queue+0x66/0x90       as `grep -H ''` prints such files
//                 └ TID      └ line
const LINE = /^\/proc\/\d+\/task\/(\d+)\/stack:(.*)$/gm;

/** The kernel stacks by thread, from all these files printed in one. */
export function stacksIn(printed: string): Map<number, string> {
  const stacks = new Map<number, string>();
  for (const [, tid, line] of printed.matchAll(LINE)) {
    stacks.set(Number(tid), `${stacks.get(Number(tid)) ?? ''}${line}\n`);
  }
  return stacks;
}

/** The tasks that were there at the start, are asleep, and are in no map of the dump. */
export function sleepersOf(tasks: readonly Task[], atStart: ReadonlySet<number>, seen: ReadonlySet<number>): Task[] {
  return tasks.filter(({ tid, state }) => atStart.has(tid) && !seen.has(tid) && state !== 'R' && state !== 'Z');
}

/** A run's root frames: comm, or comm-PID if it has several processes. */
export type RunRoots = 'comm' | 'pid';

/** Several targets have their ids in root frames, because processes of one comm must not become one. */
export function rootsOf(targets: { readonly length: number }): RunRoots {
  return targets.length > 1 ? 'pid' : 'comm';
}

export function rootOfTask({ pid, comm }: Task, by: RunRoots): string {
  return rootText(by, comm, String(pid), '');
}

/** Stacks of a root frame, kernel frames and [in-progress]; nobody recorded user frames. Counts in µs. */
export function foldSleepers(sleepers: readonly Task[], windowNs: number, by: RunRoots): StackTable {
  const table = new StackTable();
  table.unit = 'us';
  const us = Math.round(windowNs / 1000);
  for (const task of sleepers) {
    const frames = task.stack.split('\n').flatMap((line) => FRAME.exec(line)?.slice(1) ?? []);
    const kernel = frames.length > 0 ? frames.reverse() : [UNKNOWN];
    const ids = [rootOfTask(task, by), ...kernel, kindFrame('in-progress')].map((frame) => table.name(frame));
    table.add(ids, us, 1);
  }
  return table;
}
