import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/engine/errors.ts';
import { totalOf } from '../../src/stacks/total.ts';

test('the sum of all counts is exact or an error', () => {
  assert.equal(totalOf(Float64Array.of(2 ** 53 - 2, 1)), 2 ** 53 - 1);
  assert.equal(totalOf(Float64Array.of(0.5, 0.25)), 0.75);
  assert.throws(() => totalOf(Float64Array.of(2 ** 53 - 2, 1, 1)), InputError);
});
