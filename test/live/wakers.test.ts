// Who ended a wait, where an interrupt found somebody else at work, and where a signal let a stopped thread go. Skipped, and
// said so, where this machine can't record.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, shell } from '../tools.ts';
import { percent } from './reading.ts';
import { endOf, obstacle, record, until } from './recording.ts';

const SECONDS = 3;
const folder = mkdtempSync('/var/tmp/flamepipe-live-');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function whyNot(): string | undefined {
  if (spawnSync('cc', ['--version']).error) return 'no C compiler: apt-get install gcc libc6-dev';
  return obstacle();
}

const why = whyNot();
if (why !== undefined) console.error(`SKIPPED: who ends waits was not tried on a live program: ${why}`);

interface Place {
  reason: string;
  function?: string;
  us: number;
  wakers: { name: string; us: number }[];
}

/** Records a program that runs already, and ends it. */
async function recorded(program: ChildProcess, name: string, onStart = (): void => {}): Promise<Place[]> {
  try {
    const maps = readFileSync(`/proc/${program.pid}/maps`);
    writeFileSync(join(folder, `${name}.txt`), await record(program.pid!, { seconds: SECONDS, onStart }), 'latin1');
    writeFileSync(join(folder, `${name}.maps`), maps);
  } finally {
    program.kill('SIGKILL');
    await endOf(program);
  }
  const { out } = await shell(`offcpu-classify --where --json --maps ${name}.maps ${name}.txt`, folder);
  return JSON.parse(out.toString()).where;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Which share of the places' time ended somebody whose name matches, 0 to 1. */
function endedBy(places: readonly Place[], pattern: RegExp): number {
  const wakers = places.flatMap((place) => place.wakers).filter(({ name }) => pattern.test(name));
  return sum(wakers.map(({ us }) => us)) / sum(places.map(({ us }) => us));
}

test("io_uring's workers end no poll that times out, though interrupts find them", {
  skip: why ?? false,
}, async (t) => {
  const source = join(ROOT, 'fixtures/live/ring.c');
  spawnSync('cc', ['-O1', '-fno-omit-frame-pointer', '-o', join(folder, 'ring'), source, '-lpthread']);
  const program = spawn('./ring', { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  program.stdout.on('data', (text: Buffer) => {
    said += text;
  });
  assert.ok(await until(() => said !== '', 60_000), 'it does not start');
  if (!said.includes('ready')) return t.skip(said);
  const places = await recorded(program, 'ring');
  const polls = places.filter((place) => place.function === 'time_out');
  assert.ok(sum(polls.map(({ us }) => us)) > 0.2 * SECONDS * 1e6, JSON.stringify(places));
  const worked = / \(\d+, iou-wrk-\d+\)/.test(readFileSync(join(folder, 'ring.txt'), 'latin1'));
  assert.ok(worked, 'no worker of io_uring ran');
  const share = endedBy(polls, /iou-wrk|^thread ring$/);
  console.log(`  polls that io_uring ended: ${percent(share)}\n`);
  assert.ok(share < 0.01, JSON.stringify(polls));
});

test('who let a thread go that was stopped in a sleep', { skip: why ?? false }, async () => {
  const program = spawn('sleep', ['600'], { stdio: 'ignore' });
  let ticks: NodeJS.Timeout | undefined;
  try {
    const places = await recorded(program, 'sleep', () => {
      let isStopped = false;
      ticks = setInterval(() => {
        isStopped = !isStopped;
        program.kill(isStopped ? 'SIGSTOP' : 'SIGCONT');
      }, 100);
    });
    const stopped = places.filter(({ reason }) => reason === 'process');
    assert.ok(sum(stopped.map(({ us }) => us)) > 0.2 * SECONDS * 1e6, JSON.stringify(places));
    const share = endedBy(stopped, new RegExp(` ${process.pid}$`));
    console.log(`  stops that this process ended: ${percent(share)}\n`);
    assert.ok(share > 0.9, JSON.stringify(stopped));
    assert.equal(endedBy(stopped, /^(?:interrupt|timer)$/), 0, JSON.stringify(stopped));
  } finally {
    clearInterval(ticks);
  }
});
