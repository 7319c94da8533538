// The end of a run: writes run.json and the page, gives the folder its name, and prints the report.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitLines } from '../../../cli/fit-lines.ts';
import type { World } from '../../../cli/run.ts';
import { Reasons } from '../../../offcpu/reason/reasons.ts';
import { isLibc, isLibrary } from '../../../offcpu/table/where.ts';
import { type Artifact, artifactIn, type Half, runFolders } from '../../artifacts.ts';
import type { Comparison } from '../../render/comparison.ts';
import type { CpuProfile } from '../../render/cpu-profile.ts';
import { type Identity, identityLine, identityWarnings } from '../../render/identity.ts';
import type { OffcpuProfile } from '../../render/offcpu-profile.ts';
import { cutText, cutWarnings, userOnlyText } from '../../render/summary.ts';
import {
  commandsOf,
  factLines,
  linesOfReport,
  pictureFiles,
  type RunFacts,
  runJson,
  type StepTime,
  titleOf,
} from '../../report/facts.ts';
import { reportMarkdown } from '../../report/markdown.ts';
import { pageHtml } from '../../report/page.ts';
import { reportOf } from '../../report/report.ts';
import type { Settings } from '../../settings.ts';
import { namesMissing, withNames } from '../../target/language.ts';
import { beyond, beyondInterpreter, bothObjects, type OwnCode, ownCodeOf } from '../../target/own-code.ts';
import { chrootNotes, type Environment, type Window } from '../../window/plan.ts';
import { namesIn } from '../system/proc-files.ts';
import { isAlive } from '../system/processes.ts';
import type { Progress } from '../system/progress.ts';
import type { RunFolder } from '../system/run-folder.ts';
import type { Recording } from '../window/record-window.ts';
import { type Cost, costSince } from './cost.ts';

/** What there is to render, and where. */
export interface Rendering {
  settings: Settings;
  environment: Environment;
  recording: Recording;
  folder: Pick<RunFolder, 'path' | 'keep'>;
  progress: Progress;
  /** the part of the window to render: of samples, and of the switches that perf recorded; undefined: all of it */
  part?: PartOfWindow | undefined;
}

/** A part of the window, and the command that renders it. */
export interface PartOfWindow extends Window {
  argv: readonly string[];
}

/** The results of the rendering. */
export interface Rendered extends Rendering {
  window: Window;
  /** halves that were recorded to the end and rendered */
  valid: readonly Half[];
  identity: Identity | undefined;
  cpu: CpuProfile | undefined;
  offcpu:
    | {
        profile: OffcpuProfile;
        reasons: { table: string; json: string } | undefined;
        objects: ReadonlyMap<string, ReadonlySet<string>>;
      }
    | undefined;
  comparison: Comparison | undefined;
  /** when the rendering began */
  before: Cost;
  steps: readonly StepTime[];
}

