// A run against an earlier one of the same folder: how the earlier one's counts are scaled, and what is shown.

import { StackTable } from '../engine/stack-table.ts';
import type { Options as DrawOptions } from '../flamegraph/settings.ts';
import { copyStacks } from '../stacks/copy-stacks.ts';
import { functionTable } from '../stacks/diff/compare-functions.ts';
import type { Sides } from '../stacks/diff/diff.ts';
import { formatFunctions } from '../stacks/diff/function-table.ts';
import type { Artifact } from './artifacts.ts';
import type { Picture } from './render-plan.ts';
import type { Settings } from './settings.ts';
import { cutLines } from './summary.ts';

/** Tables against an earlier run, latin1; '' where one of the runs has nothing of the kind. */
export interface Comparison {
  /** of the earlier run */
  label: string;
  reasons: string;
  functions: string;
}

/** What of a run matters when its counts are compared. */
export interface Measure {
  /** of the window */
  seconds: number;
  /** samples a second */
  frequency: number;
}

/** From a run.json; undefined: it is none. */
export function measureOf(json: string): Measure | undefined {
  try {
    const run = JSON.parse(json) as {
      format?: string;
      window?: { seconds?: number };
      settings?: { frequency?: number };
    };
    const [seconds, frequency] = [run.window?.seconds ?? 0, run.settings?.frequency ?? 0];
    return run.format === 'flamepipe run' && seconds > 0 && frequency > 0 ? { seconds, frequency } : undefined;
  } catch {
    return undefined;
  }
}

/** What a run measured, and how. */
export interface Shape {
  label: string;
  mode: string;
  seconds: number;
  /** what was sampled, and how its stacks were unwound; undefined: it was not */
  event: string | undefined;
  callGraph: string | undefined;
  /** its processes; undefined: not known of runs of earlier versions */
  pids: readonly number[] | undefined;
}

/** From the text of a run.json. */
export function shapeOf(json: string): Shape {
  const run = JSON.parse(json) as {
    label?: string;
    mode?: string;
    window?: { seconds?: number };
    settings?: { event?: string; callGraph?: string };
    targets?: { pid: number }[];
  };
  return {
    label: run.label ?? '',
    mode: run.mode ?? '',
    seconds: run.window?.seconds ?? 0,
    event: run.settings?.event,
    callGraph: run.settings?.callGraph,
    pids: run.targets?.map(({ pid }) => pid),
  };
}

const MUCH_LONGER = 2;

/** How the runs differ in what they measured, a line each; the numbers of such runs are to be read with care. */
export function unlikeRuns(now: Shape, before: Shape): string[] {
  const lines: string[] = [];
  const differ = (what: string, of: (shape: Shape) => string | undefined): void => {
    const [a, b] = [of(now), of(before)];
    if (a !== undefined && b !== undefined && a !== b) lines.push(`${what}: ${a}, ${before.label}: ${b}`);
  };
  differ('mode', ({ mode }) => mode);
  if (now.mode !== 'offcpu' && before.mode !== 'offcpu') {
    differ('event', ({ event }) => event);
    differ('call graph', ({ callGraph }) => callGraph);
  }
  differ('processes', ({ pids }) => pids && String(pids.length));
  const factor = now.seconds / before.seconds;
  if (factor >= MUCH_LONGER || factor <= 1 / MUCH_LONGER) differ('window', ({ seconds }) => `${seconds.toFixed(2)} s`);
  return lines.map((line) => `  UNLIKE: ${line}\n`);
}

/** The same stacks without the ids of processes, because another run's processes have others. */
export function withoutPids(table: StackTable, pids: readonly number[]): StackTable {
  if (pids.length < 2) return table;
  const bare = new StackTable();
  bare.unit = table.unit;
  const known = new Set(pids);
  const names = Array.from({ length: table.nameCount + 1 }, (_, id) => {
    if (id === 0) return 0;
    const name = table.nameText(id);
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

/** What the earlier counts are multiplied with, so that they are those of a window as long as this; 1 if about alike. */
export function scaleOf(now: Measure, before: Measure, unit: 'samples' | 'us'): number {
  const amount = ({ seconds, frequency }: Measure): number => seconds * (unit === 'samples' ? frequency : 1);
  const scale = amount(now) / amount(before);
  return Math.abs(scale - 1) < ALIKE ? 1 : scale;
}

/**
 * Both runs' stacks in the table of the earlier one, whose counts are scaled and rounded. What is left of a stack in
 * neither run is dropped. The table's own counts are gone afterwards.
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

/** The functions that changed most, as a table. `names`: of both runs, latin1. */
export function comparedFunctions(
  sides: Sides,
  names: readonly [string, string],
  now: Measure,
  before: Measure,
): string {
  // what differs in frequency counts as a longer or shorter window
  const seconds = { before: [(before.seconds * before.frequency) / now.frequency], after: [now.seconds] };
  const by = 'self';
  const table = functionTable(sides, { names, unit: 'samples', basis: 'per second', by, sample: undefined, seconds });
  return cutLines(formatFunctions(table, TOP));
}

/** The picture of what grew and what shrank, and how it is drawn. */
export function comparedPicture(
  { title, label: own }: Settings,
  label: string,
  { what, countname, to }: Picture,
): { to: Artifact; options: Partial<DrawOptions> } {
  const after = title ?? own;
  return {
    to: to === 'cpuSvg' ? 'cpuDiff' : 'offcpuDiff',
    options: { title: `${after} against ${label}: ${what}`, before: label, after, countname },
  };
}
