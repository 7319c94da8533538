import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../src/cli/meter.ts';

test('bytes and rate are shown after a second, five times a second, and cleared', () => {
  const said: string[] = [];
  let ms = 500;
  const meter = new Meter(
    'perf-fold',
    (text) => said.push(text.replace('\r\x1b[K', '<')),
    () => ms,
  );
  for (const [after, bytes] of [
    [0, 1e6],
    [900, 1e6],
    [200, 3e6],
    [100, 1e6],
    [200, 294e6],
  ] as const) {
    ms += after;
    meter.took(bytes);
  }
  meter.clear();
  meter.clear();
  assert.deepEqual(said, ['<perf-fold: 5 MB read, 4.5 MB/s', '<perf-fold: 300 MB read, 214 MB/s', '<']);
});
