// What a comparison adds to the table of reasons: the heading, and columns for each earlier run.

import type { Against, Before, ReasonTable } from './comparison.ts';
import type { Column, Line } from './reason-rows.ts';
import { unlikeIn } from './unlike.ts';

/**
 * A line each earlier run: both names, and the unit of the change. Behind it, what makes the two runs unlike:
 *
 *     b.txt against a.txt; change in ms per second of wall time (23.4 s against 23.5 s)
 *     b against a; change in ms of whole runs (3.159 s against 6.228 s)
 *     b.txt against a.folded; change in points of share: the wall time of a.folded is not known
 *     UNLIKE: b.txt is of 1 thread, a.folded of 12 threads
 */
export function headingOf(table: ReasonTable): string[] {
  const { name, against } = table;
  return against.flatMap((run) => [
    `${name} against ${run.name}; change in ${basisOf(table, run)}`,
    ...unlikeIn(table, run).map((text) => `UNLIKE: ${text}`),
  ]);
}

function basisOf({ name, windowNs, isWhole }: ReasonTable, run: Against): string {
  if (hasRate(windowNs, run)) {
    const of = isWhole ? 'of whole runs' : 'per second of wall time';
    return `ms ${of} (${seconds(windowNs)} against ${seconds(run.windowNs)})`;
  }
  if (windowNs === undefined && run.windowNs === undefined) return 'points of share: their wall times are not known';
  return `points of share: the wall time of ${windowNs === undefined ? name : run.name} is not known`;
}

/** For each earlier run its share, the change, and the marks of rows, if one has a mark. */
export function comparisonColumns({ windowNs, isWhole, against }: ReasonTable, lines: readonly Line[]): Column[] {
  return against.flatMap((run, i) => {
    const at = ({ before }: Line): Before | undefined => before[i];
    const isRate = hasRate(windowNs, run);
    const change = (line: Line): string | undefined => changeText(at(line), isRate);
    const columns: Column[] = [
      { title: run.name, unit: '', least: 'share', cell: (line) => shareText(at(line)) },
      { title: 'change', unit: !isRate ? 'pp' : isWhole ? 'ms' : 'ms/s', least: 'share', cell: change },
    ];
    const mark = (line: Line): string => changeMark(line.ns, at(line), isRate);
    if (lines.some((line) => mark(line) !== '')) columns.push({ title: '', unit: '', least: 'any', cell: mark });
    return columns;
  });
}

/** Is the change since this run one of time per second? */
function hasRate(windowNs: number | undefined, run: Against): boolean {
  return windowNs !== undefined && run.windowNs !== undefined;
}

function shareText(before: Before | undefined): string | undefined {
  return before && `${(100 * before.share).toFixed(1)}%`;
}

function changeText(before: Before | undefined, isRate: boolean): string | undefined {
  const change = isRate ? scaled(before?.rateChange, 1000) : scaled(before?.shareChange, 100);
  if (change === undefined) return undefined;
  const text = change.toFixed(1);
  if (text === '-0.0') return '0.0';
  return Number(text) > 0 ? `+${text}` : text;
}

function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value * by;
}

/** `new`, `gone`, `noise` where the change may be chance, or nothing. */
export function changeMark(ns: number, before: Before | undefined, isRate: boolean): string {
  if (before === undefined) return '';
  const isNoise = before.isNoise[isRate ? 'rate' : 'share'] === true;
  if (before.ns > 0 === ns > 0) return isNoise ? 'noise' : '';
  return `${ns > 0 ? 'new' : 'gone'}${isNoise ? ', noise' : ''}`;
}

/** Explains the marks of a table that do not explain themselves. */
export function markNotes({ windowNs, against }: ReasonTable, lines: readonly Line[]): string[] {
  const isMarked = lines.some(({ ns, before }) =>
    before.some((one, i) => changeMark(ns, one, hasRate(windowNs, against[i] as Against)).endsWith('noise')),
  );
  if (!isMarked) return [];
  const spread = against.length > 1 ? ', or no larger than between the earlier runs' : '';
  return [`noise: the change may be chance: it is within two standard errors${spread}`];
}

/** Three digits at least. */
function seconds(ns = 0): string {
  const value = ns / 1e9;
  return `${value < 10 ? value.toFixed(3) : value.toFixed(1)} s`;
}
