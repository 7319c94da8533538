// The split of a run's time: on the CPU, waiting for it, blocked by kind, idle. Its parts sum to the whole.

import { isWorthSaying } from '../../offcpu/thread-times.ts';
import type { Identity } from '../render/identity.ts';
import { isForChild, type Waited } from './waits.ts';

/** Time of all threads, in seconds. */
export interface Split {
  threads: number;
  seconds: number;
  parts: SplitPart[];
}

export interface SplitPart {
  name: string;
  /** the letter of its colour, as in flamegraph/colours/waits.ts; `r` on the CPU, `q` undecided, `n` not known */
  letter: string;
  seconds: number;
  /** of the whole, 0 to 1 */
  share: number;
}

/** The parts that have any time, in a fixed order. */
export function splitOf({ threads, lifeNs, beforeNs }: Identity, waits: Iterable<Waited>): Split {
  const sums = new Map<string, { letter: string; ns: number }>();
  const add = (name: string, letter: string, ns: number): void => {
    sums.set(name, { letter, ns: (sums.get(name)?.ns ?? 0) + ns });
  };
  for (const name of ORDER) add(name, '', 0);
  // the switches tell this part like all others: perf's samples are coarse if they are few
  const recorderNs = threads.reduce((sum, thread) => sum + thread.recorderNs, 0);
  const isSaid = isWorthSaying(recorderNs, lifeNs);
  for (const thread of threads) add('on CPU', 'r', thread.onCpuNs - (isSaid ? thread.recorderNs : 0));
  if (isSaid) add('in the recorder, at switches', 'n', recorderNs);
  for (const { kind, group, letter, ns, entry, decision } of waits) {
    if (kind === 'excluded') continue;
    else if (entry === undefined) add('asleep throughout', 't', ns);
    else if (kind === 'cpu') add('waiting for a CPU', 'u', ns);
    else if (kind === 'timer') add('sleeping, by timer', 't', ns);
    else if (kind === 'idle') add('idle, waiting for work', 't', ns);
    else if (kind === 'open') add('idle or blocked, undecided', 'q', ns);
    else if (isForChild(decision)) add('blocked: child process', letter, ns);
    else add(`blocked: ${BLOCKED.get(group) ?? 'other'}`, letter, ns);
  }
  add('off CPU before the first switch', 'n', beforeNs);
  const all = [...sums.values()].reduce((sum, { ns }) => sum + ns, 0);
  const parts = Array.from(sums, ([name, { letter, ns }]) => ({
    ...{ name, letter, seconds: ns / 1e9, share: all > 0 ? ns / all : 0 },
  }));
  return { threads: threads.length, seconds: all / 1e9, parts: parts.filter(({ seconds }) => seconds > 0) };
}

/** The names of blocked parts, by the group of their reason. */
const BLOCKED: ReadonlyMap<string, string> = new Map([
  ['storage', 'storage'],
  ['lock', 'lock'],
  ['network', 'network or pipe'],
]);

const ORDER = [
  ...[
    'on CPU',
    'in the recorder, at switches',
    'waiting for a CPU',
    'blocked: storage',
    'blocked: lock',
    'blocked: network or pipe',
    'blocked: child process',
    'blocked: other',
  ],
  ...['idle or blocked, undecided', 'sleeping, by timer', 'idle, waiting for work', 'asleep throughout'],
];
