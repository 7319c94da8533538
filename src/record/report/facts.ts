// What a run tells: on stdout, in run.json, and on its page.

import type { OffcpuStats } from '../../offcpu/read/stats.ts';
import type { PerfStats } from '../../perf/stats.ts';
import { ARTIFACTS, type Half, halvesOf, hasCpu, hasOffcpu } from '../artifacts.ts';
import { type Identity, identityWarnings } from '../render/identity.ts';
import { renderSteps, type Slept } from '../render/render-plan.ts';
import { profilerLine, shellLine, stepLine } from '../render/shell-words.ts';
import { qualityLine, windowText } from '../render/summary.ts';
import type { Settings } from '../settings.ts';
import { languageText, type TargetLanguage } from '../target/language.ts';
import type { Process } from '../target/proc-pid.ts';
import { sqlText } from '../target/sql.ts';
import {
  bpftraceCommand,
  type Environment,
  eventOf,
  kernelSymbolsStep,
  perfCommand,
  programStep,
  type Window,
  workloadArgv,
} from '../window/plan.ts';
import { type WorkloadEnd, workloadText } from '../window/workload.ts';
import { answersText, INDENT } from './answers-text.ts';
import { changesText } from './changes-text.ts';
import type { Functions, PictureFile, Report } from './report.ts';
import { doubtLines } from './trust.ts';
import { gradeText, secondsText, TOP } from './words.ts';

/** The time of the whole rendering, and of its steps. */
export interface RenderingCost {
  seconds: number;
  cpuSeconds: number;
  steps: readonly StepTime[];
}

export interface StepTime {
  what: string;
  seconds: number;
}

export interface RunFacts {
  settings: Settings;
  /** with the final folder of the run */
  environment: Environment;
  targets: readonly Process[];
  /** of the targets */
  languages: readonly TargetLanguage[];
  window: Window;
  /** the processes of the dump; undefined: there is none */
  dumpPids: readonly number[] | undefined;
  /** the command that renders a part of the window; undefined: it is all of it */
  partArgv: readonly string[] | undefined;
  cause: 'time' | 'done' | 'signal' | 'target' | 'profilers';
  /** halves that were recorded to the end and rendered */
  valid: readonly Half[];
  /** is everything there that was requested? */
  isComplete: boolean;
  warnings: readonly string[];
  /** undefined: there was none */
  workload: WorkloadEnd | undefined;
  identity: Identity | undefined;
  identityLine: string | undefined;
  cpuStats: PerfStats | undefined;
  offcpuStats: OffcpuStats | undefined;
  /** of offcpu-classify --json */
  reasons: { us: number } | undefined;
  /** of offcpu-classify --table; '' if there is none */
  reasonsTable: string;
  /** the label of an earlier run; undefined: none was to be compared with */
  comparedWith: string | undefined;
  /** if threads slept through the window */
  slept: Slept | undefined;
  versions: Readonly<Record<string, string | undefined>>;
  host: { name: string; kernel: string };
  /** file names */
  artifacts: readonly string[];
}

const PICTURES = [
  ['wallSvg', 'wall', 'On-CPU and off-CPU'],
  ['cpuSvg', 'cpu', 'On-CPU'],
  ['reasonsSvg', 'reasons', 'Off-CPU by reason'],
  ['offcpuSvg', 'offcpu', 'Off-CPU'],
  ['cpuDiff', 'cpu', 'On-CPU: what changed'],
  ['offcpuDiff', 'reasons', 'Off-CPU by reason: what changed'],
] as const;

/** What a run prints at its end. */
export function linesOfReport(facts: RunFacts, report: Report, columns?: number): string {
  const { window, environment, identity, artifacts } = facts;
  const pictures = PICTURES.map(([svg]) => ARTIFACTS[svg]).filter((file) => artifacts.includes(file));
  return [
    `window: ${windowText(window.startNs, window.endNs)}`,
    ...(facts.workload ? [workloadText(facts.workload)] : []),
    ...(facts.settings.sql === undefined ? [] : [`SQL: ${sqlText(facts.settings.sql, facts.cause)}`]),
    ...[...tablesOf(facts, report), ...answersText(report, columns)].flatMap((text) => ['', text.trimEnd()]),
    '',
    `${INDENT}How far to trust it`,
    `${INDENT.repeat(2)}${gradeText(report.trust)}`,
    // what the grade speaks of stands right below it
    ...report.warnings,
    ...(identity ? identityWarnings(identity) : []),
    ...doubtLines(report.trust),
    ...qualityLines(facts),
    `${environment.folder}: ${[ARTIFACTS.page, ...pictures].join(', ')}`,
    '',
  ].join('\n');
}

function qualityLines({ identityLine, cpuStats, offcpuStats }: RunFacts): string[] {
  return [...(identityLine === undefined ? [] : [identityLine]), qualityLine(cpuStats, offcpuStats)];
}

/** Why it was blocked, where it ran, and what changed. */
function tablesOf({ settings, workload, reasons, reasonsTable }: RunFacts, { changes }: Report): string[] {
  const offCpu = reasons ? `  off the CPU: 100 % is ${secondsText(reasons.us / 1e6)} of all threads\n` : '';
  return [
    reasonsTable && offCpu + reasonsTable,
    changes ? changesText(changes, settings.label) : '',
    saidText(workload),
  ].filter((text) => text !== '');
}

