// V8's tiers of a function, and names that only look like one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutTier } from '../../src/stacks/tiers.ts';

test('all tiers of a function have one name', () => {
  for (const tier of ['~', '^', '+', '*']) assert.equal(withoutTier(`JS:${tier}run /a.js:1:2`), 'JS:run /a.js:1:2');
  assert.equal(withoutTier('JS:* file:///srv/a.mjs:8:19'), 'JS: file:///srv/a.mjs:8:19');
});

test('what is no tier stays', () => {
  for (const name of ['JS:run /a.js:1:2', 'std::~string', 'Builtin:ArrayMap', 'RegExp:*a', 'f*', '']) {
    assert.equal(withoutTier(name), name);
  }
});
