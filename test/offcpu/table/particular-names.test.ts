// Who ended a wait, as far as the reason allows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Particulars, Waker } from '../../../src/offcpu/entry.ts';
import { enderOf } from '../../../src/offcpu/table/particular-names.ts';

test('no interrupt ends a vfork or lets go of a lock, though a timer may end the wait, and no thread one for the disk', () => {
  const thread: Waker = { tid: 9, pid: 9, comm: 'true' };
  const interrupt: Waker = { tid: undefined, pid: undefined, comm: undefined };
  const timer: Waker = { ...interrupt, isTimer: true };
  const of = (waker: Waker): Particulars => ({ object: undefined, waker, lengthLog2: 10 });
  const ended = (label: string): boolean[] =>
    [thread, interrupt, timer].map((waker) => enderOf(of(waker), label) === waker);
  assert.deepEqual(ended('process/vfork'), [true, false, true]);
  assert.deepEqual(ended('lock/futex'), [true, false, true]);
  assert.deepEqual(ended('process/wait'), [true, true, true]);
  assert.deepEqual(ended('disk/io'), [false, false, false]);
});
