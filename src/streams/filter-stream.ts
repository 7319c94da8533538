// A filter as a Duplex stream: what is written to it is the filter's stdin, what is read from it the filter's stdout.

import type { Duplex, Readable } from 'node:stream';
import through2 from 'through2';
import type { OptionTable, Values } from '../cli/options.ts';
import { Report, Status } from '../cli/report.ts';
import { type Command, messageOf } from '../cli/run.ts';
import { Stop } from '../cli/stop.ts';
import { joined } from './joined-streams.ts';
import { optionValues, type StreamOptions } from './stream-options.ts';

/** Ends a stream whose output must not be used: the command line would have status 2. The message names the filter. */
export class FilterError extends Error {
  override name = 'FilterError';
}

interface Reporting {
  /** 0: understood all input; 1: skipped some; 3: a limit is broken. Undefined before the stream has ended. */
  readonly status: number | undefined;
  /** Hears what the command line prints on stderr, a line or a table at a time. */
  on(event: 'report', listener: (message: string) => void): this;
}

export type FilterStream = Reporting & Duplex;

type Blocks = Iterable<Uint8Array | string>;

/**
 * Makes a stream of a filter. With `inputs` it reads these one after the other, and takes nothing that is written to
 * it. Throws FilterError for options that the filter does not take.
 */
export function filterStream<T extends OptionTable>(
  command: Command<T>,
  options: StreamOptions<T>,
  inputs?: readonly Readable[],
): FilterStream {
  const explained = (error: unknown): unknown => {
    const message = messageOf(error);
    return message === undefined ? error : new FilterError(`${command.name}: ${message}`);
  };
  let values: Values<T>;
  try {
    values = optionValues(command.options, options);
  } catch (error) {
    throw explained(error);
  }
  const stop = new Stop();

  async function* filter(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
    let lastReport = 'failed';
    const report = new Report(command.name, (text) => {
      lastReport = String(text).trimEnd();
      stream.emit('report', lastReport);
    });
    const streams = inputs && joined(inputs);
    const operands = streams ? [...streams.keys()] : [];
    let written = (): void => {};
    try {
      let ending: Promise<number> | undefined;
      const blocks = await new Promise<Blocks>((write, fail) => {
        // the filter waits in output() until this stream's reader has taken all blocks
        const output = (all: Blocks): Promise<void> =>
          new Promise((done) => {
            written = done;
            write(all);
          });
        const world = {
          stop,
          stdin: source,
          streams,
          interactive: false,
          terminal: false,
          columns: undefined,
          output,
        };
        ending = command.run(values, { ...world, operands, report });
        ending.then(() => write([]), fail);
      });
      // copies, because a block lies in memory that the next one overwrites
      for (const block of blocks) yield Buffer.from(block as Uint8Array);
      written();
      stream.status = await ending;
    } catch (error) {
      throw explained(error);
    }
    if (stream.status === Status.failed) throw new FilterError(lastReport);
  }

  // a write ends when the filter has read its chunk: no more than one waits
  const status: { status: number | undefined } = { status: undefined };
  const stream = Object.assign(through2({ writableHighWaterMark: 1 }, filter), status);
  stream.once('close', () => {
    stop.abort();
    for (const input of inputs ?? []) input.destroy();
  });
  if (inputs) stream.end();
  return stream;
}
