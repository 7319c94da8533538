// The desk of the rendering: a run's folder, and how its files are read, written and made.

import { writeFileSync } from 'node:fs';
import { runPipeline } from '../../cli/children.ts';
import { textOf } from '../../cli/proc-files.ts';
import type { Progress } from '../../cli/progress.ts';
import { type Artifact, artifactIn } from '../../record/artifacts.ts';
import { lastWords } from '../../record/failure.ts';
import type { Ground, Step } from '../../record/plan.ts';
import type { Settings } from '../../record/settings.ts';

export interface Desk {
  settings: Settings;
  ground: Ground;
  path: string;
  /** latin1; '' if there is none */
  read(artifact: Artifact): string;
  write(artifact: Artifact, text: string): void;
  /** Runs a step. False: it failed, which has been said. */
  run(step: Step): Promise<boolean>;
}

/** @param failures where steps that failed are noted */
export function deskOf(settings: Settings, ground: Ground, path: string, progress: Progress, failures: string[]): Desk {
  const at = (artifact: Artifact): string => artifactIn(path, artifact);
  return {
    settings,
    ground,
    path,
    read: (artifact) => textOf(at(artifact)) ?? '',
    write: (artifact, text) => writeFileSync(at(artifact), text, 'latin1'),
    async run({ what, stages, output }) {
      progress.passing(what);
      const before = (textOf(at('renderLog')) ?? '').length;
      const { status } = await runPipeline(stages, output, at('renderLog'));
      if (status <= 1) return true;
      const said = (textOf(at('renderLog')) ?? '').slice(before);
      const failure = `${what} failed (${lastWords({ code: status, signal: null }, said)})`;
      progress.note(failure);
      failures.push(failure);
      return false;
    },
  };
}
