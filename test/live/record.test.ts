// flame-record with the real perf and bpftrace on a small program of known habits. Skipped, and said so, where this
// machine can't record.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sumOf } from '../folded-tables.ts';
import { type Recorder, saying, startRecorder } from '../tools/recorder.ts';
import { ENVIRONMENT, ROOT, temporaryFolder } from '../tools.ts';

const folder = temporaryFolder();
const target = join(folder, 'record-target');
const targets: ChildProcess[] = [];
after(() => {
  for (const { pid } of targets) if (pid !== undefined) endGroup(pid);
});

interface Run {
  window: { startNs: number; endNs: number; seconds: number };
  endedBy: string;
  partial: boolean;
  identity: { error: number; lifeNs: number; wrong: unknown[]; threads: unknown[] };
  artifacts: string[];
  commands: string[];
}

/** Why nothing can be recorded here; undefined: it can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'bpftrace needs root';
  for (const tool of ['perf', 'bpftrace', 'gcc']) {
    if (spawnSync(tool, ['--version']).error) return `${tool} is not installed`;
  }
  const probe = spawnSync('bpftrace', ['-e', 'tracepoint:sched:sched_switch { exit(); }'], { timeout: 60_000 });
  if (probe.status !== 0) return `bpftrace may not trace here: ${String(probe.stderr).trim().split('\n').at(-1)}`;
  const source = join(ROOT, 'fixtures/live/record-target.c');
  execFileSync('gcc', [
    '-O0',
    '-g',
    '-fno-omit-frame-pointer',
    '-mno-omit-leaf-frame-pointer',
    '-pthread',
    '-static-pie',
    '-o',
    target,
    source,
  ]);
  execFileSync('gcc', ['-o', join(folder, 'container'), join(ROOT, 'fixtures/live/container.c')]);
  return undefined;
}

/** Sorts for half a second of its CPU time, by libc, whose callers have no frame pointers. */
const SORTER = `
#include <stdlib.h>
#include <time.h>
static int values[3000];
volatile long work;
__attribute__((noinline)) static int compare(const void *a, const void *b) {
  for (int i = 0; i < 100; i++) work += i;
  return *(const int *)a - *(const int *)b;
}
__attribute__((noinline)) static void sort_them(void) {
  for (int i = 0; i < 3000; i++) values[i] = rand();
  qsort(values, 3000, sizeof *values, compare);
  work++;
}
int main(void) {
  while (clock() < CLOCKS_PER_SEC / 2) sort_them();
}
`;

const skip = obstacle();
if (skip !== undefined) console.error(`SKIPPED: flame-record was not tried on live processes: ${skip}`);

function start(program = target, ...args: string[]): number {
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: 'ignore' });
  targets.push(child);
  assert.ok(child.pid !== undefined);
  return child.pid;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

const recorder = (args: string[], environment?: Record<string, string>): Recorder =>
  startRecorder(folder, args, environment);

const fileOf = (label: string, name: string): string => readFileSync(join(folder, 'out', label, name), 'latin1');
const runOf = (label: string): Run => JSON.parse(fileOf(label, 'run.json')) as Run;
const left = (pattern: string): string => spawnSync('pgrep', ['-af', pattern], { encoding: 'utf8' }).stdout;

const profilersOf = (pid: number): string => `^perf record .* -p ${pid} |^bpftrace .* ${pid}$`;

