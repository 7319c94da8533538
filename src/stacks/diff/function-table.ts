// The table of functions of two sides as people read it: text and Markdown. Texts are latin1, in and out.

import { grouped, relative } from '../amounts.ts';
import type { Change, FunctionChange } from './functions.ts';
import { isNoise } from './functions.ts';

export interface SideLabel {
  name: string;
  /** how many runs its values are the mean of */
  runs: number;
  /** the wall time of each, where known */
  seconds: readonly number[] | undefined;
}

/** What values are: counts, counts scaled to the total after, counts per second of wall time. */
export type ValueBasis = 'counts' | 'normalized' | 'per second';

/**
 * What the noise was computed from: the spread of several runs, or samples. Or why it is not known: the counts are no
 * samples, because of their unit or size. `sample`: what one sample counts, if counts are samples.
 */
export type NoiseSource = { from: 'spread' | 'samples' | 'unit' | 'size'; sample?: number };

export interface FunctionTable {
  before: SideLabel;
  after: SideLabel;
  unit: string;
  basis: ValueBasis;
  /** which change the rows are sorted by */
  by: 'inclusive' | 'self';
  noise: NoiseSource;
  /** of all stacks together */
  total: Change;
  /** in the order they are shown in */
  rows: readonly FunctionChange[];
}

interface Column {
  group: string;
  title: string;
  cell(row: FunctionChange): string;
}

/** The first `top` rows that have changed, 0: all of them; then how many more have changed, and how many have not. */
function shownRows({ rows }: FunctionTable, top: number): { rows: FunctionChange[]; more: number; same: number } {
  const changed = rows.filter(({ inclusive, self }) => inclusive.change !== 0 || self.change !== 0);
  const shown = top > 0 ? changed.slice(0, top) : changed;
  return { rows: shown, more: changed.length - shown.length, same: rows.length - changed.length };
}

/** `new`, `gone`, `noise` where the change that counts may be chance, or nothing. */
export function changeMark(row: FunctionChange, by: FunctionTable['by']): string {
  const { before, after } = row.inclusive;
  const kind = before === 0 ? 'new' : after === 0 ? 'gone' : '';
  const noise = row[by].change !== 0 && isNoise(row[by]) ? 'noise' : '';
  return [kind, noise].filter(Boolean).join(', ');
}

function columnsOf(table: FunctionTable, rows: readonly FunctionChange[]): Column[] {
  const number = numberFormat(table);
  const hasNoise = rows.some(({ inclusive }) => inclusive.noise !== undefined);
  const ofPart = (part: 'inclusive' | 'self'): Column[] => {
    const column = (title: string, cell: (change: Change) => string): Column => ({
      group: part,
      title,
      cell: (row) => (row[part].before === 0 && row[part].after === 0 ? '-' : cell(row[part])),
    });
    return [
      column('before', ({ before }) => number(before)),
      column('after', ({ after }) => number(after)),
      column('change', ({ change }) => signedBy(number, change)),
      ...(hasNoise ? [column('noise', ({ noise }) => number(noise ?? 0))] : []),
    ];
  };
  const share = (value: number, of: number): string => `${(of > 0 ? (100 * value) / of : 0).toFixed(1)}%`;
  const { before, after } = table.total;
  return [
    ...ofPart('inclusive'),
    { group: 'share', title: 'before', cell: ({ inclusive }) => share(inclusive.before, before) },
    { group: 'share', title: 'after', cell: ({ inclusive }) => share(inclusive.after, after) },
    ...ofPart('self'),
  ];
}

/** Whole numbers where all are whole, else one decimal. */
function numberFormat({ rows, basis }: FunctionTable): (value: number) => string {
  const isWhole = rows.every(({ inclusive, self }) =>
    [inclusive.before, inclusive.after, self.before, self.after].every(Number.isInteger),
  );
  if (isWhole || basis === 'normalized') return (value) => grouped(Math.round(value));
  return (value) => {
    const text = grouped(Number(value.toFixed(1)));
    return text.includes('.') ? text : `${text}.0`;
  };
}

