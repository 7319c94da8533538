// What changed since an earlier run: time on the CPU, waiting for it and blocked, and functions, in one unit and one table.

import type { Before, ComparedRow, ReasonTable } from '../../offcpu/table/comparison.ts';
import type { FunctionTable } from '../../stacks/diff/function-table.ts';
import { type Change, isNoise } from '../../stacks/diff/functions.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { isThreadStart } from '../../stacks/known-frames.ts';
import { nameText } from '../../stacks/name-text.ts';
import type { Comparison } from '../comparison.ts';
import type { OwnCode } from '../own-code.ts';
import { type LengthChange, lengthChanges, waitsIn } from './lengths.ts';
import type { WaitRow } from './waits.ts';

/** Values are milliseconds per second of the window. Texts UTF-8. */
export interface Changes {
  /** the earlier run's label */
  before: string;
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
  /** a state of threads; a function of the target's own code, or any other, with what it calls; code without names */
  kind: 'time' | 'own' | 'function' | 'unnamed';
  name: string;
  before: number;
  after: number;
  change: number;
  mark: 'new' | 'gone' | '';
}

/** A change of less is shown as 0.0. */
const LEAST = 0.05;
const MOST_FUNCTIONS = 12;

/** `waits` are this run's; `workload` has the last lines of its workload. */
export function changesOf(
  comparison: Comparison,
  code: OwnCode,
  waits: readonly WaitRow[],
  workload: readonly string[],
): Changes {
  const { label, unlike, onCpu, reasonTable, functionTable, roots, frequency, workloadBefore } = comparison;
  const times = [
    ...(onCpu ? [rowOf('time', 'on CPU', onCpu, 1000)] : []),
    ...(reasonTable ? reasonRows(reasonTable) : []),
  ];
  const functions = functionTable ? functionRows(functionTable, roots, code, 1000 / frequency) : [];
  const all = [...times, ...functions];
  const rows = [
    times,
    ...(['own', 'function', 'unnamed'] as const).map((kind) => functions.filter((row) => row.kind === kind)),
  ];
  return {
    ...{ before: label, unlike },
    rows: rows.flatMap((group, i) => ranked(group).slice(0, i === 0 ? Number.POSITIVE_INFINITY : MOST_FUNCTIONS)),
    folded: all.filter(({ isChance }) => isChance).length,
    lengths: lengthChanges(waitsIn(comparison.reportBefore), waits),
    workload: { before: workloadBefore, after: workload },
  };
}

interface Judged extends ChangeRow {
  isChance: boolean;
}

/** New and gone rows first, then the largest changes, without those that may be chance. */
function ranked(rows: readonly Judged[]): ChangeRow[] {
  return rows
    .filter(({ isChance }) => !isChance)
    .sort(
      (a, b) =>
        Number(a.mark === '') - Number(b.mark === '') ||
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

function reasonRows({ rows, windowNs, against: [earlier] }: ReasonTable): Judged[] {
  if (windowNs === undefined || earlier?.windowNs === undefined) return [];
  const rates = (row: ComparedRow): Judged => {
    const [was] = row.before as [Before];
    const value = { before: was.ns / (earlier.windowNs as number), after: row.ns / windowNs };
    const change = value.after - value.before;
    const noise = was.isNoise.rate ? Math.abs(change) : undefined;
    const name = row.name === '[cpu]' ? 'waiting for a CPU' : `off CPU: ${nameText(row.name)}`;
    return rowOf('time', name, { ...value, change, noise }, 1000);
  };
  return rows.map(rates);
}

/** Rows of inclusive time, without the process or thread at the root, and without what every thread begins with. */
function functionRows(
  { rows, total }: FunctionTable,
  roots: ReadonlySet<string>,
  code: OwnCode,
  factor: number,
): Judged[] {
  return rows
    .filter(({ name }) => !roots.has(name) && !isThreadStart(name))
    .filter(
      ({ name, inclusive }) => code.isOwn(name) || inclusive.before !== total.before || inclusive.after !== total.after,
    )
    .map(({ name, inclusive }) => {
      if (isNameless(name)) return rowOf('unnamed', `code without names: ${nameText(name)}`, inclusive, factor);
      return rowOf(code.isOwn(name) ? 'own' : 'function', nameText(name), inclusive, factor);
    });
}
