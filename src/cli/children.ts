// Children: programs started by a tool, each in a process group of its own, so that a Ctrl-C on the terminal reaches the
// tool alone and it can end them in order. None of them outlives the tool: a second signal, or its end, kills all.

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, openSync } from 'node:fs';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSystemError, reason } from './inputs.ts';

/** How a child ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** why it could not be started */
  problem?: string;
}

export interface Start {
  argv: readonly string[];
  /** added to this process's environment */
  environment?: Readonly<Record<string, string>>;
  /** files, appended to */
  output: string;
  errors: string;
  /** called with each line of its output, latin1 */
  onLine?: (line: string) => void;
  /** two more descriptors, 3 and 4, for commands to it and its answers; called with each answer */
  onAnswer?: (text: string) => void;
}

export class Child {
  /** undefined: it could not be started */
  readonly pid: number | undefined;
  /** when it has ended and all of its output is written */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  #ending: Ending | undefined;

  constructor(start: Start) {
    const errors = openSync(start.errors, 'a');
    const stdout = start.onLine ? 'pipe' : start.output === start.errors ? errors : openSync(start.output, 'a');
    const control = start.onAnswer ? (['pipe', 'pipe'] as const) : [];
    const [program = '', ...args] = start.argv;
    const child = spawn(program, args, {
      detached: true,
      env: { ...process.env, ...start.environment },
      stdio: ['ignore', stdout, errors, ...control],
    });
    this.#child = child;
    this.pid = child.pid;
    for (const stream of child.stdio.slice(3)) stream?.on('error', () => {}); // it has ended: `ended` tells
    if (start.onAnswer) child.stdio[4]?.on('data', (bytes: Buffer) => start.onAnswer?.(bytes.toString('latin1')));
    watchSignals();
    living.add(child);
    const written = start.onLine ? writeLines(child, start.output, start.onLine) : Promise.resolve();
    const exited = new Promise<Ending>((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, problem: whyNotStarted(program, error) }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.ended = Promise.all([exited, written]).then(([ending]) => {
      living.delete(child);
      this.#ending = ending;
      return ending;
    });
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** To the child alone. */
  signal(name: NodeJS.Signals): void {
    if (!this.hasEnded) this.#child.kill(name);
  }

  /** To its whole group, which may outlive it. */
  signalGroup(name: NodeJS.Signals): boolean {
    return signalGroup(this.#child, name);
  }

  /** Writes a line to descriptor 3. */
  command(line: string): void {
    (this.#child.stdio[3] as Writable | null)?.write(`${line}\n`);
  }
}

const GRACE_MS = 2000;
const LOOK_MS = 20;

/** Ends a group: SIGTERM, and after two seconds SIGKILL for those that are left. */
export async function endGroup(child: Child): Promise<void> {
  if (!child.signalGroup('SIGTERM')) return;
  for (let waited = 0; waited < GRACE_MS; waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (!child.signalGroup(0 as unknown as NodeJS.Signals)) return;
  }
  child.signalGroup('SIGKILL');
  await child.ended;
}

export interface PipelineResult {
  endings: Ending[];
  /** the exit status a shell with pipefail would give */
  status: number;
}

/** Runs stages, stdout into stdin, the last one's into `output`; their stderr is appended to `errors`. */
export async function runPipeline(
  stages: readonly (readonly string[])[],
  output: string,
  errors: string,
): Promise<PipelineResult> {
  const log = openSync(errors, 'a');
  const last = openSync(output, 'w');
  const children: ChildProcess[] = [];
  watchSignals();
  const ended = stages.map(([program = '', ...args], i) => {
    const before = children.at(-1);
    const child = spawn(program, args, {
      detached: true,
      stdio: [before?.stdout ?? 'ignore', i === stages.length - 1 ? last : 'pipe', log],
    });
    before?.stdout?.destroy(); // the next stage has its own descriptor of it
    children.push(child);
    living.add(child);
    return new Promise<Ending>((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, problem: whyNotStarted(program, error) }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }).finally(() => living.delete(child));
  });
  const endings = await Promise.all(ended);
  const failed = endings.findLast(({ code }) => code !== 0);
  return { endings, status: failed === undefined ? 0 : statusOf(failed) };
}

function statusOf({ code, signal }: Ending): number {
  return code ?? (signal === null ? 127 : 128 + constants.signals[signal]);
}

/** The child's stdout into a file, and each line to `onLine`. */
async function writeLines(child: ChildProcess, file: string, onLine: (line: string) => void): Promise<void> {
  const out = createWriteStream(file);
  let rest = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  if (child.stdout) await pipeline(child.stdout, out);
}

function whyNotStarted(program: string, error: Error): string {
  if (!isSystemError(error)) return error.message;
  return error.code === 'ENOENT' ? `${program} is not installed, or not on PATH` : `${program}: ${reason(error)}`;
}

const living = new Set<ChildProcess>();
let watching = false;

function watchSignals(): void {
  if (watching) return;
  watching = true;
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (++signals < 2) return;
      process.exit(128 + constants.signals[signal]); // kills them all
    });
  }
  process.once('SIGHUP', () => process.kill(process.pid, 'SIGTERM')); // the terminal is gone: end in order
  process.on('exit', () => {
    for (const child of living) signalGroup(child, 'SIGKILL');
  });
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, name);
  } catch {
    return false; // nobody is left
  }
}
