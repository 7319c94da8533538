// How long single calls of fsync took, file by file: a call waits several times, for pages, for the journal, for the disk.

import type { CallSum } from '../read/calls.ts';
import { addLengths, type Bucket } from './lengths.ts';
import { type NameLock, objectName } from './particular-names.ts';

/** Times are nanoseconds. */
export interface CallPlace {
  /** `fdatasync` */
  name: string;
  /** undefined: a file that nobody waited for, whose name is not known */
  object: string | undefined;
  ns: number;
  count: number;
  maxNs: number;
  buckets: Map<number, Bucket>;
}

/** By call and file, the longest time first. */
export function callPlacesOf(calls: readonly CallSum[], nameLock: NameLock): CallPlace[] {
  const places = new Map<string, CallPlace>();
  for (const { name, object, pid, lengthLog2, ns, count, maxNs } of calls) {
    const file = object && objectName(object, pid, nameLock);
    const key = `${name}\0${file ?? ''}`;
    const place = places.get(key) ?? { name, object: file, ns: 0, count: 0, maxNs: 0, buckets: new Map() };
    places.set(key, place);
    place.ns += ns;
    place.count += count;
    place.maxNs = Math.max(place.maxNs, maxNs);
    addLengths(place.buckets, lengthLog2, ns, count);
  }
  return [...places.values()].sort((a, b) => b.ns - a.ns);
}
