// Command lines as a person can paste them into a shell; --dry-run and run.json show them.

import { artifactIn } from './artifacts.ts';
import {
  bpftraceCommand,
  drawCpuStep,
  drawWallStep,
  foldCpuStep,
  foldOffcpuStep,
  type Ground,
  offcpuSteps,
  type ProfilerCommand,
  perfCommand,
  type Step,
  workloadArgv,
} from './plan.ts';
import type { Settings } from './settings.ts';

/** `it's` → `'it'\''s'`; what needs no quotes gets none. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** With its environment and redirections. */
export function profilerLine({ argv, environment, output, errors }: ProfilerCommand): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)} `);
  const redirection =
    output === errors ? `> ${shellWord(output)} 2>&1` : `> ${shellWord(output)} 2> ${shellWord(errors)}`;
  return `${variables.join('')}${shellLine(argv)} ${redirection}`;
}

export function stepLine({ stages, output }: Step): string {
  return `${stages.map(shellLine).join(' | ')} > ${shellWord(output)}`;
}

/** All that a run would do, in order, for --dry-run. */
export function planLines(settings: Settings, ground: Ground): string {
  const workload = workloadArgv(settings);
  const log = `> ${shellWord(artifactIn(ground.folder, 'workloadLog'))} 2>&1 &`;
  const perf = perfCommand(settings, ground);
  const bpftrace = bpftraceCommand(settings, ground);
  const steps = [
    ...(perf ? [foldCpuStep(settings, ground, undefined), drawCpuStep(settings, ground)] : []),
    ...(bpftrace ? [foldOffcpuStep(ground), ...offcpuSteps(settings, ground, false)] : []),
    ...(perf && bpftrace ? [drawWallStep(settings, ground)] : []),
  ];
  return [
    ...(settings.command ? [`${shellLine(settings.command)} ${log}`] : []),
    ...(workload ? [`${shellLine(workload)} ${log}`] : []),
    ...(workload || settings.command ? [`sleep ${settings.warmupSeconds}`] : []),
    ...[perf, bpftrace].flatMap((command) => (command ? [`${profilerLine(command)} &`] : [])),
    `sleep ${settings.seconds}`,
    ...steps.map(stepLine),
    '',
  ].join('\n');
}
