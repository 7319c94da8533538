// Threads that only wait hold nothing up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retiredThreads, type ThreadRow } from '../../../src/record/report/threads.ts';
import type { Waited } from '../../../src/record/report/waits.ts';

const row = (tid: number): ThreadRow => ({ tid, name: `t${tid}`, seconds: 10, onCpu: 0.5 });

function waited(tid: number, kind: string, seconds: number, more: { meaning?: string; is?: string } = {}): Waited {
  const ns = seconds * 1e9;
  const { meaning, is = 'in-progress' } = more;
  return { kind, reason: '[futex]', meaning, ns, entry: { kind: is, tid, ns, maxNs: ns } } as Waited;
}

test('a thread that joins the others for the rest of its time does no more', () => {
  const waits = [
    waited(1, 'open', 9.4),
    ...[waited(2, 'open', 8.4), waited(2, 'open', 1, { is: 'blocked' })],
    ...[waited(3, 'wait', 9.4), waited(4, 'open', 9.4, { meaning: 'Python:Lock' })],
    waited(6, 'open', 9.4, { is: 'blocked' }),
  ];
  assert.deepEqual(retiredThreads({ rows: [1, 2, 3, 4, 5, 6].map(row), idle: [] }, waits), [1, 6]);
});

test('where all threads are stuck, none is left out', () => {
  const stuck = [1, 2].map((tid) => waited(tid, 'open', 9.9));
  assert.deepEqual(retiredThreads({ rows: [1, 2].map(row), idle: [] }, stuck), []);
});
