// The whole way on a recording made here and now: perf record | perf script | perf-fold | flame-svg.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shell, temporaryFolder } from './tools.ts';

/** Why perf can't record here; undefined when it can. */
function obstacle(folder: string): string | undefined {
  const { status, error, stderr } = spawnSync('perf', [
    'record',
    '-g',
    '-e',
    'cpu-clock',
    '-o',
    join(folder, 'probe'),
    '--',
    'true',
  ]);
  if (error) return 'perf is not installed: apt-get install linux-perf';
  return status === 0 ? undefined : `perf may not record: ${String(stderr).trim().split('\n')[0]}`;
}

const BURN = `perl -e 'sub leaf { my $s = 0; $s += $_ * $_ for 1..2e4; $s } sub middle { leaf() for 1..40 } middle() for 1..12; system("true") for 1..40'`;

test('a recording made here: nothing is lost, and there is a picture', async (t) => {
  const folder = temporaryFolder();
  const why = obstacle(folder);
  if (why !== undefined) {
    t.skip(why);
    return;
  }
  const run = async (line: string): Promise<string> => {
    const { out, err, status } = await shell(line, folder);
    assert.equal(status, 0, `${line}: ${err}`);
    return out.toString('latin1');
  };
  await run(`perf record -q -F 999 -g -e cpu-clock -o perf.data -- ${BURN} >log 2>&1`);
  const script = 'perf script -i perf.data --no-inline 2>/dev/null';

  const truth = await run('perf script -i perf.data -F event,period 2>/dev/null');
  const periods = truth.split('\n').flatMap((line) => (/^\s*(\d+)\s/.exec(line) ?? []).slice(1).map(Number));
  assert.ok(periods.length > 50, `only ${periods.length} samples`);

  const sum = (folded: string): number =>
    folded
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('# '))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  assert.equal(
    sum(await run(`${script} | perf-fold`)),
    periods.reduce((a, b) => a + b, 0),
  );
  assert.equal(sum(await run(`${script} | perf-fold --count samples --tid --all`)), periods.length);

  await run(`${script} | perf-fold | flame-svg > cpu.svg`);
  const svg = readFileSync(join(folder, 'cpu.svg'), 'utf8');
  assert.match(svg, /^<\?xml|^<svg/);
  assert.match(svg, /perl/);
});
