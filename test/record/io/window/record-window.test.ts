// What a run of a process and its children says of them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRecorder } from '../../../tools/recorder.ts';
import { ENVIRONMENT, ROOT, temporaryFolder } from '../../../tools.ts';

const SETTLED_MS = 300;

test('run.json has the perf that ran, and says whom it took no sample of', async () => {
  const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let child = 0;
  try {
    for await (const line of parent.stdout) {
      child = Number(line);
      break;
    }
    await sleep(SETTLED_MS);
    const cwd = temporaryFolder();
    const args = ['--children', '--mode', 'cpu', '--duration', '0.2', '--label', 'a', '--pid', String(parent.pid)];
    const PATH = `${join(ROOT, 'fixtures/profilers')}:${ENVIRONMENT.PATH}`;
    const [, err, status] = await startRecorder(cwd, args, { PATH }).said;
    assert.equal(status, 0, err);
    const { commands, warnings } = JSON.parse(readFileSync(join(cwd, 'out/a/run.json'), 'utf8'));
    assert.match(commands.join('\n'), new RegExp(`perf record .* -p ${parent.pid},${child} `));
    assert.match(warnings.join('\n'), new RegExp(`perf took no sample of 1 of 2 processes \\(${child}\\)`));
  } finally {
    parent.kill();
    if (child > 0) process.kill(child);
  }
});
