// The recording itself: both profilers on one window, and the messages when they fail.

import { closeSync, openSync, writeSync } from 'node:fs';
import { UsageError } from '../../../engine/errors.ts';
import { nameText } from '../../../stacks/name-text.ts';
import { mappedFiles, replacedFiles } from '../../../symbols/maps.ts';
import { type Artifact, artifactIn, hasCpu, hasOffcpu } from '../../artifacts.ts';
import { switchGraphOf } from '../../call-graph.ts';
import { ELSEWHERE, misreadPath, misreadText, oldBuildText, replacedText } from '../../doctor/doctor-target.ts';
import { failureText } from '../../failure.ts';
import type { Task } from '../../render/sleepers.ts';
import { recordedText, sizeText } from '../../render/summary.ts';
import type { Settings } from '../../settings.ts';
import { namesMissing, type TargetLanguage } from '../../target/language.ts';
import type { Process } from '../../target/proc-pid.ts';
import { whyNot } from '../../target/target.ts';
import { dumpFailure } from '../../window/dump-window.ts';
import { SampleCounter } from '../../window/perf-data.ts';
import { imageEdits } from '../../window/perf-images.ts';
import {
  asRoot,
  bpftraceCommand,
  type Environment,
  hasSwitches,
  offcpuStacksText,
  perfCommand,
  SWITCH_EVENT,
} from '../../window/plan.ts';
import type { WorkloadEnd } from '../../window/workload.ts';
import { advised, type Host, hostHere, type Profilers } from '../system/machine.ts';
import { bytesOf, linkOf, sizeOf, textOf, tidsOf } from '../system/proc-files.ts';
import { asItIs, isAlive, recorder, tasksOf } from '../system/processes.ts';
import type { Progress } from '../system/progress.ts';
import { freeBytes } from '../system/source.ts';
import { Family } from '../target/family.ts';
import { choiceOfStacks } from '../target/find-target.ts';
import { askedForNames, askForNames } from '../target/java-names.ts';
import { languagesOf } from '../target/program-facts.ts';
import type { SqlSession } from '../target/sql-session.ts';
import { switchRate } from '../target/switch-rate.ts';
import type { Held } from './held.ts';
import { prepare } from './prepare.ts';
import { recordWindow, type WindowResult } from './profiler-window.ts';
import { TargetMaps } from './target-maps.ts';

/** The recording, as the rendering needs it. */
export interface Recording {
  targets: Process[];
  window: WindowResult;
  /** the targets' threads at the start of the window; and at its end */
  tidsAtStart: Set<number>;
  tasksAtEnd: Task[];
  /** paths of the targets' executables, as the targets see them, if we may read them */
  executables: string[];
  /** of the descendants that lived, those that perf was told of; undefined: perf did not record */
  family: readonly number[] | undefined;
  maps: TargetMaps;
  /** the targets' languages, and why their functions are hidden */
  languages: TargetLanguage[];
  versions: Profilers['versions'];
  /** that recorded; another one may render */
  host: Host;
  /** of profilers and of the rendering */
  failures: string[];
  /** of the file of SQL and the workload, when these failed while the profilers did not */
  complaints: string[];
  warnings: string[];
  workload: WorkloadEnd | undefined;
}

export interface RecordingPlan {
  settings: Settings;
  environment: Environment;
  targets: Process[];
  /** the target, if it begins with the window */
  held: Held | undefined;
  profilers: Profilers;
  /** psql's, which begins its file with the window */
  session: SqlSession | undefined;
}

/** A child in perf's list may end before perf looks at it. */
const PERF_ATTEMPTS = 5;
/** So long a program that has just begun may load libraries, and end without notice. */
const STARTED_SECONDS = 3;

