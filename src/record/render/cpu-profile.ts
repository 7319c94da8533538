// The on-CPU half of a run: perf's samples, folded by thread, then by comm or process.

import { StackTable } from '../../engine/stack-table.ts';
import type { PerfFolded } from '../../perf/fold-perf.ts';
import { rootText } from '../../perf/names.ts';
import type { PerfStats } from '../../perf/stats.ts';
import { copyStacks } from '../../stacks/copy-stacks.ts';
import type { RunRoots } from './sleepers.ts';

/** Counts are samples. */
export interface CpuProfile {
  /** comm-PID/TID;frames */
  byThread: StackTable;
  /** comm;frames, or comm-PID;frames */
  byRoot: StackTable;
  /** by thread id; -1: perf did not print it */
  samplesByThread: ReadonlyMap<number, number>;
  /** the name of each of these threads, latin1 */
  commsByThread: ReadonlyMap<number, string>;
  /** processes that were sampled, as far as perf printed their ids */
  pids: ReadonlySet<number>;
  /** by the name of a frame, latin1: the objects it was found in */
  objects: ReadonlyMap<string, readonly string[]>;
  stats: PerfStats;
}

/** Takes what perf-fold --tid folds: a root frame a thread. `by`: the root frames of byRoot. */
export function cpuProfileOf({ table, roots, objects, stats }: PerfFolded, by: RunRoots): CpuProfile {
  const byRoot = new StackTable();
  copyStacks(table, byRoot, (id) => {
    const root = roots.get(id);
    return root ? rootText(by, root.comm, root.pid, '') : table.nameText(id);
  });
  const samplesByThread = new Map<number, number>();
  const commsByThread = new Map<number, string>();
  const pids = new Set<number>();
  for (const { ids, weight } of table.stacks()) {
    const root = roots.get(ids[0] as number);
    const tid = Number(root?.tid || -1);
    if (root) commsByThread.set(tid, root.comm);
    if (root?.pid) pids.add(Number(root.pid));
    samplesByThread.set(tid, (samplesByThread.get(tid) ?? 0) + weight);
  }
  const named = new Map(Array.from(objects, ([id, paths]) => [table.nameText(id), paths]));
  return { byThread: table, byRoot, samplesByThread, commsByThread, pids, objects: named, stats };
}
