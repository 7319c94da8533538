// What one sample counts, by unit and by what all counts have in common.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleOf } from '../../../src/stacks/diff/sample.ts';

const of = (unit: string | undefined, ...counts: number[]) => sampleOf([Float64Array.from(counts)], unit);

test('counts that are said to be samples are samples, even if all are even; of scaled ones it is a part', () => {
  assert.equal(of('samples', 40, 60), 1);
  assert.ok(Math.abs((of('samples', 0.5, 2.1) as number) - 0.1) < 1e-9);
});

test('where nobody says a unit, all counts are multiples of one sample, unless there were too many of them', () => {
  assert.equal(of(undefined, 40, 60), 20);
  assert.equal(of(undefined, 1e9 + 1, 60), 'size');
});

test('other units count samples where all share a period of some size, but times of waiting never do', () => {
  assert.equal(of('ns', 10_101_010, 30_303_030), 10_101_010);
  assert.equal(of('ns', 3, 5), 'unit');
  assert.equal(of('us', 10_000, 20_000), 'unit');
});
