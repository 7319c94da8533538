// What a dump of bpf/offcpu.bt itself tells to be missing: docs/offcpu-dump.md, "When something is missing".

import type { ThreadTimes } from '../thread-times.ts';
import type { Part } from './bpftrace/map.ts';
import type { BpftraceText } from './bpftrace/text.ts';

/** The map that bpftrace prints last, because it sorts them by name; before @whole it was @threads. */
export const LAST_MAPS = ['@whole', '@threads'];

/**
 * Time that is in the sums of the threads, but in no entry: by thread, or of all together after an exec, which changes
 * tids.
 */
export function* unmapped(
  threads: readonly ThreadTimes[],
  mapped: ReadonlyMap<number, number>,
  isRenamed: boolean,
): Generator<{ tid: number | undefined; ns: number }> {
  const counted = (thread: ThreadTimes): number => thread.blockedNs + thread.runnableNs;
  if (isRenamed) {
    const entries = [...mapped.values()].reduce((sum, ns) => sum + ns, 0);
    const ns = threads.reduce((sum, thread) => sum + counted(thread), -entries);
    if (ns > 0) yield { tid: undefined, ns };
    return;
  }
  for (const thread of threads) {
    const ns = counted(thread) - (mapped.get(thread.tid) ?? 0);
    if (ns > 0) yield { tid: thread.tid, ns };
  }
}

export function execsOf(text: BpftraceText): number {
  return Number(text.scalars.get('@execs') ?? 0);
}

/** How many threads of the processes have no last switch-out in the dump. */
export function uncoveredIn(text: BpftraceText): number {
  let living = 0;
  for (const [value] of text.maps.get('@living')?.threads.values() ?? []) living += numbersOf(value)[0] ?? 0;
  return Math.max(0, living - (text.maps.get('@open')?.threads.size ?? 0));
}

/**
 * Were there more threads than the map holds? The program counts each when it first sees it; an exec makes two of them
 * one.
 */
export function lacksThreads(text: BpftraceText): boolean {
  const known = text.maps.get('@thread')?.threads.size ?? 0;
  return Number(text.scalars.get('@threads') ?? 0) > known + execsOf(text);
}

/** The numbers of `(4438836079481, 4250)`, or of a value that is one. */
export function numbersOf(value: Part | undefined): number[] {
  return typeof value === 'string' ? value.replace(/[()]/g, '').split(/, ?/).map(Number) : [];
}
