// Comparisons of two runs: their scale, and their names.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureOf, nameOf, scaleOf, secondsOption, withLabels } from '../../src/record/comparison.ts';

const BEFORE = { seconds: 10, frequency: 100 };
const NOW = { seconds: 20, frequency: 100 };

describe('comparison', () => {
  test('a label with a = is a name without it, of the same length, and comes back in the table', () => {
    assert.equal(nameOf('fsync=off'), 'fsync:off');
    assert.equal(withLabels('b against fsync:off', ['fsync=off', 'b']), 'b against fsync=off');
  });

  test('windows and frequencies that differ are made up for, small differences are not', () => {
    const scales = [
      scaleOf(NOW, BEFORE, 'us'),
      scaleOf({ seconds: 10.1, frequency: 100 }, BEFORE, 'us'),
      scaleOf({ seconds: 10, frequency: 50 }, BEFORE, 'us'),
      scaleOf({ seconds: 10, frequency: 50 }, BEFORE, 'samples'),
    ];
    assert.deepEqual(scales, [2, 1, 1, 0.5]);
    assert.equal(secondsOption({ seconds: 10, frequency: 50 }, BEFORE), '20,10');
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
