// Names of user frames, as perf gives them: a recording of the whole machine, while it compiles and runs JavaScript.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { OpenFiles } from '../../src/cli/open-files.ts';
import { isKernel, readFrameLine } from '../../src/perf/frame.ts';
import { PerfObjects } from '../../src/perf/objects.ts';
import { Symbolizer } from '../../src/symbols/symbolizer.ts';
import { ROOT, temporaryFolder } from '../tools.ts';

const LEAST_ALIKE = 0.999;
const LEAST_FRAMES = 1000;
const WORK = `g++ -O2 -c -o /dev/null ${join(ROOT, 'bench/render-load.cpp')}; node -e 'for (let i = 0; i < 3e7; i++) Math.sqrt(i)'`;
const FIELDS = 'comm,pid,tid,time,event,ip,sym,dso';

test('user frames have the names that perf gives them', (t) => {
  const data = join(temporaryFolder(), 'perf.data');
  const record = ['record', '-q', '-a', '-F', '499', '-e', 'cpu-clock', '-g', '-o', data, '--', 'sh', '-c', WORK];
  const { status, error } = spawnSync('perf', record, { stdio: 'ignore', timeout: 120_000 });
  if (error || status !== 0) return t.skip('perf may not record the whole machine');
  const print = ['script', '-i', data, '--no-inline', '--no-demangle', '--show-mmap-events', '-F', FIELDS];
  const { stdout } = spawnSync('perf', print, { encoding: 'latin1', maxBuffer: 1 << 29, timeout: 300_000 });

  const files = new OpenFiles();
  const symbolizer = new Symbolizer((path) => files.open(path));
  const objects = new PerfObjects({ symbolizer, inline: false });
  const different = new Map<string, number>();
  let [pid, all, alike] = [-1, 0, 0];
  for (const line of stdout.split('\n')) {
    if (line.includes('PERF_RECORD_')) objects.readRecord(line);
    else if (/^\S/.test(line)) pid = Number(/(-?\d+)\/-?\d+/.exec(line)?.[1] ?? -1);
    const frame = /^\s+[0-9a-f]+ /.test(line) ? readFrameLine(line) : undefined;
    // what perf does not name may be named here
    if (
      frame?.kind !== 'frame' ||
      isKernel(frame) ||
      !frame.dso.startsWith('/') ||
      /^(?:\[unknown\])?$/.test(frame.symbol)
    )
      continue;
    const name = objects.at(frame, pid)?.exact[0]?.name?.replace(/@@?[\w.]+$/, '');
    all++;
    if (name === frame.symbol.replace(/@@?[\w.]+$/, '')) alike++;
    else {
      const key = `${frame.dso}: perf says ${frame.symbol}, we say ${name}`;
      different.set(key, (different.get(key) ?? 0) + 1);
    }
  }
  files.close();
  t.diagnostic(`${alike} of ${all} frames alike`);
  const listed = Array.from(different, ([text, count]) => `${count} times ${text}`);
  assert.ok(all >= LEAST_FRAMES, `${all} frames are too few`);
  assert.ok(alike >= LEAST_ALIKE * all, `${all - alike} of ${all} differ:\n${listed.slice(0, 20).join('\n')}`);
});
