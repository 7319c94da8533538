// Laws of comparison: nothing of either side is lost, and sums are those of the inputs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../../src/engine/stack-table.ts';
import { pairCounts, type Sides, stripHex } from '../../../src/stacks/diff/diff.ts';

const FRAMES = ['main', 'a', 'b', 'a-x', 'FS Broker 5858', '', 'read_0x7f00', 'read_0x7fab'];
const RUN = fc.dictionary(
  fc.array(fc.constantFrom(...FRAMES), { minLength: 1, maxLength: 5 }).map((stack) => stack.join(';') || 'x'),
  fc.integer({ min: 0, max: 1000 }),
  { noNullPrototype: true, maxKeys: 12 },
);
const RUNS = fc.array(RUN, { minLength: 1, maxLength: 3 });
type Run = Record<string, number>;

export function sidesOf(before: Run[], after: Run[]): Sides {
  const table = new StackTable();
  const columns = [...before, ...after].map((run) => {
    for (const [stack, count] of Object.entries(run)) {
      const ids = stack.split(';').map((name) => table.name(name));
      table.add(ids, count, 1);
    }
    return table.takeWeights();
  });
  return { table, before: columns.slice(0, before.length), after: columns.slice(before.length) };
}

/** Stack → its two counts, as written. */
function written(sides: Sides, normalize = false): Map<string, [number, number]> {
  pairCounts(sides, normalize);
  const text = Buffer.concat([...sides.table.folded(true)].map((block) => Buffer.from(block))).toString();
  const lines = text.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const [, stack = '', before, after] = /^(.*) (\S+) (\S+)$/.exec(line) ?? [];
      return [stack, [Number(before), Number(after)]];
    }),
  );
}

function sums(runs: Run[]): Run {
  const sum: Run = {};
  for (const run of runs) for (const [stack, count] of Object.entries(run)) sum[stack] = (sum[stack] ?? 0) + count;
  return sum;
}

const add = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

describe('a comparison', () => {
  test('holds each stack of either side, with its sums', () => {
    fc.assert(
      fc.property(RUNS, RUNS, (before, after) => {
        const [b, a] = [sums(before), sums(after)];
        const stacks = [...new Set([...Object.keys(b), ...Object.keys(a)])].sort();
        const lines = written(sidesOf(before, after));
        assert.deepEqual([...lines.keys()].sort(), stacks);
        for (const stack of stacks) assert.deepEqual(lines.get(stack), [b[stack] ?? 0, a[stack] ?? 0]);
      }),
    );
  });

  test('of a run with itself finds no change', () => {
    fc.assert(
      fc.property(RUNS, (runs) => {
        for (const [before, after] of written(sidesOf(runs, runs)).values()) assert.equal(before, after);
      }),
    );
  });

  test('the other way round has its columns the other way round', () => {
    fc.assert(
      fc.property(RUNS, RUNS, (before, after) => {
        const turned = [...written(sidesOf(after, before))].map(([stack, [a, b]]) => [stack, [b, a]]);
        assert.deepEqual([...written(sidesOf(before, after))], turned);
      }),
    );
  });

  test('of merged runs is the merge of their comparisons', () => {
    fc.assert(
      fc.property(RUN, RUN, RUN, RUN, (before, after, before2, after2) => {
        const each = [...written(sidesOf([before], [after])), ...written(sidesOf([before2], [after2]))];
        const merged = new Map<string, [number, number]>();
        for (const [stack, [b, a]] of each) {
          const [b0, a0] = merged.get(stack) ?? [0, 0];
          merged.set(stack, [b0 + b, a0 + a]);
        }
        const lines = written(sidesOf([before, before2], [after, after2]));
        assert.deepEqual(new Map([...lines].sort()), new Map([...merged].sort()));
      }),
    );
  });

  test('normalised has equal totals, the same stacks, and no count further than 1 from its exact value', () => {
    fc.assert(
      fc.property(RUNS, RUNS, (before, after) => {
        const plain = written(sidesOf(before, after));
        const lines = written(sidesOf(before, after), true);
        const total = add([...plain.values()].map(([count]) => count));
        const goal = add([...plain.values()].map(([, count]) => count));
        assert.equal(add([...lines.values()].map(([count]) => count)), total > 0 ? goal : 0);
        assert.deepEqual([...lines.keys()], [...plain.keys()]);
        for (const [stack, [count, after]] of lines) {
          const [exact = 0, same] = plain.get(stack) ?? [];
          assert.equal(after, same);
          assert.ok(total === 0 || Math.abs(count - (exact * goal) / total) <= 1);
        }
      }),
    );
  });

  test('with addresses stripped loses none of its counts', () => {
    fc.assert(
      fc.property(RUNS, RUNS, (before, after) => {
        const strip = (run: Run): Run[] =>
          Object.entries(run).map(([stack, count]) => ({ [stack.replace(/0x[0-9a-f]+/g, '0x...')]: count }));
        const expected = written(sidesOf(before.flatMap(strip), after.flatMap(strip)));
        assert.deepEqual(written(stripHex(sidesOf(before, after))), expected);
      }),
    );
  });
});