describe('flame-record', { skip: skip ?? false }, () => {
  test('both profilers, one window: tables, pictures, and times that add up', async () => {
    const pid = start(target, '600');
    const workload = `echo "it's on"; sleep 4001 & sleep 4002`;
    const { said } = recorder([
      '--pid',
      `${pid}`,
      '--mode',
      'both',
      '--duration',
      '4',
      '--warmup',
      '0.5',
      '--label',
      'both',
      '--workload',
      workload,
    ]);
    const [out, err, status] = await said;
    assert.equal(status, 0, err + out);
    const run = runOf('both');
    assert.ok(Math.abs(run.window.seconds - 4) < 0.5, `${run.window.seconds} s`);
    assert.match(out, /^ {2}\[sleep\] +\d+ us +\d/m);
    assert.match(out, /^ {2}\[signal\] +\d+ us/m, 'the idler, whom no switch shows');
    assert.match(out, /^ {2}\[fsync\] +\d+ us/m);
    assert.match(out, /^identity: on-CPU .* = (?:9[89]|10[012])\.\d % of /m);
    assert.ok(Math.abs(run.identity.error) < 0.01, `identity off by ${run.identity.error}`);
    assert.equal(run.identity.threads.length, 3);
    assert.match(fileOf('both', 'cpu.folded'), /^record-target;.*worker;burn \d+$/m);
    assert.match(fileOf('both', 'offcpu.folded'), /^record-target;.*worker;.*clock_nanosleep;.* \d+$/m);
    assert.match(fileOf('both', 'offcpu.sleepers.folded'), /^record-target;.*pause.*;\[in-progress\] \d+$/m);
    assert.doesNotMatch(fileOf('both', 'cpu.threads.folded'), /^record-target-(?!\d+\/\d+;)/m);
    const wallNs = sumOf(fileOf('both', 'wall.folded')) * 1000;
    assert.ok(Math.abs(wallNs / run.identity.lifeNs - 1) < 0.015, `wall ${wallNs} of ${run.identity.lifeNs}`);
    assert.match(fileOf('both', 'index.html'), /<figcaption>On-CPU and off-CPU/);
    assert.match(fileOf('both', 'workload.log'), /^it's on\n$/);
    assert.deepEqual(run.artifacts, readdirSync(join(folder, 'out/both')).sort());
    assert.equal(left('^sleep 400[12]$'), '');
    assert.deepEqual(readdirSync(join(folder, 'out')), ['both']);
    endGroup(pid);
  });

  test('a large recording, which several perfs read at once: the stacks that the commands in run.json give', async () => {
    const pid = start(target, '600');
    const args = ['--pid', `${pid}`, '--mode', 'both', '--duration', '4', '--frequency', '1999', '--label', 'large'];
    args.push('--off-cpu-stacks', 'fp'); // one perf reads the switches
    const [out, err, status] = await recorder(args).said;
    assert.equal(status, 0, err + out);
    const cuts = fileOf('large', 'perf.data').length / (16 << 20);
    assert.ok(cuts > 2, `${cuts} slices' worth of data`);
    const line = runOf('large').commands.find((command) => command.includes('perf script')) ?? '';
    execFileSync('bash', ['-o', 'pipefail', '-c', line.replace(/>[^>]*$/, '> again.folded')], { cwd: folder });
    const [once, again] = [fileOf('large', 'cpu.threads.folded'), readFileSync(join(folder, 'again.folded'), 'latin1')];
    assert.ok(once === again, 'the same bytes');
    assert.match(once, /;[a-z_]*(?:sysvec|syscall)\w*;/, "the kernel's functions have names");
    endGroup(pid);
  });

  test('several processes: one window, each thread accounted for', async () => {
    const pids = [start(target, '600'), start(target, '600')];
    const { said } = recorder(['--pid', pids.join(), '--mode', 'both', '--duration', '2', '--label', 'several']);
    const [out, err, status] = await said;
    assert.equal(status, 0, err + out);
    const run = runOf('several');
    assert.equal(run.identity.threads.length, 6);
    assert.ok(Math.abs(run.identity.error) < 0.02, `identity off by ${run.identity.error}`);
    for (const pid of pids)
      assert.match(fileOf('several', 'cpu.threads.folded'), new RegExp(`^record-target-${pid}/`, 'm'));
    for (const pid of pids) endGroup(pid);
  });

  test('killed: no profiler lives on, and the next run of that label clears up', async () => {
    const pid = start(target, '600');
    const args = ['--pid', `${pid}`, '--mode', 'both', '--label', 'killed', '--duration'];
    const { child, said } = recorder([...args, '60']);
    await saying(child, 'recording for');
    child.kill('SIGKILL');
    await said;
    for (let i = 0; i < 100 && left(profilersOf(pid)) !== ''; i++) await sleep(50);
    assert.equal(left(profilersOf(pid)), '');
    assert.equal((await recorder([...args, '0.5']).said)[2], 0);
    assert.deepEqual(
      readdirSync(join(folder, 'out')).filter((name) => name.includes('killed')),
      ['killed'],
    );
    endGroup(pid);
  });

  test('a signal: what came so far is rendered, and nobody is left behind', async () => {
    const pid = start(target, '600');
    const { child, said } = recorder([
      '--pid',
      `${pid}`,
      '--mode',
      'both',
      '--duration',
      '60',
      '--warmup',
      '0',
      '--label',
      'cut',
      '--workload',
      'sleep 4003',
    ]);
    await saying(child, 'recording for');
    await sleep(1500);
    child.kill('SIGINT');
    const [out, err, status] = await said;
    assert.equal(status, 130, err + out);
    assert.match(out, /stopped by a signal .*: partial/);
    assert.deepEqual([runOf('cut').partial, runOf('cut').endedBy], [true, 'signal']);
    assert.ok(existsSync(join(folder, 'out/cut/wall.svg')));
    assert.equal(left(`^sleep 4003$|${profilersOf(pid)}`), '');
    endGroup(pid);
  });

  test('a program of one second: all of it is recorded, and what it waited in has names', async () => {
    const { said } = recorder([
      '--mode',
      'both',
      '--call-graph',
      'fp',
      '--duration',
      '60',
      '--warmup',
      '0',
      '--label',
      'early',
      '--',
      target,
      '1',
    ]);
    const [out, err, status] = await said;
    assert.equal(status, 0, err + out);
    assert.match(out, /the target ended before/);
    assert.equal(runOf('early').endedBy, 'target');
    assert.match(fileOf('early', 'cpu.folded'), /worker;burn \d+$/m);
    // bpftrace printed when there was nobody left to ask
    assert.match(fileOf('early', 'offcpu.folded'), /;worker;.*nanosleep;.*do_nanosleep/m);
    assert.match(fileOf('early', 'wall.folded'), /;write_through;.*fsync/m);
    assert.ok(readdirSync(join(folder, 'out/early')).some((name) => /^\d+\.maps$/.test(name)));
  });

  test('any shell line is held, and what it starts keeps its callers in libc, and its names after a build', async () => {
    const sorter = join(folder, 'sorter');
    execFileSync('gcc', ['-O2', '-g', '-fomit-frame-pointer', '-o', sorter, '-x', 'c', '-'], { input: SORTER });
    const line = `${sorter}; ${sorter}; ${sorter}; ${sorter}; exit 3`;
    const args = ['--mode', 'both', '--children', '--duration', '60', '--frequency', '999', '--label', 'line'];
    const [out, err, status] = await recorder([...args, '--', 'bash', '-c', line]).said;
    assert.equal(status, 0, err + out);
    assert.match(out, /^warning: bash failed \(status 3\)$/m);
    const { identity } = runOf('line');
    assert.equal(identity.threads.length, 5);
    assert.ok(Math.abs(identity.error) < 0.05, `identity off by ${identity.error}`);
    const stacks = fileOf('line', 'cpu.folded').split('\n');
    const [whole, cut] = [/;main;sort_them;.*compare/, /^(?!.*;main;).*;compare/].map((pattern) =>
      sumOf(stacks.filter((stack) => pattern.test(stack)).join('\n')),
    ) as [number, number];
    assert.ok(whole > 100 && cut < 0.05 * whole, `${whole} samples are whole, ${cut} cut`);
    // the run has kept the old build
    // while it runs, perf has a copy of the vDSO in /tmp, and does not find it where that is a folder of links
    const kept = (): string[] =>
      ['cpu.folded', 'offcpu.folded'].map((name) => fileOf('line', name).replace(/^(?!.*sort).*\n/gm, ''));
    const before = kept();
    execFileSync('gcc', ['-O0', '-g', '-o', sorter, '-x', 'c', '-'], {
      input: SORTER.replaceAll('sort_them', 'sorts'),
    });
    const again = [join(ROOT, 'dist/flame-record.cjs'), 'report', join(folder, 'out/line')];
    execFileSync(process.execPath, again, { env: ENVIRONMENT, stdio: 'pipe' });
    assert.deepEqual(kept(), before);
  });

  test('bpftrace missing: said, with the remedy, and the samples are kept', async () => {
    const tools = temporaryFolder();
    for (const tool of ['perf', 'true', 'setpriv', 'timeout'])
      symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(tools, tool));
    const pid = start(target, '600');
    const { said } = recorder(
      ['--pid', `${pid}`, '--mode', 'both', '--call-graph', 'fp', '--duration', '1', '--label', 'half'],
      { PATH: tools },
    );
    const [out, err, status] = await said;
    assert.equal(status, 2);
    assert.match(err, /bpftrace is not installed.*apt-get install bpftrace/);
    assert.match(out, /^half: |burn/m);
    assert.ok(existsSync(join(folder, 'out/half/cpu.svg')));
    const nothing = await recorder(['--pid', `${pid}`, '--mode', 'offcpu', '--label', 'none'], { PATH: tools }).said;
    assert.deepEqual([nothing[0], nothing[2], existsSync(join(folder, 'out/none'))], ['', 2, false]);
    endGroup(pid);
  });

  for (const [how, seconds, argv] of [
    ['a chroot', '601', ['chroot']],
    [
      'a container-like root, mount and PID namespace',
      '602',
      ['unshare', '--mount', '--pid', '--fork', '--kill-child', join(folder, 'container')],
    ],
  ] as const) {
    test(`${how}: symbols of a binary that this side can't see by its path`, async () => {
      const root = temporaryFolder();
      mkdirSync(join(root, 'only-inside'));
      cpSync(target, join(root, 'only-inside/server'));
      const [program, ...args] = [...argv, root, '/only-inside/server', seconds];
      const starter = start(program as string, ...args);
      await sleep(500);
      const label = argv[0];
      const { said } = recorder([
        '--pid-pattern',
        `^/only-inside/server ${seconds}$`,
        '--mode',
        'both',
        '--duration',
        '2',
        '--label',
        label,
      ]);
      const [out, err, status] = await said;
      assert.equal(status, 0, err + out);
      assert.match(fileOf(label, 'cpu.folded'), /^server;.*worker;burn \d+$/m);
      // bpftrace looks for a chroot's files below /proc/PID/root by the path seen from here, and finds none
      if (label !== 'chroot') assert.match(fileOf(label, 'offcpu.folded'), /^server;.*worker;.*do_nanosleep.* \d+$/m);
      else assert.match(out, /the target lives in a chroot: bpftrace finds no names/);
      const doctor = spawnSync(
        process.execPath,
        [join(ROOT, 'dist/flame-record.cjs'), 'doctor', '--pid-pattern', `^/only-inside/server ${seconds}$`],
        { encoding: 'utf8', env: ENVIRONMENT },
      );
      assert.match(doctor.stdout, /^ +yes +yes .*\/server$/m);
      endGroup(starter);
    });
  }
});
