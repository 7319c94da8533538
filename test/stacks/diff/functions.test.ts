// Functions of two sides: sums with and without callees, and how far chance goes.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../../src/engine/stack-table.ts';
import type { Sides } from '../../../src/stacks/diff/diff.ts';
import {
  type Basis,
  byChange,
  type Change,
  changeFrom,
  functionChanges,
  functionSums,
  isNoise,
} from '../../../src/stacks/diff/functions.ts';

type Run = readonly (readonly [stack: string, count: number])[];
const STACK = fc
  .array(fc.constantFrom('a', 'b', 'c', 'recurse'), { minLength: 1, maxLength: 6 })
  .map((frames) => frames.join(';'));
const RUN = fc.array(fc.tuple(STACK, fc.nat({ max: 50 })), { maxLength: 10 });

function tableOf(runs: readonly Run[]): { table: StackTable; columns: Float64Array[] } {
  const table = new StackTable();
  const columns = runs.map((run) => {
    for (const [stack, count] of run) {
      const ids = stack.split(';').map((name) => table.name(name));
      table.add(ids, count, 1);
    }
    return table.takeWeights();
  });
  return { table, columns };
}

const COUNTS: Basis = { before: [1], after: [1], sample: 1 };

function changesOf(before: Run, after: Run, basis = COUNTS) {
  const { table, columns } = tableOf([before, after]);
  const sides: Sides = { table, before: [columns[0]!], after: [columns[1]!] };
  return functionChanges(sides, basis);
}

describe('sums of functions', () => {
  test('are over the stacks they are in, each once, and those they end', () => {
    fc.assert(
      fc.property(RUN, RUN, (first, second) => {
        const { table, columns } = tableOf([first, second]);
        for (const [i, { inclusive, self }] of functionSums(table, columns).entries()) {
          const run = [first, second][i]!;
          const sum = (is: (frames: string[]) => boolean): number =>
            run.reduce((all, [stack, count]) => all + (is(stack.split(';')) ? count : 0), 0);
          for (let id = 1; id <= table.nameCount; id++) {
            const name = table.nameText(id);
            assert.equal(
              inclusive[id],
              sum((frames) => frames.includes(name)),
            );
            assert.equal(
              self[id],
              sum((frames) => frames.at(-1) === name),
            );
          }
        }
      }),
    );
  });

  test('by themselves add up to all counts of a side', () => {
    fc.assert(
      fc.property(RUN, RUN, (before, after) => {
        const all = (run: Run): number => run.reduce((sum, [, count]) => sum + count, 0);
        const rows = changesOf(before, after);
        assert.equal(
          rows.reduce((sum, { self }) => sum + self.before, 0),
          all(before),
        );
        assert.equal(
          rows.reduce((sum, { self }) => sum + self.after, 0),
          all(after),
        );
      }),
    );
  });

  test('of a run against itself have not changed', () => {
    fc.assert(
      fc.property(RUN, (run) => {
        for (const { inclusive, self } of changesOf(run, run))
          assert.deepEqual([inclusive.change, self.change], [0, 0]);
      }),
    );
  });

  test('a parent that tripled shows it, though nothing of it is its own', () => {
    const rows = changesOf([['main;parent;x', 20]], [['main;parent;y', 60]]);
    const parent = rows.find(({ name }) => name === 'parent');
    assert.deepEqual(parent?.inclusive, { before: 20, after: 60, change: 40, noise: 2 * Math.sqrt(80) });
    assert.deepEqual(parent?.self, { before: 0, after: 0, change: 0, noise: 0 });
  });
});

describe('noise', () => {
  const change = (before: number[], after: number[], sample?: number): Change =>
    changeFrom(before, after, { before: before.map(() => 1), after: after.map(() => 1), sample });

  test('of samples is two standard errors, whatever one counts', () => {
    assert.equal(change([100], [300], 1).noise, 40);
    assert.equal(change([1000], [3000], 10).noise, 400);
    assert.equal(change([100], [300]).noise, undefined);
  });

  test('is scaled as the values are', () => {
    const perSecond = changeFrom([100], [300], { before: [0.5], after: [0.1], sample: 1 });
    assert.deepEqual([perSecond.before, perSecond.after], [50, 30]);
    assert.ok(Math.abs((perSecond.noise as number) - 2 * Math.sqrt(100 / 4 + 300 / 100)) < 1e-9);
  });

  test('of several runs is their spread, and with samples no less than theirs', () => {
    // 3 and 3 runs of variance 100: t(4) = 2.776 × √(100/3 + 100/3)
    const { noise, ...rest } = change([90, 100, 110], [190, 200, 210]);
    assert.deepEqual(rest, { before: 100, after: 200, change: 100 });
    assert.ok(Math.abs((noise as number) - 2.776 * Math.sqrt(200 / 3)) < 1e-9);
    assert.equal(change([7, 7], [7, 7]).noise, 0);
    assert.equal(change([8, 8], [8, 8], 1).noise, 2 * Math.sqrt(8));
    assert.ok((change([90, 100, 110], [200]).noise as number) > (noise as number), 'one run tells less than three');
  });

  // Two recordings of the same thing, many times: how often is a change taken for real?
  const random = generator(42);
  const poisson = (mean: number): number => {
    const gap = (): number => -Math.log(1 - random());
    let count = 0;
    for (let time = gap(); time < mean; time += gap()) count++;
    return count;
  };
  const TRIES = 4000;
  const falseAlarms = (runs: number, sample: number | undefined): number => {
    let alarms = 0;
    for (let i = 0; i < TRIES; i++) {
      const side = (): number[] => Array.from({ length: runs }, () => poisson(80));
      if (!isNoise(change(side(), side(), sample))) alarms++;
    }
    return alarms / TRIES;
  };
  for (const [runs, sample] of [
    [1, 1],
    [3, undefined],
    [6, undefined],
  ] as const) {
    test(`of ${runs} a side hides about 19 of 20 changes that are none`, () => {
      const alarms = falseAlarms(runs, sample);
      assert.ok(alarms > 0.025 && alarms < 0.065, `${alarms}`);
    });
  }
});

/** The same numbers each time, from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test('rows are sorted by change, those within the noise last', () => {
  const rows = changesOf(
    [
      ['big', 10_000],
      ['small', 10],
      ['old', 30],
    ],
    [
      ['big', 10_150],
      ['small', 60],
      ['new', 40],
    ],
  );
  assert.deepEqual(
    byChange(rows, 'inclusive').map(({ name }) => name),
    ['small', 'new', 'old', 'big'],
  );
});
