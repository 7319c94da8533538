import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { processAt } from '../../../../src/record/io/system/processes.ts';
import { Family } from '../../../../src/record/io/target/family.ts';
import type { Process } from '../../../../src/record/target/proc-pid.ts';

test('a family is the targets and, if followed, all that descends from them', async () => {
  const shell = spawn('sh', ['-c', "sh -c 'echo $$; exec sleep 600' & echo ready; wait"], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let child = 0;
  try {
    let said = '';
    while (said.split('\n').length < 3) said += (await once(shell.stdout, 'data'))[0];
    child = Number(/^\d+$/m.exec(said)?.[0]);
    const targets = [processAt(shell.pid as number) as Process];
    const pids = (family: Family): number[] => family.look().map(({ pid }) => pid);
    assert.deepEqual(pids(new Family(targets, false)), [shell.pid]);
    assert.deepEqual(pids(new Family(targets, true)), [shell.pid, child]);
    await sleep(200); // old enough for the first attempt
    assert.deepEqual(new Family(targets, true).forPerf(1), [child]);
    assert.deepEqual(new Family(targets, false).forPerf(1), []);
  } finally {
    if (child > 0) process.kill(child);
    shell.kill();
  }
});
