// A run of flame-record: target, workload, window, rendering, and the folder that gets its name when all is done.

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSystemError, reason } from '../../cli/inputs.ts';
import { Status } from '../../cli/report.ts';
import type { World } from '../../cli/run.ts';
import { UsageError } from '../../engine/errors.ts';
import { artifactIn, hasCpu, hasOffcpu, runFolders } from '../artifacts.ts';
import { callGraphOf, switchGraphOf } from '../call-graph.ts';
import { lastWords, NoTarget, NothingRecorded } from '../failure.ts';
import { rehearse } from '../render/rehearsal.ts';
import type { Settings } from '../settings.ts';
import { callersMissing, namesMissing } from '../target/language.ts';
import type { Process } from '../target/proc-pid.ts';
import { severalText } from '../target/target.ts';
import { callGraphText, type Environment, notesOn, offcpuStacksText, workloadArgv } from '../window/plan.ts';
import { hasFailed, workloadText } from '../window/workload.ts';
import { freeRoom, keepRoom, writeRecording } from './recording-file.ts';
import { render } from './render/render.ts';
import { Child, endGroup } from './system/children.ts';
import { hasLibunwind, installedProfilers, sudoSelfHere } from './system/machine.ts';
import { self, textOf } from './system/proc-files.ts';
import { isAlive, processAt, recorder } from './system/processes.ts';
import { Progress } from './system/progress.ts';
import { RunFolder } from './system/run-folder.ts';
import { freeBytes } from './system/source.ts';
import { type CommandProgram, changesUser, programOf } from './target/command-program.ts';
import { Family } from './target/family.ts';
import { findStatements } from './target/find-statements.ts';
import {
  type Choice,
  choiceOfStacks,
  codeOf,
  environmentOf,
  findTargets,
  uncountedStacks,
} from './target/find-target.ts';
import { isLauncher, launched } from './target/launched.ts';
import { type Opened, openSession } from './target/postgres.ts';
import { languagesOf } from './target/program-facts.ts';
import { switchRate } from './target/switch-rate.ts';
import { tryCallGraph } from './trial.ts';
import { type Held, HeldCommand, heldProgram, StoppedCommand } from './window/held.ts';
import { type Recording, recordTargets } from './window/record-window.ts';
import { Workload } from './window/workload.ts';

/**
 * Node 20 hangs if it exits while V8's compiler waits for the main thread to collect garbage. V8 often compiles after
 * the rendering, so it gets this time to end.
 */
const SETTLE_MS = 50;
/** A rehearsal takes a third of a second, and must not make the warm-up longer. */
const REHEARSED_SECONDS = 1;

/**
 * Records and renders. Gives the exit status: 2 if a profiler failed, though the other one's results are kept; 1 if the
 * file of SQL or the workload failed.
 */
