// The off-CPU half of a run: the dump and the threads that slept through the window, folded and classified in one reading.

import { StackTable } from '../../engine/stack-table.ts';
import type { OffcpuFold, OffcpuFolded } from '../../offcpu/read/fold-offcpu.ts';
import { NANOSECONDS } from '../../offcpu/read/stacks.ts';
import type { OffcpuStats } from '../../offcpu/read/stats.ts';
import { Reasons } from '../../offcpu/reason/reasons.ts';
import { decodeWaitEvent } from '../../offcpu/reason/wait-event.ts';
import { type CallPlace, callPlacesOf } from '../../offcpu/table/calls.ts';
import { type Classified, classify } from '../../offcpu/table/classify-offcpu.ts';
import type { NameLock } from '../../offcpu/table/particular-names.ts';
import { placesOf, type ReasonPlaces } from '../../offcpu/table/where.ts';
import { asleepThroughout, sumOfTimes, type ThreadTimes } from '../../offcpu/thread-times.ts';
import { copyStacks } from '../../stacks/copy-stacks.ts';
import type { Slept } from './render-plan.ts';
import { foldSleepers, type RunRoots, sleepersOf, type Task } from './sleepers.ts';

export const UNIT = 'us';

export interface OffcpuProfile {
  /** comm;frames or comm-PID;frames, sleepers included; counts in µs */
  stacks: StackTable;
  /** threads that slept through the window; undefined: there were none */
  sleepers: StackTable | undefined;
  slept: Slept | undefined;
  asleep: readonly number[];
  /** of the threads that switched */
  threads: readonly ThreadTimes[];
  classified: Classified;
  /** the rules that decided */
  reasons: Reasons;
  /** whose waits they were */
  places: readonly ReasonPlaces[];
  /** of fsync */
  calls: readonly CallPlace[];
  /** are meanings of waits known? */
  hasMeanings: boolean;
  /** undefined: no thread switched */
  stats: OffcpuStats | undefined;
  notes: readonly string[];
}

export interface OffcpuParts {
  /** the dump, read to its end; undefined: no thread switched, so it holds nothing */
  dump: OffcpuFold | undefined;
  windowNs: number;
  /** the targets' threads at the window's end; and their ids at its start */
  tasks: readonly Task[];
  tidsAtStart: ReadonlySet<number>;
  /** the kind of root frames */
  by: RunRoots;
  nameLock: NameLock;
  /** the objects that a frame was found in, by its name, latin1; empty: nobody looked at files */
  objects: ReadonlyMap<string, ReadonlySet<string>>;
  /** of the Postgres server whose wait events the dump has; undefined: it has none */
  postgresVersion: number | undefined;
}

/** Throws InputError if a sum is no longer exact. */
export function offcpuProfileOf({
  dump,
  windowNs,
  tasks,
  tidsAtStart,
  by,
  nameLock,
  objects,
  postgresVersion,
}: OffcpuParts): OffcpuProfile {
  // a part's threads are known when its entries are
  const entries = dump?.entries();
  const threads = dump?.inputs.flatMap((input) => input.dump?.program?.threads ?? []) ?? [];
  const asleep = sleepersOf(tasks, tidsAtStart, new Set(threads.map(({ tid }) => tid)));
  const sleepers = foldSleepers(asleep, windowNs, by);
  const slept = asleep.length > 0 ? { seconds: windowNs / 1e9, isAll: threads.length === 0 } : undefined;
  const reasons = new Reasons([], (event) => decodeWaitEvent(postgresVersion, event));
  const ofDump = classify(
    { folded: sleepers, unitNs: NANOSECONDS[UNIT], entries, inputs: dump?.inputs ?? [] },
    {
      reasons,
      // the dump's own window does not hold for the sleepers
      windowNs: slept && windowNs,
      by,
      detail: false,
      meaning: postgresVersion !== undefined,
      busy: false,
      particulars: nameLock,
      statements: false,
    },
  );
  // who sleeps throughout is in the table, so in its times, too
  const sleeperTimes = asleep.map(({ tid }) => asleepThroughout(tid, windowNs));
  const classified = slept && dump ? { ...ofDump, times: sumOfTimes([...threads, ...sleeperTimes]) } : ofDump;
  const places = placesOf(classified.account.entries(), reasons, {
    nameLock,
    objects,
    meaning: postgresVersion !== undefined,
  });
  dump?.measure();
  const folded: OffcpuFolded | undefined = dump?.finish();
  const stacks = folded?.table ?? new StackTable();
  copyStacks(sleepers, stacks);
  return {
    stacks,
    sleepers: slept && sleepers,
    slept,
    asleep: asleep.map(({ tid }) => tid),
    threads,
    classified,
    reasons,
    places,
    calls: callPlacesOf(classified.calls, nameLock),
    hasMeanings: postgresVersion !== undefined,
    stats: folded?.stats,
    notes: [...(folded?.losses ?? []), ...(folded?.notes ?? [])],
  };
}
