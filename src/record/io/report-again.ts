// flame-record report DIR/LABEL: renders a run once more from its files, all of its window or a part.

import { rmSync } from 'node:fs';
import { Status } from '../../cli/report.ts';
import type { World } from '../../cli/run.ts';
import { NothingRecorded } from '../failure.ts';
import { Progress } from './progress.ts';
import { type Bounds, readRecording } from './recording-file.ts';
import { render } from './render.ts';

/** Gives the exit status, 2 if a step failed. Throws UsageError if there is no such run. */
export async function reportAgain(path: string, bounds: Bounds, quiet: boolean, world: World): Promise<number> {
  const progress = new Progress(world.report, { quiet, interactive: world.interactive });
  const rendering = readRecording(path, bounds, progress);
  const failures = rendering.recording.failures.length;
  try {
    await render(rendering, world);
  } catch (error) {
    if (rendering.part && error instanceof NothingRecorded)
      rmSync(rendering.folder.path, { recursive: true, force: true });
    throw error;
  } finally {
    progress.done();
  }
  return rendering.recording.failures.length > failures ? Status.failed : Status.ok;
}
