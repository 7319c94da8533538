import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Met } from '../../src/engine/stack-expansion.ts';
import { Line, StackTable } from '../../src/engine/stack-table.ts';

const NAMES = 6;
const ids = fc.integer({ min: 1, max: NAMES });
const words = fc
  .array(fc.tuple(ids, fc.integer({ min: 0, max: 9 })), { maxLength: 3 })
  .map((list) => list.map(([id, last]) => (last === 0 ? id + Line.last : id)));
const plans = fc.dictionary(fc.constantFrom('1', '2', '3', '4', '5', '6'), fc.tuple(words, words), { maxKeys: 4 });

test('frames become the lists of their place, and a last one, or an empty list, drops those further out', () => {
  const stack = fc.array(ids, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(stack, { maxLength: 8 }),
      plans,
      fc.subarray([4, 5, 6]),
      fc.nat(2),
      (stacks, plan, kernel, roots) => {
        const table = new StackTable();
        for (let i = 1; i <= NAMES; i++) table.name(`n${i}`);
        for (const one of stacks) table.add(one, 1, 1);
        const met = table.expansion.begin(kernel);
        for (const [id, [leaf, caller]] of Object.entries(plan))
          table.expansion.plan(Number(id), table.expansion.add(leaf), table.expansion.add(caller));
        table.expansion.apply(roots);

        const expected = new Map<string, number>();
        for (const one of stacks) {
          const expanded: number[] = [];
          one.forEach((id, i) => {
            const next = one[i + 1];
            const isCaller = next !== undefined && !kernel.includes(next);
            assert.ok((met[id] as number) & (isCaller ? Met.caller : Met.leaf));
            const list = plan[id]?.[isCaller ? 1 : 0] ?? [id];
            if (list.length === 0) expanded.length = Math.min(expanded.length, roots);
            for (const word of list) {
              if (word >= Line.last) expanded.length = Math.min(expanded.length, roots);
              expanded.push(word & Line.ids);
            }
          });
          expected.set(expanded.join(), (expected.get(expanded.join()) ?? 0) + 1);
        }
        const found = new Map(Array.from(table.stacks(), ({ ids, weight }) => [[...ids].join(), weight]));
        assert.deepEqual(found, expected);
      },
    ),
  );
});
