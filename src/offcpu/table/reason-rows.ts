// The rows of the table of reasons: which are shown, and in which order.

import type { Before, ComparedRow, ReasonTable } from './comparison.ts';

/** The kinds, and how the table calls them. */
export const KINDS = [
  ['wait', 'blocked'],
  ['idle', 'waiting for work'],
  ['timer', 'timers'],
  ['cpu', 'not scheduled'],
  ['open', 'undecided'],
  ['lost', 'not recorded'],
] as const;

export interface TableSettings {
  /** a row a label instead of a row a reason */
  detail: boolean;
  /** meanings as rows below */
  meaning: boolean;
  /** columns for count, mean and longest */
  wide: boolean;
}

/** A row as it is printed. */
export interface Line extends Omit<ComparedRow, 'parts'> {
  level: number;
}

/** A column behind the share. */
export interface Column {
  title: string;
  /** '': none */
  unit: string;
  least: 'number' | 'share' | 'any';
  /** undefined: not known */
  cell(line: Line): string | undefined;
}

const OTHERS_SHOWN = 5;
/** Of the labels of [cpu] the one that has a remedy of its own, from this share of the table's time on. */
const THROTTLED = { label: 'cpu/throttled', name: 'throttled (cpu.max)', least: 0.01 } as const;
const FUNCTIONS_SHOWN = 3;

/** The rows that these settings show, those below others one level further in. */
export function linesOf({ rows, other, ns }: ReasonTable, { detail, meaning }: TableSettings): Line[] {
  const tops = detail ? byTime(rows.flatMap(({ parts }) => parts)) : rows;
  return tops.flatMap((row) => {
    const below = detail ? row.parts : merged(row.parts.flatMap(({ parts }) => parts));
    const unknown = other.filter(({ label }) => row.name === '[other]' || row.name === label);
    return [
      { ...row, level: 0 },
      ...(detail ? [] : row.parts.filter((part) => isThrottled(part, ns)).map(throttledLine)),
      ...(meaning ? below.flatMap(meaningLines) : []),
      ...unknown.slice(0, OTHERS_SHOWN).map(({ name, label, ...times }) => ({
        ...times,
        name: detail ? name : `${name} (${label.slice('other/'.length)})`,
        count: undefined,
        maxNs: undefined,
        variance: undefined,
        queuedNs: 0,
        level: 1,
      })),
    ];
  });
}

function isThrottled({ name, ns, before }: ComparedRow, allNs: number): boolean {
  return (
    name === THROTTLED.label && (ns >= THROTTLED.least * allNs || before.some(({ share }) => share >= THROTTLED.least))
  );
}

function throttledLine(row: ComparedRow): Line {
  return { ...row, name: THROTTLED.name, level: 1 };
}

function meaningLines(row: ComparedRow): Line[] {
  const functions = row.parts.slice(0, FUNCTIONS_SHOWN).map((part) => ({ ...part, level: 2 }));
  return [{ ...row, level: 1 }, ...functions];
}

/** Rows of one name as one: `IO:DataFileRead` is below several labels of [disk-io]. */
function merged(rows: readonly ComparedRow[]): ComparedRow[] {
  const sums = new Map<string, ComparedRow>();
  for (const row of rows) {
    const sum = sums.get(row.name);
    sums.set(row.name, sum === undefined ? row : plus(sum, row));
  }
  return byTime([...sums.values()]);
}

/** Two rows as one, with the name of the first. */
export function plus(a: ComparedRow, b: ComparedRow): ComparedRow {
  return {
    ...a,
    ns: a.ns + b.ns,
    count: a.count === undefined || b.count === undefined ? undefined : a.count + b.count,
    maxNs: a.maxNs === undefined || b.maxNs === undefined ? undefined : Math.max(a.maxNs, b.maxNs),
    variance: a.variance === undefined || b.variance === undefined ? undefined : a.variance + b.variance,
    queuedNs: a.queuedNs + b.queuedNs,
    parts: merged([...a.parts, ...b.parts]),
    before: a.before.map((one, i) => sumOf(one, b.before[i])),
  };
}

/** The longest first; rows of earlier runs alone by their time in those. */
function byTime(rows: ComparedRow[]): ComparedRow[] {
  const first = ({ before }: ComparedRow): number => before.reduce((sum, { ns }) => sum + ns, 0);
  return rows.sort((a, b) => b.ns - a.ns || first(b) - first(a) || (a.name < b.name ? -1 : 1));
}

/** Sums of rows of one name. */
export function sumOf(a: Before, b: Before | undefined): Before {
  if (b === undefined) return a;
  return {
    ns: a.ns + b.ns,
    share: a.share + b.share,
    shareChange: a.shareChange + b.shareChange,
    rateChange: a.rateChange === undefined || b.rateChange === undefined ? undefined : a.rateChange + b.rateChange,
    isNoise: {
      share: bothOf(a.isNoise.share, b.isNoise.share),
      rate: bothOf(a.isNoise.rate, b.isNoise.rate),
    },
  };
}

function bothOf(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === undefined || b === undefined ? undefined : a && b;
}

/** `fsync` for the reason `[fsync]`. */
export function bare(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1');
}

/** Whole microseconds. */
export function usOf(ns: number): string;
export function usOf(ns: number | undefined): string | undefined;
export function usOf(ns: number | undefined): string | undefined {
  return ns === undefined ? undefined : Math.round(ns / 1000).toFixed(0);
}

/** The mean in microseconds. */
export function mean(ns: number, count: number | undefined): string | undefined {
  return count === undefined || count === 0 ? undefined : usOf(ns / count);
}

export function percent(part: number, whole: number): string {
  return `${(whole > 0 ? (100 * part) / whole : 0).toFixed(1)}%`;
}
