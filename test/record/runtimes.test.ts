import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runtimeOf } from '../../src/record/runtimes.ts';

test('a runtime is known by its executable, whatever its version, and no other program is', () => {
  const known = ['node', 'nodejs', 'java', 'python3.11', 'python3.12d', 'pypy3.10', 'php-fpm8.2', 'lua5.4', 'luajit'];
  assert.deepEqual(known.map(runtimeOf), [
    'Node',
    'Node',
    'Java',
    'Python',
    'Python',
    ...Array(4).fill('another runtime'),
  ]);
  for (const other of ['nodeos', 'javac', 'denoise', 'postgres', 'julia-server', ''])
    assert.equal(runtimeOf(other), undefined, other);
});
