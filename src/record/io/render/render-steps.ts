// The steps of the rendering: times each, shows it on a terminal, tells of failures, and writes files.

import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { isSystemError, reason } from '../../../cli/inputs.ts';
import { Report, Status } from '../../../cli/report.ts';
import { mistakeText } from '../../../cli/run.ts';
import { InputError, UsageError } from '../../../engine/errors.ts';
import { type Artifact, artifactIn } from '../../artifacts.ts';
import { lastWords } from '../../failure.ts';
import type { StepTime } from '../../report/facts.ts';
import { type Ending, exitStatus } from '../system/children.ts';
import { textOf } from '../system/proc-files.ts';
import type { Progress } from '../system/progress.ts';

/** A program that a step ran has failed; the log has its messages. */
export class ProgramFailed extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(`status ${exitStatus(ending)}`);
    this.ending = ending;
  }
}

/** Throws ProgramFailed for the first that failed. */
export function checkEndings(endings: readonly Ending[]): void {
  for (const ending of endings) if (exitStatus(ending) > 0) throw new ProgramFailed(ending);
}

export class RenderSteps {
  readonly folder: string;
  /** the time of each step; several may have run at once */
  readonly times: StepTime[] = [];
  readonly #log: string;
  readonly #progress: Pick<Progress, 'passing' | 'note'>;
  readonly #failures: string[];

  /** Steps that fail are added to `failures`. */
  constructor(folder: string, progress: Pick<Progress, 'passing' | 'note'>, failures: string[]) {
    this.folder = folder;
    this.#log = artifactIn(folder, 'renderLog');
    this.#progress = progress;
    this.#failures = failures;
  }

  /**
   * Does a step's work as the filter `tool` does it, with its messages in the log. Gives what the work gives;
   * undefined: the step failed, and the user knows.
   */
  async run<T>(
    what: string,
    tool: string,
    work: (report: Report, log: string) => T | Promise<T>,
  ): Promise<T | undefined> {
    this.#progress.passing(what);
    await new Promise(setImmediate); // lets other steps read what waits for them
    const from = performance.now();
    const saidBefore = this.#said().length;
    const said: string[] = [];
    const say = (text: string | Uint8Array): void => {
      said.push(text.toString());
      this.#append(text);
    };
    const report = new Report(tool, say);
    try {
      const made = await work(report, this.#log);
      report.finish(false);
      return made;
    } catch (error) {
      const ending = error instanceof ProgramFailed ? error.ending : { code: Status.failed, signal: null };
      if (error instanceof InputError || error instanceof UsageError) report.note(error.message);
      else if (isSystemError(error)) report.note(`${error.path ?? error.syscall}: ${reason(error)}`);
      else if (!(error instanceof ProgramFailed)) say(mistakeText(tool, error));
      const words = error instanceof ProgramFailed ? this.#said().slice(saidBefore) : said.join('');
      const failure = `${what} failed (${lastWords(ending, words)})`;
      this.#progress.note(failure);
      this.#failures.push(failure);
      return undefined;
    } finally {
      this.times.push({ what, seconds: (performance.now() - from) / 1000 });
    }
  }

  /** On a full disk the log lacks it. */
  #append(text: string | Uint8Array): void {
    try {
      appendFileSync(this.#log, text);
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #said(): string {
    return textOf(this.#log) ?? '';
  }

  /** Writes texts, or blocks of bytes, which may lie in the same memory one after the other. Throws UsageError. */
  write(artifact: Artifact, blocks: Iterable<Uint8Array | string>): void {
    const path = artifactIn(this.folder, artifact);
    const file = openSync(path, 'w');
    try {
      for (const block of blocks) writeAll(file, typeof block === 'string' ? Buffer.from(block) : block);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new UsageError(`${basename(path)}: ${reason(error)}`);
    } finally {
      closeSync(file);
    }
  }
}

function writeAll(file: number, block: Uint8Array): void {
  for (let at = 0; at < block.length; ) at += writeSync(file, block, at);
}
