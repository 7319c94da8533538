// flame-record report DIR/LABEL: renders a run once more from its files, all of its window or a part.

import { existsSync, rmSync } from 'node:fs';
import { Status } from '../../cli/report.ts';
import type { World } from '../../cli/run.ts';
import { UsageError } from '../../engine/errors.ts';
import { artifactIn } from '../artifacts.ts';
import { NothingRecorded } from '../failure.ts';
import { type Bounds, readRecording } from './recording-file.ts';
import { render } from './render/render.ts';
import { Progress } from './system/progress.ts';

/**
 * Gives the exit status, 2 if a step failed. Throws UsageError if there is no such run, or if its report is there and would
 * lose names, unless `force`.
 */
export async function reportAgain(
  path: string,
  bounds: Bounds,
  { quiet, force }: { quiet: boolean; force: boolean },
  world: World,
): Promise<number> {
  const progress = new Progress(world.report, { quiet, interactive: world.interactive });
  const rendering = readRecording(path, bounds, progress);
  const { recording, folder, part } = rendering;
  const others = recording.maps.otherBuilds();
  if (others.length > 0) {
    const what = `built anew or gone since the recording, so its functions have no names: ${others.join(', ')}`;
    const page = artifactIn(folder.path, 'page');
    if (!part && !force && existsSync(page))
      throw new UsageError(`${what}; ${page} still has them, --force makes it again`);
    recording.warnings.push(`warning: ${what}`);
  }
  const failures = recording.failures.length;
  try {
    await render(rendering, world);
  } catch (error) {
    if (part && error instanceof NothingRecorded) rmSync(folder.path, { recursive: true, force: true });
    throw error;
  } finally {
    progress.done();
  }
  return recording.failures.length > failures ? Status.failed : Status.ok;
}
