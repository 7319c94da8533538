// Sums: nothing is lost between input, table and folded text.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../../src/engine/stack-table.ts';
import type { OffcpuEntry, OffcpuKind, WaitObject, Waker } from '../../../src/offcpu/entry.ts';
import { EntryList } from '../../../src/offcpu/entry-rows.ts';
import { Reasons } from '../../../src/offcpu/reason/reasons.ts';
import { accountOf } from '../../../src/offcpu/table/account.ts';
import type { NameLock } from '../../../src/offcpu/table/particular-names.ts';

const settings = {
  by: 'comm',
  detail: false,
  meaning: false,
  busy: false,
  particulars: undefined,
  statements: false,
} as const;
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
    assert.equal(
      foldedText(accountOf(tableOf(line), 1000, undefined, reasons, settings).folded(1000)),
      `[epoll];${line}`,
    );
  });

  test('decides the same about entries after it has written them into the memory of their own table', () => {
    const entries = new EntryList([entry, { ...entry, ns: 2500 }]);
    const account = accountOf(entries.names, 1000, entries, reasons, settings);
    const decided = (): number[] => Array.from(account.decisions(), ({ ns }) => ns);
    const before = decided();
    const text = foldedText(account.folded(1));
    assert.deepEqual(
      [before, decided()],
      [
        [1500, 2500],
        [1500, 2500],
      ],
    );
    assert.equal(foldedText(account.folded(1)), text);
  });

  test('writes entries as offcpu-fold does', () => {
    const account = accountOf(new StackTable(), 1000, new EntryList([entry]), reasons, settings);
    assert.equal(
      foldedText(account.folded(1)),
      '[epoll];post_gres;main;f;do_syscall_64;do_epoll_wait;schedule;__schedule 1500\n',
    );
  });

  test('counts and longest waits are summed up', () => {
    const account = accountOf(
      new StackTable(),
      1000,
      new EntryList([entry, { ...entry, user: ['g'], maxNs: 1200, count: 3 }]),
      reasons,
      settings,
    );
    const [row] = account.tally.summary().rows;
    assert.deepEqual([row?.name, row?.ns, row?.count, row?.maxNs], ['[epoll]', 3000, 5, 1200]);
  });

  test('wait events of the server go before its functions, and without one only those of others tell', () => {
    const stacks = [
      { ...entry, waitEvent: 0x3000005 },
      { ...entry, user: ['WaitLatch', 'WalWriterMain'], waitEvent: 0 },
      // a broker within the server: the server knows nothing of what its runtime waits for
      { ...entry, user: ['epoll_wait', '<tokio::runtime::io::driver::Driver>::turn', 'main'], waitEvent: 0 },
    ];
    const account = accountOf(
      new StackTable(),
      1000,
      new EntryList(stacks),
      new Reasons([], (event) => (event === 0 ? undefined : 'Lock:transactionid')),
      {
        ...settings,
        meaning: true,
      },
    );
    assert.match(
      foldedText(account.folded(1)),
      /^\[epoll\];Lock:transactionid;post_gres;main.*\n\[epoll\];post_gres;WalWriterMain.*\n\[epoll\];tokio:park;post_gres;main/,
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
          new EntryList(some.map((one) => ({ ...entry, ...one }))),
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

  test('particulars are frames behind the reason, and change no sum', () => {
    const object = fc.constantFrom<WaitObject | undefined>(
      undefined,
      { kind: 'lock', address: 4096 },
      { kind: 'file', name: 'a;b 1', folder: 'data' },
      { kind: 'socket', protocol: 'tcp', peer: '127.0.0.1:40000' },
    );
    const waker = fc.constantFrom<Waker | undefined>(
      undefined,
      { tid: undefined, pid: undefined, comm: undefined },
      { tid: 7, pid: 5, comm: 're build' },
    );
    const entries = fc.array(
      fc.record({
        kind: fc.constantFrom<OffcpuKind>('blocked', 'runnable', 'in-progress'),
        kernel: fc.constantFrom(['schedule', 'futex_do_wait'], ['schedule', 'do_fsync']),
        ns: fc.nat(1e9),
        particulars: fc.record({ object, waker, lengthLog2: fc.nat(30) }),
      }),
      { maxLength: 20 },
    );
    const linesOf = (some: Partial<OffcpuEntry>[], particulars: NameLock | undefined): string[] => {
      const all = some.map((one) => ({ ...entry, ...one }));
      const account = accountOf(new StackTable(), 1000, new EntryList(all), reasons, { ...settings, particulars });
      return foldedText(account.folded(1)).split('\n').slice(0, -1);
    };
    const without = (lines: string[]): Record<string, number> => {
      const sums: Record<string, number> = {};
      for (const line of lines) {
        const [, reason = '', stack = '', count = ''] = /^([^;]+);(?:.*;)?(post_gres;.*) (\d+)$/.exec(line) ?? [];
        sums[`${reason};${stack}`] = (sums[`${reason};${stack}`] ?? 0) + Number(count);
      }
      return sums;
    };
    fc.assert(
      fc.property(entries, (some) => {
        assert.deepEqual(without(linesOf(some, () => undefined)), without(linesOf(some, undefined)));
      }),
    );
    const particulars = {
      object: { kind: 'lock', address: 4096 },
      waker: { tid: 7, pid: 5, comm: 're build' },
    } as const;
    const wait = { kernel: ['schedule', 'futex_do_wait'], particulars: { ...particulars, lengthLog2: 3 } };
    assert.deepEqual(
      linesOf([wait], () => ({ symbol: 'host::REGISTRY', place: 'data of host' })),
      ['[futex];lock host::REGISTRY;<- re_build_[w];post_gres;main;f;futex_do_wait;schedule 1500'],
    );
  });

  test('a disk wakes in the context of any thread, which ended nothing', () => {
    const waker = { tid: 7, pid: 5, comm: 'other' };
    const particulars = { object: undefined, waker, lengthLog2: 3 };
    const account = accountOf(
      new StackTable(),
      1000,
      new EntryList([{ ...entry, kernel: ['schedule', 'do_fsync'], particulars }]),
      reasons,
      { ...settings, particulars: () => undefined },
    );
    assert.equal(foldedText(account.folded(1)), '[fsync];post_gres;main;f;do_fsync;schedule 1500\n');
  });
});
