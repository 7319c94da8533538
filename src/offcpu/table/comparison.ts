// Two runs or more, side by side: each reason's time and share now and before, and how it changed.

import type { TimeSums } from '../thread-times.ts';
import type { Row, Summary } from './tally.ts';

/** A run's sums, as a comparison needs them. */
export interface Run {
  name: string;
  summary: Summary;
  /** wall time of the recording; undefined: not known */
  windowNs: number | undefined;
  /** is the window all that its program did, from start to end? Such runs compare whole, not by the second */
  isWhole?: boolean;
  /** of its threads; undefined: not known */
  times: TimeSums | undefined;
  /** whose waits they were: a row a reason, with one a function and object below it; undefined: not known */
  where?: readonly Row[] | undefined;
}

/**
 * A row in an earlier run, and the change since. Shares and changes add up like times: those of its parts make a row's.
 */
export interface Before {
  ns: number;
  /** of the earlier run's time */
  share: number;
  shareChange: number;
  /** seconds per second of wall time, or of whole runs; undefined where a run's wall time is not known */
  rateChange: number | undefined;
  /** may the change be chance? undefined: not known */
  isNoise: { share: boolean | undefined; rate: boolean | undefined };
}

/** A row, with the same row in each of the earlier runs. Its own time is 0 if only those have it. */
export interface ComparedRow extends Row {
  /** one for each earlier run */
  before: Before[];
  parts: ComparedRow[];
}

/** The table of a run, with the rows of the earlier runs, if there are any. */
export interface ReasonTable extends Summary {
  name: string;
  rows: ComparedRow[];
  other: (Summary['other'][number] & { before: Before[] })[];
  windowNs: number | undefined;
  /** are the rates those of whole runs? */
  isWhole: boolean;
  times: TimeSums | undefined;
  against: Against[];
}

/** An earlier run, without its rows. */
export interface Against extends Omit<Summary, 'rows' | 'other'> {
  name: string;
  windowNs: number | undefined;
  times: TimeSums | undefined;
}

/** The table of a run, with the changes since each of the earlier runs. */
export function compare(now: Run, before: readonly Run[]): ReasonTable {
  const { summary } = now;
  const all = [now, ...before];
  const isWhole = before.length > 0 && all.every((run) => run.isWhole);
  const changes = (amounts: readonly Amount[]): Before[] => changesOf(amounts, all, isWhole);
  return {
    ...summary,
    name: now.name,
    windowNs: now.windowNs,
    isWhole,
    times: now.times,
    rows: compareRows(
      all.map((run) => run.summary.rows),
      changes,
    ),
    other: compareOthers(all, changes),
    against: before.map(({ name, windowNs, times, summary: { rows: _, other: __, ...sums } }) => ({
      name,
      windowNs,
      times,
      ...sums,
    })),
  };
}

/** From one row in all runs, the later run's first. */
type Changes = (amounts: readonly Amount[]) => Before[];
type Amount = Pick<Row, 'ns' | 'variance'>;

const NOTHING: Amount = { ns: 0, variance: 0 };

function changesOf(amounts: readonly Amount[], [now, ...before]: readonly Run[], isWhole: boolean): Before[] {
  const later = measured(now as Run, amounts[0] ?? NOTHING, isWhole);
  const earlier = before.map((run, i) => measured(run, amounts[i + 1] ?? NOTHING, isWhole));
  const shares = earlier.map(({ share }) => share);
  const rates = earlier.map(({ rate }) => rate);
  return earlier.map(({ ns, share, rate }) => ({
    ns,
    share: share.value,
    shareChange: later.share.value - share.value,
    rateChange: rate && later.rate && later.rate.value - rate.value,
    isNoise: { share: isNoise(later.share, share, shares), rate: isNoise(later.rate, rate, rates) },
  }));
}

interface Measured {
  value: number;
  /** undefined: not known */
  variance: number | undefined;
}

