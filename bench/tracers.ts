// Programs that record off-CPU time of one process, to measure what they cost it: ours, and others of the field.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Tracer {
  name: string;
  /** Resolves when it records; gives what ends it. Throws where it does not run. */
  start(pid: number): Promise<() => Promise<void>>;
}

/** What a blog post has: two probes, time per pair of stacks, nothing about wake-ups, threads or states. */
const PLAIN = `
tracepoint:sched:sched_switch {
  if (pid == $1) { @ts[args->prev_pid] = nsecs; @k[args->prev_pid] = kstack; @u[args->prev_pid] = ustack; }
  $t = @ts[args->next_pid];
  if ($t != 0) {
    @offcpu[@k[args->next_pid], @u[args->next_pid]] = sum(nsecs - $t);
    delete(@ts[args->next_pid]); delete(@k[args->next_pid]); delete(@u[args->next_pid]);
  }
}
BEGIN { printf("flamepipe\\n"); }
END { clear(@k); clear(@u); clear(@ts); }
`;
const SETTLE_MS = 500;
/** Of those that don't say when they record. */
const ATTACH_MS = 4000;
/** 0.17 may lose a SIGINT */
const INSIST_MS = 5000;

/** `folder` takes their files. */
export function tracers(folder: string): { ours: Tracer; plain: Tracer; offcputime: Tracer; perf: Tracer } {
  const ours = path.join(import.meta.dirname, '../bpf/offcpu.bt');
  const plain = path.join(folder, 'plain.bt');
  writeFileSync(plain, PLAIN);
  const bpftrace = (program: string) => (pid: number) => started([['bpftrace', program, String(pid)]], /flamepipe/);
  const inFolder = (name: string): string => path.join(folder, name);
  return {
    ours: { name: '`bpf/offcpu.bt`', start: bpftrace(ours) },
    plain: { name: 'the plain program of a blog post', start: bpftrace(plain) },
    offcputime: {
      name: "`offcputime` of bcc's libbpf-tools",
      start: (pid) => started([['offcputime', '-p', String(pid)]], undefined),
    },
    perf: {
      name: 'perf A + B, `dwarf,16384`',
      async start(pid) {
        const waking = ['-e', 'sched:sched_switch', '--filter', `next_pid>=${pid}`, '-e', 'sched:sched_wakeup'];
        const b = ['-a', '-m', '1M', ...waking, '--filter', `pid>=${pid}`, '-o', inFolder('b.data')];
        const events = ['-e', 'cpu-clock/freq=99/', '-e', 'sched:sched_switch', '--switch-events'];
        const a = ['-z', '-m', '16M', '--call-graph', 'dwarf,16384', ...events, '-p', String(pid)];
        const record = (of: string[]): string[] => [
          'perf',
          'record',
          '-k',
          'CLOCK_MONOTONIC',
          '--no-buildid-cache',
          ...of,
        ];
        return started([record(b), record([...a, '-o', inFolder('a.data')])], undefined);
      },
    },
  };
}

export function isInstalled(program: string): boolean {
  return !spawnSync(program, ['--version'], { stdio: 'ignore' }).error;
}

/** Until each has said that it records; undefined: they don't say. */
async function started(argvs: readonly string[][], says: RegExp | undefined): Promise<() => Promise<void>> {
  const children = argvs.map(([program = '', ...args]) => spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  await Promise.all(children.map((child) => isUp(child, says)));
  await sleep(says ? SETTLE_MS : ATTACH_MS);
  return async () => {
    await Promise.all(children.map(ended));
  };
}

function isUp(child: ChildProcess, says: RegExp | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (text: Buffer): void => {
      said += text;
      if (says?.test(said)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('spawn', () => says ?? resolve());
    child.once('exit', () => reject(new Error(`${child.spawnfile} ended at once: ${said.trim().split('\n').at(-1)}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const insist = setInterval(() => child.kill('SIGINT'), INSIST_MS);
    child.once('exit', () => {
      clearInterval(insist);
      resolve();
    });
    if (child.exitCode !== null || child.signalCode !== null) child.emit('exit');
    else child.kill('SIGINT');
  });
}
