// The lengths of single waits, from sums by power of two.

/** Waits of 2^n to 2^(n + 1) nanoseconds. */
export interface Bucket {
  ns: number;
  waits: number;
}

/**
 * The length that this share of the waits, 0 to 1, does not exceed: the mean of the bucket in which it lies, nanoseconds.
 * Undefined: there are no waits.
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
