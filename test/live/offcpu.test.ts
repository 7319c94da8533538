// Situations made here and now, recorded with bpf/offcpu.bt: each thread waits for what its name says, so the reason
// offcpu-classify gives it must be that, and all times must add up. fixtures/live/situations.c makes them.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { ROOT } from '../tools.ts';
import { assertAddsUp, percent, type Reading, read, sum, table } from './reading.ts';
import { bpftraceVersion, endOf, machine, obstacle, record, recordTimed, until } from './recording.ts';

/** By thread: the reason of its blocked time. */
const TRUTH: Record<string, string> = {
  fsync: 'disk/fsync',
  read: 'disk/read',
  direct: 'disk/direct-io',
  fault: 'disk/page-fault',
  mutex: 'lock/futex',
  cond: 'lock/futex',
  flock: 'lock/file',
  semop: 'ipc/sysv-sem',
  epoll: 'poll/epoll',
  poll: 'poll/poll',
  select: 'poll/select',
  eventfd: 'ipc/eventfd',
  'pipe-r': 'ipc/pipe-read',
  'pipe-w': 'ipc/pipe-write',
  recv: 'net/recv',
  send: 'net/send',
  accept: 'net/accept',
  sleep: 'sleep/nanosleep',
  sigwait: 'signal/wait',
  child: 'process/wait',
};
const RIGHT = 0.9;
const SECONDS = 2.5;
/** As fixtures/live/situations.c stops a process. */
const STOP_NS = 80e6;

/** On a disk, which /tmp may not be. */
const folder = mkdtempSync('/var/tmp/flamepipe-live-');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function whyNot(): string | undefined {
  const { error, stderr } = spawnSync(
    'cc',
    ['-O1', '-o', join(folder, 'situations'), join(ROOT, 'fixtures/live/situations.c'), '-lpthread'],
    { encoding: 'utf8' },
  );
  if (error) return 'no C compiler: apt-get install gcc libc6-dev';
  return stderr === '' ? obstacle() : stderr;
}

const why = whyNot();

/** Skips the test where nothing can be recorded. */
function skipped(t: TestContext): boolean {
  if (why !== undefined) t.skip(why);
  return why !== undefined;
}

async function recorded(names: readonly string[], onEnds?: (pid: number) => void): Promise<Reading> {
  return recordedBelow([], names, onEnds);
}

