import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeWaitEvent, isNumbered } from '../../../src/offcpu/reason/wait-event.ts';

const number = (kind: number, event: number): number => kind * 2 ** 24 + event;

test('wait events are called as the server of that version calls them', () => {
  assert.equal(decodeWaitEvent(15, number(1, 8)), 'LWLock:WALWrite');
  assert.equal(decodeWaitEvent(15, number(3, 5)), 'Lock:transactionid');
  assert.equal(decodeWaitEvent(15, number(6, 0)), 'Client:ClientRead');
  assert.equal(decodeWaitEvent(13, number(1, 10)), 'LWLock:Checkpoint');
  for (const version of [13, 14, 15, 16, 17, 18]) {
    assert.equal(decodeWaitEvent(version, number(3, 0)), 'Lock:relation', `version ${version}`);
  }
});

test('no wait, a number of no class and an unknown version have no name', () => {
  assert.equal(decodeWaitEvent(15, 0), undefined);
  assert.equal(decodeWaitEvent(15, number(10, 2 ** 16)), undefined);
  assert.equal(decodeWaitEvent(undefined, number(222, 5)), undefined);
  assert.equal(decodeWaitEvent(undefined, 0), undefined);
  assert.equal(decodeWaitEvent(12, number(1, 8)), undefined);
});

test("an extension's own locks and waits are the extension's", () => {
  assert.equal(decodeWaitEvent(15, number(1, 4000)), 'LWLock:extension');
  assert.equal(decodeWaitEvent(17, number(7, 3)), 'Extension:Extension');
});

test('a name that a version lacks, or that versions differ in, is the number', () => {
  const names = (version: number | undefined): (string | undefined)[] =>
    [number(10, 74), number(1, 8), number(1, 61), number(6, 0), number(1, 4000), number(7, 3)].map((event) =>
      decodeWaitEvent(version, event),
    );
  const same = ['LWLock:extension', 'Extension:Extension'];
  assert.deepEqual(names(17), ['IO:WalSync', 'LWLock:WALWrite', 'LWLock:BufferContent', 'Client:ClientRead', ...same]);
  assert.deepEqual(names(15), ['IO:74', 'LWLock:WALWrite', 'LWLock:LockManager', 'Client:ClientRead', ...same]);
  assert.deepEqual(names(undefined), ['IO:74', 'LWLock:WALWrite', 'LWLock:61', 'Client:ClientRead', ...same]);
  assert.deepEqual(
    names(undefined).filter((name) => isNumbered(name ?? '')),
    ['IO:74', 'LWLock:61'],
  );
});
