import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topFunctions } from '../../scripts/top.ts';

test('top functions: the leaf has the self share, recursion counts once, the process is no function', () => {
  const { self, total } = topFunctions('app;main;walk;walk;read 6\napp;main;walk 3\napp 1\n', 2);
  assert.deepEqual(self, [
    { name: 'read', share: 0.6 },
    { name: 'walk', share: 0.3 },
  ]);
  assert.deepEqual(total, [
    { name: 'main', share: 0.9 },
    { name: 'walk', share: 0.9 },
  ]);
});

test('top functions: counts of 2^53 and an empty text', () => {
  assert.deepEqual(topFunctions('a;b 9007199254740991\n', 10).self, [{ name: 'b', share: 1 }]);
  assert.deepEqual(topFunctions('', 10), { self: [], total: [] });
});
