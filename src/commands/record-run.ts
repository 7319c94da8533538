// A run of flame-record: target, workload, window, rendering, and the folder that is renamed when all is done.

import { setTimeout as sleep } from 'node:timers/promises';
import { Child, endGroup } from '../cli/children.ts';
import { self, taskOf, textOf, tidsOf } from '../cli/proc-files.ts';
import { Status, UsageError } from '../cli/report.ts';
import type { World } from '../cli/run.ts';
import { RunFolder } from '../cli/run-folder.ts';
import { recordWindow, type WindowResult } from '../cli/window.ts';
import { artifactIn, runFolders } from '../record/artifacts.ts';
import { adviceOn, machineFindings } from '../record/doctor.ts';
import { failureText } from '../record/failure.ts';
import { bpftraceCommand, type Ground, notesOn, perfCommand, workloadArgv } from '../record/plan.ts';
import type { Process } from '../record/proc-pid.ts';
import type { Settings } from '../record/settings.ts';
import type { Task } from '../record/sleepers.ts';
import { whyNot } from '../record/target.ts';
import { machineFacts } from './record-doctor.ts';
import { render } from './record-render.ts';
import { type Choice, checkCount, findTargets, groundOf, isAlive, processAt } from './record-target.ts';

/** What was recorded, for the rendering. */
export interface Take {
  targets: Process[];
  window: WindowResult;
  /** of the target at the start of the window; and as they were at its end */
  tidsAtStart: Set<number>;
  tasksAtEnd: Task[];
  failures: string[];
}

/** Records and renders. 2 if a profiler failed, though the other one's results are kept. */
export async function record(
  settings: Settings,
  choice: Choice,
  { force, quiet }: { force: boolean; quiet: boolean },
  world: World,
): Promise<number> {
  const { report, stop } = world;
  const tell = (text: string): void => {
    if (!quiet) report.note(text);
  };
  const found = settings.command ? [] : findTargets(choice);
  checkCount(settings, found);
  const folder = new RunFolder(runFolders(settings.outDir, settings.label, self().pid), force);
  const log = artifactIn(folder.path, 'workloadLog');
  const children: Child[] = [];
  const start = (argv: readonly string[]): Child => {
    const child = new Child({ argv, output: log, errors: log });
    children.push(child);
    return child;
  };
  try {
    const targets = settings.command ? [await started(start(settings.command))] : found;
    const ground = groundOf(
      settings,
      targets.map(({ pid }) => pid),
      folder.path,
    );
    for (const note of notesOn(settings, ground)) tell(note);
    const workload = workloadArgv(settings);
    if (workload) start(workload);
    if (workload || settings.command) tell(`warming up for ${settings.warmupSeconds} s`);
    if (workload || settings.command)
      await sleep(settings.warmupSeconds * 1000, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) throw new UsageError('stopped before the recording began: nothing is left');
    const take = await takeOf(settings, ground, targets, tell, world);
    await Promise.all(children.map(endGroup));
    const isKept = await render({ settings, ground, take, folder, tell }, world);
    return take.failures.length > 0 || !isKept ? Status.failed : Status.ok;
  } finally {
    await Promise.all(children.map(endGroup));
    folder.drop();
  }
}

async function started(child: Child): Promise<Process> {
  const process = child.pid === undefined ? undefined : processAt(child.pid);
  if (process) return process;
  throw new UsageError((await child.ended).problem ?? 'the command ended at once');
}

async function takeOf(
  settings: Settings,
  ground: Ground,
  targets: Process[],
  tell: (text: string) => void,
  { stop, report }: World,
): Promise<Take> {
  const [first] = targets as [Process];
  if (!targets.some(isAlive)) throw new UsageError(`process ${first.pid} ended before the recording began`);
  const why = whyNot(first, self());
  if (why !== undefined) throw new UsageError(why);
  const take: Take = { targets, window: undefined as never, tidsAtStart: new Set(), tasksAtEnd: [], failures: [] };
  const [perf, bpftrace] = [perfCommand(settings, ground), bpftraceCommand(settings, ground)];
  tell(`attaching to ${first.pid} (${first.comm})`);
  const hooks = {
    isAlive: () => targets.some(isAlive),
    begins: () => {
      take.tidsAtStart = new Set(tidsOf(first.pid));
      tell(`recording for ${settings.seconds} s`);
    },
    ends: () => {
      take.tasksAtEnd = tidsOf(first.pid).map((tid) => taskOf(first.pid, tid));
    },
    tick: () => {},
  };
  take.window = await recordWindow({ seconds: settings.seconds, perf, bpftrace }, hooks, stop);
  for (const tool of ['perf', 'bpftrace'] as const) {
    const recorded = take.window[tool];
    if (!recorded || recorded.isWhole) continue;
    const file = artifactIn(ground.folder, tool === 'perf' ? 'perfLog' : 'bpftraceLog');
    const advice = adviceOn(machineFindings(machineFacts()), tool);
    const text = failureText(tool, recorded.ending, textOf(file) ?? '');
    take.failures.push(advice === '' ? text : `${text}; mend it with: ${advice}`);
  }
  for (const failure of take.failures) report.note(failure);
  return take;
}
