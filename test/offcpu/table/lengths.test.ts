// Lengths of single waits from their buckets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addLengths, type Bucket, LengthLimits, quantile } from '../../../src/offcpu/table/lengths.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1 });

test('a quantile of the buckets is less than twice, and more than half, the true one', () => {
  fc.assert(
    fc.property(lengths, fc.double({ min: 0.01, max: 1, noNaN: true }), (waits, share) => {
      const buckets = new Map<number, Bucket>();
      const add = (ns: number, count: number): void => addLengths(buckets, Math.floor(Math.log2(ns)), ns, count);
      for (const ns of waits) add(ns, 1);
      // waits that have not ended
      for (const ns of waits) add(ns, 0);
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

test('limits of length keep or leave out each wait once, and say what they left out', () => {
  const entry = { comm: 'x', pid: 1, tid: 1, kernel: [], user: [], count: 1, maxNs: 1, state: 1, waitEvent: undefined };
  const wait = fc.record({
    ns: fc.integer({ min: 1, max: 2 ** 30 }),
    kind: fc.constantFrom('blocked' as const, 'runnable' as const, 'in-progress' as const),
    log: fc.option(fc.nat(30), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(wait), fc.integer({ min: 1, max: 2 ** 30 }), (waits, limit) => {
      const entries = waits.map(({ ns, kind, log }) => ({
        ...{ ...entry, ns, kind },
        particulars: { object: undefined, waker: undefined, lengthLog2: log },
      }));
      const above = new LengthLimits(limit, undefined);
      const below = new LengthLimits(undefined, limit);
      const kept = [...above.keep(entries)];
      const sum = (some: readonly { ns: number }[]): number => some.reduce((all, { ns }) => all + ns, 0);
      assert.equal(sum(kept) + above.leftOutNs, sum(entries));
      assert.equal(sum(kept) + sum([...below.keep(entries)]) + above.unknownNs, sum(entries));
      assert.ok(above.minNs / limit < 1.42 && limit / above.minNs < 1.42);
    }),
  );
});
