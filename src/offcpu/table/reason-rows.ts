// The rows of the table of reasons: what there is to show, and which of it is shown, in which order.

/** One row, with the finer rows it consists of. */
export interface ReasonRow {
  name: string;
  ns: number;
  /** undefined: the input does not tell */
  count: number | undefined;
  maxNs: number | undefined;
  /** at most, ns²; undefined: not known */
  variance: number | undefined;
  parts: readonly ReasonRow[];
  /** what it was in each of the runs that this one is compared with */
  before?: readonly Before[];
}

/** A row in an earlier run, and the change since. All of it can be added up. */
export interface Before {
  ns: number;
  share: number;
  shareChange: number;
  /** seconds per second of wall time; undefined: not known */
  rateChange: number | undefined;
  /** may the change be chance? undefined: not known */
  isNoise: { share: boolean | undefined; rate: boolean | undefined };
}

/** What a run comes to. All times in nanoseconds. */
export interface RunTotals {
  ns: number;
  kinds: Readonly<Record<'wait' | 'idle' | 'timer' | 'cpu' | 'open' | 'lost', number>>;
  excluded: readonly { name: string; ns: number }[];
  leftOutNs: number;
  /** what the threads did in the window; undefined: not known */
  times?: Times | undefined;
}

/** Nanoseconds of so many threads: their lives within the window, and what these consist of. */
export interface Times {
  threads: number;
  lifeNs: number;
  onCpuNs: number;
  runnableNs: number;
  blockedNs: number;
  inProgressNs: number;
  beforeNs: number;
}

export interface NamedRun extends RunTotals {
  name: string;
  /** the wall time of the recording; undefined: not known */
  windowNs: number | undefined;
}

/** What is to be shown; offcpu/tally.ts makes it, and offcpu/comparison.ts a comparison. */
export interface ReasonTable extends RunTotals {
  name?: string;
  windowNs?: number | undefined;
  /** reasons → labels → meanings */
  rows: readonly ReasonRow[];
  other: readonly { name: string; label: string; ns: number; before?: readonly Before[] }[];
  /** the runs that this one is compared with */
  against?: readonly NamedRun[];
}

/** The kinds, and what is printed for them. */
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
export interface Line extends Omit<ReasonRow, 'parts'> {
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

/** The rows that these settings show, those below others one level further in. */
export function linesOf({ rows, other }: ReasonTable, { detail, meaning }: TableSettings): Line[] {
  const tops = detail ? byTime(rows.flatMap(({ parts }) => parts)) : rows;
  return tops.flatMap((row) => {
    const below = detail ? row.parts : merged(row.parts.flatMap(({ parts }) => parts));
    const unknown = other.filter(({ label }) => row.name === '[other]' || row.name === label);
    return [
      { ...row, level: 0 },
      ...(meaning ? below.map((part) => ({ ...part, level: 1 })) : []),
      ...unknown.slice(0, OTHERS_SHOWN).map(({ name, label, ...times }) => ({
        ...times,
        name: detail ? name : `${name} (${label.slice('other/'.length)})`,
        count: undefined,
        maxNs: undefined,
        variance: undefined,
        level: 1,
      })),
    ];
  });
}

/** Rows of one name as one: `IO:DataFileRead` is below several labels of [disk-io]. */
function merged(rows: readonly ReasonRow[]): ReasonRow[] {
  const sums = new Map<string, ReasonRow>();
  for (const row of rows) {
    const sum = sums.get(row.name);
    sums.set(row.name, sum === undefined ? row : plus(sum, row));
  }
  return byTime([...sums.values()]);
}

function plus(a: ReasonRow, b: ReasonRow): ReasonRow {
  return {
    ...a,
    ns: a.ns + b.ns,
    count: a.count === undefined || b.count === undefined ? undefined : a.count + b.count,
    maxNs: a.maxNs === undefined || b.maxNs === undefined ? undefined : Math.max(a.maxNs, b.maxNs),
    variance: a.variance === undefined || b.variance === undefined ? undefined : a.variance + b.variance,
    ...(a.before && b.before ? { before: a.before.map((one, i) => sumOf(one, b.before?.[i])) } : {}),
  };
}

/** The longest first; what is gone, by what it was. */
function byTime(rows: ReasonRow[]): ReasonRow[] {
  const first = ({ before = [] }: ReasonRow): number => before.reduce((sum, { ns }) => sum + ns, 0);
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
