// wall.folded: on-CPU and off-CPU stacks meet, and their sum is the threads' time.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReasonedStack } from '../../../src/offcpu/table/account.ts';
import { NO_TIMES } from '../../../src/offcpu/thread-times.ts';
import { identityOf } from '../../../src/record/render/identity.ts';
import { wallOf, wallText } from '../../../src/record/render/wall.ts';
import { foldedText, sumOf, tableOf } from '../../folded-tables.ts';

const thread = { ...NO_TIMES, lifeNs: 1e9 };
const identity = identityOf(
  [
    { ...thread, tid: 1, onCpuNs: 2.9e8, beforeNs: 4e8, blockedNs: 3.1e8 },
    { ...thread, tid: 2, beforeNs: 5e8, blockedNs: 5e8 },
  ],
  [3],
  1e9,
  { samplesByThread: new Map([[1, 30]]), periodNs: 1e7 },
);

/** `[reason] meaning: comm;frames COUNT`, the meaning where there is one. */
const reasoned = (...lines: string[]): ReasonedStack[] =>
  lines.map((line) => {
    const [, reason = '', stack = '', count] = /^(.*): (.*) (\d+)$/.exec(line) ?? [];
    return { roots: [], reason: reason.split(' '), frames: stack.split(';'), count: Number(count), hits: 1 };
  });

describe('wall', () => {
  test('stacks of both profilers begin where the program does; what was off the CPU ends with its reason', () => {
    const { stacks } = wallOf({
      cpu: tableOf('app;_start;__libc_start_main_impl;__libc_start_call_main;main;read;work 30\n'),
      onCpuUs: 300_000,
      offcpu: reasoned(
        '[futex]: app;start_thread;worker;wait 500000',
        '[sleep]: app;[unknown];main;read;nap 300000',
        '[signal]: app;pause;[in-progress] 1000000',
      ),
      threads: identity.threads,
      roots: new Map([[1, 'app']]),
    });
    const folded = foldedText(stacks);
    assert.equal(
      folded,
      '[unknown];[unknown at the start] 500000\n' +
        'app;[unknown at the start] 400000\n' +
        'app;main;read;nap;[sleep] 300000\n' +
        'app;main;read;work 300000\n' +
        'app;pause;[in-progress];[signal] 1000000\n' +
        'app;worker;wait;[futex] 500000\n',
    );
    assert.equal(sumOf(folded) * 1000, identity.lifeNs);
  });

  test('what a wait means stands behind its reason, not for the comm', () => {
    const { stacks } = wallOf({
      ...{ cpu: tableOf('my app;main;f 1\n'), onCpuUs: 1, threads: [], roots: new Map() },
      offcpu: reasoned('[fsync] IO:WALSync: my app;main;f;g 2', '[fsync]: my app 3', '[cpu]: my app;main;f 4'),
    });
    assert.equal(
      foldedText(stacks),
      'my app;[fsync] 3\nmy app;main;f 1\nmy app;main;f;[cpu] 4\nmy app;main;f;g;[fsync];IO:WALSync 2\n',
    );
  });

  test('a stack of nothing but starts keeps them', () => {
    const { stacks } = wallOf({
      ...{ cpu: tableOf('app;[unknown];_start 2\napp 1\n'), onCpuUs: 3, offcpu: [] },
      ...{ threads: [], roots: new Map() },
    });
    assert.equal(foldedText(stacks), 'app 1\napp;[unknown];_start 2\n');
  });

  test('says what 100 % is, and who slept', () => {
    assert.equal(
      wallText(identity, 30, 1e9, []),
      '100 % = 3.00 s: 3 threads in 1.00 s; on the CPU 0.29 s by the switches, shared out by 30 samples; 1 slept all the time, 33.3 %',
    );
  });

  describe('where one profiler lost the outer frames', () => {
    const parts = { onCpuUs: 100, threads: [], roots: new Map() };
    const cpu = 'pg;main;Postmaster;start;worker;work 95\npg;free 5\n';
    const offcpu = reasoned(
      '[epoll]: pg;start;worker;epoll 90',
      '[fsync]: pg;start;worker;fsync 5',
      '[other]: pg;read 5',
    );

    test('the stacks meet at the function that nearly all have, and that is said', () => {
      const { stacks, meetings } = wallOf({ ...parts, cpu: tableOf(cpu), offcpu });
      assert.deepEqual(meetings, ['start']);
      assert.equal(
        foldedText(stacks),
        'pg;free 5\npg;read;[other] 5\npg;start;worker;epoll;[epoll] 90\npg;start;worker;fsync;[fsync] 5\npg;start;worker;work 95\n',
      );
      assert.match(wallText(identity, 30, 1e9, meetings), /; callers of start hidden$/);
    });

    test('whichever it was', () => {
      const { stacks, meetings } = wallOf({
        ...parts,
        ...{ cpu: tableOf('pg;start;worker;work 9\n'), onCpuUs: 9 },
        offcpu: reasoned('[epoll]: pg;main;start;worker;epoll 9'),
      });
      assert.deepEqual(
        [foldedText(stacks), meetings],
        ['pg;start;worker;epoll;[epoll] 9\npg;start;worker;work 9\n', ['start']],
      );
    });

    test('not where a tenth or more of either side has no part in it, nor in another process', () => {
      for (const other of [
        { cpu: 'pg;main;start;worker 8\npg;main;idle 2\n' },
        { offcpu: reasoned('[epoll]: pg;start;worker 80', '[other]: pg;read 20') },
        { cpu: 'other;main;start;worker 9\n' },
        { cpu: 'pg;start;main;start;worker 9\n' },
      ]) {
        const { stacks, meetings } = wallOf({ ...parts, offcpu, ...other, cpu: tableOf(other.cpu ?? cpu) });
        assert.deepEqual(meetings, []);
        for (const [, stack] of (other.cpu ?? cpu).matchAll(/^(.*) \d+$/gm))
          assert.match(foldedText(stacks), new RegExp(`^${stack} `, 'm'));
      }
    });
  });
});
