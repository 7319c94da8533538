import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Report } from '../../../../src/cli/report.ts';
import { Progress } from '../../../../src/record/io/system/progress.ts';

/** What is seen of a run: two phases, a passing line that is repeated and then changes, a warning, the end. */
function seen(quiet: boolean, interactive: boolean): string {
  let text = '';
  const write = (more: string | Uint8Array): void => {
    text += more;
  };
  const progress = new Progress(new Report('tool', write), { quiet, interactive }, write);
  progress.phase('recording');
  progress.passing('1 of 2 s');
  progress.passing('1 of 2 s');
  progress.passing('2 of 2 s');
  progress.note('perf failed');
  progress.phase('rendering');
  progress.done();
  return text.replaceAll('\r\x1b[K', '|');
}

test('on a terminal a line is written over, and gone when the next one comes', () => {
  assert.equal(seen(false, true), 'tool: recording\n|1 of 2 s|2 of 2 s|tool: perf failed\ntool: rendering\n');
});

test('elsewhere a line a phase', () => {
  assert.equal(seen(false, false), 'tool: recording\ntool: perf failed\ntool: rendering\n');
});

test('quiet: what a person should know all the same', () => {
  assert.equal(seen(true, true), 'tool: perf failed\n');
});
