import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topFunctions } from '../../src/record/folded-text.ts';

test('top functions: the leaf has the self share, recursion counts once, the process is no function', () => {
  const folded = 'app;main;walk;walk;read 6\napp;main;walk 3\napp 1\n';
  assert.deepEqual(topFunctions(folded, 2), [
    { name: 'read', self: 0.6, total: 0.6 },
    { name: 'walk', self: 0.3, total: 0.9 },
  ]);
  assert.deepEqual(topFunctions(folded, 2, 'total'), [
    { name: 'main', self: 0, total: 0.9 },
    { name: 'walk', self: 0.3, total: 0.9 },
  ]);
});

test('top functions: counts of 2^53 and an empty text', () => {
  assert.deepEqual(topFunctions('a;b 9007199254740991\n', 10), [{ name: 'b', self: 1, total: 1 }]);
  assert.deepEqual(topFunctions('', 10, 'total'), []);
});
