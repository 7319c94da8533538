import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mappings } from '../../src/symbols/mappings.ts';
import { PerfMap } from '../../src/symbols/perf-map.ts';

const TEXT = `7f00 100 JS:*handler file:///srv/app.mjs:12:21
cut line
0x0000000000007d00 0x0000000000000010 void Shop.save(long)
7f80 10 Builtin:Call a b
7e00 80 Lcom/acme/Worker;::run
7e00 40 JS:~later :1
`;

test('the function told last has an address, and what lies in none has no name', () => {
  const map = new PerfMap('/tmp/perf-7.map', TEXT);
  const names = [0x7f00, 0x7f7f, 0x7f80, 0x7fff, 0x8000, 0x7e10, 0x7e40, 0x7e7f, 0x7e80, 0, 0x7d0f].map((at) =>
    map.at(at),
  );
  const [handler, worker] = ['JS:*handler file:///srv/app.mjs:12:21', 'Lcom/acme/Worker;::run'];
  const later = 'JS:~later :1';
  assert.deepEqual(names, [
    handler,
    handler,
    'Builtin:Call a b',
    handler,
    undefined,
    later,
    worker,
    worker,
    undefined,
    undefined,
    'void Shop.save(long)',
  ]);
});

test('each process has its own; where the number is not known, the only one stands for all', () => {
  const mappings = new Mappings();
  const map = new PerfMap('/tmp/perf-7.map', TEXT);
  mappings.addMaps(7, '7000-9000 rwxp 00000000 00:00 0\n');
  mappings.addCompiled(7, map);
  assert.equal(mappings.compiledFor(7), map);
  assert.equal(mappings.compiledFor(8), map);
  mappings.addMaps(8, '7000-9000 rwxp 00000000 00:00 0\n');
  assert.equal(mappings.compiledFor(8), undefined);
});
