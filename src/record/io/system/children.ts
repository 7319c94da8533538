// Children: programs started by a tool, each in a process group of its own, so that a Ctrl-C on the terminal reaches
// the tool alone and it can end them in order. None of them outlives the tool: a second signal, or its end, kills all.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, createWriteStream, existsSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import split2 from 'split2';
import { isSystemError, reason } from '../../../cli/inputs.ts';
import { STOPPED_BY } from '../../../cli/run.ts';
import { answerOf, pathOf, type User } from './run-sync.ts';

/** How a child ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** why it could not be started */
  problem?: string;
}

export interface Start {
  argv: readonly string[];
  /** words before its command that make it root's, as `sudo -n`; signals then need the same */
  asRoot?: readonly string[];
  /** files, appended to; no output: it is read, from `stdout` */
  output?: string;
  errors: string;
  /** the user that it runs as; undefined: this user */
  user?: User | undefined;
  /** it takes commands on its stdin */
  takesCommands?: boolean;
  /** called with each line of its output, UTF-8 */
  onLine?: (line: string) => void;
  /** it takes commands on its stdin and answers on its stdout; called with each answer */
  onAnswer?: (text: string) => void;
}

export class Child {
  /** undefined: it could not be started */
  readonly pid: number | undefined;
  /** kept when it has ended and all of its output is written */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #asRoot: readonly string[];
  #ending: Ending | undefined;

  /** Throws system errors if its files can't be opened. */
  constructor({ argv, asRoot = [], user, output, errors, takesCommands, onLine, onAnswer }: Start) {
    const log = openSync(errors, 'a', PRIVATE);
    const isRead = onLine || onAnswer || output === undefined;
    const out = isRead ? 'pipe' : output === errors ? log : openSync(output, 'a', PRIVATE);
    const [program = '', ...args] = argv;
    const child = spawn(program, args, {
      detached: true,
      stdio: [takesCommands || onAnswer ? 'pipe' : 'ignore', out, log],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    this.#child = child;
    this.#asRoot = asRoot;
    this.pid = child.pid;
    child.stdin?.on('error', () => {}); // the child has ended, as `ended` tells
    // without a listener, Node throws away at its end what nobody has begun to read
    if (output === undefined) child.stdout?.on('readable', () => {});
    if (onAnswer) child.stdout?.on('data', (bytes: Buffer) => onAnswer(bytes.toString('latin1')));
    watchSignals();
    const kill = (): void => void this.signalGroup('SIGKILL');
    living.add(kill);
    const written = onLine && output !== undefined ? writeLines(child, output, onLine) : Promise.resolve(undefined);
    this.ended = Promise.all([endingOf(child, program), written]).then(([ending, problem]) => {
      living.delete(kill);
      for (const fd of new Set([log, out])) if (typeof fd === 'number') closeSync(fd);
      this.#ending = problem === undefined ? ending : { ...ending, problem };
      return this.#ending;
    });
  }

  /** The output of a child that has no file for it. */
  get stdout(): Readable {
    return this.#child.stdout as Readable;
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Signals the child alone. False: it has ended. */
  signal(name: NodeJS.Signals): boolean {
    return !this.hasEnded && this.pid !== undefined && signal(this.pid, name, this.#asRoot);
  }

  /** Signals its whole group, which may outlive it. False: nobody is left. */
  signalGroup(name: NodeJS.Signals): boolean {
    return this.pid !== undefined && signal(-this.pid, name, this.#asRoot);
  }

  get isGroupAlive(): boolean {
    return this.pid !== undefined && signal(-this.pid, 0, this.#asRoot);
  }

  /** Writes a line to its stdin. */
  command(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }
}

/** The output of children may hold names and secrets of others. */
const PRIVATE = 0o600;
const GRACE_MS = 2000;
const LOOK_MS = 20;

/** Ends a group: SIGTERM, and after two seconds SIGKILL for those that are left. */
export async function endGroup(child: Child): Promise<void> {
  if (!child.signalGroup('SIGTERM')) return;
  child.signalGroup('SIGCONT'); // what is stopped would not hear it
  for (let waited = 0; waited < GRACE_MS; waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (!child.isGroupAlive) return;
  }
  child.signalGroup('SIGKILL');
  await child.ended;
}

/** The exit status that a shell would give. */
export function exitStatus({ code, signal }: Ending): number {
  return code ?? (signal === null ? 127 : 128 + constants.signals[signal]);
}

function endingOf(child: ChildProcess, program: string): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, problem: whyNotStarted(program, error) }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/**
 * Writes the child's stdout into a file, and hands each line to `onLine`. Gives what went wrong; undefined: nothing.
 */
async function writeLines(
  { stdout }: ChildProcess,
  file: string,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  if (stdout === null) return undefined;
  const out = createWriteStream(file, { mode: PRIVATE });
  const lines = split2().on('data', onLine);
  try {
    await Promise.all([pipeline(stdout, out), pipeline(stdout, lines)]);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `${basename(file)}: ${reason(error)}`;
  }
}

function whyNotStarted(program: string, error: Error): string {
  if (!isSystemError(error)) return error.message;
  if (error.code !== 'ENOENT') return `${program}: ${reason(error)}`;
  if (!program.includes('/')) return `${program} is not installed, or not on PATH`;
  return existsSync(program) ? `${program}: what its first line names is missing` : `${program}: ${reason(error)}`;
}

/** How to kill each child that lives. */
const living = new Set<() => void>();
let watching = false;

function watchSignals(): void {
  if (watching) return;
  watching = true;
  let signals = 0;
  for (const [signal, status] of Object.entries(STOPPED_BY)) {
    process.on(signal, () => {
      if (++signals >= 2) process.exit(status); // and so kills all children
    });
  }
  process.on('exit', () => {
    for (const kill of living) kill();
  });
}

/** The program alone, because sudo may be limited to it; without procps there is only the shell's. */
function killer(): string[] {
  return pathOf('kill') === undefined ? ['sh', '-c', 'kill "$@"', 'kill'] : ['kill'];
}

/** Signals a process, or with a negative id a group. False: nobody is left. */
function signal(pid: number, name: NodeJS.Signals | 0, asRoot: readonly string[]): boolean {
  const text = name === 0 ? '0' : name.slice('SIG'.length);
  if (asRoot.length > 0) return answerOf([...asRoot, ...killer(), '-s', text, '--', String(pid)])?.status === 0;
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
