// Run: from argv to the exit status. The only place that touches process: arguments, signals, stdout, exit status.

import { writeSync } from 'node:fs';
import { InputError, UsageError } from '../engine/errors.ts';
import { watchHeap } from '../engine/heap.ts';
import { compileBy } from '../engine/own-module.ts';
import { type CommandLine, readArguments } from './arguments.ts';
import { throwIfFull } from './heap.ts';
import { helpText, versionText } from './help.ts';
import { isSystemError, isTerminal, reason, type Surroundings } from './inputs.ts';
import { Meter } from './meter.ts';
import { compilePatiently } from './optimizer.ts';
import { type Manual, type OptionTable, type Request, type Values, valuesOf } from './options.ts';
import { Report, Status } from './report.ts';
import { Stop } from './stop.ts';

/** What a command reads from and writes to. */
export interface World extends Surroundings {
  operands: string[];
  report: Report;
  /** does a person read stderr? */
  interactive: boolean;
  /** is stdout a terminal? */
  terminal: boolean;
  /** the width of what stdout shows; undefined: stdout is no terminal */
  columns: number | undefined;
  /** writes blocks to stdout, each when its reader has taken the one before, because the next may overwrite it */
  output(blocks: Iterable<Uint8Array | string>): Promise<void>;
}

export interface Command<T extends OptionTable> extends Manual<T> {
  /** Returns the exit status. */
  run(options: Values<T>, world: World): Promise<number>;
}

/** Nobody reads stdout any more: the end of the run, but no failure. */
class ReaderLeft extends Error {}

const USUAL_COLUMNS = 80;
/** Narrower, there would be no room for words. */
const LEAST_COLUMNS = 40;
/** What stops a tool, with the exit status that a shell gives a program so ended. */
export const STOPPED_BY = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;

/**
 * Launchers start Node with this, so that V8's compiler need not wait for this thread to collect garbage. Where it waits, and this
 * thread in process.exit() for the compiler, neither ends: 2 of 600 runs of `node flame-svg.cjs`. So without it what is being
 * compiled gets time to end.
 */
const ROOM = '--initial-old-space-size';
const SETTLE_MS = 50;

/** messages that stderr has not taken yet */
let waitingMessages = 0;

/** Runs the command and sets the exit status. The process ends when stdout and stderr have been written. */
export function run<T extends OptionTable>(command: Command<T>): void {
  const fail = (error: unknown): void => {
    process.stderr.write(mistakeText(command.name, error));
    process.exitCode = Status.failed;
  };
  runToEnd(command).catch(fail);
  // Node ends well where nothing is left to do, though a promise is never kept
  process.once('beforeExit', () => {
    if (process.exitCode === undefined)
      fail(new Error('it waits for something that never comes, so its output is not whole'));
  });
}

/** What to print for an error that nobody expected. */
export function mistakeText(tool: string, error: unknown): string {
  const stack = error instanceof Error ? error.stack : String(error);
  return `${tool}: this is a bug in ${tool}, please report it:\n${stack}\n`;
}

async function runToEnd<T extends OptionTable>(command: Command<T>): Promise<void> {
  watchHeap(throwIfFull);
  compileBy(compilePatiently);
  const meter = isTerminal(2) ? new Meter(command.name, writeMessage) : undefined;
  const report = new Report(command.name, writeMessage, meter);
  const stop = new Stop();
  let interrupted: number | undefined;
  for (const [signal, status] of Object.entries(STOPPED_BY)) {
    process.once(signal, () => {
      interrupted = status;
      stop.abort();
    });
  }
  const status = await statusOf(command, process.argv.slice(2), {
    report,
    stop,
    stdin: undefined,
    interactive: meter !== undefined,
    terminal: isTerminal(1),
    columns: columnsOf(isTerminal(1)),
    output(blocks) {
      meter?.clear();
      return writeOut(blocks);
    },
  });
  meter?.clear();
  process.exitCode = interrupted ?? status;
  if (!process.execArgv.some((flag) => flag.startsWith(ROOM))) await new Promise((over) => setTimeout(over, SETTLE_MS));
  // Node takes its heap apart if it ends by itself, which takes 1 ms
  if (interrupted !== undefined || waitingMessages === 0) process.exit();
}

