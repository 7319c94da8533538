// The objects of a run's targets, for who names their frames.

import { OpenFiles } from '../../cli/read-at.ts';
import type { Symbolizer } from '../../symbols/symbolizer.ts';
import { rootOf } from './proc-files.ts';
import type { Rendering } from './write-report.ts';

/** Below --symfs, else as the targets see them: a container's files are in a root of its own, while it lives. */
export async function symbolizerFor({ environment, recording }: Rendering): Promise<Symbolizer> {
  const { Symbolizer } = await import('../../symbols/symbolizer.ts');
  const contained = recording.targets.find(({ pid }) => rootOf(pid).isForeignNamespace);
  const files = new OpenFiles(environment.symfs ?? (contained && `/proc/${contained.pid}/root`));
  return new Symbolizer((path) => files.open(path));
}
