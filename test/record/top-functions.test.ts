import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topFunctions } from '../../src/record/top-functions.ts';
import { tableOf } from '../folded-tables.ts';

test('top functions: the leaf has the self share, recursion counts once, the process is no function', () => {
  const folded = 'app;main;walk;walk;read 6\napp;main;walk 3\napp 1\n';
  assert.deepEqual(topFunctions(tableOf(folded), 2), [
    { name: 'read', self: 0.6, total: 0.6 },
    { name: 'walk', self: 0.3, total: 0.9 },
  ]);
  assert.deepEqual(topFunctions(tableOf(folded), 2, 'total'), [
    { name: 'main', self: 0, total: 0.9 },
    { name: 'walk', self: 0.3, total: 0.9 },
  ]);
});

test('top functions: counts of 2^53 and no stack at all', () => {
  assert.deepEqual(topFunctions(tableOf('a;b 9007199254740991\n'), 10), [{ name: 'b', self: 1, total: 1 }]);
  assert.deepEqual(topFunctions(tableOf(''), 10, 'total'), []);
});