export async function record(
  settings: Settings,
  choice: Choice,
  { force, quiet }: { force: boolean; quiet: boolean },
  world: World,
): Promise<number> {
  const { report, interactive } = world;
  const stop = world.stop.signal;
  const progress = new Progress(report, { quiet, interactive });
  const found = settings.command || settings.sql ? [] : targetsThere(choice, settings);
  const profilers = installedProfilers(settings);
  const folder = new RunFolder(runFolders(settings.outDir, settings.label, self().pid), force);
  const log = artifactIn(folder.path, 'workloadLog');
  const children: Child[] = [];
  const start = (argv: readonly string[], takesCommands = false): Child => {
    const child = new Child({ argv, output: log, errors: log, takesCommands });
    children.push(child);
    return child;
  };
  let opened: Opened | undefined;
  let commandFailed: string | undefined;
  try {
    keepRoom(folder.path);
    for (const text of profilers.missing) progress.note(text);
    if (settings.sql) opened = await openSession(settings.sql, folder.path, recorder(settings.sudo));
    refuseOthers(settings);
    const program = heldProgram(settings, profilers.versions.get('perf'));
    const begun = settings.command && (await begin(settings.command, program, start));
    const held = begun?.held;
    const targets = begun ? [begun.process] : opened ? [opened.target] : found;
    const pids = targets.map(({ pid }) => pid);
    let environment = environmentOf(settings, held?.isShell ? [] : pids, folder.path);
    // bpftrace would read the tables of the shell that waits, or of a program without its libraries
    if (held) {
      const offcpuStacks = uncountedStacks(settings, switchGraphOf(environment.callGraph), freeBytes(folder.path));
      environment = { ...environment, pids, isHeld: held.isShell, canUnwind: false, offcpuStacks };
      if (settings.mode === 'both') progress.phase(offcpuStacksText(offcpuStacks));
    }
    const dsn = choice.postgres?.dsn ?? settings.sql?.dsn;
    if (settings.statements && dsn !== undefined) {
      const statements = await findStatements(dsn, settings.sudo);
      environment = { ...environment, statements };
    }
    if (targets.length > 1) progress.phase(severalText(targets));
    for (const note of notesOn(settings, environment)) progress.phase(note);
    const languages = held ? [] : languagesOf(pids);
    for (const line of namesMissing(languagesOf(held ? [] : pids, { isRecording: true }))) progress.phase(line);
    const argv = workloadArgv(settings);
    const workload = argv && new Workload(start(argv), log);
    const family = new Family(targets, settings.followChildren);
    const needsCount = hasCpu(settings.mode) || environment.canUnwind;
    const mayCount = !held && needsCount && hasOffcpu(settings.mode) && settings.offcpuStacks !== 'fp';
    const countIn = (seconds: number) => switchRate(() => family.look(), seconds, stop);
    let rate: Promise<number | undefined> | undefined;
    if (settings.warmupSeconds > 0) {
      progress.phase(`warming up for ${settings.warmupSeconds} s`);
      const trial = mayTry(settings, environment) ? tryCallGraph(settings, environment, stop) : undefined;
      if (mayCount) rate = countIn(settings.warmupSeconds);
      const warm = sleep(settings.warmupSeconds * 1000, undefined, { signal: stop }).catch(() => {});
      if (hasCpu(settings.mode) && settings.warmupSeconds >= REHEARSED_SECONDS) rehearse();
      await warm;
      const hints = { trial: await trial, before: settings.callGraphBefore, hasLibunwind };
      const callGraph = callGraphOf(settings.callGraph, codeOf(settings, pids), hints);
      if (callGraph.how !== environment.callGraph.how) progress.phase(callGraphText(callGraph));
      environment = { ...environment, callGraph };
    }
    if (mayCount) {
      const how = switchGraphOf(environment.callGraph);
      const counted = how.startsWith('dwarf') ? await (rate ?? countIn(0)) : undefined;
      const measured = { rate: counted, freeBytes: freeBytes(folder.path), canUnwind: environment.canUnwind };
      const offcpuStacks = choiceOfStacks(settings, how, measured);
      progress.phase(offcpuStacksText(offcpuStacks));
      environment = { ...environment, offcpuStacks };
    }
    const needsFrames = hasOffcpu(settings.mode) && environment.offcpuStacks.how === 'fp';
    for (const line of callersMissing(languages, needsFrames)) progress.phase(line);
    const early = await workload?.early();
    if (early) progress.note(workloadText(early));
    if (stop.aborted) throw new UsageError('stopped before the recording began: nothing is left');
    if (!targets.some(isAlive)) throw new UsageError(await whyGone(targets, settings, children, log));
    const recording = await recordTargets(
      { settings, environment, targets, held, profilers, session: opened?.session },
      progress,
      stop,
    );
    const refusal = await held?.refusal(log);
    if (refusal !== undefined) throw new UsageError(refusal);
    commandFailed = await failureOf(settings, recording, children, log);
    if (commandFailed !== undefined) recording.warnings.push(`warning: ${commandFailed}`);
    folder.protect();
    const complaint = await opened?.close();
    if (complaint !== undefined) {
      progress.note(complaint);
      recording.complaints.push(complaint);
    }
    recording.workload = await workload?.end(recording.window);
    if (recording.workload && hasFailed(recording.workload))
      recording.complaints.push(workloadText(recording.workload));
    await Promise.all(children.map(endGroup));
    environment = { ...environment, hasOldBuilds: recording.maps.oldBuilds().size > 0 };
    const rendering = { settings, environment, recording, folder, progress };
    writeRecording(rendering);
    await render(rendering, world);
    if (recording.failures.length > 0) return Status.failed;
    return recording.complaints.length === 0 ? Status.ok : Status.skipped;
  } catch (error) {
    if (error instanceof NothingRecorded) {
      folder.unprotect();
      if (commandFailed !== undefined) throw new NothingRecorded(`${error.message}; ${commandFailed}`);
    }
    // a failed write does not name its file
    if (isSystemError(error) && error.path === undefined) throw new UsageError(`${folder.path}: ${reason(error)}`);
    throw error;
  } finally {
    progress.done();
    await opened?.session.close();
    await Promise.all(children.map(endGroup));
    freeRoom(folder.path);
    const kept = folder.drop();
    if (kept !== undefined) progress.note(keptText(kept));
    await sleep(SETTLE_MS);
  }
}

