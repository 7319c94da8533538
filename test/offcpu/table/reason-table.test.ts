// The table of reasons as text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../../src/offcpu/table/comparison.ts';
import { formatTable } from '../../../src/offcpu/table/reason-table.ts';
import type { Row } from '../../../src/offcpu/table/tally.ts';

const row = (name: string, us: number): Row => ({
  name,
  ns: us * 1000,
  count: undefined,
  maxNs: undefined,
  variance: undefined,
  queuedNs: 0,
  parts: [],
});

test("has exactly the columns of the blog's table", () => {
  const rows = [
    row('[epoll]', 1201654),
    row('[other]', 344596),
    row('[fsync]', 81566),
    row('[futex]', 76557),
    row('[disk-io]', 8651),
  ];
  const ns = rows.reduce((sum, one) => sum + one.ns, 0);
  const kinds = { wait: 0, idle: 0, timer: 0, cpu: 0, open: 0, lost: 0 };
  const summary = { ns, rows, kinds, excluded: [], leftOutNs: 0, other: [] };
  const table = compare({ name: '', summary, windowNs: undefined, times: undefined }, []);
  assert.equal(
    formatTable(table, { detail: false, meaning: false, wide: false }),
    [
      '  [epoll]       1201654 us   70.1%',
      '  [other]        344596 us   20.1%',
      '  [fsync]         81566 us    4.8%',
      '  [futex]         76557 us    4.5%',
      '  [disk-io]        8651 us    0.5%',
      '',
    ].join('\n'),
  );
});
