// Comparisons of two runs: their scale, and the functions that changed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { functionChanges, functionChangesTable, measureOf, scaleOf } from '../../src/record/comparison.ts';

const BEFORE = { name: 'baseline', seconds: 10, frequency: 100, folded: 'app;main;work 600\napp;main;gone 400\n' };
const NOW = { name: 'async', seconds: 20, frequency: 100, folded: 'app;main;new 300\napp;main;work 300\n' };

describe('comparison', () => {
  test('a change is CPU time a second, so that half the time in twice the window is a quarter', () => {
    assert.deepEqual(functionChanges(NOW, BEFORE, 10), [
      { name: 'work', now: 0.5, before: 0.6, change: -450 },
      { name: 'new', now: 0.5, before: 0, change: 150 },
      { name: 'gone', now: 0, before: 0.4, change: -400 },
    ]);
  });

  test('the largest of either run are shown', () => {
    assert.deepEqual(
      functionChanges(NOW, BEFORE, 1).map(({ name }) => name),
      ['work'],
    );
    assert.equal(
      functionChangesTable(functionChanges(NOW, BEFORE, 10), BEFORE.name),
      '    self  baseline  change ms/s  function\n' +
        '   50.0%     60.0%       -450.0  work\n' +
        '   50.0%      0.0%       +150.0  new\n' +
        '    0.0%     40.0%       -400.0  gone\n',
    );
  });

  test('windows and frequencies that differ are made up for, small differences are not', () => {
    const scales = [
      scaleOf(NOW, BEFORE, 'us'),
      scaleOf({ seconds: 10.1, frequency: 100 }, BEFORE, 'us'),
      scaleOf({ seconds: 10, frequency: 50 }, BEFORE, 'us'),
      scaleOf({ seconds: 10, frequency: 50 }, BEFORE, 'samples'),
    ];
    assert.deepEqual(scales, [2, 1, 1, 0.5]);
  });

  test('a run is what has a run.json of ours', () => {
    const run = { format: 'flamepipe run', window: { seconds: 2.5 }, settings: { frequency: 99 } };
    assert.deepEqual(measureOf(JSON.stringify(run)), { seconds: 2.5, frequency: 99 });
    for (const json of [
      '',
      'null',
      '[]',
      '{}',
      JSON.stringify({ ...run, format: 'x' }),
      '{"format":"flamepipe run"}',
    ]) {
      assert.equal(measureOf(json), undefined, json);
    }
  });
});
