// A command begins with the window, unless something needs it before.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { heldProgram } from '../../../../src/record/io/window/held.ts';
import { startRecorder } from '../../../tools/recorder.ts';
import { ENVIRONMENT, ROOT, temporaryFolder } from '../../../tools.ts';
import { SETTINGS } from '../../plan-settings.ts';

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

  test('that is a script, starts another program or compiles code is held', () => {
    const script = join(temporaryFolder(), 'run');
    writeFileSync(script, '#!/bin/sh\nexec ./server\n', { mode: 0o755 });
    for (const command of [
      [script],
      ['sh', script],
      ['nice', '-n', '5', process.execPath, 'a.js'],
      ['env', 'A=1', script],
      ['env', '/nowhere/server'],
      ['nice', 'sh', '-c', './server; true'],
      ['sh'],
    ])
      assert.ok(isHeld({ command }), command.join(' '));
    assert.ok(!isHeld({ command: ['/nowhere/server'] }));
  });
});

/** Records a command until it ends. Gives the run's folder, and the command line and state of the process before that. */
async function recorded(cwd: string, command: string[]): Promise<{ folder: string; before: string; state: string }> {
  const tools = temporaryFolder();
  // a perf that notes what runs as the process that it is to record
  const notes =
    'for word; do [ "$last" != -p ] || cat "/proc/$word/cmdline" "/proc/$word/stat" > before; last=$word; done';
  writeFileSync(join(tools, 'perf'), `#!/bin/sh\n${notes}\nexec '${join(PROFILERS, 'perf')}' "$@"\n`, { mode: 0o755 });
  const PATH = `${tools}:${PROFILERS}:${ENVIRONMENT.PATH}`;
  const args = ['--mode', 'cpu', '--duration', '60', '--label', 'a', '--', ...command];
  const [out, err, status] = await startRecorder(cwd, args, { PATH }).said;
  assert.equal(status, 0, err + out);
  const [before = '', state = ''] = readFileSync(join(cwd, 'before'), 'latin1').split(/\0\d+ \(.*\) /);
  return { folder: join(cwd, 'out/a'), before, state: state.slice(0, 1) };
}

test('the program begins when perf is ready, and the run knows it, not the shell that waited', async () => {
  const { folder, before } = await recorded(temporaryFolder(), ['sleep', '1']);
  assert.match(before, /read -r begin.*\0sleep\0sleep\x001$/);
  const { endedBy, commands } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  assert.equal(endedBy, 'target');
  assert.match(commands.join('\n'), /perf record .* --synth=task /);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.maps')))
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /\/(?:da|ba)?sh$/m);
});

test('of a script that execs a program, the program is stopped until perf is ready', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'run'), '#!/bin/sh\nexec sleep 1\n', { mode: 0o755 });
  const { folder, before, state } = await recorded(cwd, ['./run']);
  assert.deepEqual([before, state], ['sleep\x001', 'T']);
  const { targets } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  assert.equal(targets[0].comm, 'sleep');
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
  const args = ['--mode', 'cpu', '--duration', '60', '--label', 'a', '--'];
  for (const command of [
    ['xargs', '/nowhere'],
    ['bash', '-c', '/nowhere'],
  ]) {
    const [, err] = await startRecorder(temporaryFolder(), [...args, ...command], { PATH }).said;
    assert.doesNotMatch(err, /can't be started/);
  }
});
