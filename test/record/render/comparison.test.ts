// Comparisons of two runs: their scale, their stacks side by side, and what is shown.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  comparedFunctions,
  comparedPicture,
  functionsText,
  namedAlike,
  runScaleOf,
  scaleOf,
  sidesOf,
  unlikeRuns,
} from '../../../src/record/render/comparison.ts';
import { PICTURES } from '../../../src/record/render/render-plan.ts';
import { totalOf } from '../../../src/stacks/total.ts';
import { foldedText, tableOf } from '../../folded-tables.ts';
import { SETTINGS } from '../plan-settings.ts';

const BEFORE = { seconds: 10, frequency: 100, isWhole: false };
const NOW = { ...BEFORE, seconds: 20 };

describe('comparison', () => {
  test('both runs in one table, the earlier one scaled, what is left of no stack dropped', () => {
    const sides = sidesOf(tableOf('a;b 10\na;c 1\na;d 4\n'), tableOf('a;d 3\na;e 2\n'), 0.3);
    const [before, after] = [sides.before[0] ?? new Float64Array(), sides.after[0] ?? new Float64Array()];
    assert.deepEqual([totalOf(before), totalOf(after), sides.table.stackCount], [4, 5, 3]);
    sides.table.weights.set(after);
    assert.equal(foldedText(sides.table), 'a;b 0\na;d 3\na;e 2\n');
  });

  test("several processes are compared by their comms, since another run's have other ids", () => {
    const table = tableOf('[fsync];app-7;f-9 1\n[fsync];app-8;f-9 2\napp-70;g 4\n');
    assert.equal(foldedText(namedAlike(table, [7, 8])), '[fsync];app;f-9 3\napp-70;g 4\n');
    assert.equal(namedAlike(table, [7]), table);
  });

  test('tiers of a function are that function, so that none is new because it got hot', () => {
    const table = namedAlike(tableOf('node;JS:*run /a.js:1:2;JS:~run /a.js:1:2 1\nnode;JS:^run /a.js:1:2 2\n'), []);
    assert.equal(foldedText(table), 'node;JS:run /a.js:1:2 2\nnode;JS:run /a.js:1:2;JS:run /a.js:1:2 1\n');
  });

  test('runs that measured other things are said to be unlike', () => {
    const alike = { offcpuStacks: 'fp', comms: ['app'], followChildren: false, workload: '', host: 'here' };
    const of = { label: 'b', mode: 'both', seconds: 10, isWhole: false };
    const shape = { ...alike, ...of, event: 'cycles', callGraph: 'fp', pids: [1] };
    assert.deepEqual(unlikeRuns(shape, { ...shape, label: 'a', seconds: 9.5 }), []);
    assert.deepEqual(unlikeRuns(shape, { ...shape, label: 'a', pids: undefined, callGraph: undefined }), []);
    const how = { event: 'cpu-clock', callGraph: 'dwarf,16384', offcpuStacks: 'dwarf', followChildren: true };
    const what = { pids: [1, 2], comms: ['db', 'app'], workload: 'load.sh', host: 'there' };
    const other = { label: 'a', mode: 'cpu', seconds: 2, isWhole: false, ...how, ...what };
    assert.deepEqual(unlikeRuns(shape, other), [
      'mode: both, a: cpu',
      'event: cycles, a: cpu-clock',
      'call graph: fp, a: dwarf,16384',
      'stacks off the CPU: fp, a: dwarf',
      'program: app, a: app, db',
      'processes: 1, a: 2',
      'children: not, a: recorded',
      'workload: none, a: load.sh',
      'host: here, a: there',
      'window: 10.00 s, a: 2.00 s',
    ]);
    assert.equal(unlikeRuns({ ...shape, mode: 'offcpu' }, other).length, 8);
  });

  test('functions: labels are what they are, and another frequency counts as another window', () => {
    const sides = sidesOf(tableOf('a;f 100\n'), tableOf('a;f 50\n'), 1);
    const table = comparedFunctions(sides, ['fsync=off', 'b'], { ...BEFORE, frequency: 50 }, BEFORE);
    assert.match(functionsText(table), /b against fsync=off, .*\(20 s and 10 s\): 5 before, 5 after/);
  });

  test('an object is no function: all of its code lacks names', () => {
    const sides = sidesOf(tableOf('a;[postgres] 900\n'), tableOf('a;[postgres] 50\na;work 500\n'), 1);
    const text = functionsText(comparedFunctions(sides, ['a', 'b'], BEFORE, BEFORE));
    assert.match(text, / code without names: \[postgres\]$/m);
    assert.match(text, / {2}work$/m);
  });

  test('a picture says which run is which', () => {
    const { to, options } = comparedPicture(SETTINGS, '-x', PICTURES.cpu);
    const title = 'a against -x: on-CPU';
    assert.deepEqual([to, options], ['cpuDiff', { title, before: '-x', after: 'a', countname: 'samples' }]);
    assert.equal(comparedPicture(SETTINGS, '-x', PICTURES.reasons).to, 'offcpuDiff');
  });

  test('windows and frequencies that differ are made up for, small differences are not', () => {
    const scales = [
      scaleOf(NOW, BEFORE, 'us'),
      scaleOf({ ...BEFORE, seconds: 10.1 }, BEFORE, 'us'),
      scaleOf({ ...BEFORE, frequency: 50 }, BEFORE, 'us'),
      scaleOf({ ...BEFORE, frequency: 50 }, BEFORE, 'samples'),
    ];
    assert.deepEqual(scales, [2, 1, 1, 0.5]);
  });

  test('a run is what has a run.json of ours', () => {
    const run = { format: 'flamepipe run', window: { seconds: 2.5 }, settings: { frequency: 99 } };
    const scale = { seconds: 2.5, frequency: 99, isWhole: false };
    assert.deepEqual(runScaleOf(JSON.stringify(run)), scale);
    const ofCommand = { ...run, settings: { frequency: 99, command: ['./app'], warmupSeconds: 0 }, endedBy: 'target' };
    assert.deepEqual(runScaleOf(JSON.stringify(ofCommand)), { ...scale, isWhole: true });
    assert.deepEqual(runScaleOf(JSON.stringify({ ...ofCommand, endedBy: 'time' })), scale);
    assert.deepEqual(runScaleOf(JSON.stringify({ ...run, endedBy: 'target' })), scale);
    assert.deepEqual(runScaleOf(JSON.stringify({ ...run, endedBy: 'done' })), { ...scale, isWhole: true });
    for (const json of [
      '',
      'null',
      '[]',
      '{}',
      JSON.stringify({ ...run, format: 'x' }),
      '{"format":"flamepipe run"}',
    ]) {
      assert.equal(runScaleOf(json), undefined, json);
    }
  });
});
