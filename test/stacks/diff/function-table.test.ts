// The table of functions for people.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FunctionTable, formatFunctions } from '../../../src/stacks/diff/function-table.ts';

const change = { before: 250, after: 191, change: -59, noise: 42 };
const names = ['checksum', 'entry_SYSCALL_64_after_hwframe', 'x'.repeat(90)];
const table: FunctionTable = {
  before: { name: 'a', runs: 1, seconds: undefined },
  after: { name: 'b', runs: 1, seconds: undefined },
  ...{ unit: 'samples', basis: 'counts', by: 'inclusive', noise: { from: 'samples', sample: 1 }, total: change },
  rows: names.map((name) => ({ name, inclusive: change, self: change })),
};

test('names stay in sight on a terminal of any width, and a note tells how many columns gave way', () => {
  const whole = formatFunctions(table, 0);
  assert.doesNotMatch(whole, /too narrow/);
  for (const width of [40, 60, 80, 100, 120]) {
    const text = formatFunctions(table, 0, width);
    const [head = ''] = text.split('\n').filter((line) => line.endsWith('  function'));
    const [left = '0'] = /too narrow for (\d+)/.exec(text)?.slice(1) ?? [];
    assert.equal(head.trim().split(/ +/).length - 1, 10 - Number(left), `${width}`);
    for (const name of names)
      assert.ok(
        text.split('\n').some((line) => line.slice(0, width).includes(` ${name.slice(0, 24)}`)),
        `${width} ${name}`,
      );
  }
  assert.equal(formatFunctions(table, 0, 200), whole);
});
