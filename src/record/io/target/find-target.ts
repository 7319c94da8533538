// The targets of a recording, looked up in /proc, and its environment on this machine.

import { Status } from '../../../cli/report.ts';
import type { World } from '../../../cli/run.ts';
import { UsageError } from '../../../engine/errors.ts';
import { hasOffcpu, runFolders } from '../../artifacts.ts';
import { type CodeFacts, callGraphOf, leadsNowhere, switchGraphOf } from '../../call-graph.ts';
import { type OffcpuStacksChoice, offcpuStacksOf, type SwitchFacts } from '../../offcpu-stacks.ts';
import { planLines } from '../../render/shell-words.ts';
import type { Settings } from '../../settings.ts';
import type { BackendChoice } from '../../target/backends.ts';
import { checkContainerName, inspectArgvs, isChrooted, membersOf } from '../../target/container.ts';
import { willTellPerf } from '../../target/language.ts';
import type { Process } from '../../target/proc-pid.ts';
import { type Several, targetsOf } from '../../target/target.ts';
import { sharedWaitEvents, waitEventsOf } from '../../target/wait-events.ts';
import type { Environment } from '../../window/plan.ts';
import {
  hasCallEvents,
  hasCycles,
  hasKernelSymbols,
  hasLibunwind,
  hasUnwinder,
  registersHere,
} from '../system/machine.ts';
import { placeOf, rootOf, self, serverFilesOf } from '../system/proc-files.ts';
import { allProcesses, recorder } from '../system/processes.ts';
import { ownFile, ownTool } from '../system/run-folder.ts';
import { answerOf } from '../system/run-sync.ts';
import { codeFactsOf, codeFactsOfFile } from './code-facts.ts';
import { programOf } from './command-program.ts';
import { askForNames } from './java-names.ts';
import { findBackends } from './postgres.ts';
import { mayTraceSwitches } from './switch-rate.ts';

/** What the user says of the target. */
export interface Choice {
  pids: readonly string[];
  pattern: string | undefined;
  container: string | undefined;
  postgres?: BackendChoice | undefined;
  several: Several | undefined;
  /** their descendants, too */
  followChildren?: boolean;
}

/** Throws UsageError if none is found, or one that can't be recorded. */
export function findTargets(choice: Choice, isSudo: boolean): Process[] {
  const processes = allProcesses();
  const container = choice.container === undefined ? undefined : membersIn(choice.container, processes);
  if (choice.postgres) return findBackends(choice.postgres, { ...choice, container }, processes, recorder(isSudo));
  return targetsOf({ ...choice, container }, processes, recorder(isSudo));
}

function membersIn(name: string, processes: readonly Process[]): { name: string; pids: ReadonlySet<number> } {
  checkContainerName(name);
  const answers = inspectArgvs(name).map((argv) => Number(answerOf(argv)?.out.trim() || Number.NaN));
  const first = answers.find((pid) => pid > 0);
  const places = processes.map(({ pid }) => placeOf(pid));
  const pids = membersOf(name, first, places, self().pid);
  if (pids.size === 0)
    throw new UsageError(`no container ${name}: podman and docker know no such, nor does a control group`);
  return { name, pids };
}