function signedBy(number: (value: number) => string, change: number): string {
  const text = number(Math.abs(change));
  if (/^[0.]*$/.test(text)) return text;
  return `${change > 0 ? '+' : '-'}${text}`;
}

/**
 * Both names, the unit, the totals:
 *
 *     v2.folded against v1.folded, in samples: 889 before, 753 after (-136, -15.3%)
 */
export function headingOf(table: FunctionTable): string {
  const { before, after, unit, basis, total } = table;
  const number = numberFormat(table);
  const runs = before.runs + after.runs > 2 ? `, ${runsText(before.runs, after.runs)}` : '';
  const values = {
    counts: `in ${unit}`,
    normalized: `in ${unit}, those of ${before.name} scaled to the total of ${after.name}`,
    'per second': `in ${unit} per second of wall time (${secondsText(before)} and ${secondsText(after)})`,
  }[basis];
  // texts are latin1, byte by byte
  const difference = total.before > 0 ? `, ${relative(total.after, total.before).replace('\u00b1', '')}` : '';
  const totals =
    basis === 'normalized'
      ? number(total.after)
      : `${number(total.before)} before, ${number(total.after)} after (${signedBy(number, total.change)}${difference})`;
  return `${after.name} against ${before.name}, ${values}${runs}: ${totals}`;
}

function runsText(before: number, after: number): string {
  return before === after ? `each the mean of ${before} runs` : `means of ${before} runs before, ${after} after`;
}

function secondsText({ seconds = [] }: SideLabel): string {
  return `${[...new Set(seconds.map((value) => grouped(value)))].join(', ')} s`;
}

function notesOf(table: FunctionTable, rows: readonly FunctionChange[], more: number, same: number): string[] {
  const { noise, unit, before, after } = table;
  const marked = rows.some((row) => changeMark(row, table.by).endsWith('noise')) ? '; marked rows are within it' : '';
  const { sample = 1 } = noise;
  const assumed = sample === 1 ? 'each count is a sample' : `a sample counts ${grouped(sample)}`;
  const notes = {
    spread: `noise: a change up to this may be chance, as much as runs of a side differ${noise.sample === undefined ? '' : ', or samples'} (95%)${marked}`,
    samples: `noise: a change up to this may be chance (two standard errors, if ${assumed})${marked}`,
    unit: `noise is unknown, because ${unit} are no samples; measure it by several runs a side: --before A,B,C --after D,E,F`,
    size: 'noise is unknown, because counts this large are no samples; fold with perf-fold --count samples, or say what a sample counts: --sample N',
  };
  const lines = [notes[noise.from]];
  if (before.runs + after.runs > 2 && before.runs !== after.runs && Math.min(before.runs, after.runs) === 1) {
    lines.push('the side of one run counts as varied as the other');
  }
  if (more > 0)
    lines.push(`${grouped(more)} more ${more === 1 ? 'function has' : 'functions have'} changed: --top 0 shows all`);
  if (same > 0) lines.push(`${grouped(same)} ${same === 1 ? 'function has' : 'functions have'} not changed`);
  return lines;
}

/** Names this long are mostly told apart. */
const NAME_WIDTH = 24;

/**
 * The table for a terminal of so many columns, the largest changes first:
 *
 *     inclusive             share          self
 *     before  after change  before  after  before  after change       function
 *        420    160   -260   47.2%  21.2%     420    160   -260       parse
 *
 * Where the terminal is too narrow for the names behind them, numbers are left out, and a note says which.
 */
