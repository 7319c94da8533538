// A run against an earlier one of the same folder: how they differ, and how the earlier one's counts are scaled.

import { StackTable } from '../../engine/stack-table.ts';
import type { Options as DrawOptions } from '../../flamegraph/settings.ts';
import type { ReasonTable } from '../../offcpu/table/comparison.ts';
import { copyStacks } from '../../stacks/copy-stacks.ts';
import { functionTable } from '../../stacks/diff/compare-functions.ts';
import type { Sides } from '../../stacks/diff/diff.ts';
import { type FunctionTable, formatFunctions } from '../../stacks/diff/function-table.ts';
import { type Change, changeFrom } from '../../stacks/diff/functions.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { stableName } from '../../stacks/stable-name.ts';
import type { Artifact } from '../artifacts.ts';
import type { Settings } from '../settings.ts';
import type { RunPicture } from './render-plan.ts';
import { cutLines } from './summary.ts';

/** This run beside an earlier one. Undefined: one of the two has nothing of the kind. */
export interface Comparison {
  /** of the earlier run */
  label: string;
  /** how the runs differ in what they measured, a line each */
  unlike: readonly string[];
  /** the windows, in seconds, if both runs are whole: then all else is of whole runs, not per second */
  whole: { before: number; after: number } | undefined;
  /** seconds on the CPU per second of the window, of all threads */
  onCpu: Change | undefined;
  reasonTable: ReasonTable | undefined;
  /** whose waits they were: a row a reason, with one a function and object below it */
  whereTable: ReasonTable | undefined;
  /** in samples per second; samples a second of this run */
  functionTable: FunctionTable | undefined;
  /** names in it that are processes or threads, latin1 */
  roots: ReadonlySet<string>;
  frequency: number;
  /** the text of the earlier run's report.json; '' if there is none */
  reportBefore: string;
  /** what the earlier workload said last */
  workloadBefore: readonly string[];
}

/** The part of a run that scales its counts. */
export interface RunScale {
  /** of the window */
  seconds: number;
  /** samples a second */
  frequency: number;
  /** is the window all that its command or SQL did, from start to end? */
  isWhole: boolean;
}

/** Whole runs compare by what they took in all: by the second, what the faster one does as before would seem to grow. */
export function areWhole(now: Pick<RunScale, 'isWhole'>, before: Pick<RunScale, 'isWhole'>): boolean {
  return now.isWhole && before.isWhole;
}

/** From a run.json; undefined: it is none. */
export function runScaleOf(json: string): RunScale | undefined {
  try {
    const run = JSON.parse(json) as {
      format?: string;
      endedBy?: string;
      window?: { seconds?: number };
      settings?: { frequency?: number; command?: readonly string[]; warmupSeconds?: number };
    };
    const [seconds, frequency] = [run.window?.seconds ?? 0, run.settings?.frequency ?? 0];
    const isWhole = isOfWholeRun(run.endedBy, run.settings ?? {});
    return run.format === 'flamepipe run' && seconds > 0 && frequency > 0 ? { seconds, frequency, isWhole } : undefined;
  } catch {
    return undefined;
  }
}

/** Did the recording begin with its command and end with it, or run its SQL to the end? */
export function isOfWholeRun(
  endedBy: string | undefined,
  { command, warmupSeconds = 0 }: Partial<Pick<Settings, 'command' | 'warmupSeconds'>>,
): boolean {
  return warmupSeconds === 0 && (endedBy === 'done' || (endedBy === 'target' && command !== undefined));
}

/** What a run measured, and how. */
export interface RunShape {
  label: string;
  mode: string;
  seconds: number;
  isWhole: boolean;
  /** what was sampled, and how its stacks were unwound; undefined: it was not */
  event: string | undefined;
  callGraph: string | undefined;
  /** how stacks off the CPU were walked; undefined: they were not recorded */
  offcpuStacks: string | undefined;
  /** its processes, and their names, UTF-8; undefined: not known of runs of earlier versions */
  pids: readonly number[] | undefined;
  comms: readonly string[] | undefined;
  /** were their descendants recorded, too? */
  followChildren: boolean | undefined;
  /** the shell line that ran meanwhile; '' for none */
  workload: string | undefined;
  /** the machine's name */
  host: string | undefined;
}

