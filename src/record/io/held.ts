// A command that begins with the window: a shell waits in its place until both profilers are there. So even of a program
// that lives a tenth of a second nothing is lost. The shell ends by becoming the program, which keeps its process id.

import { basename } from 'node:path';
import { lastWords } from '../failure.ts';
import type { Process } from '../proc-pid.ts';
import type { Settings } from '../settings.ts';
import type { Child } from './children.ts';
import { type CommandProgram, programOf, readsText } from './command-program.ts';
import { isLauncher } from './launched.ts';
import { bytesOf, textOf } from './proc-files.ts';

/** It takes the program's name, so that no thread is called sh. */
const WAIT = 'printf %s "$0" > /proc/$$/comm; read -r begin && exec "$@" < /dev/null';
const COMM_BYTES = 15;
const ELF = '\x7fELF';
/** a shell's statuses for a program that may not be run, or that is not there; programs may have them, too */
const CAN_NOT_EXEC: readonly number[] = [126, 127];
// app: 1: exec: ./app: Permission denied     app: line 1: /opt/app: Permission denied     app: exec: line 1: …
const OF_SHELL = /^[^\n]*: (?:line )?1: /m;

/**
 * The program of a command that can be held; undefined: it begins at once. A warm-up or a workload needs it before the
 * window. A shell may become another program in the end, which would tell how perf has to unwind.
 */
export function heldProgram(
  { command, workload, warmupSeconds }: Settings,
  perfVersion: string | undefined,
): CommandProgram | undefined {
  if (perfVersion !== undefined && !knowsSynth(perfVersion)) return undefined;
  const program = command && programOf(command);
  if (!program || workload !== undefined || warmupSeconds > 0 || isLauncher(program.argv)) return undefined;
  if (readsText(program)) return undefined;
  return bytesOf(program.path)(0, ELF.length).toString('latin1') === ELF ? program : undefined;
}

// perf version 6.1.176     perf version 5.10.244
const VERSION = /(\d+)\.(\d+)/;

/** perf has --synth since 5.16. */
function knowsSynth(version: string): boolean {
  const [, major = 0, minor = 0] = (VERSION.exec(version) ?? []).map(Number);
  return major > 5 || (major === 5 && minor >= 16);
}

export class HeldCommand {
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

  /** Why the shell could not become the program, if so. `log` is the file of its messages. */
  async refusal(log: string): Promise<string | undefined> {
    if (this.#hasBegun || !this.#child.hasEnded) return undefined;
    const ending = await this.#child.ended;
    const text = textOf(log) ?? '';
    if (!CAN_NOT_EXEC.includes(ending.code ?? 0) || !OF_SHELL.test(text)) return undefined;
    return `${this.#name} can't be started (${lastWords(ending, text)})`;
  }

  /** Has the shell become the program? */
  get hasBegun(): boolean {
    const arguments_ = this.#hasBegun ? '' : (textOf(`/proc/${this.process.pid}/cmdline`) ?? '');
    this.#hasBegun ||= arguments_ !== '' && !arguments_.includes(WAIT);
    return this.#hasBegun;
  }
}
