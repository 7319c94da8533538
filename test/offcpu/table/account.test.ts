// Sums: nothing is lost between input, table and folded text.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../../src/engine/stack-table.ts';
import type { OffcpuEntry } from '../../../src/offcpu/entry.ts';
import { Reasons } from '../../../src/offcpu/reason/reasons.ts';
import { accountOf } from '../../../src/offcpu/table/account.ts';

const settings = { by: 'comm', detail: false, meaning: false, busy: false } as const;
const reasons = new Reasons([], (event) => (event === 0x3000005 ? 'Lock:transactionid' : undefined));

function tableOf(text: string): StackTable {
  const table = new StackTable();
  table.write(Buffer.from(text, 'latin1'));
  assert.equal(table.scanFolded(), false);
  return table;
}

function foldedText(table: StackTable): string {
  return Array.from(table.folded(), (block) => block.toString('latin1')).join('');
}

const entry: OffcpuEntry = {
  kind: 'blocked',
  comm: 'post gres',
  pid: undefined,
  tid: undefined,
  user: ['f', 'main'],
  kernel: ['__schedule', 'schedule', 'do_epoll_wait', 'do_syscall_64'],
  ns: 1500,
  count: 2,
  maxNs: 1000,
  state: 1,
  waitEvent: undefined,
};

describe('an account', () => {
  test('keeps folded lines as they came, byte for byte', () => {
    const line = 'a b\xff;\xfe;-;do_syscall_64;do_epoll_wait;schedule;__schedule 7\n';
    assert.equal(foldedText(accountOf(tableOf(line), 1000, [], reasons, settings).folded(1000)), `[epoll];${line}`);
  });

  test('writes entries as offcpu-fold does', () => {
    const account = accountOf(new StackTable(), 1000, [entry], reasons, settings);
    assert.equal(
      foldedText(account.folded(1)),
      '[epoll];post_gres;main;f;do_syscall_64;do_epoll_wait;schedule;__schedule 1500\n',
    );
  });

  test('counts and longest waits are summed up', () => {
    const account = accountOf(
      new StackTable(),
      1000,
      [entry, { ...entry, user: ['g'], maxNs: 1200, count: 3 }],
      reasons,
      settings,
    );
    const [row] = account.tally.summary().rows;
    assert.deepEqual([row?.name, row?.ns, row?.count, row?.maxNs], ['[epoll]', 3000, 5, 1200]);
  });

  test('wait events of the server go before its functions', () => {
    const stacks = [
      { ...entry, waitEvent: 0x3000005 },
      { ...entry, user: ['WaitLatch', 'WalWriterMain'], waitEvent: 0 },
    ];
    const account = accountOf(
      new StackTable(),
      1000,
      stacks,
      new Reasons([], (event) => (event === 0 ? undefined : 'Lock:transactionid')),
      {
        ...settings,
        meaning: true,
      },
    );
    assert.match(
      foldedText(account.folded(1)),
      /^\[epoll\];Lock:transactionid;post_gres;main.*\n\[epoll\];post_gres;WalWriterMain/,
    );
  });

  test('loses nothing, in any unit', () => {
    const stack = fc.constantFrom(
      ['schedule', 'do_epoll_wait'],
      ['schedule', 'futex_do_wait'],
      ['schedule', 'zzz'],
      [],
    );
    const entries = fc.array(
      fc.record({ kernel: stack, ns: fc.nat(1e9), state: fc.constantFrom(undefined, 0, 1, 2, 256) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(entries, fc.constantFrom(1, 1000, 1e6), (some, unit) => {
        const account = accountOf(
          new StackTable(),
          1000,
          some.map((one) => ({ ...entry, ...one })),
          reasons,
          settings,
        );
        const ns = some.reduce((sum, one) => sum + one.ns, 0);
        assert.equal(account.tally.summary().ns, ns);
        assert.equal(
          account.folded(unit).weights.reduce((sum, weight) => sum + weight, 0),
          Math.round(ns / unit),
        );
      }),
    );
  });
});
