import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runtimeOf } from '../../../src/record/target/runtimes.ts';

test('a runtime is known by its executable, whatever its version, and no other program is', () => {
  const known = {
    Node: ['node', 'nodejs', 'node-20', 'node20.11'],
    Java: ['java'],
    Python: ['python3.11', 'python3.12d'],
    PyPy: ['pypy3.10'],
    Ruby: ['ruby', 'ruby3.1'],
    PHP: ['php8.2', 'php-fpm8.2', 'php-cgi'],
    Perl: ['perl', 'perl5.36.0'],
    LuaJIT: ['luajit', 'luajit-2.1.0-beta3'],
    Lua: ['lua5.4'],
    Erlang: ['beam.smp'],
    '.NET': ['dotnet'],
  };
  for (const [runtime, names] of Object.entries(known))
    for (const name of names) assert.equal(runtimeOf(name), runtime, name);
  for (const other of [
    'nodeos',
    'node-exporter',
    'javac',
    'denoise',
    'postgres',
    'julia-server',
    'perlbench',
    'rubyist',
    '',
  ])
    assert.equal(runtimeOf(other), undefined, other);
});
