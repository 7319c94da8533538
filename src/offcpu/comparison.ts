// Two runs or more, side by side: each reason's time and share now and before, and how it changed.

import type { Row, Summary } from './tally.ts';

/** What was recorded at one time. */
export interface Run {
  name: string;
  summary: Summary;
  /** wall time of the recording; undefined: not known */
  windowNs: number | undefined;
}

/**
 * A row in an earlier run, and the change since. Shares and changes of rows may be added up, like times: the parts of a
 * row have its sums.
 */
export interface Before {
  ns: number;
  /** of the earlier run's time */
  share: number;
  shareChange: number;
  /** seconds per second of wall time; undefined where a run's wall time is not known */
  rateChange: number | undefined;
}

/** A row with what it was in each of the earlier runs; its own time is 0 where it is gone. */
export interface ComparedRow extends Row {
  before: Before[];
  parts: ComparedRow[];
}

/** The later run's table, with all rows that it or an earlier run has. */
export interface Comparison extends Summary {
  name: string;
  rows: ComparedRow[];
  other: (Summary['other'][number] & { before: Before[] })[];
  windowNs: number | undefined;
  against: Against[];
}

/** An earlier run, without its rows. */
export interface Against extends Omit<Summary, 'rows' | 'other'> {
  name: string;
  windowNs: number | undefined;
}

export function compare(now: Run, before: readonly Run[]): Comparison {
  const { summary } = now;
  const all = [now, ...before];
  const changes = (times: readonly number[]): Before[] => changesOf(times, all);
  return {
    ...summary,
    name: now.name,
    windowNs: now.windowNs,
    rows: compareRows(
      all.map((run) => run.summary.rows),
      changes,
    ),
    other: compareOthers(all, changes),
    against: before.map(({ name, windowNs, summary: { rows: _, other: __, ...sums } }) => ({
      name,
      windowNs,
      ...sums,
    })),
  };
}

/** From the times of one row in all runs, the later run's first. */
type Changes = (times: readonly number[]) => Before[];

function changesOf(times: readonly number[], [now, ...before]: readonly Run[]): Before[] {
  const of = (run: Run | undefined, ns = 0): { ns: number; share: number; rate: number | undefined } => ({
    ns,
    share: run && run.summary.ns > 0 ? ns / run.summary.ns : 0,
    rate: run?.windowNs ? ns / run.windowNs : undefined,
  });
  const later = of(now, times[0]);
  return before.map((run, i) => {
    const { ns, share, rate } = of(run, times[i + 1]);
    const rateChange = later.rate === undefined || rate === undefined ? undefined : later.rate - rate;
    return { ns, share, shareChange: later.share - share, rateChange };
  });
}

/** Rows of the same name belong together, level by level. */
function compareRows(all: readonly (readonly Row[])[], changes: Changes): ComparedRow[] {
  const byName = all.map((rows) => new Map(rows.map((row) => [row.name, row])));
  const rows = [...new Set(all.flat().map(({ name }) => name))].map((name) => {
    const each = byName.map((of) => of.get(name));
    const parts = compareRows(
      each.map((row) => row?.parts ?? []),
      changes,
    );
    const now = each[0] ?? { name, ns: 0, count: 0, maxNs: 0 };
    return { ...now, parts, before: changes(each.map((row) => row?.ns ?? 0)) };
  });
  return rows.sort(byTime);
}

function compareOthers(all: readonly Run[], changes: Changes): Comparison['other'] {
  const key = ({ name, label }: { name: string; label: string }): string => `${name} ${label}`;
  const times = all.map(({ summary }) => new Map(summary.other.map((other) => [key(other), other.ns])));
  const functions = new Map(all.flatMap(({ summary }) => summary.other).map((other) => [key(other), other]));
  return [...functions]
    .map(([of, { name, label }]) => {
      const each = times.map((run) => run.get(of) ?? 0);
      return { name, label, ns: each[0] as number, before: changes(each) };
    })
    .sort(byTime);
}

/** The longest first; what is gone, by what it was. */
function byTime(a: Compared, b: Compared): number {
  const first = (row: Compared): number => row.before.reduce((sum, { ns }) => sum + ns, 0);
  return b.ns - a.ns || first(b) - first(a) || (a.name < b.name ? -1 : 1);
}
type Compared = Pick<ComparedRow, 'name' | 'ns' | 'before'>;

/** Runs that differ this much are probably counted in different units. */
const UNITS_APART = 500;

/** What makes the earlier runs' times doubtful, a sentence each. */
export function doubtsOn({ name, ns, windowNs, against }: Comparison): string[] {
  return against
    .filter((run) => run.windowNs === undefined || windowNs === undefined)
    .filter((run) => Math.min(ns, run.ns) > 0 && Math.max(ns / run.ns, run.ns / ns) >= UNITS_APART)
    .map((run) => {
      const [more, less, times] = ns > run.ns ? [name, run.name, ns / run.ns] : [run.name, name, run.ns / ns];
      return `${more} has ${Math.round(times)} times the time of ${less}: is one of them counted in another unit (--baseline-unit)?`;
    });
}
