import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { divided } from '../../src/stacks/rounding.ts';

test('a half of the unit in the sum is rounded up, whatever the parts', () => {
  const parts = [805_747_105, 450_778_666, 611_524_643, 695_885_063, 75_509_770, 775_110_253]; // sum: 3,414,555,500
  const sum = divided(parts, 1000).reduce((all, part) => all + part, 0);
  assert.equal(sum, 3_414_556);
});

test('the sum is the rounded quotient, and no part is off by one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e9), { minLength: 1 }), fc.constantFrom(1, 2, 1000, 1e6), (parts, divisor) => {
      const quotients = divided(parts, divisor);
      const sum = parts.reduce((all, part) => all + part, 0);
      assert.equal(
        quotients.reduce((all, part) => all + part, 0),
        Math.round(sum / divisor),
      );
      for (const [i, part] of parts.entries()) assert.ok(Math.abs((quotients[i] as number) - part / divisor) < 1);
    }),
  );
});
