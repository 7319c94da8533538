// Run: from argv to the exit status. The only place that touches process: arguments, signals, stdout, exit status.

import { isatty } from 'node:tty';
import { InputError, UsageError } from '../engine/errors.ts';
import { helpText, versionText } from './help.ts';
import { isSystemError, reason, type Surroundings } from './inputs.ts';
import { type Asked, type Manual, type OptionTable, type Values, valuesOf } from './options.ts';
import { Report, Status } from './report.ts';

/** What a command may use of the world. */
export interface World extends Surroundings {
  operands: string[];
  report: Report;
  /** is stderr read by a person? */
  interactive: boolean;
  /** is stdout a terminal? */
  terminal: boolean;
  /** writes blocks to stdout as fast as its reader takes them; the next may overwrite the one before */
  output(blocks: Iterable<Uint8Array | string>): Promise<void>;
}

export interface Command<T extends OptionTable> extends Manual<T> {
  /** Gives the exit status. */
  run(options: Values<T>, world: World): Promise<number>;
}

/** Thrown when nobody reads stdout any more: no failure. */
class ReaderLeft extends Error {}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs the command and sets the exit status; the process ends by itself when all is written. */
export function run<T extends OptionTable>(command: Command<T>): void {
  runToEnd(command).catch((error: unknown) => {
    process.stderr.write(mistakeText(command.name, error));
    process.exitCode = Status.failed;
  });
}

/** For an error that nobody expected. */
export function mistakeText(tool: string, error: unknown): string {
  const stack = error instanceof Error ? error.stack : String(error);
  return `${tool}: a mistake in ${tool} itself, please report it:\n${stack}\n`;
}

async function runToEnd<T extends OptionTable>(command: Command<T>): Promise<void> {
  const report = new Report(command.name, (text) => process.stderr.write(text));
  process.stderr.on('error', () => {}); // nobody reads the messages: the data counts
  const stop = new AbortController();
  let interrupted: number | undefined;
  for (const [signal, status] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      interrupted = status;
      stop.abort();
    });
  }
  const status = await statusOf(command, process.argv.slice(2), {
    report,
    stop: stop.signal,
    stdin: undefined,
    interactive: process.stderr.isTTY === true,
    terminal: isatty(1), // to ask process.stdout would make a stream
    output: writeOut,
  });
  process.exitCode = interrupted ?? status;
  if (interrupted !== undefined) process.exit();
}

/** What a command line gives: its exit status, and why it failed on the report. Throws what nobody expected. */
export async function statusOf<T extends OptionTable>(
  command: Command<T>,
  argv: readonly string[],
  world: Omit<World, 'operands'>,
): Promise<number> {
  try {
    const asked = await askedBy(command, argv);
    if (asked.ask !== 'run') {
      await world.output([asked.ask === 'help' ? helpText(command) : versionText(command.name)]);
      return Status.ok;
    }
    return await command.run(asked.options, { ...world, operands: asked.operands });
  } catch (error) {
    if (error instanceof ReaderLeft) return Status.ok;
    const message = messageOf(error);
    if (message === undefined) throw error;
    world.report.note(message);
    return Status.failed;
  }
}

/** What to tell the user of an error that input, options or the system cause; undefined: nobody expected this one. */
export function messageOf(error: unknown): string | undefined {
  if (isSystemError(error)) return `${error.path ?? error.syscall}: ${reason(error)}`;
  return error instanceof UsageError || error instanceof InputError ? error.message : undefined;
}

async function askedBy<T extends OptionTable>(command: Command<T>, argv: readonly string[]): Promise<Asked<T>> {
  // nothing but operands: yargs, which takes as long to load as a small input to read, has nothing to do
  if (argv.every((argument) => argument === '-' || !argument.startsWith('-')))
    return { ask: 'run', operands: [...argv], options: valuesOf(command.options, {}) };
  const end = argv.indexOf('--');
  const before = end < 0 ? argv : argv.slice(0, end);
  if (before.includes('--version')) return { ask: 'version' };
  if (before.includes('--help') || before.includes('-h')) return { ask: 'help' };
  const { readArguments } = await import('./arguments.ts');
  const given = readArguments(command.options, argv);
  if (typeof given === 'string') throw new UsageError(`${given}; see ${command.name} --help`);
  return { ask: 'run', operands: given.operands, options: valuesOf(command.options, given.options) };
}

/** Writes block after block, each when the one before is out: a block may lie in memory that the next overwrites. */
async function writeOut(blocks: Iterable<Uint8Array | string>): Promise<void> {
  const { stdout } = process;
  let failed: Error | undefined;
  const onError = (error: Error): void => {
    failed = error;
  };
  stdout.on('error', onError);
  for (const block of blocks) {
    await new Promise<void>((resolve) => {
      stdout.write(block, (error) => {
        failed ??= error ?? undefined;
        resolve();
      });
    });
    if (failed) break;
  }
  if (!failed) return;
  if (!isSystemError(failed)) throw failed;
  if (failed.code === 'EPIPE') throw new ReaderLeft();
  throw new UsageError(`<stdout>: ${reason(failed)}`);
}
