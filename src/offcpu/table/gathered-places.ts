// Places too small to be shown alone, which together are not: a function that waits on a lock of each connection.

import { addLengths, type Bucket } from './lengths.ts';
import type { Place, PlaceWaker } from './where.ts';

export interface GatheredPlace extends Place {
  /** how many places are in it; its object and statement are those of the largest */
  places: number;
}

/**
 * Places of `least` nanoseconds as they are, and the smaller ones of one function and statement as one, where together
 * they have that much; else those of one function. Sums stay. The widest first.
 */
export function gathered(places: readonly Place[], least: number): GatheredPlace[] {
  const single = places.map((place) => ({ ...place, places: 1 }));
  const byStatement = gatheredBy(({ statement }) => [statement?.queryId, statement?.text], single, least);
  return gatheredBy(() => [], byStatement, least).sort((a, b) => b.ns - a.ns);
}

function gatheredBy(
  detailsOf: (place: Place) => unknown[],
  places: readonly GatheredPlace[],
  least: number,
): GatheredPlace[] {
  const groups = new Map<unknown, GatheredPlace[]>();
  for (const place of places) {
    const { function: own, caller } = place;
    const isAlone = place.ns >= least || (own ?? caller) === undefined;
    const key = isAlone ? place : [own, caller, ...detailsOf(place)].join('\0');
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(place);
  }
  return [...groups.values()].flatMap((group) => {
    const isEnough = group.reduce((sum, { ns }) => sum + ns, 0) >= least;
    return isEnough ? [sumOf(group)] : group;
  });
}

function sumOf(group: readonly GatheredPlace[]): GatheredPlace {
  const [first, ...others] = group as [GatheredPlace, ...GatheredPlace[]];
  const sum = (member: 'ns' | 'queuedNs' | 'waits' | 'places'): number =>
    group.reduce((all, place) => all + place[member], 0);
  return {
    ...others.reduce((a, b) => (b.ns > a.ns ? b : a), first),
    ...{ ns: sum('ns'), queuedNs: sum('queuedNs'), waits: sum('waits') },
    maxNs: Math.max(...group.map(({ maxNs }) => maxNs)),
    buckets: sumOfBuckets(group),
    wakers: sumOfWakers(group),
    places: sum('places'),
  };
}

function sumOfBuckets(group: readonly Place[]): Map<number, Bucket> {
  const sums = new Map<number, Bucket>();
  for (const [log2, { ns, waits }] of group.flatMap(({ buckets }) => [...buckets])) {
    addLengths(sums, log2, ns, waits);
  }
  return sums;
}

function sumOfWakers(group: readonly Place[]): PlaceWaker[] {
  const sums = new Map<string, PlaceWaker>();
  for (const waker of group.flatMap(({ wakers }) => wakers)) {
    const key = `${waker.name}\0${waker.function ?? ''}`;
    const known = sums.get(key);
    sums.set(key, known ? { ...known, ns: known.ns + waker.ns, stacks: [...known.stacks, ...waker.stacks] } : waker);
  }
  return [...sums.values()].sort((a, b) => b.ns - a.ns);
}
