// Whose wait is it? Per reason: the function of the program that waited, on which lock, file or peer, and who ended it.

import type { OffcpuEntry, Waker } from '../entry.ts';
import type { Reasons } from '../reason/reasons.ts';
import type { Bucket } from './lengths.ts';
import { enderOf, type NameLock, objectName, wakerName } from './particular-names.ts';

/** Times are nanoseconds. */
export interface Place {
  /** the innermost function of the stack that is no library's; undefined: none has a name */
  function: string | undefined;
  object: string | undefined;
  ns: number;
  /** from the wake-up to the CPU: not part of `ns` */
  queuedNs: number;
  waits: number;
  /** the longest single wait */
  maxNs: number;
  /** waits by length; empty where the dump does not know it */
  buckets: Map<number, Bucket>;
  /** who ended the waits, and how much of `ns`, the most first; waits without a known waker are in none */
  wakers: { name: string; ns: number }[];
}

export interface ReasonPlaces {
  /** `[futex]` */
  reason: string;
  ns: number;
  queuedNs: number;
  waits: number;
  /** the widest first */
  places: Place[];
}

interface Sum extends Omit<Place, 'wakers'> {
  wakers: Map<string, number>;
}

/** All waits of the entries, by reason, function and object. The widest first. */
export function placesOf(entries: Iterable<OffcpuEntry>, reasons: Reasons, nameLock: NameLock): ReasonPlaces[] {
  const byReason = new Map<string, Map<string, Sum>>();
  for (const entry of entries) {
    // woken threads wait for the CPU because of what they had waited for
    const { rule } = reasons.decide({ ...entry, isRunnable: false });
    if (rule.kind === 'cpu' || rule.kind === 'excluded') continue;
    const reason = `[${rule.bracket}]`;
    const sums = byReason.get(reason) ?? new Map<string, Sum>();
    byReason.set(reason, sums);
    addTo(
      sums,
      entry,
      entry.user.find((frame) => reasons.table.isOfProgram(frame)),
      nameLock,
      enderOf(entry.particulars, rule.label),
    );
  }
  const rows = Array.from(byReason, ([reason, sums]) => {
    const places = Array.from(sums.values(), placeOf).sort(byTime);
    const all = (member: 'ns' | 'queuedNs' | 'waits'): number => places.reduce((sum, place) => sum + place[member], 0);
    return { reason, ns: all('ns'), queuedNs: all('queuedNs'), waits: all('waits'), places };
  });
  return rows.sort(byTime);
}

function addTo(
  sums: Map<string, Sum>,
  entry: OffcpuEntry,
  own: string | undefined,
  nameLock: NameLock,
  waker: Waker | undefined,
): void {
  const { kind, pid, ns, count = 0, maxNs = 0, particulars } = entry;
  const object = particulars?.object && objectName(particulars.object, pid, nameLock);
  const key = `${own ?? ''}\0${object ?? ''}`;
  const sum = sums.get(key) ?? newSum(own, object);
  sums.set(key, sum);
  if (kind === 'runnable') {
    sum.queuedNs += ns;
    return;
  }
  sum.ns += ns;
  sum.waits += count;
  sum.maxNs = Math.max(sum.maxNs, maxNs);
  const length = particulars?.lengthLog2;
  if (length !== undefined) {
    const bucket = sum.buckets.get(length) ?? { ns: 0, waits: 0 };
    sum.buckets.set(length, { ns: bucket.ns + ns, waits: bucket.waits + count });
  }
  if (waker) {
    const name = wakerName(waker, pid);
    sum.wakers.set(name, (sum.wakers.get(name) ?? 0) + ns);
  }
}

function newSum(own: string | undefined, object: string | undefined): Sum {
  const none = { ns: 0, queuedNs: 0, waits: 0, maxNs: 0 };
  return { function: own, object, ...none, buckets: new Map(), wakers: new Map() };
}

function placeOf({ wakers, ...sum }: Sum): Place {
  return { ...sum, wakers: Array.from(wakers, ([name, ns]) => ({ name, ns })).sort(byTime) };
}

function byTime(a: { ns: number }, b: { ns: number }): number {
  return b.ns - a.ns;
}
