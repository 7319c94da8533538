// How often targets leave a CPU, by the kernel's own counters.

import { setTimeout as sleep } from 'node:timers/promises';
import { TRACING } from '../system/machine.ts';
import { self, textOf, tidsOf } from '../system/proc-files.ts';

/** So long it takes to count them; in a warm-up, where time is free, longer. */
const SECONDS = 0.25;
const MOST_SECONDS = 1;
// voluntary_ctxt_switches:	150
// nonvoluntary_ctxt_switches:	3
const COUNTER = /^(?:non)?voluntary_ctxt_switches:\s+(\d+)$/gm;

const EVENT = 'events/sched/sched_switch/id';

/**
 * May perf record switches? Root mounts what is missing; others need a tracefs that they may read, or perf ends at
 * once.
 */
export function mayTraceSwitches(asRoot: boolean): boolean {
  return asRoot || self().uid === 0 || TRACING.some((folder) => textOf(`${folder}/${EVENT}`) !== undefined);
}

/**
 * Switches a second of all threads that live throughout; undefined: the kernel does not count them. `warmupSeconds` are
 * about to pass: counts in the last of them, and ends with them.
 */
export async function switchRate(
  processes: () => readonly { pid: number }[],
  warmupSeconds: number,
  stop: AbortSignal,
): Promise<number | undefined> {
  const wait = (seconds: number): Promise<unknown> =>
    sleep(seconds * 1000, undefined, { signal: stop }).catch(() => {});
  const span = Math.max(SECONDS, Math.min(warmupSeconds, MOST_SECONDS));
  if (warmupSeconds > span) await wait(warmupSeconds - span);
  const counted = processes();
  const before = switchesOf(counted);
  const started = performance.now();
  await wait(span);
  const after = switchesOf(counted);
  const seconds = (performance.now() - started) / 1000;
  if (after.size === 0) return undefined;
  return [...after].reduce((sum, [tid, count]) => sum + count - (before.get(tid) ?? count), 0) / seconds;
}

function switchesOf(processes: readonly { pid: number }[]): Map<number, number> {
  const switches = new Map<number, number>();
  for (const { pid } of processes) {
    for (const tid of tidsOf(pid)) {
      const counts = [...(textOf(`/proc/${pid}/task/${tid}/status`) ?? '').matchAll(COUNTER)];
      if (counts.length > 0)
        switches.set(
          tid,
          counts.reduce((sum, [, count]) => sum + Number(count), 0),
        );
    }
  }
  return switches;
}