export function formatFunctions(table: FunctionTable, top: number, width = Number.POSITIVE_INFINITY): string {
  const { rows, more, same } = shownRows(table, top);
  const marks = rows.map((row) => changeMark(row, table.by));
  const markWidth = Math.max(...marks.map((mark) => mark.length), 0);
  const names = rows.map(({ name }) => visible(name));
  const nameWidth = Math.min(Math.max(...names.map((name) => name.length), 0), NAME_WIDTH);
  const tail = (mark: string, name: string): string => `  ${markWidth > 0 ? `${mark.padEnd(markWidth)}  ` : ''}${name}`;
  const all = columnsOf(table, rows);
  const choices = narrower(all, table.by).map((columns) => numbersOf(columns, rows));
  const room = width - tail('', '').length - nameWidth;
  const chosen = choices.find(({ lines }) => Math.max(...lines.map((line) => line.length)) <= room) ?? choices.at(-1);
  const { columns, lines: [groups = '', titles = '', ...numbers] = [] } = chosen ?? {};
  const lines =
    rows.length > 0
      ? [
          groups,
          titles + tail('', 'function'),
          ...numbers.map((row, i) => row + tail(marks[i] as string, names[i] as string)),
        ]
      : ['  no function has changed'];
  const notes = notesOf(table, rows, more, same);
  if (rows.length > 0 && columns !== undefined && columns.length < all.length)
    notes.push(`the terminal is too narrow for ${all.length - columns.length} columns of numbers: | cat shows them`);
  return `${[`  ${visible(headingOf(table))}`, '', ...lines, '', ...notes.map((note) => `  ${note}`)].join('\n')}\n`;
}

/** All columns; without those of shares; with those of the group alone that the table is sorted by; its change alone. */
function narrower(all: Column[], by: FunctionTable['by']): Column[][] {
  const own = all.filter(({ group }) => group === by);
  return [
    all,
    all.filter(({ group }) => group !== 'share'),
    own,
    own.filter(({ title }) => title === 'change' || title === 'noise'),
    own.filter(({ title }) => title === 'change'),
  ];
}

/** The line of groups, that of titles, and one a row. */
function numbersOf(columns: Column[], rows: readonly FunctionChange[]): { columns: Column[]; lines: string[] } {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...cells.map((row) => (row[i] as string).length)),
  );
  const gap = (i: number): string => (i > 0 && columns[i]?.group !== columns[i - 1]?.group ? '   ' : '  ');
  const numbers = (row: readonly string[]): string =>
    row.map((text, i) => `${gap(i)}${text.padStart(widths[i] as number)}`).join('');
  return {
    columns,
    lines: [groupLine(columns, widths, gap), numbers(columns.map(({ title }) => title)), ...cells.map(numbers)],
  };
}

/** Each group's name over its first column. */
function groupLine(columns: readonly Column[], widths: readonly number[], gap: (i: number) => string): string {
  let line = '';
  let at = 0;
  for (const [i, { group }] of columns.entries()) {
    if (group !== columns[i - 1]?.group) line = line.padEnd(at) + gap(i) + group;
    at += gap(i).length + (widths[i] as number);
  }
  return line;
}

/** The table of functions in Markdown, with at most `top` rows. */
export function formatFunctionsMarkdown(table: FunctionTable, top: number): string {
  const { rows, more, same } = shownRows(table, top);
  const columns = columnsOf(table, rows);
  const titles = columns.map(({ group, title }) => `${group} ${title}`);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) =>
    line([
      `\`${visible(row.name).replace(/[`|]/g, "'")}\``,
      ...columns.map(({ cell }) => cell(row)),
      changeMark(row, table.by),
    ]),
  );
  const heading = visible(headingOf(table)).replace(/[|<*_`\\]/g, '\\$&');
  const ruler = `|---|${'---:|'.repeat(columns.length)}---|`;
  const notes = notesOf(table, rows, more, same).map((note) => `- ${note}`);
  return `${[heading, '', line(['function', ...titles, '']), ruler, ...body, '', ...notes].join('\n')}\n`;
}

/** A name without what a terminal would obey. */
function visible(text: string): string {
  return text.replace(/[\0-\x1f\x7f]/g, '?');
}