/** From the text of a run.json. */
export function shapeOf(json: string): RunShape {
  const run = JSON.parse(json) as {
    label?: string;
    mode?: string;
    endedBy?: string;
    window?: { seconds?: number };
    settings?: {
      event?: string;
      callGraph?: string;
      followChildren?: boolean;
      workload?: string;
      command?: readonly string[];
      warmupSeconds?: number;
    };
    offcpuStacks?: { how?: string } | null;
    targets?: { pid: number; comm: string }[];
    host?: { name?: string };
  };
  return {
    label: run.label ?? '',
    mode: run.mode ?? '',
    seconds: run.window?.seconds ?? 0,
    isWhole: isOfWholeRun(run.endedBy, run.settings ?? {}),
    event: run.settings?.event,
    callGraph: run.settings?.callGraph,
    offcpuStacks: run.offcpuStacks?.how,
    pids: run.targets?.map(({ pid }) => pid),
    comms: run.targets?.map(({ comm }) => comm),
    followChildren: run.settings?.followChildren,
    workload: run.settings && (run.settings.workload ?? ''),
    host: run.host?.name,
  };
}

/** How many samples a run took, and what its workload said last, from the text of a run.json. */
export function outcomeOf(json: string): { samples: number | undefined; workload: readonly string[] } {
  const run = JSON.parse(json) as { cpu?: { samples?: number } | null; workload?: { lastLines?: string[] } | null };
  return { samples: run.cpu?.samples, workload: run.workload?.lastLines ?? [] };
}

const MUCH_LONGER = 2;

/** How the runs differ in what they measured, a line each; the more they differ, the less a comparison says. */
export function unlikeRuns(now: RunShape, before: RunShape): string[] {
  const lines: string[] = [];
  const differ = (what: string, of: (shape: RunShape) => string | undefined): void => {
    const [a, b] = [of(now), of(before)];
    if (a !== undefined && b !== undefined && a !== b) lines.push(`${what}: ${a}, ${before.label}: ${b}`);
  };
  differ('mode', ({ mode }) => mode);
  if (now.mode !== 'offcpu' && before.mode !== 'offcpu') {
    differ('event', ({ event }) => event);
    differ('call graph', ({ callGraph }) => callGraph);
  }
  differ('stacks off the CPU', ({ offcpuStacks }) => offcpuStacks);
  differ('program', ({ comms }) => comms && [...new Set(comms)].sort().join(', '));
  differ('processes', ({ pids }) => pids && String(pids.length));
  differ('children', ({ followChildren: follows }) =>
    follows === undefined ? undefined : follows ? 'recorded' : 'not',
  );
  differ('workload', ({ workload }) => (workload === '' ? 'none' : workload));
  differ('host', ({ host }) => host);
  const factor = areWhole(now, before) ? 1 : now.seconds / before.seconds;
  if (factor >= MUCH_LONGER || factor <= 1 / MUCH_LONGER) differ('window', ({ seconds }) => `${seconds.toFixed(2)} s`);
  return lines;
}

/** The same stacks, with names that other runs have, too: without ids of processes and tiers of functions. */
export function namedAlike(table: StackTable, pids: readonly number[]): StackTable {
  const known = new Set(pids.length < 2 ? [] : pids);
  const texts = Array.from({ length: table.nameCount + 1 }, (_, id) => (id === 0 ? '' : table.nameText(id)));
  if (known.size === 0 && texts.every((text) => stableName(text) === text)) return table;
  const bare = new StackTable();
  bare.unit = table.unit;
  const names = texts.map((text, id) => {
    if (id === 0) return 0;
    const name = stableName(text);
    const [, comm, pid] = /^(.+)-(\d+)$/.exec(name) ?? [];
    return bare.name(comm !== undefined && known.has(Number(pid)) ? comm : name);
  });
  for (const { ids, weight, hits } of table.stacks()) {
    bare.add(
      Array.from(ids, (id) => names[id] as number),
      weight,
      hits,
    );
  }
  return bare;
}

const ALIKE = 0.02;

/** What rates are per: the seconds of both windows; of whole runs 1, so that their counts stay as they are. */
function comparedSeconds(now: RunScale, before: RunScale): [now: number, before: number] {
  return areWhole(now, before) ? [1, 1] : [now.seconds, before.seconds];
}

/**
 * The factor that makes the earlier counts those of a window as long as this one; 1 if they are about alike. Whole runs
 * keep their length.
 */
