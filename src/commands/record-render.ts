// The rendering of a run: recordings in, folded stacks, tables, pictures and the page out; then the report on stdout.

import { writeFileSync } from 'node:fs';
import { runPipeline } from '../cli/children.ts';
import { namesIn, textOf } from '../cli/proc-files.ts';
import type { Progress } from '../cli/progress.ts';
import { UsageError } from '../cli/report.ts';
import type { World } from '../cli/run.ts';
import type { RunFolder } from '../cli/run-folder.ts';
import { ARTIFACTS, type Artifact, artifactIn } from '../record/artifacts.ts';
import { type Dump, readDump } from '../record/dump-threads.ts';
import { countsByThread, mergeFolded, withoutThreads } from '../record/folded-text.ts';
import { type Identity, identityOf } from '../record/identity.ts';
import {
  drawCpuStep,
  drawWallStep,
  foldCpuStep,
  foldOffcpuStep,
  type Ground,
  offcpuSteps,
  type Step,
} from '../record/plan.ts';
import type { Settings } from '../record/settings.ts';
import { foldSleepers, sleepersOf } from '../record/sleepers.ts';
import { writeReport } from './record-report.ts';
import type { Take } from './record-take.ts';

export interface Rendering {
  settings: Settings;
  ground: Ground;
  take: Take;
  folder: RunFolder;
  progress: Progress;
}

/** Renders what there is and prints the report. False: nothing could be rendered, and the folder is dropped. */
export async function render(rendering: Rendering, { output }: World): Promise<boolean> {
  const { settings, ground, take, folder, progress } = rendering;
  const at = (artifact: Artifact): string => artifactIn(folder.path, artifact);
  const read = (artifact: Artifact): string => textOf(at(artifact)) ?? '';
  const write = (artifact: Artifact, text: string): void => writeFileSync(at(artifact), text, 'latin1');
  const run = async (step: Step): Promise<boolean> => {
    progress.passing(step.what);
    const { status } = await runPipeline(step.stages, step.output, at('renderLog'));
    if (status > 1) progress.note(`${step.what} failed (status ${status}); see ${ARTIFACTS.renderLog}`);
    return status <= 1;
  };
  const hasSamples =
    take.window.perf?.isWhole === true || (take.window.perf && namesIn(folder.path).includes(ARTIFACTS.perfData));
  const dump = take.window.bpftrace ? readDump(read('offcpuRaw')) : undefined;
  const window: Pick<Dump, 'startNs' | 'endNs'> = dump ?? take.window;
  const sleepers = dump ? sleepersOf(take.tasksAtEnd, take.tidsAtStart, dump.tids) : [];
  progress.phase('rendering');
  let hasCpu = false;
  if (hasSamples && (await run(foldCpuStep(settings, ground, dump)))) {
    hasCpu = read('cpuThreads') !== '';
    if (hasCpu) {
      write('cpu', withoutThreads(read('cpuThreads')));
      await run(drawCpuStep(settings, ground));
    }
  }
  if (dump) {
    if (sleepers.length > 0) write('sleepers', foldSleepers(sleepers, dump.endNs - dump.startNs));
    await run(foldOffcpuStep(ground));
    const parts = [read('offcpu'), ...(sleepers.length > 0 ? [read('sleepers')] : [])];
    write('offcpu', mergeFolded(parts.map((text) => ({ text, factor: 1 }))));
    for (const step of offcpuSteps(settings, ground, sleepers.length > 0)) await run(step);
  }
  if (!hasCpu && !dump) {
    const kept = hasSamples ? '; perf took no sample: the target did not run' : '';
    throw new UsageError(`nothing was recorded${kept}`);
  }
  const periodNs = 1e9 / settings.frequency;
  if (hasCpu && dump) {
    const cpu = { text: read('cpu'), factor: periodNs / 1000 };
    write('wall', mergeFolded([cpu, { text: read('offcpu'), factor: 1 }]));
    await run(drawWallStep(settings, ground));
  }
  const sampling = hasSamples ? { samplesByThread: countsByThread(read('cpuThreads')), periodNs } : undefined;
  const identity: Identity | undefined =
    dump &&
    identityOf(
      dump.threads,
      sleepers.map(({ tid }) => tid),
      dump.endNs - dump.startNs,
      sampling,
    );
  progress.done();
  await writeReport({ ...rendering, window, identity, hasCpu }, output);
  return true;
}
