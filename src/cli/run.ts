// Run: from argv to the exit status. The only place that touches process: arguments, signals, stdout, exit status.

import { isatty } from 'node:tty';
import { InputError } from '../fold/stack-table.ts';
import { helpText, versionText } from './help.ts';
import { isSystemError, reason } from './inputs.ts';
import { type Asked, type Manual, type OptionTable, type Values, valuesOf } from './options.ts';
import { Report, Status, UsageError } from './report.ts';

/** What a command may use of the world. */
export interface World {
  operands: string[];
  report: Report;
  /** stop reading: write what there is so far */
  stop: AbortSignal;
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
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${command.name}: a mistake in ${command.name} itself, please report it:\n${stack}\n`);
    process.exitCode = Status.failed;
  });
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
  const status = await statusOf(command, report, stop.signal);
  process.exitCode = interrupted ?? status;
  if (interrupted !== undefined) process.exit();
}

async function statusOf<T extends OptionTable>(
  command: Command<T>,
  report: Report,
  stop: AbortSignal,
): Promise<number> {
  try {
    const asked = await askedBy(command, process.argv.slice(2));
    if (asked.ask !== 'run') {
      await writeOut([asked.ask === 'help' ? helpText(command) : versionText(command.name)]);
      return Status.ok;
    }
    const interactive = process.stderr.isTTY === true;
    return await command.run(asked.options, {
      operands: asked.operands,
      report,
      stop,
      interactive,
      terminal: isatty(1), // to ask process.stdout would make a stream
      output: writeOut,
    });
  } catch (error) {
    if (error instanceof ReaderLeft) return Status.ok;
    if (!(error instanceof UsageError || error instanceof InputError || isSystemError(error))) throw error;
    report.note(isSystemError(error) ? `${error.path ?? error.syscall}: ${reason(error)}` : error.message);
    return Status.failed;
  }
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