/** `starter` is a command that starts the program as its only child; none: started from here. */
async function recordedBelow(
  starter: readonly string[],
  names: readonly string[],
  onEnds?: (pid: number) => void,
): Promise<Reading> {
  const [command = '', ...words] = [...starter, './situations', ...names];
  const program: ChildProcess = spawn(command, words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let said = '';
    program.stdout!.on('data', (text: Buffer) => {
      said += text;
    });
    assert.ok(await until(() => said.includes('ready'), 60_000), 'the situations do not start');
    const pid = starter.length === 0 ? program.pid! : childOf(program.pid!);
    const call = (): void => onEnds?.(pid);
    const dump = await record(pid, { seconds: SECONDS, onStart: call, onEnd: call });
    return await read(dump, folder, `${names[0]}.txt`);
  } finally {
    program.kill('SIGKILL');
    await endOf(program);
  }
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

/** Time of the threads of that name that was blocked, by label. */
function blockedOf({ waits }: Reading, comm: string): Map<string, number> {
  const labels = new Map<string, number>();
  for (const { label, us } of waits.filter((wait) => wait.comm === comm && wait.kind !== 'cpu')) {
    labels.set(label, (labels.get(label) ?? 0) + us);
  }
  return labels;
}

function notScheduled({ waits }: Reading, comm: string): number {
  return sum(waits.filter((wait) => wait.comm === comm && wait.kind === 'cpu').map(({ us }) => us));
}

describe('threads that wait for what their name says', () => {
  /** all threads of a process but one; and that one, whose forks hold up the others' page faults */
  const readings: Reading[] = [];
  const FORKS = 'child';
  const OTHERS = Object.keys(TRUTH).filter((name) => name !== FORKS);
  const readingOf = (comm: string): Reading => readings[comm === FORKS ? 1 : 0]!;
  before(async () => {
    if (why !== undefined) return;
    readings.push(await recorded(OTHERS));
    readings.push(await recorded([FORKS]));
  });
  after(() => {
    if (readings.length === 0) return;
    const rows = Object.entries(TRUTH).map(([comm, label]) => {
      const reading = readingOf(comm);
      const labels = blockedOf(reading, comm);
      const blocked = sum([...labels.values()]);
      const others = [...labels].filter(([name]) => name !== label).map(([name]) => name);
      const right = percent((labels.get(label) ?? 0) / blocked);
      return [comm, label, `${Math.round(blocked / 1000)} ms`, right, others.join(' ')];
    });
    console.log(`${bpftraceVersion()} on ${machine()}, ${readings.map(seconds).join(' and ')}`);
    console.log(`${table([['thread', 'waits for', 'blocked', 'right', 'else'], ...rows])}\n`);
  });

  for (const [comm, label] of Object.entries(TRUTH)) {
    test(`${comm}: ${label}`, (t) => {
      if (skipped(t)) return;
      const labels = blockedOf(readingOf(comm), comm);
      const blocked = sum([...labels.values()]);
      assert.ok(blocked > 0, 'it never waited');
      assert.ok((labels.get(label) ?? 0) >= RIGHT * blocked, `blocked, us: ${JSON.stringify([...labels])}`);
    });
  }

  test('the helpers sleep', (t) => {
    if (skipped(t)) return;
    for (const name of ['cond', 'semop', 'eventfd', 'pipe-r', 'pipe-w', 'recv', 'send', 'accept', 'sigwait']) {
      const labels = blockedOf(readings[0]!, `${name}-helper`);
      const blocked = sum([...labels.values()]);
      const slept = labels.get('sleep/nanosleep') ?? 0;
      assert.ok(blocked > 0 && slept >= 0.97 * blocked, `${name}-helper, us: ${JSON.stringify([...labels])}`);
    }
  });

  test('adds up, thread by thread', (t) => {
    if (skipped(t)) return;
    const worst = Math.max(assertAddsUp(readings[0]!, OTHERS.length), assertAddsUp(readings[1]!, 1));
    console.log(`  ${sum(readings.map(({ threads }) => threads.length))} threads add up, the worst to ${worst} ns`);
  });
});

test('more threads than CPUs: not scheduled, and the kernel counts the same', async (t) => {
  if (skipped(t)) return;
  const ends: { atNs: number; threads: Map<string, number[]> }[] = [];
  const reading = await recorded(['hogs'], (pid) =>
    ends.push({ atNs: performance.now() * 1e6, threads: schedstats(pid) }),
  );
  assertAddsUp(reading, 3);
  const us = notScheduled(reading, 'hogs') + notScheduled(reading, 'hogs-helper');
  assert.ok(us >= 0.99 * reading.json.us, `not scheduled: ${us} us of ${reading.json.us}`);
  assert.ok((reading.json.kindsUs.cpu ?? 0) >= 0.99 * reading.json.us);
  const [from, to] = ends;
  const rows = reading.threads.map(({ tid, wallNs, onCpuNs, offCpuNs }) => {
    const [ranFrom = 0, waitedFrom = 0] = from!.threads.get(String(tid)) ?? [];
    const [ranTo = 0, waitedTo = 0] = to!.threads.get(String(tid)) ?? [];
    const wall = to!.atNs - from!.atNs;
    return {
      ours: [onCpuNs / wallNs, offCpuNs / wallNs],
      kernels: [(ranTo - ranFrom) / wall, (waitedTo - waitedFrom) / wall],
    };
  });
  const shown = rows.map(({ ours, kernels }, i) => [`hog ${i + 1}`, ...[...ours, ...kernels].map(percent)]);
  const title = ['three hogs, one CPU', 'on CPU', 'runnable', '(schedstat) on CPU', 'runnable'];
  console.log(`${table([title, ...shown])}\n`);
  for (const { ours, kernels } of rows) {
    // the two windows are not the same
    for (const [i, share] of ours.entries()) assert.ok(Math.abs(share - kernels[i]!) < 0.08, JSON.stringify(rows));
  }
});

test('SIGSTOP: stopped', async (t) => {
  if (skipped(t)) return;
  const stoppedNs: number[] = [];
  const reading = await recorded(['stopped'], () =>
    stoppedNs.push(Number(readFileSync(join(folder, 'stopped-ns')).readBigUInt64LE())),
  );
  assertAddsUp(reading, 1);
  const labels = blockedOf(reading, 'stopped');
  const blocked = sum([...labels.values()]);
  assert.ok((labels.get('process/stopped') ?? 0) >= 0.99 * blocked, JSON.stringify([...labels]));
  const [from = 0, to = 0] = stoppedNs;
  const shares = [blocked * 1000, to - from].map((ns) => percent(ns / reading.windowNs));
  const words = `stopped ${shares[0]} of the window; by its stopper's clock ${shares[1]}`;
  // a stop at each end lies in the window in part
  assert.ok(to > from && Math.abs(blocked * 1000 - (to - from)) < STOP_NS + 0.05 * reading.windowNs, words);
  console.log(`  ${words}\n`);
});

test("a container's process, by its PID on the host", async (t) => {
  if (skipped(t)) return;
  const apart = ['unshare', '--pid', '--fork', '--kill-child'];
  if (spawnSync(apart[0]!, [...apart.slice(1), 'true']).status !== 0)
    return t.skip('unshare can make no PID namespace');
  const reading = await recordedBelow(apart, ['cond', 'sleep']);
  assertAddsUp(reading, 2);
  for (const comm of ['cond', 'sleep']) {
    const labels = blockedOf(reading, comm);
    const blocked = sum([...labels.values()]);
    assert.ok((labels.get(TRUTH[comm]!) ?? 0) >= RIGHT * blocked, `${comm}, us: ${JSON.stringify([...labels])}`);
  }
  const slept = reading.waits.filter(({ comm, stack }) => comm === 'sleep' && stack.includes(';do_nanosleep;'));
  assert.ok(slept.length > 0);
  for (const { stack } of slept) assert.match(stack, /;clock_nanosleep;/, 'user frames have names');
});

test("a server's wait event is that of its main thread, not of one that an extension started", async (t) => {
  if (skipped(t)) return;
  const program = { name: 'server-thread', flags: [], hasTold: () => true };
  await recordTimed(program, folder, { seconds: 1, operands: [String(0x10000000)] });
  const dump = readFileSync(join(folder, 'server-thread.txt'), 'latin1');
  // behind the stacks: comm, tid, state, wait event, call
  const events = (comm: string): string[] =>
    Array.from(dump.matchAll(new RegExp(`^, ${comm}, \\d+, 1, (\\d+), .*: \\(`, 'gm')), ([, event = '']) => event);
  assert.deepEqual([...new Set(events('server'))], [String(0x09000001)]);
  assert.deepEqual([...new Set(events('beside'))], ['0']);
});

function seconds({ windowNs }: Reading): string {
  return `${(windowNs / 1e9).toFixed(2)} s`;
}

/** The kernel's own account of each thread: nanoseconds on a CPU, and waiting for one. */
function schedstats(pid: number): Map<string, number[]> {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return new Map(
    tasks.map((tid) => [tid, readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ').map(Number)]),
  );
}