export function environmentOf(settings: Settings, pids: readonly number[], folder: string): Environment {
  const waitEvents = waitEventsFor(settings, pids);
  const code = codeOf(settings, pids);
  const callGraph = callGraphOf(settings.callGraph, code, { before: settings.callGraphBefore, hasLibunwind });
  const registers = registersHere();
  const canUnwind =
    mayUnwind(settings) && pids.length <= MOST_UNWOUND && registers === 'x86-64' && hasUnwinder(settings.sudo);
  if (settings.offcpuStacks === 'dwarf' && settings.mode === 'offcpu' && !canUnwind) throw new UsageError(NO_UNWINDER);
  const measured = { rate: undefined, freeBytes: Number.POSITIVE_INFINITY, canUnwind };
  return {
    waitEvents,
    pids,
    folder,
    program: ownFile('bpf', 'offcpu.bt'),
    registers,
    hasCallEvents: hasCallEvents(),
    hasCycles: hasCycles(),
    hasKernelSymbols: hasKernelSymbols(),
    hasSetpriv: answerOf(['setpriv', '--pdeathsig', 'KILL', 'true'])?.status === 0,
    callGraph,
    isBare: leadsNowhere(code) && !settings.followChildren,
    canUnwind,
    offcpuStacks: choiceOfStacks(settings, switchGraphOf(callGraph), measured),
    symfs: settings.symfs,
    isChrooted: pids.some((pid) => isChrooted(rootOf(pid))),
    tool: ownTool,
    asks: pids.flatMap((pid) => {
      const argv = askForNames(pid);
      return argv ? [argv] : [];
    }),
  };
}

const NO_UNWINDER =
  '--off-cpu-stacks dwarf needs --mode both, or a bpftrace that unwinds by DWARF (from 0.26 on; up to three processes, no --children)';

/** bpftrace takes seconds to read the tables of a large program, once for each process. */
const MOST_UNWOUND = 3;

/** Would it be of use? bpftrace reads no tables of processes that are yet to be forked. */
function mayUnwind({ mode, offcpuStacks, followChildren }: Settings): boolean {
  return hasOffcpu(mode) && offcpuStacks !== 'fp' && !followChildren;
}

export function choiceOfStacks(
  { offcpuStacks: wish, mode, seconds, maxOverhead, sudo }: Settings,
  callGraph: string,
  measured: Pick<SwitchFacts, 'rate' | 'freeBytes' | 'canUnwind'>,
): OffcpuStacksChoice {
  return offcpuStacksOf({
    wish,
    isBoth: mode === 'both',
    mayTrace: mayTraceSwitches(sudo),
    callGraph,
    ...measured,
    seconds,
    maxOverhead,
  });
}

/** The choice for a command that has not begun: its switches are counted when it has. */
export function uncountedStacks(settings: Settings, callGraph: string, freeBytes: number): OffcpuStacksChoice {
  // as for a target that runs: only where perf unwinds by DWARF anyway does auto take it for switches
  const rate = callGraph.startsWith('dwarf') ? 0 : undefined;
  const choice = choiceOfStacks(settings, callGraph, { rate, freeBytes, canUnwind: false });
  const isOpen = choice.how === 'dwarf' && settings.offcpuStacks === 'auto';
  return isOpen
    ? { how: 'dwarf', why: 'finds callers without frame pointers, unless the switches are too many' }
    : choice;
}

/** Facts about the code of the targets, or of the command that will be started. */
export function codeOf({ command }: Settings, pids: readonly number[]): CodeFacts[] {
  if (pids.length > 0) return pids.map(codeFactsOf);
  const program = command && programOf(command);
  return program ? [codeFactsOfFile(program.path, willTellPerf(program.path, program.words, process.env))] : [];
}

/** Throws UsageError if the user asked for wait events that can't be recorded. */
function waitEventsFor({ mode, waitEvents }: Settings, pids: readonly number[]): Environment['waitEvents'] {
  if (waitEvents === false || mode === 'cpu' || pids.length === 0) return undefined;
  const found = sharedWaitEvents(pids.map((pid) => waitEventsOf(serverFilesOf(pid))));
  if (waitEvents && typeof found !== 'object') {
    throw new UsageError(`--wait-events: ${found ?? `process ${pids.join(', ')} is no Postgres server`}`);
  }
  return found;
}

/** Prints what it would run, and runs nothing. */
export async function dryRun(settings: Settings, choice: Choice, { output }: World): Promise<number> {
  const targets = settings.command || settings.sql ? [] : findTargets(choice, settings.sudo);
  const { final } = runFolders(settings.outDir, settings.label, self().pid);
  const pids = targets.map(({ pid }) => pid);
  await output([planLines(settings, environmentOf(settings, pids, final))]);
  return Status.ok;
}
