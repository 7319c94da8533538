// The table of --where: function of the program, what it waited on, how long, and who ended it. Latin1, in and out.

import { wrapWords } from '../../stacks/wrap-words.ts';
import { withoutAlike } from './alike-wakers.ts';
import type { CallPlace } from './calls.ts';
import { type GatheredPlace, gathered } from './gathered-places.ts';
import { quantile } from './lengths.ts';
import { type PlaceWaker, type ReasonPlaces, titleOf } from './where.ts';
import { functionText } from './where-rows.ts';

/** Rows below this share of their reason are gathered by function, and summed up where that is not enough. */
const SMALL = 0.05;
/** Shorter times get two decimals of a millisecond. */
const SHORT_NS = 10e6;
const LONG_NS = 1e9;
const MOST_ROWS = 10;
const FSYNC = '[fsync]';
const MOST_WAKERS = 3;
const SMALL_WAKER = 0.05;
const FUNCTION_WIDTH = 30;
/** The width of the table, if the terminal is no narrower. */
const MOST_COLUMNS = 100;
const INDENT = '    ';
/** With less room behind the numbers, notes stand below their row. */
const LEAST_NOTES = 22;
const BELOW = '      ';
const COLUMNS = ['ms', 'queued', 'waits', 'p50', 'p99', 'max'] as const;
/** The least widths: a longer number makes its column wider. */
const WIDTHS: readonly number[] = [8, 7, 6, 6, 6, 7];

/** A line, and those of its notes. */
interface Row {
  /** with its indentation */
  name: string;
  /** in the order of COLUMNS, as far as there are any */
  numbers: string[];
  /** what stands behind the numbers, within this width, a line each */
  notes(width: number): string[];
}

/**
 * A row a reason, and below it a row a function and object; times in milliseconds. `queued` is from the wake-up to the
 * CPU, and comes on top of `ms`. On a terminal of fewer columns what a wait was on stands below its row, and the last numbers
 * are left out.
 *
 *     [futex]                                 1283.6   45.6     210
 *       user_cache                             701.0   22.7     ...    lock at 0x5583a54c92a8
 *                                                                      <- 100% thread keepcache
 */
export function formatWhere(
  reasons: readonly ReasonPlaces[],
  calls: readonly CallPlace[] = [],
  columns: number = MOST_COLUMNS,
): string {
  // a recorder without wake-ups can't tell
  const queued = reasons.some(({ queuedNs }) => queuedNs > 0) ? ms : (): string => '-';
  const lastSync = reasons.findLastIndex(({ reason }) => reason === FSYNC);
  const rows = reasons.flatMap((of, i) => {
    const { ns, queuedNs, waits, places } = of;
    const all = gathered(places, SMALL * ns);
    const shown = all.filter((place, at) => at < MOST_ROWS && place.ns >= SMALL * ns);
    const rest = all.slice(shown.length);
    return [
      plainRow(`  ${fitted(titleOf(of), FUNCTION_WIDTH)}`, [ms(ns), queued(queuedNs), known(waits)]),
      // what the title says needs no line of its own
      ...shown.map((place) => placeRow(place.object === of.meaning ? { ...place, object: undefined } : place, queued)),
      ...restRow(rest, queued),
      ...(i === lastSync ? callRows(calls) : []),
    ];
  });
  const head: Row = { name: '  reason', numbers: [...COLUMNS], notes: () => ['on what, who ended it'] };
  return printed([head, ...rows], Math.min(columns, MOST_COLUMNS));
}

function printed(rows: readonly Row[], columns: number): string {
  const widths = WIDTHS.map((least, i) => Math.max(least, ...rows.map(({ numbers }) => 1 + (numbers[i]?.length ?? 0))));
  const nameWidth = 2 + FUNCTION_WIDTH;
  const endOf = (count: number): number => widths.slice(0, count).reduce((sum, width) => sum + width, nameWidth);
  const isNarrow = columns < MOST_COLUMNS;
  const fitting = widths.filter((_, i) => !isNarrow || endOf(i + 1) <= columns).length;
  const cells = (numbers: readonly string[]): string =>
    numbers
      .slice(0, Math.max(fitting, 1))
      .map((number, i) => number.padStart(widths[i] ?? 0))
      .join('');
  const blank = ' '.repeat(endOf(widths.length) + 2);
  const isBeside = !isNarrow || columns - blank.length >= LEAST_NOTES;
  const width = columns - (isBeside ? blank : BELOW).length;
  const lines = rows.flatMap(({ name, numbers, notes }) => {
    const texts = notes(width).map((note) => fitted(note, width));
    const line = `${name.padEnd(nameWidth)}${cells(numbers)}`;
    if (!isBeside) return [line.trimEnd(), ...wrapWords(texts, width).map((text) => BELOW + text)];
    const [first = '', ...others] = texts;
    return [`${line}  ${first}`.trimEnd(), ...others.map((text) => blank + text)];
  });
  return `${lines.join('\n')}\n`;
}

