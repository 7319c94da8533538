// A command that begins with the window: a shell waits in its place until both profilers are there. So even of a program
// that lives a tenth of a second nothing is lost. The shell ends by becoming the command, which keeps its process id. Of a
// script that execs a program, that program is stopped as soon as it is there: its code says how perf has to unwind.

import { basename } from 'node:path';
import { lastWords } from '../../failure.ts';
import type { Settings } from '../../settings.ts';
import type { Process } from '../../target/proc-pid.ts';
import type { Child } from '../system/children.ts';
import { bytesOf, linkOf, textOf } from '../system/proc-files.ts';
import { pathOf } from '../system/run-sync.ts';
import { type CommandProgram, programOf } from '../target/command-program.ts';

/** It takes the program's name, so that no thread is called sh. */
const WAIT = 'printf %s "$0" > /proc/$$/comm; read -r begin && exec "$@" < /dev/null';
const COMM_BYTES = 15;
const ELF = '\x7fELF';
/** a shell's statuses for a program that may not be run, or that is not there; programs may have them, too */
const CAN_NOT_EXEC: readonly number[] = [126, 127];
// app: 1: exec: ./app: Permission denied     app: line 1: /opt/app: Permission denied     app: exec: line 1: …
const OF_SHELL = /^[^\n]*?: (?:line )?1: (?:exec: )?(.*)$/gm;

/**
 * The program of a command that can be held; undefined: it begins at once, as a warm-up or a workload needs it, or it is
 * not found.
 */
export function heldProgram(
  { command, workload, warmupSeconds }: Settings,
  perfVersion: string | undefined,
): CommandProgram | undefined {
  if (!command || workload !== undefined || warmupSeconds > 0) return undefined;
  if (perfVersion !== undefined && !knowsSynth(perfVersion)) return undefined;
  const program = programOf(command) ?? itself(command);
  const isElf = program && bytesOf(program.path)(0, ELF.length).toString('latin1') === ELF;
  return isElf ? program : undefined;
}

/** The first word, which may be a script's prefix that nobody knows. */
function itself(command: readonly string[]): CommandProgram | undefined {
  const [first = '', ...words] = command;
  const path = pathOf(first);
  return path === undefined ? undefined : { path, argv: command, words, before: [] };
}

// perf version 6.1.176     perf version 5.10.244
const VERSION = /(\d+)\.(\d+)/;

/** perf has --synth since 5.16. */
function knowsSynth(version: string): boolean {
  const [, major = 0, minor = 0] = (VERSION.exec(version) ?? []).map(Number);
  return major > 5 || (major === 5 && minor >= 16);
}

/** What waits for the window. */
export interface Held {
  readonly process: Process;
  /** the path of its executable */
  readonly program: string;
  /** does a shell wait in its place? */
  readonly isShell: boolean;
  /** Has it begun? */
  readonly hasBegun: boolean;
  release(): void;
  /** Why it could not begin, if so. `log` is the file of its messages. */
  refusal(log: string): Promise<string | undefined>;
}

export class HeldCommand implements Held {
  readonly isShell = true;
  readonly program: string;
  readonly process: Process;
  readonly #name: string;
  readonly #child: Child;
  #hasBegun = false;

  /** `process` is that of `child`, which runs argvOf(). */
  constructor({ path, argv }: CommandProgram, process: Process, child: Child) {
    this.program = path;
    this.#name = argv[0] ?? path;
    this.process = { ...process, comm: basename(path).slice(0, COMM_BYTES) };
    this.#child = child;
  }

  /** perf would see libraries in two places if env or nice, which have them as well, stood behind the shell. */
  static argvOf({ before, argv }: Pick<CommandProgram, 'before' | 'argv'>): string[] {
    return [...before, 'sh', '-c', WAIT, basename(argv[0] ?? ''), ...argv];
  }

  release(): void {
    this.#child.command('begin');
  }

  async refusal(log: string): Promise<string | undefined> {
    if (this.#hasBegun || !this.#child.hasEnded) return undefined;
    const ending = await this.#child.ended;
    const text = textOf(log) ?? '';
    // a COMMAND that is a shell says the like of what it can't find itself
    const isOfCommand = [...text.matchAll(OF_SHELL)].some(([, what = '']) =>
      [this.#name, this.program].some((name) => what.startsWith(`${name}: `)),
    );
    if (!CAN_NOT_EXEC.includes(ending.code ?? 0) || !isOfCommand) return undefined;
    return `${this.#name} can't be started (${lastWords(ending, text)})`;
  }

  get hasBegun(): boolean {
    const arguments_ = this.#hasBegun ? '' : (textOf(`/proc/${this.process.pid}/cmdline`) ?? '');
    this.#hasBegun ||= arguments_ !== '' && !arguments_.includes(WAIT);
    return this.#hasBegun;
  }
}

/** It goes on when the word comes, and when flame-record has gone. */
const GO_ON = 'read -r begin; kill -CONT "$0"';

/** A program that is stopped already. */
export class StoppedCommand implements Held {
  readonly isShell = false;
  readonly process: Process;
  readonly program: string;
  readonly #starter: Child;
  hasBegun = false;

  /** `start` starts a child that takes commands. */
  constructor(process: Process, start: (argv: readonly string[]) => Child) {
    this.process = process;
    this.program = linkOf(`/proc/${process.pid}/exe`) ?? process.comm;
    this.#starter = start(['sh', '-c', GO_ON, String(process.pid)]);
  }

  release(): void {
    this.#starter.command('begin');
    this.hasBegun = true;
  }

  async refusal(): Promise<undefined> {}
}
