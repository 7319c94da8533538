// The rendering of a run: recordings in, folded stacks, tables, pictures and the page out; then the report on stdout.

import { availableParallelism } from 'node:os';
import { utf8 } from '../../cli/latin1.ts';
import type { World } from '../../cli/run.ts';
import { UsageError } from '../../engine/errors.ts';
import type { OffcpuStats } from '../../offcpu/read/stats.ts';
import type { ThreadTimes } from '../../offcpu/thread-times.ts';
import { ARTIFACTS } from '../artifacts.ts';
import { type DumpWindow, dumpWindow } from '../dump-window.ts';
import { countsByThread, mergeFolded, withoutThreads } from '../folded-text.ts';
import { identityOf } from '../identity.ts';
import { cutsOf, foldCpuStep, TEXT_TO_DATA, type Window } from '../plan.ts';
import { drawCpuStep, drawWallStep, foldOffcpuStep, offcpuSteps, type Slept } from '../render-plan.ts';
import { foldSleepers, sleepersOf } from '../sleepers.ts';
import { isWithoutSamples } from '../summary.ts';
import { wallOf, wallText } from '../wall.ts';
import { compareRuns } from './compare-runs.ts';
import { costSoFar } from './cost.ts';
import { namesIn } from './proc-files.ts';
import type { Take } from './record-window.ts';
import { type Desk, deskOf } from './render-steps.ts';
import { hasRoom } from './source.ts';
import { type Rendering, writeReport } from './write-report.ts';

/** Renders what there is and prints the report. False: nothing could be rendered, and the folder is dropped. */
export async function render(rendering: Rendering, { output }: World): Promise<boolean> {
  const { settings, ground, take, folder, progress, filterOf } = rendering;
  const before = costSoFar();
  const desk = deskOf(settings, ground, folder.path, progress, take.failures, filterOf);
  const { read, write, run } = desk;
  const hasData = take.window.perf && namesIn(desk.path).includes(ARTIFACTS.perfData);
  const isWhole = take.window.perf?.isWhole === true || hasData === true;
  const hasSamples = isWhole && !isWithoutSamples(read('perfLog'));
  const dump = take.window.bpftrace ? dumpWindow(read('offcpuRaw')) : undefined;
  const window: Window = dump ?? take.window;
  const windowNs = window.endNs - window.startNs;
  progress.phase('rendering');
  const [hasCpu, off] = await Promise.all([
    hasSamples && renderCpu(desk, dump, window),
    dump && renderOffcpu(desk, dump, take),
  ]);
  if (!hasCpu && !dump) {
    const isIdle = isWhole && take.failures.length === 0;
    const kept = isIdle ? '; perf took no sample: the target did not run' : '';
    throw new UsageError(`nothing was recorded${kept}`);
  }
  const periodNs = 1e9 / settings.frequency;
  const sampling =
    dump && take.window.perf?.isWhole ? { samplesByThread: countsByThread(read('cpuThreads')), periodNs } : undefined;
  const identity = off?.threads && identityOf(off.threads, off.asleep, windowNs, sampling);
  if (hasCpu && identity) {
    const [cpu, reasons, usPerSample] = [read('cpu'), read('reasons'), periodNs / 1000];
    const comms = new Map(take.tasksAtEnd.map(({ tid, comm }) => [tid, comm]));
    const { threads } = identity;
    const wall = wallOf({ cpu, usPerSample, reasons, offcpu: read('offcpu'), threads, comms });
    write('wall', wall.folded);
    await run(drawWallStep(settings, ground, wallText(identity, windowNs, wall.meetings.map(utf8))));
  }
  const measure = { seconds: windowNs / 1e9, frequency: settings.frequency };
  const slept = off?.slept;
  const comparison = await compareRuns(desk, measure, slept);
  progress.done();
  await writeReport({ ...rendering, window, identity, hasCpu, slept, comparison, before, steps: desk.steps }, output);
  return true;
}

/** True if there were samples. */
async function renderCpu(desk: Desk, dump: Window | undefined, window: Window): Promise<boolean> {
  const { settings, ground, run, read, write } = desk;
  const size = desk.sizeOf('perfData');
  const mayCut = hasRoom(desk.path, size * TEXT_TO_DATA);
  const cuts = mayCut ? cutsOf(settings, window, size, availableParallelism()) : undefined;
  const byThread = (await run(foldCpuStep(settings, ground, dump, cuts))) ? read('cpuThreads') : '';
  if (byThread === '') return false;
  write('cpu', withoutThreads(byThread));
  return run(drawCpuStep(settings, ground));
}

interface OffcpuFacts {
  /** undefined: the dump could not be read, which has been said */
  threads: ThreadTimes[] | undefined;
  /** thread ids of those who slept through the window */
  asleep: number[];
  slept: Slept | undefined;
}

async function renderOffcpu(desk: Desk, dump: DumpWindow, take: Take): Promise<OffcpuFacts> {
  const { settings, ground, run, read, write } = desk;
  const threads = await threadsOf(desk, dump);
  const seen = new Set(threads?.map(({ tid }) => tid));
  const sleepers = threads ? sleepersOf(take.tasksAtEnd, take.tidsAtStart, seen) : [];
  const windowNs = dump.endNs - dump.startNs;
  const slept = sleepers.length > 0 ? { seconds: windowNs / 1e9, isAll: seen.size === 0 } : undefined;
  if (slept) write('sleepers', foldSleepers(sleepers, windowNs));
  const parts = [read('offcpu'), ...(slept ? [read('sleepers')] : [])];
  write('offcpu', mergeFolded(parts.map((text) => ({ text, factor: 1 }))));
  for (const step of offcpuSteps(settings, ground, slept)) await run(step);
  return { threads, asleep: sleepers.map(({ tid }) => tid), slept };
}

/** Folds the dump. Gives the times of those who switched; undefined: it could not be read. */
async function threadsOf({ ground, run, read }: Desk, dump: DumpWindow): Promise<ThreadTimes[] | undefined> {
  if (!dump.hasThreads && dump.isWhole) return [];
  if (!(await run(foldOffcpuStep(ground)))) return undefined;
  const { inputs } = JSON.parse(read('offcpuStats')) as OffcpuStats;
  return inputs.flatMap(({ threads }) => threads);
}
