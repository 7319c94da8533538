// perf's switches and wake-ups of a program without frame pointers, against the program's own clock. docs/off-cpu.md has the
// commands.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, shell } from '../tools.ts';
import { endOf, until } from './recording.ts';

const SECONDS = 2;
const FUNCTIONS = ['flush_log', 'take_lock', 'wait_client', 'drain_queue'] as const;
/** Its waits are short. Each comes out a little longer than by the thread's CPU time: own-clock.c says why. */
const SHORT_WAITS = 'sync_often';
const MOST_A_WAIT_NS = 20_000;
/** The first and last wait of a thread may lie beyond the window. */
const APART = 0.015;
const APART_NS = 10e6;
const APART_WAITS = 3;

const folder = mkdtempSync('/var/tmp/flamepipe-live-');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function whyNot(): string | undefined {
  const source = join(ROOT, 'fixtures/live/own-clock.c');
  const built = spawnSync('cc', ['-O2', '-fomit-frame-pointer', '-o', join(folder, 'own-clock'), source, '-lpthread']);
  if (built.error) return 'no C compiler: apt-get install gcc libc6-dev';
  if (process.getuid?.() !== 0) return 'perf needs root for the machine: sudo make live';
  const probe = spawnSync('perf', ['record', '-a', '-e', 'sched:sched_switch', '-o', '/dev/null', 'true']);
  if (probe.error) return 'no perf: apt-get install linux-perf';
  return probe.status === 0
    ? undefined
    : 'perf may not record sched:sched_switch: mount -t tracefs tracefs /sys/kernel/tracing';
}

test('whole stacks, and the time that the program measures itself, within 1.5 %', async (t) => {
  const why = whyNot();
  if (why !== undefined) return t.skip(why);
  const machine = spawn(
    'perf',
    [
      ...['record', '-a', '-m', '1M', '-e', 'sched:sched_switch', '--filter', 'next_pid>0'],
      ...['-e', 'sched:sched_wakeup', '-k', 'CLOCK_MONOTONIC', '-o', 'b.data'],
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  const isUp = (): boolean => existsSync(join(folder, 'b.data')) && statSync(join(folder, 'b.data')).size > 0;
  assert.ok(await until(isUp, 60_000), 'perf does not start');
  await sleep(500);
  const target = [
    'perf record -q -z -m 16M --call-graph dwarf,16384 -e sched:sched_switch --switch-events -k CLOCK_MONOTONIC',
    `--no-buildid-cache -o a.data -- ./own-clock . ${SECONDS} > truth 2> log`,
  ];
  const recorded = await shell(target.join(' '), folder).finally(async () => {
    machine.kill('SIGINT');
    await endOf(machine);
  });
  assert.equal(recorded.status, 0, readFileSync(join(folder, 'log'), 'utf8'));
  const fields =
    '--ns --show-switch-events --show-lost-events --show-task-events --no-inline --no-demangle -F comm,pid,tid,time,period,event,trace,ip,sym,dso';
  const { out, err, status } = await shell(
    `for data in a b; do perf script ${fields} -i $data.data 2> /dev/null; done > text; offcpu-fold --unit ns --by tid --stats-json stats.json text`,
    folder,
  );
  const classified = await shell('offcpu-classify --json --where text', folder);
  const stats = JSON.parse(readFileSync(join(folder, 'stats.json'), 'utf8'));
  if (/perf lost/.test(err.toString())) return t.skip(`this machine is too busy: ${err}`);
  assert.equal(status, 0, err.toString());
  for (const { lifeNs, onCpuNs, runnableNs, blockedNs, inProgressNs, beforeNs } of stats.inputs[0].threads) {
    assert.equal(onCpuNs + runnableNs + blockedNs + inProgressNs + beforeNs, lifeNs);
  }
  const sums = new Map<string, number>();
  // the program's clock runs, too, while it is preempted in the system call that reads it
  let clockNs = 0;
  for (const line of out.toString('latin1').split('\n')) {
    const ns = Number(line.slice(line.lastIndexOf(' ') + 1));
    const own = [...FUNCTIONS, SHORT_WAITS].find((name) => line.split(';').includes(name));
    if (own) sums.set(own, (sums.get(own) ?? 0) + ns);
    if (/;clock_gettime.*;do_syscall_64/.test(line)) clockNs += ns;
  }
  const counts = new Map<string, number>();
  for (const { function: own, count } of JSON.parse(classified.out.toString()).where)
    counts.set(own, (counts.get(own) ?? 0) + count);
  const truth = new Map<string, { ns: number; waits: number }>();
  const sites = readFileSync(join(folder, 'truth'), 'latin1').matchAll(/^site (\w+) (\d+) (\d+)$/gm);
  for (const [, name = '', ns, waits] of sites) {
    const before = truth.get(name) ?? { ns: 0, waits: 0 };
    truth.set(name, { ns: before.ns + Number(ns), waits: before.waits + Number(waits) });
  }
  for (const [name, real] of truth) {
    const [measured, count] = [sums.get(name) ?? 0, counts.get(name) ?? 0];
    const words = `${ms(measured)} of ${ms(real.ns)} ms, ${count} of ${real.waits} waits`;
    t.diagnostic(`${name.padEnd(12)} ${words}`);
    const most = APART * real.ns + APART_NS;
    const short = name === SHORT_WAITS ? MOST_A_WAIT_NS * real.waits : 0;
    assert.ok(measured - real.ns <= most + short && real.ns - measured <= most + clockNs, `${name}: ${words}`);
    assert.ok(Math.abs(count - real.waits) <= APART_WAITS, `${name}: ${words}`);
  }
  assert.deepEqual([...truth.keys()].sort(), [...FUNCTIONS, SHORT_WAITS].sort());
});

function ms(ns: number): string {
  return (ns / 1e6).toFixed(1);
}
