import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Remembered } from '../../src/engine/remembered.ts';

test('what is remembered is right, and never more than there is room for', () => {
  const keys = fc.array(fc.tuple(fc.nat(20), fc.nat({ max: 4 })), { maxLength: 60 });
  fc.assert(
    fc.property(keys, fc.integer({ min: 5, max: 30 }), (all, most) => {
      const remembered = new Remembered<number, string>(most);
      let held = new Map<number, number>();
      for (const [key, size] of all) {
        const value = remembered.get(key);
        if (value !== undefined) {
          assert.equal(value, `${key}`);
          continue;
        }
        remembered.set(key, `${key}`, size);
        held.set(key, size);
        held = new Map([...held].filter(([one]) => remembered.has(one)));
        assert.ok(held.has(key));
        assert.ok([...held.values()].reduce((sum, one) => sum + one, 0) <= most);
      }
    }),
  );
});
