// Recordings that go wrong, with profilers of shell script: what is said, what is kept, and that nothing is left behind.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENVIRONMENT, ROOT, shell, temporaryFolder } from '../tools.ts';
import { type Said, saying, startRecorder } from './recorder.ts';

const PROFILERS = join(ROOT, 'fixtures/profilers');
const WITH_BOTH = {
  PATH: `${PROFILERS}:${ENVIRONMENT.PATH}`,
  FAKE_DUMP: join(ROOT, 'fixtures/bpftrace/offcpu-threads-0.17/dump.txt'),
};
/** These tests wait more than they work. */
const waiting = { concurrency: 3 };
/** A target that ends when there is a file `go`, however slow the machine. */
const UNTIL_GO = ['--', 'sh', '-c', 'until [ -e go ]; do sleep 0.05; done'];
const targets: ChildProcess[] = [];
after(() => {
  for (const child of targets) child.kill('SIGKILL');
});

/** A process that sleeps, of a name of its own. */
function target(): number {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  targets.push(child);
  return child.pid as number;
}

/** Of run.json. */
interface Run {
  partial: boolean;
  endedBy: string;
  warnings: string[];
  complete: boolean;
  valid: string[];
  missing: string[];
  workload: { lastLines: string[] };
}

/** A folder to record into, and what lies in its out/ afterwards. */
function place(): { cwd: string; runs(): string[]; run(): Run } {
  const cwd = temporaryFolder();
  return {
    cwd,
    runs: () => (existsSync(join(cwd, 'out')) ? readdirSync(join(cwd, 'out')) : ['no out']),
    run: () => JSON.parse(readFileSync(join(cwd, 'out/a/run.json'), 'utf8')),
  };
}

/** Until perf has written somewhere below `cwd`, or the recorder has ended. */
async function perfWriting(cwd: string, recorder: ChildProcess): Promise<void> {
  const isData = (file: string): boolean => file.endsWith('perf.data') && statSync(join(cwd, file)).size > 0;
  const files = (): string[] => readdirSync(cwd, { recursive: true }) as string[];
  while (recorder.exitCode === null && !files().some(isData)) await sleep(20);
}

/** Records a sleeping process for half a second. */
function record(cwd: string, args: string[], environment: Record<string, string> = WITH_BOTH): Promise<Said> {
  const usual = ['--pid', `${target()}`, '--duration', '0.5', '--label', 'a'];
  return startRecorder(cwd, [...usual, ...args], environment).said;
}

/** A folder that holds of all programs these only, and those that flame-record needs besides. */
function pathOf(...programs: string[]): string {
  const folder = temporaryFolder();
  for (const program of [...programs, 'cat', 'env', 'sed', 'setpriv', 'sh', 'sleep', 'timeout', 'true']) {
    const own = join(PROFILERS, program);
    const { stdout } = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' });
    symlinkSync(existsSync(own) ? own : stdout.trim(), join(folder, program));
  }
  return folder;
}

/** The command lines of running processes that fit. */
function left(pattern: RegExp): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      } catch {
        return ''; // it has ended meanwhile
      }
    })
    .filter((line) => pattern.test(line));
}

