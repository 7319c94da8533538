// Inputs: operands in order, where `-` or none is stdin. Each is handed over in blocks, and unpacked if it is
// compressed. One block buffer serves all reading.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { InputError, UsageError } from '../engine/errors.ts';
import { Intake } from './intake.ts';
import type { Report } from './report.ts';
import type { Stop } from './stop.ts';

/** Small enough to stay in the processor's cache from the read to the scan. */
const BLOCK = 1 << 18;
const BLOCKS_A_TURN = 64;
/** A pipe holds 64 KiB; a larger buffer would only cost memory. */
const PIPE_BLOCK = 1 << 16;

/** What a tool does with its inputs. */
export interface Sink {
  /** The next input begins; `name` is for messages. */
  begin(name: string): void;
  /** A block of it. The bytes are overwritten when this returns. May throw InputError to give this input up. */
  block(bytes: Uint8Array): void;
  /** It was read to its end. Not whole: it is compressed and cut off, so block() got only its whole lines. */
  end(isWhole: boolean): void;
  /** The input is cut off, as `message` says. Its end() comes next. */
  cut(message: string): void;
  /** So many bytes were read, as they are in the file. */
  took?(bytes: number): void;
  /** The input can't be opened or read on, and `message` says why. No end() follows, but the next input does. */
  fail(message: string): void;
}

/** The part of a sink that passes messages on to the report. */
export function messagesTo(report: Report): Required<Pick<Sink, 'cut' | 'fail' | 'took'>> {
  return {
    cut: (message) => report.cutInput(message),
    fail: (message) => report.failInput(message),
    took: (bytes) => report.took(bytes),
  };
}

/** What a run can read besides files, and what stops it. */
export interface Surroundings {
  /** ends the present input where it is and leaves the others */
  stop: Stop;
  /** what `-` reads, asked for block by block; undefined: the stdin of this process */
  stdin: AsyncIterable<Uint8Array> | undefined;
  /** what operands of these names read, in place of files */
  streams?: ReadonlyMap<string, AsyncIterable<Uint8Array>> | undefined;
}

/** Reads all inputs. Throws UsageError where there is nothing to read but a terminal. */
export async function readInputs(
  operands: readonly string[],
  sink: Sink,
  { stop, stdin, streams }: Surroundings,
): Promise<void> {
  for (const operand of operands.length > 0 ? operands : ['-']) {
    if (stop.aborted) return;
    const name = operand === '-' ? '<stdin>' : operand;
    sink.begin(name);
    const intake = new Intake((bytes) => sink.block(bytes));
    let fd: number | undefined;
    let isWhole = true;
    try {
      const take: Take = (bytes) => {
        sink.took?.(bytes.length);
        return intake.take(bytes);
      };
      const stream = operand === '-' ? stdin : streams?.get(operand);
      if (stream) await readStream(stream, take, stop);
      else {
        fd = operand === '-' ? 0 : openSync(operand, 'r');
        await readAll(fd, take, stop);
      }
      if (stop.aborted) intake.stop();
      else isWhole = await intake.end();
    } catch (error) {
      if (!isSystemError(error) && !(error instanceof InputError) && !intake.isDamage(error)) throw error;
      sink.fail(`${name}: ${isSystemError(error) ? reason(error) : error.message}`);
      continue;
    } finally {
      intake.close();
      if (fd !== undefined && fd !== 0) closeQuietly(fd);
    }
    if (!isWhole) sink.cut(`${name}: the compressed data is cut off; its whole lines are used`);
    sink.end(isWhole);
  }
}

/** Takes the next bytes, which the reader overwrites after it returns, or after its promise is kept. */
type Take = (bytes: Uint8Array) => Promise<void> | undefined;

async function readAll(fd: number, take: Take, stop: Stop): Promise<void> {
  const stat = fstatSync(fd);
  if (stat.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (stat.isFIFO() || stat.isSocket()) return readPipe(fd, take, stop);
  if (fd === 0 && isTerminal(0)) {
    throw new UsageError('nothing to read: stdin is a terminal; pipe text in or name a file');
  }
  return readFile(fd, take, stop);
}

/** The major number of /dev/null and its like, which are no terminals. */
const MEMORY_DEVICES = 1;

/** Is it a terminal? Node is asked only about a device: it makes a stream to answer, which takes a start 3 ms. */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  const stat = fstatSync(fd);
  if (!stat.isCharacterDevice() || stat.rdev >> 8 === MEMORY_DEVICES) return false;
  const stream = fd === 0 ? process.stdin : fd === 1 ? process.stdout : process.stderr;
  return stream.isTTY === true;
}

/** A pipe may stay silent for long, so it is waited for in the event loop, which signals can interrupt. */
async function readPipe(fd: number, take: Take, stop: Stop): Promise<void> {
  const { Socket } = await import('node:net'); // a file does without
  return new Promise((resolve, reject) => {
    const finish = (error?: unknown): void => {
      stop.signal.removeEventListener('abort', onStop);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onStop = (): void => finish();
    const onread = {
      buffer: Buffer.allocUnsafeSlow(PIPE_BLOCK),
      callback(size: number, buffer: Uint8Array): boolean {
        try {
          const taken = take(buffer.subarray(0, size));
          taken?.then(() => socket.resume(), finish);
          return taken === undefined;
        } catch (error) {
          finish(error);
          return false;
        }
      },
    };
    // @types/node knows `onread` only for connect(); the constructor takes it too, and reuses the one buffer
    const socket = new Socket({ fd, readable: true, writable: false, onread } as ConstructorParameters<
      typeof Socket
    >[0]);
    socket.on('end', () => finish());
    socket.on('error', finish);
    stop.signal.addEventListener('abort', onStop);
    socket.resume();
  });
}

/** What another part of this process hands over. */
async function readStream(stream: AsyncIterable<Uint8Array>, take: Take, stop: Stop): Promise<void> {
  for await (const bytes of stream) {
    if (stop.aborted) return;
    const taken = take(bytes);
    if (taken) await taken;
  }
}

/**
 * A file answers at once, so a plain read costs least. Now and then the event loop takes a turn, so that signals
 * arrive.
 */
async function readFile(fd: number, take: Take, stop: Stop): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(BLOCK);
  for (let blocks = 1; !stop.aborted; blocks++) {
    const size = readSync(fd, buffer, 0, BLOCK, null);
    if (size === 0) return;
    const taken = take(buffer.subarray(0, size));
    if (taken) await taken;
    if (blocks % BLOCKS_A_TURN === 0) await new Promise(setImmediate);
  }
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // a pipe's socket has closed it already
  }
}

interface SystemError extends Error {
  code: string;
  syscall?: string;
  path?: string;
}

/** Did the system refuse something, as opposed to a mistake in here? */
export function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    typeof (error as { code?: unknown }).code === 'string' &&
    /^E[A-Z0-9]+$/.test((error as SystemError).code)
  );
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOSPC: 'no space left on device',
  EIO: 'input/output error',
};

/** What the system said, in a few lower-case words. */
export function reason(error: SystemError): string {
  return REASONS[error.code] ?? `${error.message.replace(/^[A-Z0-9]+: /, '').replace(/, .*$/, '')} (${error.code})`;
}
