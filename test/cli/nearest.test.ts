import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../src/cli/nearest.ts';

test('a mistyped option is likened to the nearest one', () => {
  const names = ['colors', 'count', 'height', 'minwidth', 'include', 'inverted'];
  for (const [typed, meant] of [
    ['colours', 'colors'],
    ['color', 'colors'],
    ['heigth', 'height'],
    ['min-width', 'minwidth'],
    ['incl', 'include'],
    ['counts', 'count'],
    ['nope', undefined],
    ['x', undefined],
  ] as const) {
    assert.equal(nearestName(typed, names), meant, typed);
  }
});
