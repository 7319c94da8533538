import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { processAt } from '../../../../src/record/io/system/processes.ts';
import { TargetMaps } from '../../../../src/record/io/window/target-maps.ts';
import type { Process } from '../../../../src/record/target/proc-pid.ts';

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

test('files that were built anew or deleted since then name what they did', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'maps-'));
  const program = join(folder, 'pro gram');
  const run = join(folder, 'run');
  const start = async (): Promise<Process> => {
    const child = spawn(program, ['60'], { stdio: 'ignore' });
    children.push(child);
    await once(child, 'spawn');
    return processAt(child.pid as number) as Process;
  };
  const children: ChildProcess[] = [];
  try {
    mkdirSync(run);
    copyFileSync('/bin/sleep', program);
    const target = await start();
    new TargetMaps(run, [target], undefined).look([target]);
    const later = (): TargetMaps => TargetMaps.ofRun(run, [target], undefined, false);
    assert.deepEqual([later().otherBuilds(), [...later().oldBuilds().keys()]], [[], []]);
    rmSync(program);
    copyFileSync('/bin/cat', program);
    assert.deepEqual([later().otherBuilds(), [...later().oldBuilds().keys()]], [[], [program]]);
    assert.equal((await later().names()).symbolizer.object(program).refusal, undefined);
    const [, id = ''] =
      new RegExp(`^(\\w+) ${program}$`, 'm').exec(readFileSync(join(run, 'buildids'), 'latin1')) ?? [];
    const kept = join(run, 'objects/.build-id', id.slice(0, 2), id.slice(2));
    assert.deepEqual(readFileSync(kept), readFileSync('/bin/sleep'));

    rmSync(join(run, 'objects'), { recursive: true });
    new TargetMaps(run, [target], undefined).look([target]); // deleted now
    assert.deepEqual(later().otherBuilds(), []);

    rmSync(program);
    rmSync(join(run, 'objects'), { recursive: true, force: true });
    copyFileSync('/bin/sleep', program);
    chmodSync(program, 0o4755);
    const setuid = await start();
    new TargetMaps(run, [setuid], undefined).look([setuid]);
    assert.ok(!existsSync(kept), 'not even root keeps a setuid program');
  } finally {
    for (const child of children) child.kill('SIGKILL');
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