/** The last step. After it there is a run. */
export async function writeReport(
  rendered: Rendered,
  output: World['output'],
  columns: World['columns'],
): Promise<void> {
  const { settings, environment, recording, folder, window, valid, identity, cpu, offcpu, comparison, before, steps } =
    rendered;
  const workload = recording.workload && {
    ...recording.workload,
    lastLines: recording.workload.lastLines.map(decoded),
  };
  const at = (artifact: Artifact): string => artifactIn(folder.path, artifact);
  const final = rendered.part ? folder.path : runFolders(settings.outDir, settings.label, 0).final;
  const { isOfProgram, code } = ownCode(rendered);
  const languages = code.hasCompiledNames ? withNames(recording.languages) : recording.languages;
  const warnings = [
    ...recording.failures,
    ...recording.complaints,
    ...chrootNotes(settings, environment),
    ...recording.warnings,
    userOnlyText(cpu?.stats) ?? [],
    cutText(recording.window.cause, settings.seconds) ?? [],
  ].flat();
  // the report's part on trust says more of these
  const ofData = [
    ...namesMissing(languages).map((line) => `warning: ${line}`),
    ...cutWarnings(cpu?.stats, offcpu?.profile.stats, environment.callGraph.how, recording.languages),
    ...(identity ? identityWarnings(identity) : []),
  ];
  const facts: RunFacts = {
    settings,
    environment: { ...environment, folder: final, family: recording.family },
    targets: recording.targets.map((one) => ({ ...one, comm: decoded(one.comm), command: decoded(one.command) })),
    languages,
    window,
    dumpPids: recording.window.dump?.pids,
    partArgv: rendered.part?.argv,
    cause: recording.window.cause,
    valid,
    isComplete: recording.failures.length + recording.complaints.length === 0 && recording.window.cause !== 'signal',
    warnings: [...warnings, ...ofData],
    workload,
    identity,
    identityLine: identity && identityLine(identity),
    cpuStats: cpu?.stats,
    offcpuStats: offcpu?.profile.stats,
    reasons: offcpu?.reasons && JSON.parse(decoded(offcpu.reasons.json)),
    reasonsTable: decoded(offcpu?.reasons?.table ?? ''),
    comparedWith: comparison?.label,
    slept: offcpu?.profile.slept,
    versions: Object.fromEntries(recording.versions),
    host: recording.host,
    artifacts: namesIn(folder.path),
  };
  const report = reportOf({
    ...{ settings, title: titleOf(facts), facts: factLines(facts), warnings },
    callGraph: environment.callGraph.how,
    isShort: rendered.part !== undefined || ['target', 'done'].includes(recording.window.cause),
    sumsOf: rendered.part && recording.window.dump && !offcpu ? environment.offcpuStacks.how : undefined,
    // a COMMAND is ended with the window, and may need a moment
    pids: settings.command ? [] : recording.targets.filter(isAlive).map(({ pid }) => pid),
    ...{ cpu, offcpu: offcpu?.profile, identity, code, isOfProgram },
    nameLock: (await recording.maps.names()).nameLock,
    comms: new Map(recording.tasksAtEnd.map(({ tid, comm }) => [tid, comm])),
    ...{ languages, workload, comparison },
    ...{ commands: commandsOf(facts), pictures: pictureFiles(facts) },
  });
  const svgs = new Map(report.pictures.map(({ file }) => [file, readFileSync(join(folder.path, file), 'utf8')]));
  writeFileSync(at('page'), pageHtml(report, svgs));
  writeFileSync(at('reportText'), reportMarkdown(report));
  writeFileSync(at('reportJson'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(
    at('run'),
    `${JSON.stringify(runJson({ ...facts, rendering: { ...costSince(before), steps } }, report), null, 2)}\n`,
  );
  const kept = folder.keep();
  if (kept !== final) rendered.progress.note(`${final} was made meanwhile: this run is ${kept}`);
  const lines = linesOfReport({ ...facts, environment: { ...environment, folder: kept } }, report, columns);
  await output([Buffer.from(fitLines(Buffer.from(lines).toString('latin1'), columns), 'latin1')]);
}

function ownCode({ settings, cpu, offcpu, recording }: Rendered): {
  isOfProgram: (name: string) => boolean;
  code: OwnCode;
} {
  const { table } = offcpu?.profile.reasons ?? new Reasons([], () => undefined);
  const { executables, languages } = recording;
  const objects = bothObjects(cpu?.objects ?? new Map(), offcpu?.objects ?? new Map());
  const inRules = (name: string): boolean => table.isOfProgram(name);
  // a program of cargo install has its own source where libraries have theirs
  const isOfProgram = beyond(isLibc, inRules, objects);
  const isGo = languages.some(({ language }) => language === 'Go');
  const code = ownCodeOf({ executables, followsChildren: settings.followChildren, objects, isGo, isOfProgram });
  const isWaiters = beyond(isLibrary, inRules, objects);
  const isInterpreters = (name: string): boolean => table.isOfInterpreter(name);
  return { isOfProgram: code.hasCompiledNames ? beyondInterpreter(isInterpreters, isWaiters) : isWaiters, code };
}

/** Decodes texts of files and of /proc, which are read as bytes because they may not be UTF-8. */
function decoded(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}