function plainRow(name: string, numbers: string[]): Row {
  return { name, numbers, notes: () => [] };
}

/** How long whole calls took; their time is that of the waits above, and some on a CPU. */
function callRows(calls: readonly CallPlace[]): Row[] {
  if (calls.length === 0) return [];
  const all = calls.reduce((sum, { ns }) => sum + ns, 0);
  const shown = calls.filter(({ ns }, i) => i < MOST_ROWS && ns >= SMALL * all);
  const count = calls.reduce((sum, call) => sum + call.count, 0);
  const none = { caller: undefined, statement: undefined, queuedNs: 0, wakers: [], places: 1 };
  return [
    plainRow(`  ${FSYNC} calls, start to end`, [ms(all), '', String(count)]),
    ...shown.map(({ name, count: waits, ...call }) => placeRow({ ...none, ...call, function: name, waits }, () => '-')),
  ];
}

function placeRow(place: GatheredPlace, queued: (ns: number) => string): Row {
  const { object, statement, ns, queuedNs, waits, maxNs, buckets, wakers, places } = place;
  const lengths = buckets.size === 0 ? ['-', '-'] : [length(quantile(buckets, 0.5)), length(quantile(buckets, 0.99))];
  return {
    name: `${INDENT}${fitted(functionText(place), FUNCTION_WIDTH - INDENT.length + 1)}`,
    numbers: [ms(ns), queued(queuedNs), known(waits), ...lengths, maxNs === 0 ? '-' : length(maxNs)],
    notes: (width) => [
      ...(statement === undefined ? [] : [begun(statement.text, width)]),
      ...(statement?.sharesText && statement.queryId !== undefined ? [`id ${statement.queryId}`] : []),
      ...(object === undefined ? [] : [object]),
      ...(places > 1 ? [`and ${places - 1} more`] : []),
      ...withoutAlike(wakers, MOST_WAKERS, 'ns')
        .slice(0, MOST_WAKERS)
        .filter((waker) => waker.ns >= SMALL_WAKER * ns)
        .flatMap((waker) => wakerLines(waker, `<- ${((100 * waker.ns) / ns).toFixed(0)}% `, width)),
    ],
  };
}

/** `<- 98% thread rebuild in publish`, `<- 52% sh 5942 and 20 more`; in two lines or three where one is too short. */
function wakerLines({ name, function: own }: PlaceWaker, share: string, width: number): string[] {
  const indent = ' '.repeat(share.length);
  const short = share.length + name.length > width ? name.replace(/^thread /, '') : name;
  const [, first = short, others] = (share.length + short.length > width && AND_MORE.exec(short)) || [];
  const lines = [`${share}${fitted(first, width - share.length)}`, ...(others ? [`${indent}${others}`] : [])];
  if (own === undefined) return lines;
  const longer = `${lines.at(-1)} in ${own}`;
  return longer.length <= width
    ? [...lines.slice(0, -1), longer]
    : [...lines, `${indent}in ${fitted(own, width - indent.length - 3)}`];
}

// apache2 22811 and 8 more
const AND_MORE = /^(.+) (and \d+ more)$/s;

function restRow(rest: readonly GatheredPlace[], queued: (ns: number) => string): Row[] {
  if (rest.length === 0) return [];
  const sum = (member: 'ns' | 'queuedNs' | 'waits'): number => rest.reduce((all, place) => all + place[member], 0);
  const count = rest.reduce((all, { places }) => all + places, 0);
  return [plainRow(`${INDENT}${count} more`, [ms(sum('ns')), queued(sum('queuedNs')), known(sum('waits'))])];
}

/** A recorder that does not count has none. */
function known(waits: number): string {
  return waits === 0 ? '-' : String(waits);
}

/** Of a sum. */
function ms(ns: number): string {
  return (ns / 1e6).toFixed(ns < SHORT_NS ? 2 : 1);
}

/** Of one wait: a second and more needs no tenth of a millisecond. */
function length(ns: number | undefined): string {
  if (ns === undefined) return '-';
  return ns < LONG_NS ? ms(ns) : (ns / 1e6).toFixed(0);
}

/** The beginning of a statement says more than its end. */
function begun(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 2)}..`;
}

/** The end of a name says more than its beginning. */
function fitted(name: string, width: number): string {
  if (name.length <= width) return name;
  const bare = name.replace(FOLDERS, '$1');
  return bare.length <= width ? bare : `..${bare.slice(bare.length - width + 2)}`;
}

// py::fight:/srv/app/main.py     JS:*run file:///srv/a.js:10:3     of which a function's name says more than the folders
const FOLDERS = /^((?:py::|JS:)[^/]*?)(?:file:\/\/)?\/(?:[^/]+\/)+/;
