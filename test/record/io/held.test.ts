// A command begins with the window, unless something needs it before.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { heldProgram } from '../../../src/record/io/held.ts';
import { startRecorder } from '../../tools/recorder.ts';
import { ENVIRONMENT, ROOT, temporaryFolder } from '../../tools.ts';
import { SETTINGS } from '../plan-settings.ts';

const PROFILERS = join(ROOT, 'fixtures/profilers');

describe('a command', () => {
  const isHeld = (settings: object, perf = 'perf version 6.1.0'): boolean =>
    heldProgram({ ...SETTINGS, warmupSeconds: 0, workload: undefined, ...settings }, perf) !== undefined;
  const sleep = { command: ['sleep', '1'] };

  test('that is a native program is held', () => {
    assert.ok(isHeld(sleep));
    assert.ok(isHeld({ command: ['/bin/sleep', '1'] }));
  });

  test('is not if a warm-up or a workload needs it, or if perf would look for the shell', () => {
    assert.ok(!isHeld({ ...sleep, warmupSeconds: 1 }));
    assert.ok(!isHeld({ ...sleep, workload: 'true' }));
    assert.ok(!isHeld(sleep, 'perf version 5.10.1'));
  });

  test('that is a script or compiles code is held', () => {
    const script = join(temporaryFolder(), 'run');
    writeFileSync(script, '#!/bin/sh\n./server\n', { mode: 0o755 });
    for (const command of [
      [script],
      ['sh', script],
      ['nice', '-n', '5', process.execPath, 'a.js'],
      ['env', 'A=1', script],
      ['sh', '-c', `exec sh ${script}`],
    ])
      assert.ok(isHeld({ command }), command.join(' '));
  });

  test('is not if it is a shell that may become another program', () => {
    const script = join(temporaryFolder(), 'run');
    writeFileSync(script, '#!/bin/sh\nexec ./server\n', { mode: 0o755 });
    for (const command of [
      [script],
      ['sh', '-ec', './server; true'],
      ['sh'],
      ['/nowhere/server'],
      ['nice', 'sh', '-c', 'a'],
    ])
      assert.ok(!isHeld({ command }), command.join(' '));
  });
});

test('the program begins when perf is ready, and the run knows it, not the shell that waited', async () => {
  const cwd = temporaryFolder();
  const tools = temporaryFolder();
  const perf = join(tools, 'perf');
  // it notes what runs as the process that it is to record
  const notes = 'for word; do [ "$last" != -p ] || cat "/proc/$word/cmdline" > before; last=$word; done';
  writeFileSync(perf, `#!/bin/sh\n${notes}\nexec '${join(PROFILERS, 'perf')}' "$@"\n`, { mode: 0o755 });
  const PATH = `${tools}:${PROFILERS}:${ENVIRONMENT.PATH}`;
  const args = ['--mode', 'cpu', '--duration', '60', '--label', 'a', '--', 'sleep', '1'];
  const [out, err, status] = await startRecorder(cwd, args, { PATH }).said;
  assert.equal(status, 0, err + out);
  assert.match(readFileSync(join(cwd, 'before'), 'utf8'), /read -r begin.*\0sleep\0sleep\x001\0$/);
  const folder = join(cwd, 'out/a');
  const { endedBy, commands } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  assert.equal(endedBy, 'target');
  assert.match(commands.join('\n'), /perf record .* --synth=task /);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.maps')))
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /\/(?:da|ba)?sh$/m);
});

test('a program that may not be run is told in the words of the system', async () => {
  const cwd = temporaryFolder();
  copyFileSync('/bin/sleep', join(cwd, 'locked'));
  chmodSync(join(cwd, 'locked'), 0o644);
  const PATH = `${PROFILERS}:${ENVIRONMENT.PATH}`;
  const args = ['--mode', 'cpu', '--duration', '60', '--label', 'a', '--', './locked', '1'];
  const [, err, status] = await startRecorder(cwd, args, { PATH }).said;
  assert.equal(status, 2, err);
  assert.match(err, /locked can't be started \(.*Permission denied\)/);
});

test('a program that ends like one that may not be run has run', async () => {
  const PATH = `${PROFILERS}:${ENVIRONMENT.PATH}`;
  const args = ['--mode', 'cpu', '--duration', '60', '--label', 'a', '--', 'xargs', '/nowhere'];
  const [, err] = await startRecorder(temporaryFolder(), args, { PATH }).said;
  assert.doesNotMatch(err, /can't be started/);
});
