// Samples by thread and by comm.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerfFold } from '../../../src/perf/fold-perf.ts';
import { cpuProfileOf } from '../../../src/record/render/cpu-profile.ts';
import { foldedText } from '../../folded-tables.ts';

test('by thread and by comm, whatever the comm looks like', () => {
  const sample = (comm: string, ids: string): string =>
    `${comm} ${ids} 1.5: 1 cpu-clock: \n\t 1 f (/a)\n\t 2 main (/a)\n\n`;
  const fold = new PerfFold({ by: 'tid', count: 'samples' }, () => {});
  fold.begin('');
  fold.block(
    Buffer.from([sample('app', '7/7'), sample('app', '7/8'), sample('app', '7/8'), sample('odd-1/2', '6/9')].join('')),
  );
  fold.end();
  const folded = fold.finish();
  assert.ok('table' in folded);
  const { byThread, byRoot, samplesByThread, pids } = cpuProfileOf(folded, 'comm');
  assert.equal(foldedText(byThread), '# unit: samples\napp-7/7;main;f 1\napp-7/8;main;f 2\nodd-1/2-6/9;main;f 1\n');
  assert.equal(foldedText(byRoot), '# unit: samples\napp;main;f 3\nodd-1/2;main;f 1\n');
  assert.deepEqual([...pids].sort(), [6, 7]);
  assert.deepEqual(
    [...samplesByThread],
    [
      [7, 1],
      [8, 2],
      [9, 1],
    ],
  );
});