export function scaleOf(now: RunScale, before: RunScale, unit: 'samples' | 'us'): number {
  const [ofNow, ofBefore] = comparedSeconds(now, before);
  const frequencies = unit === 'samples' ? now.frequency / before.frequency : 1;
  const scale = (ofNow / ofBefore) * frequencies;
  return Math.abs(scale - 1) < ALIKE ? 1 : scale;
}

/**
 * Both runs' stacks in the table of the earlier one, with its counts scaled and rounded. Drops stacks that come to 0 in
 * both runs. The table's own counts are gone afterwards.
 */
export function sidesOf(before: StackTable, now: StackTable, scale: number): Sides {
  if (scale !== 1) before.weights.set(before.weights.map((count) => Math.round(count * scale)));
  const kept = before.weights.map((count) => (count > 0 ? 1 : 0));
  let index = 0;
  before.rewrite((ids) => (kept[index++] ? ids : null));
  const counts = before.takeWeights();
  copyStacks(now, before);
  return { table: before, before: [counts], after: [before.takeWeights()] };
}

const TOP = 10;

/** The names that stand at the root of stacks, and nowhere else. */
export function rootsOf(table: StackTable): Set<string> {
  const [roots, functions] = [new Set<number>(), new Set<number>()];
  for (const { ids } of table.stacks()) {
    ids.forEach((id, depth) => {
      (depth === 0 ? roots : functions).add(id);
    });
  }
  return new Set([...roots].filter((id) => !functions.has(id)).map((id) => table.nameText(id)));
}

/**
 * The functions of both runs, sorted by their change with all they call. `names`: those of the runs, latin1. The counts of
 * whole runs compare as they are: scale the earlier ones by scaleOf() if the frequencies differ.
 */
export function comparedFunctions(
  sides: Sides,
  names: readonly [string, string],
  now: RunScale,
  before: RunScale,
): FunctionTable {
  const by = 'inclusive';
  if (areWhole(now, before)) {
    return functionTable(sides, { names, unit: 'samples', basis: 'counts', by, sample: undefined, seconds: undefined });
  }
  // another frequency counts as a longer or shorter window
  const seconds = { before: [(before.seconds * before.frequency) / now.frequency], after: [now.seconds] };
  return functionTable(sides, { names, unit: 'samples', basis: 'per second', by, sample: undefined, seconds });
}

/** An object, such as `[postgres]`, is no function: it is all of its code that has no names. */
export function functionsText(table: FunctionTable): string {
  const rows = table.rows.map((row) => (isNameless(row.name) ? { ...row, name: `${UNNAMED}${row.name}` } : row));
  return cutLines(formatFunctions({ ...table, rows }, TOP));
}

/** Before the object, or the address, of code without names. */
export const UNNAMED = 'code without names: ';

/**
 * Time on the CPU per second of the window, or of whole runs: by the switches, which know it exactly, else by the samples of both runs.
 * Undefined: one of the runs has neither.
 */
export function onCpuChange(
  reasons: ReasonTable | undefined,
  samples: { now: number | undefined; before: number | undefined },
  now: RunScale,
  before: RunScale,
): Change | undefined {
  const [earlier] = reasons?.against ?? [];
  const [ofNow, ofBefore] = comparedSeconds(now, before);
  if (reasons?.times && earlier?.times) {
    const rate = (ns: number, seconds: number): number => ns / 1e9 / seconds;
    const values = { before: rate(earlier.times.onCpuNs, ofBefore), after: rate(reasons.times.onCpuNs, ofNow) };
    return { ...values, change: values.after - values.before, noise: undefined };
  }
  if (samples.now === undefined || samples.before === undefined) return undefined;
  const factor = (seconds: number, { frequency }: RunScale): number[] => [1 / (seconds * frequency)];
  const factors = { before: factor(ofBefore, before), after: factor(ofNow, now), sample: 1 };
  return changeFrom([samples.before], [samples.now], factors);
}

/** The artifact of the picture that compares the runs, and the options to draw it. */
export function comparedPicture(
  { title, label: own }: Settings,
  label: string,
  { what, countname, to }: RunPicture,
): { to: Artifact; options: Partial<DrawOptions> } {
  const after = title ?? own;
  return {
    to: to === 'cpuSvg' ? 'cpuDiff' : 'offcpuDiff',
    options: { title: `${after} against ${label}: ${what}`, before: label, after, countname },
  };
}
