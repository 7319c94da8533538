// The desk of the rendering: a run's folder, and how its files are read, written and made.

import { writeFileSync } from 'node:fs';
import { type Artifact, artifactIn } from '../artifacts.ts';
import { lastWords } from '../failure.ts';
import type { Ground, Step } from '../plan.ts';
import type { StepTime } from '../report.ts';
import type { Settings } from '../settings.ts';
import { exitStatus } from './children.ts';
import type { FilterOf } from './filter-runner.ts';
import { sizeOf, textOf } from './proc-files.ts';
import type { Progress } from './progress.ts';
import { spooled, streamed } from './source.ts';

export interface Desk {
  settings: Settings;
  ground: Ground;
  path: string;
  /** latin1; '' if there is none */
  read(artifact: Artifact): string;
  /** in bytes; 0 if there is none */
  sizeOf(artifact: Artifact): number;
  write(artifact: Artifact, text: string): void;
  /** Runs a step. False: it failed, which has been said. */
  run(step: Step): Promise<boolean>;
  /** what each step took; they may have run at once */
  steps: StepTime[];
}

/** @param failures where steps that failed are noted */
export function deskOf(
  settings: Settings,
  ground: Ground,
  path: string,
  progress: Pick<Progress, 'passing' | 'note'>,
  failures: string[],
  filterOf: FilterOf,
): Desk {
  const at = (artifact: Artifact): string => artifactIn(path, artifact);
  const steps: StepTime[] = [];
  return {
    steps,
    settings,
    ground,
    path,
    read: (artifact) => textOf(at(artifact)) ?? '',
    sizeOf: (artifact) => sizeOf(at(artifact)) ?? 0,
    write: (artifact, text) => writeFileSync(at(artifact), text, 'latin1'),
    async run(step) {
      const { what } = step;
      progress.passing(what);
      const from = performance.now();
      const { status, said } = await runStages(step, at('renderLog'), filterOf);
      steps.push({ what, seconds: (performance.now() - from) / 1000 });
      if (status <= 1) return true;
      const failure = `${what} failed (${lastWords({ code: status, signal: null }, said)})`;
      progress.note(failure);
      failures.push(failure);
      return false;
    },
  };
}

async function* eachOf(blocks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* blocks;
}

/**
 * A program first, or none, whose output the filters behind it read. Gives the status of a filter that failed, else of
 * the program, and what has been said up to then.
 */
async function runStages(
  { stages, slices, output }: Step,
  errors: string,
  filterOf: FilterOf,
): Promise<{ status: number; said: string }> {
  const log = (): string => textOf(errors) ?? '';
  const before = log().length;
  const [first = []] = stages;
  const source = filterOf(first) ? undefined : slices ? spooled(slices, output, errors) : streamed(first, errors);
  let status = 0;
  let stdin = source?.text;
  const filters = source ? stages.slice(1) : stages;
  for (const [i, argv] of filters.entries()) {
    await new Promise(setImmediate); // others read what waits for them
    const blocks: Buffer[] = [];
    const made = await filterOf(argv)?.({
      stdin,
      output: i === filters.length - 1 ? output : (block) => blocks.push(Buffer.from(block)),
      errors,
    });
    stdin = eachOf(blocks);
    if (made !== 0) status = made ?? 127;
  }
  // what a program says when nobody reads it any more is of no interest
  const said = status > 1 ? log().slice(before) : undefined;
  // a filter that skipped lines says less than a program that failed
  for (const ending of (await source?.end()) ?? []) if (status <= 1) status = exitStatus(ending) || status;
  return { status, said: said ?? log().slice(before) };
}