function measured(
  { summary, windowNs }: Run,
  { ns, variance }: Amount,
  isWhole: boolean,
): { ns: number; share: Measured; rate: Measured | undefined } {
  const share = summary.ns > 0 ? ns / summary.ns : 0;
  const all = sumOrUnknown(summary.rows.map((row) => row.variance));
  // a share changes with its row, and with all others
  const ofShare =
    variance === undefined || all === undefined || summary.ns === 0
      ? undefined
      : ((1 - share) ** 2 * variance + share ** 2 * Math.max(0, all - variance)) / summary.ns ** 2;
  const per = rateBaseNs(windowNs, isWhole);
  return {
    ns,
    share: { value: share, variance: ofShare },
    rate: per ? { value: ns / per, variance: variance && variance / per ** 2 } : undefined,
  };
}

/** What times are divided by to make rates: the window, or a second where whole runs compare. */
export function rateBaseNs(windowNs: number | undefined, isWhole: boolean): number | undefined {
  return isWhole ? 1e9 : windowNs;
}

/** A change of this many standard errors may be chance. */
const STANDARD_ERRORS = 2;

/**
 * May this change be chance? It may if it is no larger than that of counts usually is, or than the differences between
 * several earlier runs. Undefined: not known.
 */
function isNoise(
  now: Measured | undefined,
  before: Measured | undefined,
  runs: readonly (Measured | undefined)[],
): boolean | undefined {
  if (!now || !before) return undefined;
  const change = Math.abs(now.value - before.value);
  if (change === 0) return false;
  const values = runs.flatMap((run) => (run ? [run.value] : []));
  if (values.length > 1 && change <= Math.max(...values) - Math.min(...values)) return true;
  const variance = sumOrUnknown([now.variance, before.variance]);
  if (variance !== undefined) return change <= STANDARD_ERRORS * Math.sqrt(variance);
  return values.length > 1 ? false : undefined;
}

function sumOrUnknown(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce((sum, number) => (sum === undefined || number === undefined ? undefined : sum + number), 0);
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
    const now = each[0] ?? { name, ns: 0, count: 0, maxNs: 0, variance: 0, queuedNs: 0 };
    return { ...now, parts, before: changes(each.map((row) => row ?? NOTHING)) };
  });
  return rows.sort(byTime);
}

function compareOthers(all: readonly Run[], changes: Changes): ReasonTable['other'] {
  const key = ({ name, label }: { name: string; label: string }): string => `${name} ${label}`;
  const times = all.map(({ summary }) => new Map(summary.other.map((other) => [key(other), other.ns])));
  const functions = new Map(all.flatMap(({ summary }) => summary.other).map((other) => [key(other), other]));
  return [...functions]
    .map(([of, { name, label }]) => {
      const each = times.map((run) => ({ ns: run.get(of) ?? 0, variance: undefined }));
      return { name, label, ns: each[0]?.ns ?? 0, before: changes(each) };
    })
    .sort(byTime);
}

/** The longest first; rows of earlier runs alone by their time in those. */
function byTime(a: Compared, b: Compared): number {
  const first = (row: Compared): number => row.before.reduce((sum, { ns }) => sum + ns, 0);
  return b.ns - a.ns || first(b) - first(a) || (a.name < b.name ? -1 : 1);
}
type Compared = Pick<ComparedRow, 'name' | 'ns' | 'before'>;

/** Runs that differ this much are probably counted in different units. */
const UNITS_APART = 500;

/** Why the earlier runs' times may be wrong, a sentence each. */
export function doubtsOn({ name, ns, windowNs, against }: ReasonTable): string[] {
  return against
    .filter((run) => run.windowNs === undefined || windowNs === undefined)
    .filter((run) => Math.min(ns, run.ns) > 0 && Math.max(ns / run.ns, run.ns / ns) >= UNITS_APART)
    .map((run) => {
      const [more, less, times] = ns > run.ns ? [name, run.name, ns / run.ns] : [run.name, name, run.ns / ns];
      return `${more} has ${Math.round(times)} times the time of ${less}: is one of them counted in another unit (--baseline-unit)?`;
    });
}
