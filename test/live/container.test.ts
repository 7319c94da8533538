// flame-record on a process in a real podman container made from a folder. Skipped, and said so, where podman can't run.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ENVIRONMENT, ROOT, temporaryFolder } from '../tools.ts';

const folder = temporaryFolder();
const root = join(folder, 'root');
const name = `flamepipe-test-${process.pid}`;
// a machine may forbid raising limits, and crun does not know every layout of control groups
const LIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000'];
const RUNTIMES = [[], ['--runtime', 'runc'], ['--runtime', 'crun']];

/** The options with which podman runs here, or why it doesn't. */
function podman(): { options: string[] } | string {
  if (process.getuid?.() !== 0) return 'bpftrace needs root';
  for (const tool of ['perf', 'bpftrace', 'gcc', 'podman']) {
    if (spawnSync(tool, ['--version']).error) return `${tool} is not installed`;
  }
  const probe = spawnSync('bpftrace', ['-e', 'tracepoint:sched:sched_switch { exit(); }'], { timeout: 60_000 });
  if (probe.status !== 0) return `bpftrace may not trace here: ${String(probe.stderr).trim().split('\n').at(-1)}`;
  mkdirSync(join(root, 'only-inside'), { recursive: true });
  const program = join(folder, 'server');
  const source = join(ROOT, 'fixtures/live/record-target.c');
  execFileSync('gcc', ['-O0', '-g', '-fno-omit-frame-pointer', '-pthread', '-static-pie', '-o', program, source]);
  cpSync(program, join(root, 'only-inside/server'));
  let said = '';
  for (const runtime of RUNTIMES) {
    const options = [...runtime, 'run', '--detach', '--name', name, '--network', 'none', ...LIMITS];
    const { status, stderr } = spawnSync('podman', [...options, '--rootfs', root, '/only-inside/server', '600'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (status === 0) return { options: runtime };
    said ||= stderr.trim().split('\n').at(-1) ?? '';
    remove();
  }
  return `podman does not run here: ${said}`;
}

function remove(): void {
  spawnSync('podman', ['rm', '--force', '--time', '0', name]);
}

const ready = podman();
const skip = typeof ready === 'string' ? ready : false;
if (skip !== false) console.error(`SKIPPED: flame-record was not tried on a container: ${skip}`);
else after(remove);

function flameRecord(...args: string[]): { out: string; err: string; status: number | null } {
  const argv = [join(ROOT, 'dist/flame-record.cjs'), '--out-dir', 'out', '--duration', '2', '--warmup', '0', ...args];
  const { stdout, stderr, status } = spawnSync(process.execPath, argv, {
    cwd: folder,
    env: ENVIRONMENT,
    encoding: 'utf8',
  });
  return { out: stdout, err: stderr, status };
}

describe('a podman container', { skip }, () => {
  for (const [what, label, choice] of [
    ['its only process', 'by-name', []],
    ['a process by its PID within', 'by-inner-pid', ['--pid', '1']],
    ['a process by its command line', 'by-pattern', ['--pid-pattern', '^/only-inside/server']],
  ] as const) {
    test(`${what}: symbols without copying out, on-CPU and off-CPU`, () => {
      const { out, err, status } = flameRecord('--container', name, ...choice, '--mode', 'both', '--label', label);
      assert.equal(status, 0, err + out);
      const text = (file: string): string => readFileSync(join(folder, 'out', label, file), 'latin1');
      assert.match(text('cpu.folded'), /^server;.*worker;burn \d+$/m);
      assert.match(text('offcpu.folded'), /^server;.*worker;.*do_nanosleep.* \d+$/m);
      assert.match(text('wall.folded'), /^server;main;.*\[sleep\] \d+$/m);
      const { targets } = JSON.parse(text('run.json')) as { targets: { pid: number; nsPids: number[] }[] };
      assert.deepEqual(targets[0]?.nsPids, [targets[0]?.pid, 1]);
    });
  }

  test('a process of the host is none of the container', () => {
    const { err, status } = flameRecord('--container', name, '--pid', `${process.pid}`, '--label', 'none');
    assert.equal(status, 2);
    assert.match(err, new RegExp(`no process ${process.pid} in container ${name}`));
  });
});
