import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeWaitEvent } from '../../../src/offcpu/reason/wait-event.ts';

const number = (kind: number, event: number): number => kind * 2 ** 24 + event;

test('wait events are called as the server of that version calls them', () => {
  assert.equal(decodeWaitEvent(15, number(1, 8)), 'LWLock:WALWrite');
  assert.equal(decodeWaitEvent(15, number(3, 5)), 'Lock:transactionid');
  assert.equal(decodeWaitEvent(15, number(6, 0)), 'Client:ClientRead');
  assert.equal(decodeWaitEvent(13, number(1, 10)), 'LWLock:Checkpoint');
  assert.equal(decodeWaitEvent(15, number(1, 10)), undefined);
  for (const version of [13, 14, 15, 16, 17, 18]) {
    assert.equal(decodeWaitEvent(version, number(3, 0)), 'Lock:relation', `version ${version}`);
  }
});

test('no wait, an unknown number and an unknown version have no name', () => {
  assert.equal(decodeWaitEvent(15, 0), undefined);
  assert.equal(decodeWaitEvent(15, number(10, 4000)), undefined);
  assert.equal(decodeWaitEvent(12, number(1, 8)), undefined);
});

test("an extension's own locks and waits are the extension's", () => {
  assert.equal(decodeWaitEvent(15, number(1, 4000)), 'LWLock:extension');
  assert.equal(decodeWaitEvent(17, number(7, 3)), 'Extension:Extension');
});
