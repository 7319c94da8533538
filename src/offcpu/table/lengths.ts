// The lengths of single waits, from sums by power of two.

import type { OffcpuEntry } from '../entry.ts';

/** Waits of 2^n to 2^(n + 1) nanoseconds. */
export interface Bucket {
  ns: number;
  waits: number;
}

/** Adds waits of this length to their bucket. One that has not ended counts as none, and its length is not known. */
export function addLengths(buckets: Map<number, Bucket>, log2: number | undefined, ns: number, waits: number): void {
  if (log2 === undefined || waits === 0) return;
  const bucket = buckets.get(log2) ?? { ns: 0, waits: 0 };
  buckets.set(log2, { ns: bucket.ns + ns, waits: bucket.waits + waits });
}

/**
 * The length in nanoseconds that this share of the waits, 0 to 1, does not exceed: the mean of the bucket that holds
 * it. Undefined: there are no waits.
 */
export function quantile(buckets: ReadonlyMap<number, Bucket>, share: number): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b).filter(([, { waits }]) => waits > 0);
  const all = sorted.reduce((sum, [, { waits }]) => sum + waits, 0);
  let seen = 0;
  for (const [, { ns, waits }] of sorted) {
    seen += waits;
    if (seen >= share * all) return ns / waits;
  }
  return undefined;
}

/**
 * Keeps waits by their length. Dumps know it to a power of two, so a limit is rounded to the nearest one. The time in
 * which a woken thread waited for a CPU goes with its wait.
 */
export class LengthLimits {
  /** nanoseconds that were not kept, and those of them whose length is not known */
  leftOutNs = 0;
  unknownNs = 0;
  /** does the input tell the length of any wait? */
  hasLengths = false;
  readonly #least: number;
  readonly #most: number;

  /** Nanoseconds; undefined: no limit. */
  constructor(minNs: number | undefined, maxNs: number | undefined) {
    this.#least = minNs === undefined ? Number.NEGATIVE_INFINITY : Math.round(Math.log2(minNs));
    this.#most = maxNs === undefined ? Number.POSITIVE_INFINITY : Math.round(Math.log2(maxNs));
  }

  /** The limits as they are applied, nanoseconds. */
  get minNs(): number {
    return 2 ** this.#least;
  }
  get maxNs(): number {
    return 2 ** this.#most;
  }

  *keep(entries: Iterable<OffcpuEntry>): Generator<OffcpuEntry> {
    for (const entry of entries) {
      const { kind, ns, particulars } = entry;
      this.hasLengths ||= particulars?.lengthLog2 !== undefined;
      // a wait that has not ended is at least this long
      const log = particulars?.lengthLog2 ?? (kind === 'in-progress' && ns > 0 ? Math.floor(Math.log2(ns)) : undefined);
      if (log !== undefined && log >= this.#least && log < this.#most) {
        yield entry;
        continue;
      }
      this.leftOutNs += ns;
      if (log === undefined) this.unknownNs += ns;
    }
  }
}
