// The table of reasons as people read it: text and Markdown. Texts are latin1, in and out.

import { isWorthSaying, type TimeSums } from '../thread-times.ts';
import type { Against, ReasonTable } from './comparison.ts';
import { comparisonColumns, headingOf, markNotes } from './reason-comparison.ts';
import { type Column, KINDS, type Line, linesOf, mean, percent, type TableSettings, usOf } from './reason-rows.ts';

const INDENT = 2;
/** From this share on lost stacks get a note. */
const MUCH_LOST = 0.01;

const WIDE: readonly Column[] = [
  { title: 'count', unit: '', least: 'number', cell: ({ count }) => count?.toString() },
  { title: 'mean', unit: 'us', least: 'number', cell: ({ ns, count }) => mean(ns, count) },
  { title: 'max', unit: 'us', least: 'number', cell: ({ maxNs }) => usOf(maxNs) },
  { title: 'queued', unit: 'us', least: 'number', cell: ({ queuedNs }) => (queuedNs > 0 ? usOf(queuedNs) : undefined) },
];
/** As wide as `100.0%`, and a blank. */
const SHARE = 7;

/**
 * The table for a terminal:
 *
 *     [epoll]       1201654 us   70.1%
 *     [other]        344596 us   20.1%
 *       zz_wait (ioctl)   344596 us   20.1%       its innermost functions, and in which system call
 */
export function formatTable(table: ReasonTable, settings: TableSettings): string {
  const lines = linesOf(table, settings);
  const columns = columnsOf(table, settings, lines);
  const names = Math.max(10, ...lines.map(({ name, level }) => name.length + INDENT * level));
  const numbers = Math.max(10, ...lines.map(({ ns }) => usOf(ns).length));
  const cells = lines.map((line) => columns.map(({ cell }) => cell(line) ?? '-'));
  const titles = columns.map(({ title, unit }) => `${title} ${unit}`.trim());
  const least = { number: numbers, share: SHARE, any: 0 };
  const widths = columns.map((column, i) =>
    Math.max(least[column.least], ...[titles, ...cells].map((row) => (row[i] as string).length)),
  );
  const rest = (row: readonly string[]): string =>
    row.map((text, i) => ` ${text.padStart(widths[i] as number)}`).join('');
  const rows = lines.map(({ name, level, ns }, i) => {
    const first = `${' '.repeat(INDENT * level)}${name}`.padEnd(names);
    const row = `${first} ${usOf(ns).padStart(numbers)} us ${percent(ns, table.ns).padStart(SHARE)}`;
    return `  ${row}${rest(cells[i] as string[])}`.trimEnd();
  });
  if (columns.length > 0) {
    const first = `${'reason'.padEnd(names)} ${'time'.padStart(numbers + ' us'.length)} ${'share'.padStart(SHARE)}`;
    rows.unshift(`  ${first}${rest(titles)}`.trimEnd());
  }
  const heading = headingOf(table).map((line) => `  ${line}`);
  if (heading.length > 0) heading.push('');
  const notes = [...markNotes(table, lines), ...notesOf(table)];
  return [...heading, ...rows, ...(notes.length > 0 ? ['', ...notes.map((note) => `  ${note}`)] : []), ''].join('\n');
}

function columnsOf(table: ReasonTable, { wide }: TableSettings, lines: readonly Line[]): Column[] {
  return [...(wide ? WIDE : []), ...comparisonColumns(table, lines)];
}

/** Sentences below the table: how the time counts, and what it leaves out. */
export function notesOf(table: ReasonTable): string[] {
  const before = table.against.flatMap((run) => notesOfRun(run).map((note) => `${run.name}: ${note}`));
  return [...notesOfRun(table), ...before];
}

function notesOfRun(run: Omit<Against, 'name'>): string[] {
  const kinds = KINDS.filter(([kind]) => run.kinds[kind] > 0);
  const all = kinds.reduce((sum, [kind]) => sum + run.kinds[kind], 0);
  const notes: string[] = [];
  if (kinds.length > 0) {
    notes.push(kinds.map(([kind, words]) => `${words} ${percent(run.kinds[kind], all)}`).join(', '));
  }
  if (run.times) notes.push(timesLine(run.times));
  if (run.leftOutNs > 0) notes.push(`shares are without waiting for work and timers: ${usOf(run.leftOutNs)} us`);
  if (run.kinds.lost > MUCH_LOST * all) {
    notes.push('stacks were lost: record for less time; a bpftrace by hand wants BPFTRACE_CACHE_USER_SYMBOLS=1');
  }
  for (const { name, ns } of run.excluded) notes.push(`left out: ${usOf(ns)} us of ${name}, which is no waiting`);
  return notes;
}

/** 8.605 s of 13 threads = on CPU 2.6% + runnable 31.2% + blocked 63.7% + in progress 0.4% + before their first switch 2.1% */
function timesLine({ threads, lifeNs, ...times }: TimeSums): string {
  const recorderNs = isWorthSaying(times.recorderNs, lifeNs) ? times.recorderNs : 0;
  const parts = [
    ['on CPU', times.onCpuNs - recorderNs],
    ...(recorderNs > 0 ? [['in the recorder', recorderNs] as const] : []),
    ['runnable', times.runnableNs],
    ['blocked', times.blockedNs],
    ['in progress', times.inProgressNs],
    [`before ${threads === 1 ? 'its' : 'their'} first switch`, times.beforeNs],
  ] as const;
  const shares = parts.map(([words, ns]) => `${words} ${percent(ns, lifeNs)}`).join(' + ');
  return `${(lifeNs / 1e9).toFixed(3)} s of ${threads} ${threads === 1 ? 'thread' : 'threads'} = ${shares}`;
}

export function formatMarkdown(table: ReasonTable, settings: TableSettings): string {
  const lines = linesOf(table, settings);
  const columns = columnsOf(table, settings, lines);
  const titles = [
    'reason',
    'time (us)',
    'share',
    ...columns.map(({ title, unit }) => markdown(unit === '' ? title : `${title} (${unit})`)),
  ];
  const rows = lines.map((line) => {
    const { name, level, ns } = line;
    const cells = [usOf(ns), percent(ns, table.ns), ...columns.map(({ cell }) => cell(line) ?? '')];
    return `| ${'&nbsp;&nbsp;'.repeat(level)}${name.replaceAll('|', '\\|')} | ${cells.join(' | ')} |`;
  });
  const ruler = `|---|${'---:|'.repeat(titles.length - 1)}`;
  const heading = headingOf(table).flatMap((line) => [markdown(line), '']);
  const notes = [...markNotes(table, lines), ...notesOf(table)].map((note) => `- ${markdown(note)}`);
  return `${[...heading, `| ${titles.join(' | ')} |`, ruler, ...rows, '', ...notes].join('\n')}\n`;
}

/** Names of files may hold anything. */
function markdown(text: string): string {
  return text.replace(/[|<*_`\\]/g, '\\$&');
}