describe('a profiler that fails', waiting, () => {
  for (const [what, failing, words, kept] of [
    [
      'perf may not record',
      { FAKE_PERF: 'denied' },
      /^perf failed \(status 255\): Access to .* is limited\./m,
      'offcpu.svg',
    ],
    [
      'bpftrace may not record',
      { FAKE_BPFTRACE: 'denied' },
      /^bpftrace failed \(status 1\): ERROR: .* root user\./m,
      'cpu.svg',
    ],
    ['perf dies', { FAKE_PERF: 'dies' }, /^perf failed \(status 1\): .*No space left/m, 'offcpu.svg'],
    ['bpftrace dies', { FAKE_BPFTRACE: 'dies' }, /^bpftrace failed \(status 1\): ERROR: out of memory/m, 'cpu.svg'],
  ] as const) {
    test(`${what}: said in its words, and the other one's result is kept`, async () => {
      const { cwd, runs, run } = place();
      const [out, err, status] = await record(cwd, ['--mode', 'both'], { ...WITH_BOTH, ...failing });
      assert.equal(status, 2, err);
      assert.match(out, words);
      assert.match(err, /^flame-record: (?:perf|bpftrace) failed/m);
      assert.deepEqual(runs(), ['a']);
      assert.ok(existsSync(join(cwd, 'out/a', kept)));
      assert.ok(run().warnings.some((warning) => words.test(warning)));
    });
  }

  for (const [failing, words, kept, missing] of [
    ['endless', /^bpftrace printed no line .*: the off-CPU half is missing/m, 'cpu.svg', ['wall.svg', 'offcpu.svg']],
    ['cut', /^bpftrace printed only a part of its dump/m, 'offcpu.svg', []],
  ] as const) {
    test(`bpftrace ends well, but its dump is ${failing}: what is valid is listed and rendered`, async () => {
      const { cwd, run } = place();
      const [out, err, status] = await record(cwd, ['--mode', 'both'], { ...WITH_BOTH, FAKE_BPFTRACE: failing });
      assert.equal(status, 2, err);
      for (const text of [out, err.replace('flame-record: bpftrace', 'bpftrace')]) assert.match(text, words);
      const { valid, missing: gone, complete } = run();
      assert.deepEqual([valid, gone, complete], [['cpu'], ['offcpu'], false]);
      assert.ok(existsSync(join(cwd, 'out/a', kept)));
      for (const file of missing) assert.ok(!existsSync(join(cwd, 'out/a', file)));
    });
  }

  for (const missing of ['perf', 'bpftrace'] as const) {
    const other = missing === 'perf' ? 'bpftrace' : 'perf';
    test(`${missing} is missing: said with what the doctor would say, before anything runs`, async () => {
      const { cwd, runs } = place();
      const environment = { ...WITH_BOTH, PATH: pathOf(other) };
      const [, err, status] = await record(cwd, ['--mode', 'both'], environment);
      assert.equal(status, 2);
      const install = process.getuid?.() === 0 ? 'apt-get install' : 'sudo apt-get install';
      assert.match(err, new RegExp(`^flame-record: ${missing} is not installed.*; mend it with: ${install} `, 'm'));
      assert.deepEqual(runs(), ['a']);
      // sleep wants a program of its own where the system is built without frame pointers, as Debian is
      assert.ok(missing === 'perf' || !existsSync(join(cwd, 'out/a/offcpu.bt')));
      const alone = place();
      const mode = missing === 'perf' ? 'cpu' : 'offcpu';
      const touched = join(alone.cwd, 'touched');
      const nothing = await record(alone.cwd, ['--mode', mode, '--workload', `echo > ${touched}`], environment);
      assert.deepEqual([nothing[0], nothing[2], alone.runs(), existsSync(touched)], ['', 2, ['no out'], false]);
    });
  }

  test("perf's trial hangs: the recording goes on without it", async () => {
    const { cwd, run } = place();
    const args = ['--mode', 'cpu', '--workload', 'sleep 19'];
    const [, err, status] = await record(cwd, args, { ...WITH_BOTH, FAKE_PERF: 'trial-hangs' });
    assert.deepEqual([status, run().valid], [0, ['cpu']], err);
  });

  test('both: nothing is left, not even the folder above', async () => {
    const { cwd, runs } = place();
    const failing = { FAKE_PERF: 'denied', FAKE_BPFTRACE: 'denied' };
    const [out, err, status] = await record(cwd, ['--mode', 'both'], { ...WITH_BOTH, ...failing });
    assert.deepEqual([out, status, runs()], ['', 2, ['no out']]);
    assert.match(err, /nothing was recorded/);
  });
});