function saidText(workload: WorkloadEnd | undefined): string {
  const lines = workload?.lastLines ?? [];
  return lines.length > 0 ? `  the workload said last:\n${lines.map((line) => `  | ${line}\n`).join('')}` : '';
}

/** The artifacts that a run writes last. */
const LAST = ['run', 'page', 'reportText', 'reportJson'] as const;

const FORMAT = 'flamepipe run';
const VERSION = 1;

/** run.json: the settings, the target and the machine, and the results. */
export function runJson(facts: RunFacts & { rendering: RenderingCost }, report: Report): object {
  const { settings, environment, targets, window, identity } = facts;
  const commands = commandsOf(facts);
  return {
    format: FORMAT,
    version: VERSION,
    label: settings.label,
    mode: settings.mode,
    partial: facts.cause !== 'time' && facts.cause !== 'done',
    endedBy: facts.cause,
    complete: facts.isComplete,
    valid: facts.valid,
    missing: halvesOf(settings.mode).filter((half) => !facts.valid.includes(half)),
    workload: facts.workload ?? null,
    languages: facts.languages,
    targets: targets.map(({ pid, comm, command, nsPids, uid }) => ({ pid, comm, command, nsPids, uid })),
    window: { startNs: window.startNs, endNs: window.endNs, seconds: (window.endNs - window.startNs) / 1e9 },
    settings: {
      ...settings,
      callGraph: environment.callGraph.how,
      sql: settings.sql?.file,
      event: eventOf(environment),
      symfs: environment.symfs ?? null,
    },
    callGraph: hasCpu(settings.mode) ? environment.callGraph : null,
    offcpuStacks: hasCpu(settings.mode) && hasOffcpu(settings.mode) ? environment.offcpuStacks : null,
    commands,
    versions: facts.versions,
    host: facts.host,
    warnings: facts.warnings,
    identity: identity ?? null,
    cpu: facts.cpuStats ?? null,
    offcpu: facts.offcpuStats ?? null,
    reasons: facts.reasons ?? null,
    ...topFunctions(report.functions),
    rendering: facts.rendering,
    comparedWith: facts.comparedWith ?? null,
    artifacts: [...facts.artifacts, ...LAST.map((artifact) => ARTIFACTS[artifact])].sort(),
  };
}

/** The hottest functions, all and the target's own; null: perf saw none of these. */
function topFunctions(functions: Functions | undefined): object {
  const { bySelf = [], own } = functions ?? {};
  return {
    top: bySelf.slice(0, TOP).map(({ name, self, total }) => ({ name, self, total })),
    ownCode: own
      ? {
          objects: own.objects,
          top: own.hottest.slice(0, TOP).map(({ name, self, total, nearest }) => ({ name, self, total, own: nearest })),
        }
      : null,
  };
}

/** The command lines that record and render the same, a line each. */
export function commandsOf(facts: RunFacts): string[] {
  const { settings, environment, window, partArgv } = facts;
  if (partArgv) return [shellLine(partArgv)];
  const profilers = [perfCommand(settings, environment), bpftraceCommand(settings, environment)];
  const samples = facts.cpuStats && { window: facts.offcpuStats && window, pids: facts.dumpPids };
  const hasDump = facts.offcpuStats !== undefined;
  const steps = renderSteps(settings, environment, { samples, hasDump, slept: facts.slept });
  const workload = [settings.command, workloadArgv(settings)];
  const preparations = [kernelSymbolsStep(settings, environment), hasOffcpu(settings.mode) && programStep(environment)];
  return [
    ...workload.flatMap((argv) => (argv ? [shellLine(argv)] : [])),
    ...preparations.flatMap((step) => (step ? [stepLine(step)] : [])),
    ...profilers.flatMap((command) => (command ? [profilerLine(command)] : [])),
    ...steps.map(stepLine),
  ];
}

/** Facts about the recording, each with its name. */
export function factLines(facts: RunFacts): (readonly [string, string])[] {
  const { settings, targets, languages, window, versions, host } = facts;
  const { how, why } = facts.environment.callGraph;
  const tools = Object.values(versions).filter((version) => version !== undefined);
  return [
    ...targets.map(({ pid, command }) => [`process ${pid}`, command] as const),
    ...(languages.length > 0 ? [['language', [...new Set(languages.map(languageText))].join(', ')] as const] : []),
    ['window', windowText(window.startNs, window.endNs)],
    ...(settings.workload === undefined ? [] : [['workload', settings.workload] as const]),
    ...(facts.workload ? [["the workload's end", workloadText(facts.workload)] as const] : []),
    ...(settings.sql === undefined ? [] : [['SQL', sqlText(settings.sql, facts.cause)] as const]),
    ...(hasCpu(settings.mode) ? [['call graph', `${how} (${why})`] as const] : []),
    ['data', qualityLines(facts).join('; ')],
    ['host', `${host.name}, Linux ${host.kernel}`],
    ['tools', tools.join(', ')],
  ];
}

export function titleOf({ settings, comparedWith }: RunFacts): string {
  return `${settings.title ?? settings.label}${comparedWith === undefined ? '' : ` against ${comparedWith}`}`;
}

/** The pictures that there are. */
export function pictureFiles({ artifacts }: RunFacts): PictureFile[] {
  return PICTURES.filter(([svg]) => artifacts.includes(ARTIFACTS[svg])).map(([svg, folded, title]) => ({
    title,
    file: ARTIFACTS[svg],
    folded: ARTIFACTS[folded],
  }));
}
