// Command lines that a user can paste into a shell; --dry-run and run.json show them.

import { artifactIn } from '../artifacts.ts';
import type { Settings } from '../settings.ts';
import { sqlArgv } from '../target/sql.ts';
import {
  bpftraceCommand,
  type Environment,
  kernelSymbolsStep,
  type ProfilerCommand,
  perfCommand,
  programStep,
  type Step,
  workloadArgv,
} from '../window/plan.ts';
import { renderSteps } from './render-plan.ts';

/** `it's` → `'it'\''s'`; what needs no quotes gets none. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** The command line of a profiler with its redirections. */
export function profilerLine({ argv, output, errors }: ProfilerCommand): string {
  return `${shellLine(argv)}${output === errors ? '' : ` > ${shellWord(output)}`} 2> ${shellWord(errors)}`;
}

export function stepLine({ stages, output }: Step): string {
  return `${stages.map(shellLine).join(' | ')} > ${shellWord(output)}`;
}

/** The output of --dry-run: all that a run would do, in order. */
export function planLines(settings: Settings, environment: Environment): string {
  const workload = workloadArgv(settings);
  const log = `> ${shellWord(artifactIn(environment.folder, 'workloadLog'))} 2>&1 &`;
  const perf = perfCommand(settings, environment);
  const bpftrace = bpftraceCommand(settings, environment);
  const preparations = [kernelSymbolsStep(settings, environment), bpftrace && programStep(environment)];
  const samples = perf && { window: undefined };
  const steps = renderSteps(settings, environment, { samples, hasDump: bpftrace !== undefined, slept: undefined });
  return [
    ...(settings.command ? [`${shellLine(settings.command)} ${log}`] : []),
    ...(settings.sql ? [`${shellLine(sqlArgv(settings.sql))} &`] : []),
    ...(workload ? [`${shellLine(workload)} ${log}`] : []),
    ...(settings.warmupSeconds > 0 ? [`sleep ${settings.warmupSeconds}`] : []),
    ...preparations.flatMap((step) => (step ? [stepLine(step)] : [])),
    ...(perf
      ? [`${profilerLine(perf)} &    # its stdin: enable, ${settings.seconds} s later disable; then SIGINT`]
      : []),
    ...(bpftrace ? [`${profilerLine(bpftrace)} &    # ${settings.seconds} s later SIGINT`] : []),
    ...(environment.asks ?? []).map((argv) => `${shellLine(argv)}    # when the window ends`),
    ...steps.map(stepLine),
    '',
  ].join('\n');
}
