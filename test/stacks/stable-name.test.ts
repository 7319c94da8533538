// Names that code has in all runs, and names that only look like theirs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stableName } from '../../src/stacks/stable-name.ts';

test('all tiers of a function have one name', () => {
  for (const tier of ['~', '^', '+', '*']) assert.equal(stableName(`JS:${tier}run /a.js:1:2`), 'JS:run /a.js:1:2');
  assert.equal(stableName('JS:* file:///srv/a.mjs:8:19'), 'JS: file:///srv/a.mjs:8:19');
  assert.equal(stableName('JS:o*run file:///srv/a.cjs:3:19'), 'JS:run file:///srv/a.cjs:3:19');
  for (const name of ['JS:o file:///srv/a.cjs:3:19', 'JS:~o file:///srv/a.cjs:3:19'])
    assert.equal(stableName(name), 'JS:o file:///srv/a.cjs:3:19');
  assert.equal(stableName("JS:*'page file:///srv/a.ts:8:19"), 'JS:page file:///srv/a.ts:8:19');
});

test('Node 18 names a function by how it came to be compiled, too', () => {
  const name = 'JS:run file:///srv/a.mjs:8';
  for (const tier of ['LazyCompile:*', 'Function:^', 'Function:~', 'LazyCompile:~'])
    assert.equal(stableName(`${tier}run file:///srv/a.mjs:8`), name);
  assert.equal(stableName('Eval:~ file:///srv/a.mjs:1'), 'Eval: file:///srv/a.mjs:1');
});

test('what is no tier stays', () => {
  for (const name of ['JS:run /a.js:1:2', 'std::~string', 'Builtin:ArrayMap', 'RegExp:*a', 'f*', '']) {
    assert.equal(stableName(name), name);
  }
});

test('code of a compiler without a name has one object, whatever the process', () => {
  for (const name of ['[perf-2070.map]', '[jitted-7-42.so]']) assert.equal(stableName(name), '[JIT code]');
  for (const name of ['[perf.map]', 'perf-7.map', '[perf-7.map.so]']) assert.equal(stableName(name), name);
});

test('a class that the JVM made has one name in all runs', () => {
  for (const place of ['0x00007f1914006228', '0x0000000800c03000', '1983747920'])
    assert.equal(stableName(`void Shop$$Lambda$7/${place}.run`), 'void Shop$$Lambda$7.run');
  assert.equal(stableName('void Shop$$Lambda/0x00007f1914006228.run'), 'void Shop$$Lambda.run');
  assert.equal(stableName('LShop$$Lambda$7/0x00007f1914006228;::run'), 'LShop$$Lambda$7;::run');
  for (const name of ['JS:run /srv/0x00007f1914006228.js:1:2', 'py::f:/srv/a$$Lambda$7/1983', 'f /a/0xfeed/b'])
    assert.equal(stableName(name), name);
});
