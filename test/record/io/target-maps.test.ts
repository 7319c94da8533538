import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { processAt } from '../../../src/record/io/processes.ts';
import { TargetMaps } from '../../../src/record/io/target-maps.ts';
import type { Process } from '../../../src/record/proc-pid.ts';

test('what a target had mapped is kept, and names its functions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'maps-'));
  try {
    const own = processAt(process.pid) as Process;
    const maps = new TargetMaps(folder, [own], undefined);
    maps.look([own]);
    maps.look([own, { ...own, pid: 2 ** 22 }]); // the second has gone
    const { mappings, symbolizer } = await maps.names();
    const text = readFileSync(join(folder, `${own.pid}.maps`), 'latin1');
    const [, from = '', path = ''] = /^([0-9a-f]+)-\S+ r-xp \S+ \S+ \S+ +(\/.*node[^/\n]*)$/m.exec(text) ?? [];
    assert.equal(mappings.at(own.pid, Number(`0x${from}`), '')?.path, path);
    assert.equal(symbolizer.object(path).refusal, undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file that was built anew since then names nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'maps-'));
  try {
    const own = processAt(process.pid) as Process;
    new TargetMaps(folder, [own], undefined).look([own]);
    const file = join(folder, 'buildids');
    const [line = '', id = '', path = ''] = /^([0-9a-f]+) (\/.*libc.*)$/m.exec(readFileSync(file, 'latin1')) ?? [];
    const later = (): TargetMaps => TargetMaps.ofRun(folder, [own], undefined, false);
    assert.deepEqual(later().otherBuilds(), []);
    writeFileSync(file, `${line.replace(id, id.replaceAll(/./g, '0'))}\n`);
    assert.deepEqual(later().otherBuilds(), [path]);
    assert.equal((await later().names()).symbolizer.object(path).refusal, 'another build');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what its compiler told is kept, and outlives the file in /tmp', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'maps-'));
  const told = `/tmp/perf-${process.pid}.map`;
  try {
    const own = processAt(process.pid) as Process;
    const maps = new TargetMaps(folder, [own], undefined);
    maps.look([own]);
    writeFileSync(told, '4000 100 JS:*handler\n');
    maps.keepCompiled();
    rmSync(told);
    const { mappings } = await TargetMaps.ofRun(folder, [own], undefined, false).names();
    assert.equal(mappings.compiledFor(own.pid)?.at(0x4010), 'JS:*handler');
  } finally {
    rmSync(told, { force: true });
    rmSync(folder, { recursive: true });
  }
});