/** Throws as findTargets(), and says that a workload can't have started the target. */
function targetsThere(choice: Choice, { sudo, workload }: Settings): Process[] {
  try {
    return findTargets(choice, sudo);
  } catch (error) {
    if (!(error instanceof NoTarget) || workload === undefined) throw error;
    throw new UsageError(`${error.message}\n--workload begins when the target is found: start the target before`);
  }
}

function keptText(kept: string): string {
  const isWhole = existsSync(artifactIn(kept, 'recording'));
  return `the recording stays in ${kept}${isWhole ? `; flame-record report ${kept} renders it` : ''}`;
}

/** Does flame-record choose how perf unwinds, and is there time to try it? */
function mayTry({ mode, callGraph, warmupSeconds }: Settings, environment: Environment): boolean {
  const isOpen = callGraph === undefined && environment.callGraph.how.startsWith('dwarf');
  return hasCpu(mode) && isOpen && warmupSeconds >= REHEARSED_SECONDS;
}

/** Throws UsageError for a setuid command: Linux ends perf's recording where a program becomes another user's. Not root's. */
function refuseOthers({ command, mode }: Settings): void {
  const path = command && programOf(command)?.path;
  if (path === undefined || !hasCpu(mode) || self().uid === 0 || !changesUser(path)) return;
  throw new UsageError(
    `${path} is setuid, and Linux ends perf's recording where it becomes another user's: ${sudoSelfHere()} ... runs all of it as root`,
  );
}

/** Starts a command, which waits for the window if `program` is known. Throws UsageError if it can't be started. */
async function begin(
  command: readonly string[],
  program: CommandProgram | undefined,
  start: (argv: readonly string[], takesCommands?: boolean) => Child,
): Promise<{ process: Process; held?: Held }> {
  const isScript = isLauncher(command) || (program !== undefined && isLauncher(program.argv));
  if (program && !isScript) {
    const child = start(HeldCommand.argvOf(program), true);
    const held = new HeldCommand(program, await started(child), child);
    return { process: held.process, held };
  }
  const child = start(command);
  let isStopped = false;
  const stop = (): void => {
    isStopped = program !== undefined && child.signal('SIGSTOP');
  };
  const process = isScript ? await launched(await started(child), stop) : await started(child);
  if (!isStopped) return { process };
  return { process, held: new StoppedCommand(process, (argv) => start(argv, true)) };
}

async function started(child: Child): Promise<Process> {
  const process = child.pid === undefined ? undefined : processAt(child.pid);
  if (process) return process;
  throw new UsageError((await child.ended).problem ?? 'the command ended at once');
}

/** How the command failed; undefined: it did not, or the window ended before it. */
async function failureOf(
  { command }: Settings,
  { window }: Recording,
  [child]: readonly Child[],
  log: string,
): Promise<string | undefined> {
  if (!command || window.cause !== 'target' || !child?.hasEnded) return undefined;
  const ending = await child.ended;
  return ending.code === 0 ? undefined : `${command[0]} failed (${lastWords(ending, textOf(log) ?? '')})`;
}

async function whyGone(targets: Process[], settings: Settings, [child]: Child[], log: string): Promise<string> {
  const { command, warmupSeconds, workload } = settings;
  if (!command || !child) return `process ${targets[0]?.pid} ended before the recording began`;
  const advice =
    warmupSeconds > 0 || workload !== undefined
      ? '; without --warmup and --workload it is held until the recording begins'
      : '';
  return `${command[0]} ended before the recording began (${lastWords(await child.ended, textOf(log) ?? '')})${advice}`;
}
