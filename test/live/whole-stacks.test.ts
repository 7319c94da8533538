// flame-record with perf's stacks off the CPU, and with children, on programs whose truth is known. Skipped, and said so,
// where this machine can't record.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startRecorder } from '../tools/recorder.ts';
import { ROOT, temporaryFolder } from '../tools.ts';

const folder = temporaryFolder();

/** Why nothing can be recorded here; undefined: it can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'bpftrace needs root';
  for (const tool of ['perf', 'bpftrace', 'gcc']) {
    if (spawnSync(tool, ['--version']).error) return `${tool} is not installed`;
  }
  const probe = spawnSync('bpftrace', ['-e', 'tracepoint:sched:sched_switch { exit(); }'], { timeout: 60_000 });
  return probe.status === 0 ? undefined : 'bpftrace may not trace here';
}

const skip = obstacle();
if (skip !== undefined) console.error(`SKIPPED: whole stacks were not tried on live processes: ${skip}`);

async function recorded(program: readonly string[], label: string, ...options: string[]): Promise<string> {
  const [path = '', ...args] = program;
  const child = spawn(path, args, { cwd: folder, detached: true, stdio: 'ignore' });
  try {
    const asked = ['--pid', `${child.pid}`, '--mode', 'both', '--duration', '4', '--label', label, ...options];
    const [out, err, status] = await startRecorder(folder, asked).said;
    assert.equal(status, 0, err + out);
    return out;
  } finally {
    process.kill(-(child.pid as number), 'SIGKILL');
  }
}

const fileOf = (label: string, name: string): string => readFileSync(join(folder, 'out', label, name), 'latin1');

describe('flame-record', { skip: skip ?? false }, () => {
  test('knows of a program without frame pointers which function waits for which lock', async () => {
    const program = join(folder, 'two-locks');
    const source = join(ROOT, 'fixtures/live/two-locks.c');
    execFileSync('gcc', ['-O2', '-g', '-fomit-frame-pointer', '-pthread', '-o', program, source]);
    const out = await recorded([program], 'locks', '--off-cpu-stacks', 'dwarf');
    // a new bpftrace unwinds by itself
    const isUnwound = fileOf('locks', 'run.json').includes('dw_ustack');
    const whole = isUnwound
      ? 100 - Number(/([\d.]+) % cut/.exec(out)?.[1])
      : Number(/([\d.]+) % with perf's stacks/.exec(out)?.[1]);
    assert.ok(whole > 95, `${whole} % whole`);
    const table = fileOf('locks', 'offcpu.reasons.txt');
    assert.match(table, /^ {4}lookup .* lock registry$/m);
    assert.match(table, /^ {4}cached .* lock cache$/m);
    assert.doesNotMatch(table, /^ {4}(?:lookup .* lock cache|cached .* lock registry)$/m);
    assert.match(fileOf('locks', 'offcpu.folded'), /^two-locks;.*;handler;handle_request;lookup;/m);
    if (!isUnwound) await addsUpInParts('locks');
  });

  /** The waits of two parts of the window together are those of all of it. */
  async function addsUpInParts(label: string): Promise<void> {
    const usOf = (name: string): number => JSON.parse(fileOf(label, name)).us;
    for (const bounds of [
      ['--to', '1.5'],
      ['--from', '1.5'],
    ]) {
      const [, err, status] = await startRecorder(folder, ['report', join('out', label), ...bounds]).said;
      assert.equal(status, 0, err);
    }
    const parts = readdirSync(join(folder, 'out', label)).filter((name) => name.startsWith('part-'));
    assert.equal(parts.length, 2);
    const sum = parts.reduce((us, part) => us + usOf(`${part}/offcpu.reasons.json`), 0);
    const whole = usOf('offcpu.reasons.json');
    assert.ok(Math.abs(sum / whole - 1) < 0.001, `${sum} of ${whole}`);
    for (const part of parts)
      assert.match(fileOf(label, `${part}/offcpu.reasons.txt`), /^ {4}lookup .* lock registry$/m);
  }

  test('knows the lock of a Rust program, and that it is held up there and waits for work elsewhere', async (t) => {
    if (spawnSync('rustc', ['--version']).error) return t.skip('no rustc: apt-get install rustc');
    const program = join(folder, 'locks');
    const source = join(ROOT, 'fixtures/live/locks.rs');
    const flags = ['-O', '-C', 'debuginfo=line-tables-only', '--crate-name', 'locks'];
    execFileSync('rustc', [...flags, '-o', program, source], { stdio: 'ignore' });
    await recorded([program], 'rust', '--off-cpu-stacks', 'dwarf');
    const { where, kindsUs } = JSON.parse(fileOf('rust', 'offcpu.reasons.json')) as {
      where: { reason: string; function?: string; object?: string; us: number }[];
      kindsUs: Record<string, number>;
    };
    const lookup = where.find((row) => row.function === 'locks::lookup' && row.object === 'lock locks::REGISTRY');
    assert.ok(lookup && lookup.us > 1e6, JSON.stringify(where));
    assert.ok((kindsUs.wait ?? 0) > 0.98 * lookup.us, JSON.stringify(kindsUs));
  });

  test("finds it by bpftrace alone, too: by the words on the stack and libc's .eh_frame", async () => {
    const source = join(ROOT, 'fixtures/live/two-locks.c');
    for (const how of ['-fomit-frame-pointer', '-fno-omit-frame-pointer']) {
      const program = join(folder, `two-locks${how}`);
      execFileSync('gcc', ['-O2', '-g', how, '-pthread', '-o', program, source]);
      await recorded([program], `words${how}`, '--off-cpu-stacks', 'fp');
      const rows = fileOf(`words${how}`, 'offcpu.reasons.txt');
      assert.match(rows, /^ {4}lookup .* lock registry$/m, how);
      assert.match(rows, /^ {4}cached .* lock cache$/m, how);
      assert.doesNotMatch(rows, /^ {4}(?!lookup |cached ).* lock (?:registry|cache)$/m, how);
    }
  });

  test('follows children: those that lived before, and those that live for a moment, by their own names', async () => {
    const script =
      "sh -c 'while :; do head -c 3000000 /dev/urandom | gzip >/dev/null; sleep 0.02; done' & while :; do sleep 0.05; done";
    await recorded(['sh', '-c', script], 'children', '--children');
    for (const file of ['cpu.folded', 'offcpu.folded'])
      assert.match(fileOf('children', file), /^gzip;.*(?:\[gzip\]|deflate|zip)/m, file);
    assert.match(fileOf('children', 'offcpu.folded'), /^sh;/m);
    assert.match(fileOf('children', 'offcpu.folded'), /^sleep;.*nanosleep/m);
    const identity = JSON.parse(fileOf('children', 'run.json')).identity as {
      error: number;
      errorOfSwitches: number;
    };
    assert.ok(Math.abs(identity.errorOfSwitches) < 0.005, `the switches are off by ${identity.errorOfSwitches}`);
    // a child that runs shorter than a period is in no sample
    assert.ok(Math.abs(identity.error) < 0.2, `identity off by ${identity.error}`);
  });
});
