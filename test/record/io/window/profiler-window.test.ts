// The window of two profilers, with profilers of shell script.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { innermost, recordWindow } from '../../../../src/record/io/window/profiler-window.ts';
import { temporaryFolder } from '../../../tools.ts';

const nothing = (): void => {};
const HOOKS = {
  ...{ isAlive: () => true, isDone: () => false, begins: nothing, ends: nothing, recording: nothing },
  ...{ recorded: async () => {}, printing: nothing, forPerf: () => undefined },
};

test('an error when the window begins, as of a full disk, ends both profilers', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const profiler = (name: string, before: string, word: string) => ({
    argv: ['sh', '-c', `echo $$ > '${at(`${name}.pid`)}'; ${before}; echo ${word}; exec sleep 600`],
    output: at(name),
    errors: at(`${name}.log`),
    begins: /begins/,
  });
  const full = (): void => {
    throw new Error('no space left');
  };
  const plan = {
    ...{ seconds: 60, asRoot: [], perfAttempts: 1 },
    perf: () => profiler('perf', 'read -r enable', 'ack'),
    bpftrace: profiler('bpftrace', ':', 'begins'),
  };
  await assert.rejects(recordWindow(plan, { ...HOOKS, begins: full }, new AbortController().signal), /no space left/);
  const isAlive = (name: string): boolean => existsSync(`/proc/${readFileSync(at(`${name}.pid`), 'utf8').trim()}`);
  for (let i = 0; i < 500 && (isAlive('perf') || isAlive('bpftrace')); i++) await sleep(10);
  assert.deepEqual([isAlive('perf'), isAlive('bpftrace')], [false, false]);
});

test('a command for perf within the window is answered, and does not end it', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const loop = `while read -r line; do echo "$line" >> '${at('commands')}'; printf 'ack\\n'; done`;
  const perf = { argv: ['sh', '-c', loop], output: at('perf'), errors: at('perf.log') };
  const commands = ['disable sched:sched_switch'];
  const hooks = { ...HOOKS, forPerf: () => commands.pop() };
  const plan = { seconds: 0.5, asRoot: [], perfAttempts: 1, perf: () => perf, bpftrace: undefined };
  const { startNs, endNs, cause, perf: recorded } = await recordWindow(plan, hooks, new AbortController().signal);
  assert.deepEqual([cause, recorded?.isWhole], ['time', true]);
  assert.ok(endNs - startNs >= 0.5e9, `${endNs - startNs} ns`);
  assert.equal(readFileSync(at('commands'), 'utf8'), 'enable\ndisable sched:sched_switch\ndisable\n');
});

test('below sudo and timeout the profiler is found, by which process each of them waits for', async () => {
  const chain = spawn('sh', ['-c', "sh -c 'echo $$; read -r end; :'; :"], { stdio: ['pipe', 'pipe', 'ignore'] });
  const [said] = (await once(chain.stdout, 'data')) as [Buffer];
  const own = Number(said);
  assert.notEqual(own, chain.pid);
  assert.deepEqual([innermost(chain.pid!), innermost(own)], [own, own]);
  chain.stdin.end();
  await once(chain, 'close');
});

test('the window is that of the dump, which a slow bpftrace begins long after perf', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const footer = 'flamepipe offcpu end pid 7 start_ns 4000000000 end_ns 9000000000';
  const perf = { argv: ['sh', '-c', 'while read -r _; do echo ack; done'], output: at('perf'), errors: at('perf.log') };
  const bpftrace = {
    ...{ argv: ['sh', '-c', `echo begins; trap 'echo "${footer}"; exit' INT; while :; do sleep 0.02; done`] },
    ...{ output: at('dump'), errors: at('dump.log'), begins: /begins/ },
  };
  const plan = { seconds: 0.1, asRoot: [], perfAttempts: 1, perf: () => perf, bpftrace };
  const window = await recordWindow(plan, HOOKS, new AbortController().signal);
  assert.deepEqual([window.startNs, window.endNs, window.dump?.pids], [4e9, 9e9, []]);
});
