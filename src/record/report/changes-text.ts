// What changed since an earlier run: the words that all writers share, and the table for a terminal.

import type { ChangeRow, Changes } from './changes.ts';
import { secondsText, waitTitle } from './words.ts';

const GROUPS: Record<ChangeRow['kind'], string> = {
  time: 'threads',
  wait: 'waits of functions of the program, on what, for which reason',
  own: 'functions of the program, with what they call',
  function: 'other functions, with what they call',
  unnamed: 'code whose functions have no names, with what it calls',
};

/** What the values are: `in milliseconds of the whole run, which took 3.16 s, before 6.23 s`. */
export function unitText({ whole }: Changes): string {
  if (whole === undefined) return 'in milliseconds per second of the window';
  return `in milliseconds of the whole run, which took ${secondsText(whole.after)}, before ${secondsText(whole.before)}`;
}

/** The same as a sentence begins. */
export function unitTitle(changes: Changes): string {
  return unitText(changes).replace('in ', 'In ');
}

/** The rows under the name of their group. */
export function groupsOf({ rows }: Changes): { kind: ChangeRow['kind']; title: string; rows: ChangeRow[] }[] {
  return (['time', 'wait', 'own', 'function', 'unnamed'] as const)
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
    : `left out ${folded} ${folded === 1 ? 'row' : 'rows'} without a change, or with one that may be chance`;
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
  const lengths = changes.lengths.map(
    ({ wait, before: was, after }) =>
      `  ${lengthText(was.p50, after.p50).padStart(19)}  ${lengthText(was.p99, after.p99).padStart(19)}  ${waitTitle(wait)}`,
  );
  const said = (name: string, last: readonly string[]): string[] =>
    last.slice(-3).map((line) => `  | ${name}: ${line}`);
  return [
    ...unlike.map((line) => `  UNLIKE: ${line}`),
    `  ${label} against ${before}, ${unitText(changes)}`,
    `  ${cells('before', 'after', 'change')}`,
    ...(lines.length > 0 ? lines : ['  no change beyond noise']),
    ...(foldedText(changes) === '' ? [] : [`  ${foldedText(changes)}`]),
    ...(lengths.length > 0 ? ['  single waits, their median and 99th percentile', ...lengths] : []),
    ...said(before, workload.before),
    ...said(label, workload.after),
    '',
  ].join('\n');
}

/** `3.1 ms → 9.57 ms` */
export function lengthText(before: number, after: number): string {
  return `${secondsText(before)} → ${secondsText(after)}`;
}
