// The end of a run: run.json and the page, the folder under its name, and the report on stdout.

import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { World } from '../../cli/run.ts';
import type { PerfStats } from '../../perf/stats.ts';
import { type Artifact, artifactIn, runFolders } from '../artifacts.ts';
import { type Share, topFunctions } from '../folded-text.ts';
import { type Identity, identityLine, identityWarnings } from '../identity.ts';
import { pageHtml } from '../page.ts';
import { chrootNotes, type Ground, type Window } from '../plan.ts';
import type { Slept } from '../render-plan.ts';
import { linesOfReport, pageOf, runJson, type StepTime } from '../report.ts';
import type { Settings } from '../settings.ts';
import { cutText, userOnlyText } from '../summary.ts';
import type { Comparison } from './compare-runs.ts';
import { type Cost, costSince } from './cost.ts';
import type { FilterOf } from './filter-runner.ts';
import { namesIn, textOf } from './proc-files.ts';
import type { Progress } from './progress.ts';
import type { Take } from './record-window.ts';
import type { RunFolder } from './run-folder.ts';

/** What there is to render, and where. */
export interface Rendering {
  settings: Settings;
  ground: Ground;
  take: Take;
  folder: RunFolder;
  progress: Progress;
  filterOf: FilterOf;
}

/** What the rendering found out. */
export interface Rendered extends Rendering {
  window: Window;
  identity: Identity | undefined;
  hasCpu: boolean | undefined;
  slept: Slept | undefined;
  comparison: Comparison | undefined;
  /** when the rendering began */
  before: Cost;
  steps: readonly StepTime[];
}

const TOP = 10;

/** The last step: from here on there is a run. */
export async function writeReport(rendered: Rendered, output: World['output']): Promise<void> {
  const { settings, ground, take, folder, window, identity, hasCpu, slept, comparison, before, steps } = rendered;
  const at = (artifact: Artifact): string => artifactIn(folder.path, artifact);
  const read = (artifact: Artifact): string => decoded(textOf(at(artifact)) ?? '');
  const { final } = runFolders(settings.outDir, settings.label, 0);
  const cpuStats: PerfStats | undefined = parsed(read('cpuStats'));
  const facts = {
    settings,
    ground: { ...ground, folder: final },
    targets: take.targets.map((one) => ({ ...one, comm: decoded(one.comm), command: decoded(one.command) })),
    window,
    cause: take.window.cause,
    warnings: [
      ...take.failures,
      ...chrootNotes(settings, ground),
      ...take.warnings,
      userOnlyText(cpuStats) ?? [],
      cutText(take.window.cause, settings.seconds) ?? [],
      ...(identity ? identityWarnings(identity) : []),
    ].flat(),
    identity,
    identityLine: identity && identityLine(identity),
    cpuStats,
    offcpuStats: parsed(read('offcpuStats')),
    reasons: parsed(read('reasonsJson')),
    reasonsTable: read('reasonsTable'),
    top: hasCpu ? topOf(textOf(at('cpu')) ?? '') : [],
    comparison: comparison && {
      label: comparison.label,
      reasons: decoded(comparison.reasons),
      functions: decoded(comparison.functions),
    },
    slept,
    versions: Object.fromEntries(take.versions),
    host: { name: hostname(), kernel: (textOf('/proc/sys/kernel/osrelease') ?? '').trim() },
    artifacts: namesIn(folder.path),
  };
  writeFileSync(at('page'), pageHtml(pageOf(facts)));
  writeFileSync(
    at('run'),
    `${JSON.stringify(runJson({ ...facts, rendering: { ...costSince(before), steps } }), null, 2)}\n`,
  );
  folder.keep();
  await output([linesOfReport(facts)]);
}

/** Names are decoded when they are few. */
function topOf(folded: string): Share[] {
  return topFunctions(folded, TOP).map((share) => ({ ...share, name: decoded(share.name) }));
}

/** Texts of files and of /proc are read as bytes, for they may not be UTF-8; here they meet what the user typed. */
function decoded(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

function parsed(json: string): never {
  return (json === '' ? undefined : JSON.parse(json)) as never;
}
