import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PerfStats } from '../../../src/perf/stats.ts';
import {
  childrenOnlyText,
  cutWarnings,
  noSampleText,
  qualityLine,
  recordedText,
  sizeText,
  unsampledText,
  userOnlyText,
} from '../../../src/record/render/summary.ts';

const STATS: PerfStats = {
  ...{
    samples: 2,
    stacks: 1,
    weight: 2,
    events: [],
    count: 'samples',
    unresolvedWeight: 0,
    truncatedWeight: 0,
    cutWeight: 0,
  },
  ...{ emptySamples: 0, outsideSamples: 0, firstTime: 1, lastTime: 2, skippedLines: 0, losses: [] },
};

test('perf saw user code only', () => {
  const stats = (...names: string[]): PerfStats => ({
    ...STATS,
    events: names.map((name) => ({ name, samples: 1, folded: true })),
  });
  assert.match(userOnlyText(stats('cpu-clock:u')) ?? '', /user code only/);
  for (const cpu of [undefined, stats(), stats('cpu-clock'), stats('cycles:u', 'cycles'), stats('cycles:ppp')])
    assert.equal(userOnlyText(cpu), undefined);
});

test('processes that perf took no sample of are counted, and the first ones named', () => {
  assert.equal(unsampledText([7, 8], new Set([8, 7, 9])), undefined);
  assert.match(
    unsampledText([3, 4, 5, 6, 7], new Set([4])) ?? '',
    /^note: perf took no sample of 4 of 5 processes \(3, 5, 6 …\): they slept, or ran for less/,
  );
});

test('a target without a sample may have run for less than a period of the clock', () =>
  assert.match(noSampleText(99), /the target ran for less than 10 ms, or not at all. --frequency /));

test('a target of whose children alone perf took samples slept, or ended too early', () => {
  assert.match(childrenOnlyText(99, false), /which did nothing in the window: .* --workload, .* --children$/);
  assert.match(childrenOnlyText(99, true), /which ended before it had run .*: --frequency 999, .* --children$/);
});

test('sizes while it records', () =>
  assert.deepEqual([sizeText(undefined), sizeText(1.25e6)], ['', ', 1.3 MB so far']));

test('what perf printed and nobody understood is told', () => {
  const stats: PerfStats = {
    ...STATS,
    skippedLines: 3,
    events: [{ name: 'cycles', samples: 2, folded: true }],
  };
  assert.match(qualityLine(stats, undefined), /0\.0 % cut, 3 lines of perf not understood$/);
  assert.doesNotMatch(qualityLine({ ...stats, skippedLines: 0 }, undefined), /understood/);
});

test('stacks without their callers are told, with what to do about it', () => {
  const said = (cutWeight: number, callGraph: string): string[] =>
    cutWarnings({ ...STATS, weight: 100, cutWeight }, undefined, callGraph);
  assert.deepEqual(said(5, 'dwarf,16384'), []);
  assert.match(said(67, 'dwarf,16384')[0] ?? '', /^warning: 67\.0 % of .* \(dwarf,16384\): --call-graph dwarf,65528$/);
  assert.match(said(67, 'fp')[0] ?? '', /--call-graph dwarf$/);
  assert.match(said(67, 'dwarf,65528')[0] ?? '', /frame pointers/);
  for (const language of ['Node', 'Go'] as const) {
    const languages = [{ language, extensions: [], lacks: [] }];
    const [warning = ''] = cutWarnings({ ...STATS, weight: 100, cutWeight: 67 }, undefined, 'fp', languages);
    assert.match(warning, /callers \(fp\)$/, `DWARF does not unwind ${language}`);
  }
});

test('how many user frames have names and debug information', () => {
  const stats: PerfStats = { ...STATS, userFrames: { weight: 400, namedWeight: 380, debugWeight: 100 } };
  assert.match(qualityLine(stats, undefined), /, 95\.0 % of user frames named, 25\.0 % with debug information$/);
});

test('samples so far', () => {
  assert.deepEqual(
    [recordedText(undefined, 8.1e6), recordedText(0, undefined), recordedText(1, 2e4), recordedText(495, 8.1e6)],
    [', 8.1 MB so far', '', ', 1 sample (0.0 MB) so far', ', 495 samples (8.1 MB) so far'],
  );
});