/** Throws UsageError if a target can't be recorded. */
export async function recordTargets(
  { settings, environment, targets, held, profilers, session }: RecordingPlan,
  progress: Progress,
  stop: AbortSignal,
): Promise<Recording> {
  const [first] = targets as [Process];
  for (const target of targets) {
    const why = whyNot(target, recorder(settings.sudo));
    if (why !== undefined) throw new UsageError(why);
  }
  const recording: Omit<Recording, 'window'> = {
    ...{ targets: targets.map(asItIs), tidsAtStart: new Set<number>(), tasksAtEnd: [], executables: [], languages: [] },
    family: undefined,
    maps: new TargetMaps(environment.folder, targets, environment.symfs, settings.followChildren),
    ...{ host: hostHere(), versions: profilers.versions, failures: [...profilers.missing] },
    ...{ complaints: [], warnings: [], workload: undefined },
  };
  const at = (artifact: Artifact): string => artifactIn(environment.folder, artifact);
  const family = new Family(targets, settings.followChildren);
  const { versions } = profilers;
  await prepare(settings, environment, hasOffcpu(settings.mode) && versions.has('bpftrace'));
  const others = targets.length > 1 ? ` and ${targets.length - 1} more` : '';
  progress.phase(`attaching to ${first.pid} (${first.comm})${others}`);
  const samples = new SampleCounter(bytesOf(at('perfData')));
  let second = -1;
  /** Looks at the targets, which are what they will be. */
  const meet = (): void => {
    recording.targets = targets.map(asItIs);
    recording.maps.look(family.look());
    for (const { pid } of targets) {
      const maps = textOf(`/proc/${pid}/maps`) ?? '';
      // what is held maps its files before perf's eyes
      const misread = held || !hasCpu(settings.mode) ? undefined : misreadPath(mappedFiles(maps));
      if (misread !== undefined)
        recording.warnings.push(`warning: ${misreadText(pid, nameText(misread))}: ${ELSEWHERE}`);
      for (const path of replacedFiles(maps)) {
        const isKept = recording.maps.hasKept(path);
        const shown = nameText(path);
        recording.warnings.push(isKept ? `note: ${oldBuildText(pid, shown)}` : `warning: ${replacedText(pid, shown)}`);
      }
    }
    recording.languages = languagesOf(targets.map(({ pid }) => pid));
    const programs = targets.flatMap(({ pid }) => linkOf(`/proc/${pid}/exe`) ?? []);
    if (programs.length > 0) recording.executables = programs;
  };
  /** Of a target that has become another program, both count. */
  const lookForExec = (): void => {
    recording.targets = recording.targets.map((target) => {
      const program = linkOf(`/proc/${target.pid}/exe`);
      if (program === undefined || recording.executables.includes(program)) return target;
      const now = asItIs(target);
      const words = `process ${now.pid} became another program in the window: ${target.comm}, then ${now.comm}`;
      recording.warnings.push(`note: ${words}`);
      recording.executables.push(program);
      recording.languages = languagesOf(targets.map(({ pid }) => pid));
      return now;
    });
  };
  let hasMet = held === undefined;
  let commandForPerf: string | undefined;
  /** Ends perf's stacks off the CPU if they cost too much. */
  const countSwitches = async (): Promise<void> => {
    const rate = await switchRate(() => family.look(), 0, stop);
    if (rate === undefined) return; // it has ended
    const measured = { rate, freeBytes: freeBytes(environment.folder), canUnwind: false };
    const choice = choiceOfStacks(settings, switchGraphOf(environment.callGraph), measured);
    if (choice.how === 'dwarf') return;
    commandForPerf = `disable ${SWITCH_EVENT}`;
    recording.warnings.push(`note: after the first moments, ${offcpuStacksText(choice)}`);
    progress.phase(offcpuStacksText(choice));
  };
  const hooks = {
    isAlive: () => targets.some(isAlive),
    isDone: () => session?.hasRun === true,
    begins: () => {
      session?.run();
      recording.tidsAtStart = new Set(family.look().flatMap(({ pid }) => tidsOf(pid)));
      if (held) {
        recording.executables = [held.program];
        held.release();
      } else meet();
      progress.phase(`recording for ${settings.seconds} s`);
    },
    ends: () => {
      if (hasMet) recording.maps.look(family.look());
      recording.maps.keepCompiled();
      recording.tasksAtEnd = tasksOf(family.members, settings.sudo);
      lookForExec();
      const gone = targets.filter((target) => !isAlive(target));
      if (gone.length > 0 && gone.length < targets.length)
        recording.warnings.push(`ended before the window did: ${gone.map(({ pid }) => pid).join(', ')}`);
    },
    recording: (seconds: number) => {
      if (!hasMet && held?.hasBegun) {
        meet();
        hasMet = true;
        for (const line of namesMissing(
          languagesOf(
            targets.map(({ pid }) => pid),
            { isRecording: true },
          ),
        ))
          progress.phase(line);
        if (hasSwitches(environment) && settings.offcpuStacks === 'auto') void countSwitches();
      }
      if (held && hasMet) lookForExec();
      if (held && hasMet && seconds < STARTED_SECONDS) recording.maps.look(targets);
      if (settings.followChildren) recording.maps.look(family.look());
      if (Math.floor(seconds) === second) return;
      if (!settings.followChildren && hasMet) recording.maps.look(targets);
      second = Math.floor(seconds);
      const soFar = (): string => recordedText(samples.count(), sizeOf(at('perfData')));
      progress.passing(() => `${second} of ${settings.seconds} s${soFar()}`);
    },
    recorded: async () => {
      const asked = targets.filter((target) => isAlive(target) && askForNames(target.pid));
      if (asked.length === 0) return;
      progress.phase(`asking Java for the names of its functions: ${asked.map(({ pid }) => pid).join(', ')}`);
      const problems = await Promise.all(asked.map(({ pid }) => askedForNames(pid, at('renderLog'))));
      for (const problem of problems) if (problem !== undefined) recording.warnings.push(`note: ${problem}`);
      recording.maps.keepCompiled();
      if (targets.every(isAlive)) recording.languages = languagesOf(targets.map(({ pid }) => pid));
    },
    forPerf: () => {
      const command = commandForPerf;
      commandForPerf = undefined;
      return command;
    },
    printing: (seconds: number) =>
      progress.passing(`bpftrace prints: ${Math.floor(seconds)} s${sizeText(sizeOf(at('offcpuRaw')))}`),
  };
  const window = await recordWindow(
    {
      seconds: settings.seconds,
      asRoot: asRoot(settings.sudo),
      perf: (attempt) => {
        if (!versions.has('perf')) return undefined;
        recording.family = family.forPerf(attempt);
        return perfCommand(settings, { ...environment, family: recording.family });
      },
      perfAttempts: settings.followChildren ? PERF_ATTEMPTS : 1,
      bpftrace: versions.has('bpftrace') ? bpftraceCommand(settings, environment) : undefined,
    },
    hooks,
    stop,
  );
  editForPerf(at('perfData'), recording.maps);
  if (window.cause === 'signal' && recording.tidsAtStart.size === 0)
    throw new UsageError('stopped before the recording began: nothing is left');
  const fail = (failure: string): void => {
    progress.note(failure);
    recording.failures.push(failure);
  };
  for (const tool of ['perf', 'bpftrace'] as const) {
    const recorded = window[tool];
    if (!recorded) continue;
    const cut = recorded.isWhole && tool === 'bpftrace' ? dumpFailure(window.dump) : undefined;
    if (recorded.isWhole && cut === undefined) continue;
    if (cut !== undefined && recorded.ending.code === 0) {
      fail(cut);
      continue;
    }
    const log = textOf(at(tool === 'perf' ? 'perfLog' : 'bpftraceLog')) ?? '';
    const failed = advised(failureText(tool, recorded.ending, log), tool, settings.sudo);
    const isLate = !recorded.hasBegun && (recorded.ending.code === 0 || recorded.ending.signal === 'SIGINT');
    fail(isLate ? `${tool} recorded nothing: the recording ended before it was ready; record for longer` : failed);
  }
  return { ...recording, window };
}

/** Edits a recording that is ours, so that perf keeps apart what an exec parts, and finds what was deleted. */
function editForPerf(file: string, maps: TargetMaps): void {
  const edits = imageEdits(bytesOf(file), (path) => maps.deletedBuild(path));
  if (edits.length === 0) return;
  const fd = openSync(file, 'r+');
  try {
    for (const { at, bytes } of edits) writeSync(fd, bytes, 0, bytes.length, at);
  } finally {
    closeSync(fd);
  }
}
