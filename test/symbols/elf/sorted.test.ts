import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countUpTo, indicesByGroup, orderOf } from '../../../src/symbols/elf/sorted.ts';

const value = fc.oneof(fc.nat(9), fc.constantFrom(0x401000, 0xffffffff, 2 ** 40, 2 ** 47, 0xffffffff81000000));
const values = fc.array(value, { maxLength: 12 }).map((list) => Float64Array.from(list));

test('indices in the order of their values, equal ones in their own', () => {
  fc.assert(
    fc.property(values, (all) => {
      const expected = [...all.keys()].sort((a, b) => (all[a] as number) - (all[b] as number) || a - b);
      assert.deepEqual([...orderOf(all)], expected);
    }),
  );
});

test('how many of sorted values are at most one', () => {
  fc.assert(
    fc.property(values, value, (all, most) => {
      const sorted = all.slice().sort();
      assert.equal(countUpTo(sorted, most), sorted.filter((one) => one <= most).length);
    }),
  );
});

test('indices by the group of their value, ascending in each', () => {
  assert.deepEqual(
    indicesByGroup([2, 0, 1, 2, 0], [1, 0, 1], 3).map((group) => [...group]),
    [[2], [0, 1, 3, 4], []],
  );
});
