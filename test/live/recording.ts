// Records a process with bpf/offcpu.bt, as a user would.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../tools.ts';

/** Another one than that on PATH, with words before it: `BPFTRACE='chroot /opt/trixie bpftrace' make live`. */
const [BPFTRACE = 'bpftrace', ...WORDS] = (process.env.BPFTRACE ?? 'bpftrace').split(' ');
const PROGRAM = join(ROOT, 'bpf/offcpu.bt');

const START_LIMIT_MS = 120_000;
/** bpftrace 0.17 loses a SIGINT that comes while it handles events; on a busy machine it is slow to answer, too. */
const PATIENCE_MS = 8000;
const END_LIMIT_MS = 60_000;

/** Why bpftrace can't record here; undefined when it can. */
export function obstacle(): string | undefined {
  const { status, error, stdout, stderr } = spawnSync(
    BPFTRACE,
    [...WORDS, '-e', 'tracepoint:sched:sched_switch { printf("seen\\n"); exit(); }'],
    { encoding: 'utf8', timeout: START_LIMIT_MS },
  );
  if (error && 'code' in error && error.code === 'ENOENT') return 'no bpftrace: apt-get install bpftrace';
  if (process.getuid?.() !== 0) return 'bpftrace needs root: sudo make live';
  if (stdout.includes('seen')) return undefined;
  const why = stderr.trim().split('\n').at(-1) || `status ${status}`;
  return `bpftrace may not record (${why}): mount -t tracefs tracefs /sys/kernel/tracing; in a container: --privileged`;
}

export interface RecordingOptions {
  seconds: number;
  /** of my_wait_event_info */
  address?: number;
  /** the program's own, behind the process */
  operands?: readonly string[];
  /** called when all probes are in place, and when the recording is about to end */
  onStart?: () => void;
  onEnd?: () => void;
}

/** Records a process for `seconds`. Gives what bpftrace printed, latin1. */
export async function record(pid: number, options: RecordingOptions): Promise<string> {
  const { seconds, address, onStart, onEnd } = options;
  const operands = [PROGRAM, String(pid), ...(options.operands ?? (address === undefined ? [] : [String(address)]))];
  const child = spawn(BPFTRACE, [...WORDS, ...operands], {
    env: { ...process.env, BPFTRACE_CACHE_USER_SYMBOLS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let dump = '';
  let said = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    dump += text;
  });
  child.stderr.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  const ended = endOf(child);
  try {
    const isUp = (): boolean => dump.includes('flamepipe offcpu begins');
    if (!(await until(() => isUp() || hasEnded(child), START_LIMIT_MS)) || hasEnded(child)) {
      throw new Error(`bpftrace did not start: ${said}`);
    }
    onStart?.();
    await sleep(seconds * 1000);
    onEnd?.();
    const from = performance.now();
    // once its footer is there a further SIGINT would end it in the middle of its maps
    while (performance.now() - from < END_LIMIT_MS && !dump.includes('flamepipe offcpu end') && !hasEnded(child)) {
      child.kill('SIGINT');
      await until(() => dump.includes('flamepipe offcpu end') || hasEnded(child), PATIENCE_MS);
    }
    await Promise.race([ended, sleep(END_LIMIT_MS, undefined, { ref: false })]);
    if (child.exitCode !== 0) throw new Error(`bpftrace ended with ${child.exitCode ?? child.signalCode}: ${said}`);
    return dump;
  } finally {
    if (!hasEnded(child)) child.kill('SIGKILL');
  }
}

/** bpftrace's own words: `bpftrace v0.17.0`. */
/** A program of fixtures/live that says `ready`, and on stdin takes `start` and `stop`. */
export interface TimedProgram {
  name: string;
  flags: readonly string[];
  operands?: readonly string[];
  /** has it told its own times? */
  hasTold(said: string): boolean;
}

/**
 * Builds a program, and records it between `start` and `stop`. Leaves NAME.txt, the dump, and NAME.maps in the folder; gives
 * what the program said.
 */
export async function recordTimed(
  { name, flags, operands = [], hasTold }: TimedProgram,
  folder: string,
  options: Pick<RecordingOptions, 'seconds' | 'operands'>,
): Promise<string> {
  const source = join(ROOT, 'fixtures/live', `${name}.c`);
  const { status, stderr } = spawnSync('cc', ['-O2', ...flags, '-o', join(folder, name), source, '-lpthread']);
  assert.equal(status, 0, String(stderr));
  const program = spawn(`./${name}`, operands, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  program.stdout.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  try {
    assert.ok(await until(() => said.includes('ready'), 60_000), 'the program does not start');
    const dump = await record(program.pid!, {
      ...options,
      onStart: () => program.stdin.write('start\n'),
      onEnd: () => program.stdin.write('stop\n'),
    });
    writeFileSync(join(folder, `${name}.txt`), dump, 'latin1');
    writeFileSync(join(folder, `${name}.maps`), readFileSync(`/proc/${program.pid}/maps`));
    assert.ok(await until(() => hasTold(said), 60_000), 'the program does not tell its times');
    return said;
  } finally {
    program.kill('SIGKILL');
    await endOf(program);
  }
}

export function bpftraceVersion(): string {
  return spawnSync(BPFTRACE, [...WORDS, '--version'], { encoding: 'utf8' }).stdout.trim();
}

/** `Linux 6.1.0-18-amd64 x86_64, 2 CPUs` */
export function machine(): string {
  const kernel = spawnSync('uname', ['-srm'], { encoding: 'utf8' }).stdout.trim();
  const cpus = readFileSync('/proc/cpuinfo', 'utf8').match(/^processor/gm)?.length ?? 1;
  return `${kernel}, ${cpus} CPUs`;
}

/** Waits until it is so; false: it was not within the limit. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  for (const from = performance.now(); ; await sleep(50)) {
    if (await isSo()) return true;
    if (performance.now() - from > limitMs) return false;
  }
}

export function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => (hasEnded(child) ? resolve() : child.once('close', () => resolve())));
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