describe('nothing left behind', waiting, () => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const) {
    test(`${signal}: rendered, marked, and the workload's whole group ends`, async () => {
      const { cwd, run } = place();
      const pid = target();
      const nap = `41.${pid}`;
      const args = ['--pid', `${pid}`, '--mode', 'both', '--duration', '60', '--warmup', '0', '--label', 'a'];
      const { child, said } = startRecorder(cwd, [...args, '--workload', `sleep ${nap} & sleep ${nap}`], WITH_BOTH);
      await saying(child, 'recording for');
      child.kill(signal);
      const [out, err, status] = await said;
      assert.equal(status, expected, err);
      assert.match(out, /stopped by a signal before its 60 s were over: partial/);
      assert.deepEqual([run().partial, run().endedBy], [true, 'signal']);
      assert.deepEqual(left(new RegExp(`^sleep ${nap}|${PROFILERS}/.* ${pid}( |$)`)), []);
    });
  }

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const) {
    test(`${signal} before the recording begins: nothing is kept`, async () => {
      const { cwd, runs } = place();
      const pid = target();
      const nap = `42.${pid}`;
      const args = ['--pid', `${pid}`, '--warmup', '60', '--label', 'a', '--workload', `sleep ${nap}`];
      const { child, said } = startRecorder(cwd, args, WITH_BOTH);
      await saying(child, 'warming up');
      child.kill(signal);
      const [out, err, status] = await said;
      assert.deepEqual([out, status, runs(), left(new RegExp(`^sleep ${nap}`))], ['', expected, ['no out'], []]);
      assert.match(err, /stopped before the recording began: nothing is left/);
    });
  }

  test('the target ends early: the window is cut there, and that is said', async () => {
    const { cwd, run } = place();
    const { child, said } = startRecorder(cwd, ['--duration', '60', '--label', 'a', ...UNTIL_GO], WITH_BOTH);
    await saying(child, 'recording for');
    await perfWriting(cwd, child);
    writeFileSync(join(cwd, 'go'), '');
    const [out, err, status] = await said;
    assert.equal(status, 0, err);
    assert.match(out, /the target ended before the 60 s were over/);
    assert.equal(run().endedBy, 'target');
  });

  test('the target ends before bpftrace is ready: said, and the samples are kept', async () => {
    const { cwd, run } = place();
    const slow = { ...WITH_BOTH, FAKE_BPFTRACE: 'slow' };
    // a command is held until bpftrace is ready, a process is not
    const pid = target();
    const args = ['--pid', String(pid), '--mode', 'both', '--duration', '60', '--label', 'a'];
    const { child, said } = startRecorder(cwd, args, slow);
    await saying(child, 'attaching to');
    await perfWriting(cwd, child);
    process.kill(pid, 'SIGKILL');
    const [out, err, status] = await said;
    assert.equal(status, 2, err);
    assert.match(out, /^bpftrace recorded nothing: the recording ended before it was ready; record for longer$/m);
    assert.deepEqual([run().endedBy, existsSync(join(cwd, 'out/a/cpu.svg'))], ['target', true]);
  });

  test('a command that does not exist, or ends at once with words: nothing is kept', async () => {
    const { cwd, runs } = place();
    const missing = await startRecorder(cwd, ['--', './no-such-program'], WITH_BOTH).said;
    assert.deepEqual([missing[0], missing[2], runs()], ['', 2, ['no out']]);
    const command = ['--warmup', '0.5', '--', 'sh', '-c', 'echo "no such port" >&2; exit 7'];
    const [, err, status] = await startRecorder(cwd, command, WITH_BOTH).said;
    assert.deepEqual([status, runs()], [2, ['no out']]);
    assert.match(err, /sh ended before the recording began \(status 7: no such port\)/);
  });

  test('a full disk: said, with the place, and no half files', async () => {
    const { cwd, runs } = place();
    const tool = `"${process.execPath}" "${join(ROOT, 'dist/flame-record.cjs')}"`;
    const args = `--pid ${target()} --mode both --duration 0.5 --label a --out-dir out`;
    const { status } = await shell(`ulimit -f 2; exec ${tool} ${args} > said 2>&1`, cwd, WITH_BOTH);
    assert.deepEqual([status, runs()], [2, ['no out']]);
    assert.match(readFileSync(join(cwd, 'said'), 'utf8'), /^flame-record: out\/\.a\.\d+\.tmp.*: file too large/m);
  });
});