/** Where nobody reads the messages, the data still counts. */
function writeMessage(text: string | Uint8Array): void {
  const ignore = (): void => {};
  try {
    const left = writeNow(2, text);
    if (left.length === 0) return;
    waitingMessages++;
    process.stderr.once('error', ignore).write(left, () => {
      waitingMessages--;
      process.stderr.off('error', ignore);
    });
  } catch {}
}

/** COLUMNS, where it is exported, or else the terminal's own width. */
function columnsOf(isTerminal: boolean): number | undefined {
  const wanted = Number(process.env.COLUMNS);
  if (Number.isInteger(wanted) && wanted > 0) return Math.max(wanted, LEAST_COLUMNS);
  return isTerminal ? Math.max(process.stdout.columns || USUAL_COLUMNS, LEAST_COLUMNS) : undefined;
}

/** Runs a command line and returns its exit status; says on the report why it failed. Throws what nobody expected. */
export async function statusOf<T extends OptionTable>(
  command: Command<T>,
  argv: readonly string[],
  world: Omit<World, 'operands'>,
): Promise<number> {
  try {
    const request = requestOf(command, argv);
    if (request.ask !== 'run') {
      await world.output([request.ask === 'help' ? helpText(command, world.columns) : versionText(command.name)]);
      return Status.ok;
    }
    return await command.run(request.options, { ...world, operands: request.operands });
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
  if (isOutOfMemory(error)) return OUT_OF_MEMORY;
  return error instanceof UsageError || error instanceof InputError ? error.message : undefined;
}

const OUT_OF_MEMORY =
  'out of memory: fold less at once, or allow more (ulimit -v; under a limit, set NODE_OPTIONS=--disable-wasm-trap-handler)';

/** An engine without memory stops as unreachable; V8 says in words what it could not allocate. */
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof WebAssembly.RuntimeError) return error.message === 'unreachable';
  return (
    error instanceof RangeError &&
    /memory|allocation failed|Invalid (?:string|typed array|array) length|(?:Map|Set) maximum size/.test(error.message)
  );
}

function requestOf<T extends OptionTable>(command: Command<T>, argv: readonly string[]): Request<T> {
  // operands alone need no parser
  if (argv.every((argument) => argument === '-' || !argument.startsWith('-')))
    return { ask: 'run', operands: [...argv], options: valuesOf(command.options, {}) };
  const end = argv.indexOf('--');
  const before = end < 0 ? argv : argv.slice(0, end);
  if (before.includes('--version') || before.includes('-V')) return { ask: 'version' };
  if (before.includes('--help') || before.includes('-h')) return { ask: 'help' };
  const given = argumentsOf(command, argv);
  return { ask: 'run', operands: given.operands, options: valuesOf(command.options, given.options) };
}

function argumentsOf<T extends OptionTable>(command: Command<T>, argv: readonly string[]): CommandLine {
  try {
    return readArguments(command.options, argv, command.commands);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${error.message}; see ${command.name} --help`) : error;
  }
}

/** Writes each block when the one before is out, because it may lie in memory that the next one overwrites. */
async function writeOut(blocks: Iterable<Uint8Array | string>): Promise<void> {
  for (const block of blocks) {
    try {
      const left = writeNow(1, block);
      if (left.length > 0) await writeLater(left);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === 'EPIPE') throw new ReaderLeft();
      throw new UsageError(`<stdout>: ${reason(error)}`);
    }
  }
}

/** Writes without a stream, because to make one takes a start 3 ms. Returns what a pipe that never waits has no room for. */
function writeNow(fd: 1 | 2, block: Uint8Array | string): Uint8Array {
  let left = typeof block === 'string' ? Buffer.from(block) : block;
  try {
    while (left.length > 0) left = left.subarray(writeSync(fd, left));
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EAGAIN') throw error;
  }
  return left;
}

function writeLater(block: Uint8Array): Promise<void> {
  const { stdout } = process;
  return new Promise((resolve, reject) => {
    stdout.once('error', reject);
    stdout.write(block, (error) => {
      stdout.off('error', reject);
      if (error) reject(error);
      else resolve();
    });
  });
}
