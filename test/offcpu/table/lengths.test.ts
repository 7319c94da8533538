// Lengths of single waits from their buckets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Bucket, quantile } from '../../../src/offcpu/table/lengths.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1 });

test('a quantile of the buckets is less than twice, and more than half, the true one', () => {
  fc.assert(
    fc.property(lengths, fc.double({ min: 0.01, max: 1, noNaN: true }), (waits, share) => {
      const buckets = new Map<number, Bucket>();
      for (const ns of waits) {
        const log = Math.floor(Math.log2(ns));
        const { ns: sum, waits: count } = buckets.get(log) ?? { ns: 0, waits: 0 };
        buckets.set(log, { ns: sum + ns, waits: count + 1 });
      }
      const sorted = waits.toSorted((a, b) => a - b);
      const truth = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
      const told = quantile(buckets, share) as number;
      assert.ok(told < 2 * truth && told > truth / 2, `${told} of ${truth}`);
    }),
  );
});

test('without waits there is none', () => {
  assert.equal(quantile(new Map(), 0.5), undefined);
});