describe('the fate of a workload', waiting, () => {
  for (const [what, workload, words, expected] of [
    ['is not found', 'no-such-load', /^the workload could not be started \(status 127: /m, 1],
    ['fails within the window', 'sleep 0.4; echo refused; exit 3', /^the workload failed .*\(status 3: refused\)$/m, 1],
    [
      'outlives the window',
      `exec sh -c 'trap "sleep 0.1; echo 42 per second; exit 0" INT; while :; do sleep 0.1; done'`,
      /^the workload outlived the window, and ended with status 0$[\s\S]*^ {2}\| 42 per second$/m,
      0,
    ],
  ] as const) {
    test(`it ${what}: a line, run.json and the page say so`, async () => {
      const { cwd, run } = place();
      const [out, err, status] = await record(cwd, ['--mode', 'cpu', '--warmup', '0.2', '--workload', workload]);
      assert.equal(status, expected, err);
      assert.match(out, words);
      assert.equal(run().complete, expected === 0);
      assert.ok(run().workload.lastLines.length > 0);
      assert.match(readFileSync(join(cwd, 'out/a/index.html'), 'utf8'), /<dd>the workload (?:could|failed|outlived)/);
    });
  }
});

describe('two runs of one label', waiting, () => {
  test('at once: the second is refused, and the first goes on', async () => {
    const { cwd, runs } = place();
    const args = ['--pid', `${target()}`, '--mode', 'cpu', '--label', 'a', '--duration'];
    const first = startRecorder(cwd, [...args, '60'], WITH_BOTH);
    await saying(first.child, 'recording for');
    const second = await startRecorder(cwd, [...args, '0.2', '--force'], WITH_BOTH).said;
    assert.equal(second[2], 2);
    assert.match(second[1], new RegExp(`out/a: process ${first.child.pid} is recording this label right now`));
    first.child.kill('SIGINT');
    assert.deepEqual([(await first.said)[2], runs()], [130, ['a']]);
  });

  test('the folder came into being meanwhile: the run gets another name, which is told', async () => {
    const { cwd, runs } = place();
    const args = ['--pid', `${target()}`, '--mode', 'cpu', '--label', 'a', '--duration', '60'];
    const { child, said } = startRecorder(cwd, args, WITH_BOTH);
    await saying(child, 'recording for');
    mkdirSync(join(cwd, 'out/a'));
    writeFileSync(join(cwd, 'out/a/mine'), '');
    child.kill('SIGINT');
    const [out, err] = await said;
    const other = `a.${child.pid}`;
    assert.deepEqual(runs().sort(), ['a', other]);
    assert.match(err, new RegExp(`out/a was made meanwhile: this run is out/${other}`));
    assert.match(out, new RegExp(`^out/${other}: index.html`, 'm'));
  });

  test('a run that can not be finished: the recording stays', async () => {
    const { cwd, runs } = place();
    const args = ['--pid', `${target()}`, '--mode', 'cpu', '--label', 'a', '--duration', '60'];
    const { child, said } = startRecorder(cwd, args, WITH_BOTH);
    await saying(child, 'recording for');
    mkdirSync(join(cwd, `out/.a.${child.pid}.tmp`, 'index.html'));
    child.kill('SIGINT');
    const [, err] = await said;
    assert.deepEqual(runs(), [`a.${child.pid}`]);
    assert.match(err, new RegExp(`the recording stays in out/a.${child.pid}`));
    assert.ok(existsSync(join(cwd, `out/a.${child.pid}/perf.data`)));
    const [, errAgain] = await startRecorder(cwd, ['report', `out/a.${child.pid}`], WITH_BOTH).said;
    assert.match(errAgain, /index\.html/); // still in the way; recording.json is whole
  });

  test('recording.json that finds no room is absent, not half', async () => {
    const { cwd, runs } = place();
    const args = ['--pid', `${target()}`, '--mode', 'cpu', '--label', 'a', '--duration', '60'];
    const { child, said } = startRecorder(cwd, args, WITH_BOTH);
    await saying(child, 'recording for');
    symlinkSync('/dev/full', join(cwd, `out/.a.${child.pid}.tmp`, 'recording.json.part'));
    child.kill('SIGINT');
    const [, err] = await said;
    assert.match(err, /no space left on device/);
    assert.match(err, new RegExp(`the recording stays in out/a.${child.pid}$`, 'm'));
    assert.deepEqual(runs(), [`a.${child.pid}`]);
    const left = readdirSync(join(cwd, `out/a.${child.pid}`));
    assert.deepEqual([left.includes('perf.data'), left.filter((name) => /recording|room/.test(name))], [true, []]);
  });
});

describe('a recording', waiting, () => {
  test('a run is for its owner alone', async () => {
    const { cwd } = place();
    assert.equal((await record(cwd, ['--mode', 'both', '--workload', 'echo secret']))[2], 0);
    const modeOf = (name: string): string => (statSync(join(cwd, 'out/a', name)).mode & 0o777).toString(8);
    assert.deepEqual(['.', 'offcpu.raw', 'workload.log'].map(modeOf), ['700', '600', '600']);
  });

  test('hostile words do nothing but what they are', async () => {
    const { cwd, runs } = place();
    const evil = '$(touch bad)`touch bad`; touch bad #\'"';
    const tries = [
      ['--label', evil],
      ['--pid-pattern', evil],
      ['--container', evil],
      ['--container', '--latest'],
    ];
    for (const args of tries)
      assert.equal((await startRecorder(cwd, ['--mode', 'cpu', ...args], WITH_BOTH).said)[2], 2);
    assert.equal((await record(cwd, ['--title', evil, '--symfs', evil]))[2], 0);
    writeFileSync(join(cwd, 'evil.sh'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    const command = ['--duration', '0.2', '--label', 'b', '--', './evil.sh', evil];
    assert.equal((await startRecorder(cwd, command, WITH_BOTH).said)[2], 0);
    assert.deepEqual([existsSync(join(cwd, 'bad')), runs().sort()], [false, ['a', 'b']]);
  });

  test('--sudo stands before perf and bpftrace, what ends them and looks at them, and before nothing else', async () => {
    const { cwd } = place();
    const SUDO_LOG = join(cwd, 'sudo.log');
    const workload = 'echo hello';
    const [, err, status] = await record(cwd, ['--mode', 'both', '--sudo', '--workload', workload], {
      ...WITH_BOTH,
      SUDO_LOG,
    });
    assert.equal(status, 0, err);
    const asked = readFileSync(SUDO_LOG, 'utf8').trimEnd().split('\n');
    const programs = asked.map((line) =>
      line
        .replace(/^timeout \S+ \S+ \d+ (?:env (?:\w+=\d+ )*)?/, '')
        .replace(/^sh -c kill "\$@" /, '') // where the machine has no program of this name
        .replace(/ .*/, ''),
    );
    assert.deepEqual([...new Set(programs)].sort(), ['bpftrace', 'grep', 'kill', 'ls', 'perf', 'true']);
  });
});
