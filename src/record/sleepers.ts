// Sleepers: threads that never left their wait during the window, so that no switch shows them.

import { kindFrame } from '../stacks/marks.ts';

/** A thread, as /proc/PID/task/TID tells at the end of the window. */
export interface Task {
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

/** The kernel stacks, by thread, of those files of /proc printed all in one. */
export function stacksIn(printed: string): Map<number, string> {
  const stacks = new Map<number, string>();
  for (const [, tid, line] of printed.matchAll(LINE)) {
    stacks.set(Number(tid), `${stacks.get(Number(tid)) ?? ''}${line}\n`);
  }
  return stacks;
}

/** Those of the tasks that were there at the start, are asleep, and are in no map of the dump. */
export function sleepersOf(tasks: readonly Task[], atStart: ReadonlySet<number>, seen: ReadonlySet<number>): Task[] {
  return tasks.filter(({ tid, state }) => atStart.has(tid) && !seen.has(tid) && state !== 'R' && state !== 'Z');
}

/** Folded lines: comm, no user frames (nobody recorded them), kernel frames, [in-progress]; counts in µs. */
export function foldSleepers(sleepers: readonly Task[], windowNs: number): string {
  const us = Math.round(windowNs / 1000);
  return sleepers
    .map(({ comm, stack }) => {
      const frames = stack.split('\n').flatMap((line) => FRAME.exec(line)?.slice(1) ?? []);
      const name = comm.replaceAll(';', ':').replace(/[\r\n]/g, ' ') || '[unknown]';
      const kernel = frames.length > 0 ? frames.reverse() : ['[unknown]'];
      return `${[name, ...kernel, kindFrame('in-progress')].join(';')} ${us}\n`;
    })
    .join('');
}
