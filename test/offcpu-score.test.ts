// The classifier against dumps whose truth is known.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { meanShare, scoreFolder } from '../bench/offcpu-score.ts';
import { ROOT } from './tools.ts';

const LEAST_RIGHT = 99.5;
const LEAST_RIGHT_WITH_STATE = 99.9;
const MOST_OTHER = 0.01;

describe('reasons of dumps with known truth', () => {
  for (const withState of [false, true]) {
    const scores = scoreFolder(join(ROOT, 'fixtures/offcpu-labelled'), withState);
    const way = withState ? 'with the switch-out state' : 'from stacks alone';

    test(`are right on average, ${way}`, () => {
      const right = meanShare(scores, ({ rightUs }) => rightUs);
      assert.ok(right >= (withState ? LEAST_RIGHT_WITH_STATE : LEAST_RIGHT), `${right} % of the time`);
    });

    test(`leave nothing in [other], ${way}`, () => {
      assert.ok(meanShare(scores, ({ otherUs }) => otherUs) <= MOST_OTHER);
      for (const { dump, otherUs, us } of scores) assert.ok(otherUs / us <= MOST_OTHER, dump);
    });
  }
});
