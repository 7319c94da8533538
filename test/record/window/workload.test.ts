import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastWords } from '../../../src/record/failure.ts';
import { hasFailed, workloadEndOf, workloadText } from '../../../src/record/window/workload.ts';

const window = { startNs: 10e9, endNs: 20e9 };

test('what became of a workload', () => {
  for (const [code, endedNs, log, isFailure, text] of [
    [127, 5e9, 'sh: 1: x: not found', true, 'could not be started (status 127: sh: 1: x: not found)'],
    [3, 9e9, 'start\nrefused\n', true, 'failed before the window began (status 3: refused)'],
    [0, 9e9, '', false, 'ended before the window began (status 0)'],
    [1, 12.5e9, '', true, 'failed 2.50 s into the window (status 1)'],
    [0, 12.5e9, '', false, 'ended 2.50 s into the window (status 0)'],
    [1, 21e9, '', false, 'outlived the window, and ended with status 1'],
    [1, undefined, '', false, 'outlived the window, and ended with status 1'],
  ] as const) {
    const end = workloadEndOf({ ending: { code, signal: null }, startedNs: 4e9, endedNs, window, log });
    assert.deepEqual([workloadText(end), hasFailed(end)], [`the workload ${text}`, isFailure]);
  }
});

test('its last lines, as they were seen, and nothing that a terminal would obey', () => {
  const log = `${'old\n'.repeat(20)}1 %\r99 %\r100 %\r\n\n\x1b[0m\x1b[1;32m\x1b[2J42 tps\x1b[39m\n`;
  const { lastLines } = workloadEndOf({
    ending: { code: 0, signal: null },
    startedNs: 4e9,
    endedNs: undefined,
    window,
    log,
  });
  assert.deepEqual([lastLines.length, ...lastLines.slice(-2)], [10, '100 %', '\\x1b[2J42 tps']);
  const coloured = lastWords(
    { code: 1, signal: null },
    '\x1b[31merror\x1b[0m: x\n    \x1b[32mdocs:\x1b[0m \x1b[4mhttps://a\x1b[24m\n\n',
  );
  assert.equal(coloured, 'status 1: docs: https://a');
  assert.equal(lastWords({ code: 1, signal: null }, 'a\x1b]0;title\x07'), 'status 1: a\\x1b]0;title\\x07');
});
