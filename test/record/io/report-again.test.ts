// A report made again from a run's files: the same, or of a part of the window.

import assert from 'node:assert/strict';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { type Said, startRecorder } from '../../tools/recorder.ts';
import { ENVIRONMENT, ROOT, temporaryFolder } from '../../tools.ts';

const WITH_BOTH = {
  PATH: `${join(ROOT, 'fixtures/profilers')}:${ENVIRONMENT.PATH}`,
  FAKE_DUMP: join(ROOT, 'fixtures/bpftrace/offcpu-threads-0.17/dump.txt'),
};

describe('flame-record report', () => {
  const cwd = temporaryFolder();
  const inRun = (name: string): string => join(cwd, 'out/a', name);
  const run = (...args: string[]): Promise<Said> => startRecorder(cwd, args, WITH_BOTH).said;

  before(async () => {
    const [, err, status] = await run(
      ...[
        '--mode',
        'both',
        '--off-cpu-stacks',
        'fp',
        '--duration',
        '0.5',
        '--label',
        'a',
        '--workload',
        'echo 12 requests/s',
        '--',
        'sleep',
        '600',
      ],
    );
    assert.equal(status, 0, err);
  });

  test('is not made again without the names of a program that was built anew, unless by --force', async () => {
    const ids = readFileSync(inRun('buildids'), 'latin1');
    const page = readFileSync(inRun('index.html'), 'utf8');
    writeFileSync(inRun('buildids'), ids.replaceAll(/^[0-9a-f]{8}/gm, '00000000'));
    const [, err, status] = await run('report', 'out/a');
    assert.equal(status, 2);
    assert.match(err, /built anew or gone since the recording.*sleep.*index\.html still has them/);
    assert.equal(readFileSync(inRun('index.html'), 'utf8'), page);
    const [out] = await run('report', 'out/a', '--force');
    assert.match(out, /warning: built anew or gone/);
    writeFileSync(inRun('buildids'), ids);
    assert.equal((await run('report', 'out/a'))[2], 0);
  });

  test('says the same once more, also when all that was rendered is gone', async () => {
    const first = readFileSync(inRun('report.json'), 'utf8');
    for (const name of ['index.html', 'report.md', 'report.json', 'cpu.folded', 'wall.svg']) rmSync(inRun(name));
    const [, err, status] = await run('report', 'out/a/');
    assert.equal(status, 0, err);
    assert.equal(readFileSync(inRun('report.json'), 'utf8'), first);
    assert.match(readFileSync(inRun('index.html'), 'utf8'), /12 requests\/s/);
    assert.ok(existsSync(inRun('wall.svg')));
  });

  const skip = process.getuid?.() === 0 ? false : 'only root gives files away';
  test('root renders the run of the user who called sudo, which perf alone would not read', { skip }, async () => {
    chownSync(inRun('perf.data'), 4242, 4242);
    const [, err, status] = await run('report', 'out/a');
    chownSync(inRun('perf.data'), 0, 0);
    assert.deepEqual([status, err.includes('not owned')], [0, false], err);
  });

  test('the host is the one that recorded', async () => {
    const recording = readFileSync(inRun('recording.json'), 'utf8');
    const other = recording.replace(/"host": \{[^}]*\}/, '"host": { "name": "db7", "kernel": "6.1.0" }');
    assert.notEqual(other, recording);
    writeFileSync(inRun('recording.json'), other);
    await run('report', 'out/a');
    writeFileSync(inRun('recording.json'), recording);
    assert.deepEqual(JSON.parse(readFileSync(inRun('run.json'), 'utf8')).host, { name: 'db7', kernel: '6.1.0' });
    await run('report', 'out/a');
  });

  test('a part has its own folder, and says that off-CPU stacks are sums', async () => {
    const whole = readFileSync(inRun('report.json'), 'utf8');
    const [out, err, status] = await run('report', 'out/a', '--from', '0', '--to', '0.25');
    assert.equal(status, 0, err);
    assert.match(out, /^out\/a\/part-0-0\.25: index\.html, cpu\.svg/m);
    const part = JSON.parse(readFileSync(inRun('part-0-0.25/report.json'), 'utf8'));
    assert.equal(part.title, 'a, from 0 to 0.25 s');
    assert.deepEqual(part.waits, []);
    assert.match(JSON.stringify(part.trust), /off-CPU stacks are sums of all of it/);
    assert.match(JSON.stringify(part.trust), /flame-record --mode both --off-cpu-stacks dwarf"/);
    assert.deepEqual(part.commands, ['flame-record report out/a --from 0 --to 0.25']);
    assert.ok(part.threads.rows.length > 0 && part.threads.rows.every(({ onCpu }: { onCpu: number }) => onCpu > 0));
    assert.equal(readFileSync(inRun('report.json'), 'utf8'), whole);
  });

  test('a part that is all of the window is the whole report', async () => {
    const [out, err, status] = await run('report', 'out/a', '--from', '0', '--to', '1e6');
    assert.equal(status, 0, err);
    assert.match(out, /^out\/a: index\.html, wall\.svg/m);
  });

  test('what it can not report is said', async () => {
    const says = async (pattern: RegExp, ...args: string[]): Promise<void> => {
      const [, err, status] = await run(...args);
      assert.equal(status, 2);
      assert.match(err, pattern);
    };
    await says(/out\/b is no run that can be reported again: there is no such folder/, 'report', 'out/b');
    await says(/takes one run: DIR\/LABEL/, 'report');
    await says(/--from 9000000000 --to [\d.]+ holds nothing of a window of/, 'report', 'out/a', '--from', '9e9');
    await says(/--from and --to are for flame-record report/, '--from', '1', '--pid', '1');
    writeFileSync(inRun('recording.json'), '{"format":');
    await says(/recording\.json is damaged, or of another version/, 'report', 'out/a');
  });
});
