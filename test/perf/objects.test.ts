import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerfObjects } from '../../src/perf/objects.ts';
import { Mappings } from '../../src/symbols/mappings.ts';
import { Symbolizer } from '../../src/symbols/symbolizer.ts';

test('records say what a child had mapped that ended long ago: its parent’s, then its own', () => {
  const mappings = new Mappings({ knowsAll: true });
  const objects = new PerfObjects({ symbolizer: new Symbolizer(() => undefined), mappings, inline: true });
  for (const record of [
    'bash 0/0 0.000000: PERF_RECORD_MMAP2 3638/3638: [0x561f09200000(0x1000) @ 0 fe:00 2 0]: r-xp /usr/bin/bash',
    'bash 3638/3638 38813.669186: PERF_RECORD_FORK(3705:3705):(3638:3638)',
    'gzip 3705/3705 38813.669551: PERF_RECORD_COMM exec: gzip:3705/3705',
    'gzip 3705/3705 38813.669582: PERF_RECORD_MMAP2 3705/3705: [0x561f0924e000(0xf000) @ 0x3000 fe:00 3 0]: r-xp /usr/bin/gzip',
    'gzip 3705/3705 38813.764513: PERF_RECORD_EXIT(3705:3705):(3638:3638)',
  ])
    objects.readRecord(record);
  const pathAt = (pid: number, address: number): string | undefined => mappings.at(pid, address, '')?.path;
  assert.deepEqual([pathAt(3705, 0x561f09200000), pathAt(3705, 0x561f0924e000)], ['/usr/bin/bash', '/usr/bin/gzip']);
  assert.deepEqual([pathAt(3638, 0x561f0924e000), pathAt(3706, 0x561f09200000)], [undefined, undefined]);
});
