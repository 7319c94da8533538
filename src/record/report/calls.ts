// How long calls of fsync took, file by file. A call waits several times, so its waits alone look short.

import type { CallPlace } from '../../offcpu/table/calls.ts';
import { quantile } from '../../offcpu/table/lengths.ts';
import { nameText } from '../../stacks/name-text.ts';
import type { WaitRow } from './waits.ts';

/** Times in seconds. Texts UTF-8. */
export interface CallRow {
  /** `fdatasync` */
  name: string;
  /** undefined: nobody waited for the file, so its name is not known */
  object?: string;
  /** from start to end, whether the thread waited or ran */
  seconds: number;
  calls: number;
  p50?: number;
  p99?: number;
  longest: number;
}

export function callRows(places: readonly CallPlace[]): CallRow[] {
  return places.map(({ name, object, ns, count, maxNs, buckets }) => {
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(buckets, share));
    return {
      ...{ name, seconds: ns / 1e9, calls: count, longest: maxNs / 1e9 },
      ...(object === undefined ? {} : { object: nameText(object) }),
      ...(p50 === undefined || p99 === undefined ? {} : { p50: p50 / 1e9, p99: p99 / 1e9 }),
    };
  });
}

/** The calls that made such waits. */
export function callsOf(calls: readonly CallRow[], { reason, object }: WaitRow): CallRow[] {
  return reason === '[fsync]' && object !== undefined ? calls.filter((call) => call.object === object) : [];
}

/** How many functions, or pools of threads without one, wait for the file of this row: its calls are those of all of them. */
export function syncersOf(waits: readonly WaitRow[], { reason, object }: WaitRow): number {
  const same = waits.filter((wait) => wait.reason === reason && wait.object === object);
  return new Set(same.map((wait) => wait.function ?? wait.unnamedIn ?? wait.pool ?? wait.threads.join())).size;
}
