// What changed since an earlier run: time on the CPU, waiting for it and blocked, and functions, in one unit and one table.

import type { Before, ComparedRow, ReasonTable } from '../../offcpu/table/comparison.ts';
import type { FunctionTable } from '../../stacks/diff/function-table.ts';
import { type Change, isNoise } from '../../stacks/diff/functions.ts';
import { nameText } from '../../stacks/name-text.ts';
import type { Comparison } from '../comparison.ts';
import type { OwnCode } from '../own-code.ts';

/** Values are milliseconds per second of the window. Texts UTF-8. */
export interface Changes {
  /** the earlier run's label */
  before: string;
  /** how the runs differ in what they measured, a line each */
  unlike: readonly string[];
  rows: ChangeRow[];
  /** rows of next to nothing, and of changes that may be chance */
  folded: number;
  /** what the workloads said last */
  workload: { before: readonly string[]; after: readonly string[] };
}

export interface ChangeRow {
  /** a state of threads; a function of the target's own code, or any other, with what it calls */
  kind: 'time' | 'own' | 'function';
  name: string;
  before: number;
  after: number;
  change: number;
  mark: 'new' | 'gone' | '';
}

/** A change of less is shown as 0.0. */
const LEAST = 0.05;
const MOST_FUNCTIONS = 12;

/** `workload`: what it said last this time. */
export function changesOf(comparison: Comparison, code: OwnCode, workload: readonly string[]): Changes {
  const { label, unlike, onCpu, reasonTable, functionTable, frequency, workloadBefore } = comparison;
  const times = [
    ...(onCpu ? [rowOf('time', 'on CPU', onCpu, 1000)] : []),
    ...(reasonTable ? reasonRows(reasonTable) : []),
  ];
  const functions = functionTable ? functionRows(functionTable, code, 1000 / frequency) : [];
  const all = [...times, ...functions];
  const rows = [times, ...(['own', 'function'] as const).map((kind) => functions.filter((row) => row.kind === kind))];
  return {
    ...{ before: label, unlike },
    rows: rows.flatMap((group, i) => ranked(group).slice(0, i === 0 ? Number.POSITIVE_INFINITY : MOST_FUNCTIONS)),
    folded: all.filter(({ isChance }) => isChance).length,
    workload: { before: workloadBefore, after: workload },
  };
}

interface Judged extends ChangeRow {
  isChance: boolean;
}

/** New and gone first, then the largest changes; what may be chance is left out. */
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

/** Of inclusive time; the process at the root is no function. */
function functionRows({ rows, total }: FunctionTable, code: OwnCode, factor: number): Judged[] {
  return rows
    .filter(
      ({ name, inclusive }) => code.isOwn(name) || inclusive.before !== total.before || inclusive.after !== total.after,
    )
    .map(({ name, inclusive }) => rowOf(code.isOwn(name) ? 'own' : 'function', nameText(name), inclusive, factor));
}

const GROUPS: Record<ChangeRow['kind'], string> = {
  time: 'threads',
  own: 'functions of the program, with what they call',
  function: 'other functions, with what they call',
};

/** The rows under the name of their group. */
export function groupsOf({ rows }: Changes): { kind: ChangeRow['kind']; title: string; rows: ChangeRow[] }[] {
  return (['time', 'own', 'function'] as const)
    .map((kind) => ({ kind, title: GROUPS[kind], rows: rows.filter((row) => row.kind === kind) }))
    .filter((group) => group.rows.length > 0);
}

/** `+328.7` */
export function changeText(change: number): string {
  return `${change > 0 ? '+' : ''}${change.toFixed(1)}`;
}

export function foldedText({ folded }: Changes): string {
  return folded === 0
    ? ''
    : `${folded} ${folded === 1 ? 'row' : 'rows'} of nothing, or of what may be chance, left out`;
}

const WIDTH = 9;

/** The table for a terminal. */
export function changesText(changes: Changes, label: string): string {
  const { before, unlike, workload } = changes;
  const cells = (...texts: string[]): string => texts.map((text) => text.padStart(WIDTH)).join(' ');
  const lines = groupsOf(changes).flatMap(({ title, rows }) => [
    `  ${title}`,
    ...rows.map(
      (row) =>
        `  ${cells(row.before.toFixed(1), row.after.toFixed(1), changeText(row.change))}  ${row.mark.padEnd(4)}  ${row.name}`,
    ),
  ]);
  const said = (name: string, last: readonly string[]): string[] =>
    last.slice(-3).map((line) => `  | ${name}: ${line}`);
  return [
    ...unlike.map((line) => `  UNLIKE: ${line}`),
    `  ${label} against ${before}, in ms per second`,
    `  ${cells('before', 'after', 'change')}`,
    ...(lines.length > 0 ? lines : ['  no change beyond noise']),
    ...(foldedText(changes) === '' ? [] : [`  ${foldedText(changes)}`]),
    ...said(before, workload.before),
    ...said(label, workload.after),
    '',
  ].join('\n');
}
