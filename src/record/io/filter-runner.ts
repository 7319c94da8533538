// Within: a tool of this package run in this process, with a stream, files and a log in place of stdin, stdout and
// stderr. What a pipe of programs would give, but without a start of Node for each.

import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { isSystemError, reason } from '../../cli/inputs.ts';
import type { OptionTable } from '../../cli/options.ts';
import { Report, Status } from '../../cli/report.ts';
import { type Command, mistakeText, statusOf } from '../../cli/run.ts';
import { UsageError } from '../../engine/errors.ts';

export interface Streams {
  /** what `-` reads: blocks, each of which may be overwritten when the next is asked for */
  stdin: AsyncIterable<Uint8Array> | undefined;
  /** a file, made anew; or what takes the blocks, each of which may be overwritten when it returns */
  output: string | ((block: Uint8Array) => void);
  /** a file that messages are appended to */
  errors: string;
}

/** The filter that a command line of `ownTool` runs, with its arguments; undefined: it is another program. */
export type FilterOf = (argv: readonly string[]) => ((streams: Streams) => Promise<number>) | undefined;

/** Gives the exit status that the tool would have. Throws system errors: `output` can't be opened, `errors` be written. */
export async function runWithin<T extends OptionTable>(
  command: Command<T>,
  argv: readonly string[],
  { stdin, output, errors }: Streams,
): Promise<number> {
  const file = typeof output === 'string' ? openSync(output, 'w') : undefined;
  const write = typeof output === 'string' ? (block: Uint8Array) => writeAll(file as number, block, output) : output;
  try {
    return await statusOf(command, argv, {
      report: new Report(command.name, (text) => appendFileSync(errors, text)),
      stop: new AbortController().signal, // who started it waits for it
      stdin,
      interactive: false,
      terminal: false,
      columns: undefined,
      async output(blocks) {
        for (const block of blocks) write(typeof block === 'string' ? Buffer.from(block) : block);
      },
    });
  } catch (error) {
    appendFileSync(errors, mistakeText(command.name, error));
    return Status.failed;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Throws UsageError if it does not fit. */
function writeAll(file: number, block: Uint8Array, name: string): void {
  try {
    for (let at = 0; at < block.length; ) at += writeSync(file, block, at);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${basename(name)}: ${reason(error)}`);
  }
}
