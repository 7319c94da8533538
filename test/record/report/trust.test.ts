// How far the data can be trusted: a terminal hears the same doubts as the report's reader.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../../../src/record/report/report.ts';
import { doubtLines } from '../../../src/record/report/trust.ts';
import { cpuOf, partsOf } from '../report-parts.ts';

function trustIn(samples: number, frame: string) {
  return reportOf(partsOf(cpuOf([['app', 8, [frame, 'main /opt/app', '_start /opt/app'], samples]]), undefined)).trust;
}

test('few samples are a doubt, with what to type, and many are none', () => {
  assert.match(
    doubtLines(trustIn(99, 'work /opt/app')).join('\n'),
    /^warning: 99 samples of .* ±10\.1 .* --duration \d+$/,
  );
  assert.deepEqual(doubtLines(trustIn(400, 'work /opt/app')), []);
});

test('each doubt of the report is a line', () => {
  const trust = trustIn(50, '[unknown] /opt/app');
  assert.deepEqual(
    doubtLines(trust),
    trust.points.filter(({ level }) => level !== 'good').map(({ text, mend }) => `warning: ${text} ${mend}`),
  );
  assert.equal(trust.grade, 'poor');
});
