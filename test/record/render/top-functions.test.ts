import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apartOf, functionShares, type Rank, topOf, unnamedOf } from '../../../src/record/render/top-functions.ts';
import { tableOf } from '../../folded-tables.ts';

const FOLDED = 'app;main;walk;walk;read 6\napp;main;walk 3\napp 1\n';

/** name: self, total, own */
function top(folded: string, by: Rank, own: readonly string[] = []): Record<string, number[]> {
  const shares = functionShares(tableOf(folded), { isOwn: (name) => own.includes(name) });
  return Object.fromEntries(topOf(shares, 2, by).map(({ name, self, total, own }) => [name, [self, total, own]]));
}

test('top functions: the leaf has the self share, recursion counts once, the process is no function', () => {
  assert.deepEqual(top(FOLDED, 'self'), { read: [0.6, 0.6, 0], walk: [0.3, 0.9, 0] });
  assert.deepEqual(top(FOLDED, 'total'), { main: [0, 0.9, 0], walk: [0.3, 0.9, 0] });
});

test('top functions: the innermost function of the own code has what others do for it', () => {
  assert.deepEqual(top(FOLDED, 'own', ['main', 'walk']), { walk: [0.3, 0.9, 0.9] });
});

test('top functions: what runs without the own code in its stack is told apart, and both make the whole', () => {
  const folded = `${FOLDED}app;[libz.so.1] 5\napp;asm;block 5\n`;
  const shares = functionShares(tableOf(folded), { isOwn: (name) => name === 'main' });
  assert.deepEqual(
    apartOf(shares).map(({ name, apart }) => [name, apart]),
    [
      ['[libz.so.1]', 0.25],
      ['block', 0.25],
    ],
  );
  assert.equal(shares.find(({ name }) => name === 'main')?.own, 9 / 20); // the rest is the process's own line
});

test('top functions: an unnamed function is part of the named one that calls it', () => {
  const folded = 'app;main;[app] 3\napp;[app] 1\n';
  assert.deepEqual(top(folded, 'own', ['main', '[app]']), { main: [0, 0.75, 0.75] });
});

test('top functions: an object, an address or a mark is no function; the time in these has a list of its own', () => {
  const folded = 'app;main;[app] 3\napp;[libc.so.6 <7f00c0d>];f 1\napp;0x7f00 2\napp;[unknown] 1\napp;[ext4]_[k] 1\n';
  for (const by of ['self', 'total', 'own'] as const)
    assert.doesNotMatch(JSON.stringify(top(folded, by, ['main', '[app]'])), /\[(?:app|libc|unknown|ext4)|0x/);
  const unnamed = unnamedOf(functionShares(tableOf(folded), { isOwn: () => false }));
  assert.deepEqual(
    unnamed.map(({ name, self }) => [name, self]),
    [
      ['[app]', 3 / 8],
      ['0x7f00', 2 / 8],
      ['[ext4]_[k]', 1 / 8],
      ['[unknown]', 1 / 8],
    ],
  );
});

test('top functions: counts of 2^53 and no stack at all', () => {
  assert.deepEqual(top('a;b 9007199254740991\n', 'self'), { b: [1, 1, 0] });
  assert.deepEqual(top('', 'total'), {});
});

test('top functions: interpreted and compiled code of a function is one function, named without its tier', () => {
  const folded =
    'node;JS:^run /a.js:1:2;JS:*run /a.js:1:2;read 2\nnode;JS:~run /a.js:1:2 1\nnode;JS:*run /b.js:1:2 1\n';
  assert.deepEqual(top(folded, 'total', ['JS:run /a.js:1:2']), {
    'JS:run /a.js:1:2': [0.25, 0.75, 0.75],
    read: [0.5, 0.5, 0],
  });
});
