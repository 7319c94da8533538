// What changed since an earlier run: time on the CPU, waiting for it and blocked, and functions, in one unit and one table.

import { type ComparedRow, type ReasonTable, rateBaseNs } from '../../offcpu/table/comparison.ts';
import type { FunctionTable } from '../../stacks/diff/function-table.ts';
import { type Change, type FunctionChange, isNoise } from '../../stacks/diff/functions.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { isThreadStart } from '../../stacks/known-frames.ts';
import { nameText } from '../../stacks/name-text.ts';
import { type Comparison, UNNAMED } from '../render/comparison.ts';
import type { OwnCode } from '../target/own-code.ts';
import { earlierReport } from './earlier-report.ts';
import { type LengthChange, lengthChanges } from './lengths.ts';
import type { TrustPoint } from './trust.ts';
import type { WaitRow } from './waits.ts';

/** Values are milliseconds per second of the window, or of whole runs. Texts UTF-8. */
export interface Changes {
  /** the earlier run's label */
  before: string;
  /** the windows, in seconds, if the runs are whole */
  whole?: { before: number; after: number };
  /** how the runs differ in what they measured, a line each */
  unlike: readonly string[];
  rows: ChangeRow[];
  /** how many rows have hardly changed, or may have by chance */
  folded: number;
  /** of single waits */
  lengths: LengthChange[];
  /** what the workloads said last */
  workload: { before: readonly string[]; after: readonly string[] };
}

export interface ChangeRow {
  /**
   * a state of threads; the waits of a function; a function of the target's own code, or any other, with what it calls;
   * code without names
   */
  kind: 'time' | 'wait' | 'own' | 'function' | 'unnamed';
  name: string;
  before: number;
  after: number;
  change: number;
  mark: 'new' | 'gone' | '';
}

/** A change of less is shown as 0.0. */
const LEAST = 0.05;
const MOST_OF_KIND = 12;

/** `waits` and `points` are this run's; `workload` has the last lines of its workload. */
export function changesOf(
  comparison: Comparison,
  code: OwnCode,
  waits: readonly WaitRow[],
  workload: readonly string[],
  points: readonly TrustPoint[] = [],
): Changes {
  const { label, unlike, whole, onCpu, reasonTable, whereTable, functionTable, roots, frequency, workloadBefore } =
    comparison;
  const times = [
    ...(onCpu ? [rowOf('time', 'on CPU', onCpu, 1000)] : []),
    ...(reasonTable ? reasonRows(reasonTable) : []),
  ];
  const earlier = earlierReport(comparison.reportBefore);
  const isOwn = ({ name, inclusive }: FunctionChange): boolean =>
    inclusive.after > 0 ? code.isOwn(name) : earlier.ownNames.has(nameText(name));
  const functions = functionTable ? functionRows(functionTable, roots, isOwn, 1000 / frequency) : [];
  const waitChanges = whereTable ? waitRowsOf(whereTable) : [];
  const all = [...times, ...waitChanges, ...functions];
  const ofKind = (kind: ChangeRow['kind']): Judged[] => functions.filter((row) => row.kind === kind);
  const groups = [times, waitChanges, ofKind('own'), ofKind('function'), ofKind('unnamed')];
  return {
    ...{ before: label, unlike: [...unlike, ...tooFew('', points), ...tooFew(`, ${label}`, earlier.points)] },
    ...(whole === undefined ? {} : { whole }),
    rows: groups.flatMap((group, i) => ranked(group).slice(0, i === 0 ? Number.POSITIVE_INFINITY : MOST_OF_KIND)),
    folded: all.filter(({ isChance }) => isChance).length,
    lengths: lengthChanges(earlier.waits, waits),
    workload: { before: workloadBefore, after: workload },
  };
}

/** Functions of threads that perf's clock misses come and go by chance, which no count of samples tells. */
function tooFew(whose: string, points: readonly TrustPoint[]): string[] {
  return points.filter(({ what }) => what === 'short').map(({ text }) => `samples${whose}: ${text}`);
}

interface Judged extends ChangeRow {
  isChance: boolean;
}

/** A new or gone row stands before larger changes if it has this part of the largest. */
const NOTABLE = 0.01;

/** New and gone rows first, unless they are tiny, then the largest changes, without those that may be chance. */
function ranked(rows: readonly Judged[]): ChangeRow[] {
  const certain = rows.filter(({ isChance }) => !isChance);
  const least = NOTABLE * certain.reduce((most, { change }) => Math.max(most, Math.abs(change)), 0);
  const isFirst = ({ mark, change }: Judged): boolean => mark !== '' && Math.abs(change) >= least;
  return certain
    .sort(
      (a, b) =>
        Number(isFirst(b)) - Number(isFirst(a)) ||
        Math.abs(b.change) - Math.abs(a.change) ||
        (a.name < b.name ? -1 : 1),
    )
    .map(({ isChance: _, ...row }) => row);
}

function rowOf(kind: ChangeRow['kind'], name: string, of: Change, factor: number): Judged {
  const [before, after] = [of.before * factor, of.after * factor];
  const mark = before === 0 ? 'new' : after === 0 ? 'gone' : '';
  const change = after - before;
  return { kind, name, before, after, change, mark, isChance: Math.abs(change) < LEAST || isNoise(of) };
}

function reasonRows(table: ReasonTable): Judged[] {
  return table.rows.flatMap((row) => {
    const rate = rateOf(row, table);
    const name = row.name === '[cpu]' ? 'waiting for a CPU' : `off CPU: ${nameText(row.name)}`;
    return rate ? [rowOf('time', name, rate, 1000)] : [];
  });
}

/** `lookup on lock registry: [futex]` */
function waitRowsOf(table: ReasonTable): Judged[] {
  return table.rows.flatMap(({ name: reason, parts }) =>
    parts
      .flatMap((label) => label.parts)
      .flatMap((place) => {
        const rate = rateOf(place, table);
        return rate ? [rowOf('wait', `${nameText(place.name)}: ${nameText(reason)}`, rate, 1000)] : [];
      }),
  );
}

/** In seconds per second, or of whole runs; undefined: the length of a window is not known. */
function rateOf({ ns, before: [was] }: ComparedRow, table: ReasonTable): Change | undefined {
  const { windowNs, isWhole, against } = table;
  const [per, perBefore] = [rateBaseNs(windowNs, isWhole), rateBaseNs(against[0]?.windowNs, isWhole)];
  if (was === undefined || per === undefined || perBefore === undefined) return undefined;
  const value = { before: was.ns / perBefore, after: ns / per };
  const change = value.after - value.before;
  return { ...value, change, noise: was.isNoise.rate ? Math.abs(change) : undefined };
}

/** Rows of inclusive time, without the process or thread at the root, and without what every thread begins with. */
function functionRows(
  { rows, total }: FunctionTable,
  roots: ReadonlySet<string>,
  isOwn: (row: FunctionChange) => boolean,
  factor: number,
): Judged[] {
  return rows
    .filter(({ name }) => !roots.has(name) && !isThreadStart(name))
    .filter((row) => isOwn(row) || row.inclusive.before !== total.before || row.inclusive.after !== total.after)
    .map((row) => {
      const { name, inclusive } = row;
      if (isNameless(name)) return rowOf('unnamed', `${UNNAMED}${nameText(name)}`, inclusive, factor);
      return rowOf(isOwn(row) ? 'own' : 'function', nameText(name), inclusive, factor);
    });
}
