// The table of --where: function of the program, what it waited on, how long, and who ended it. Latin1, in and out.

import type { CallPlace } from './calls.ts';
import { quantile } from './lengths.ts';
import { type Place, type PlaceWaker, type ReasonPlaces, titleOf } from './where.ts';
import { functionText } from './where-rows.ts';

/** Rows below this share of their reason are summed up. */
const SMALL = 0.05;
/** Shorter times get two decimals of a millisecond. */
const SHORT_NS = 10e6;
const MOST_ROWS = 10;
const FSYNC = '[fsync]';
const MOST_WAKERS = 3;
const SMALL_WAKER = 0.05;
const FUNCTION_WIDTH = 30;
/** The width of the table. */
const MOST_COLUMNS = 100;
const INDENT = '    ';
const COLUMNS = ['ms', 'queued', 'waits', 'p50', 'p99', 'max'] as const;
const WIDTHS = [8, 7, 6, 6, 6, 7] as const;

/**
 * A row a reason, and below it a row a function and object; times in milliseconds. `queued` is from the wake-up to the
 * CPU, and comes on top of `ms`.
 *
 *     [futex]                                 1283.6   45.6     210
 *       user_cache                             701.0   22.7     ...    lock at 0x5583a54c92a8
 *                                                                      <- 100% thread keepcache
 */
export function formatWhere(reasons: readonly ReasonPlaces[], calls: readonly CallPlace[] = []): string {
  const head = `  ${'reason'.padEnd(FUNCTION_WIDTH)}${cells(COLUMNS)}  on what, who ended it`;
  // a recorder without wake-ups can't tell
  const queued = reasons.some(({ queuedNs }) => queuedNs > 0) ? ms : (): string => '-';
  const lastSync = reasons.findLastIndex(({ reason }) => reason === FSYNC);
  const lines = reasons.flatMap((of, i) => {
    const { ns, queuedNs, waits, places } = of;
    const shown = places.filter((place, at) => at < MOST_ROWS && place.ns >= SMALL * ns);
    const rest = places.slice(shown.length);
    const top = `  ${fitted(titleOf(of), FUNCTION_WIDTH).padEnd(FUNCTION_WIDTH)}${cells([ms(ns), queued(queuedNs), known(waits)])}`;
    const rows = [...shown.flatMap((place) => placeLines(place, queued)), ...restLine(rest, queued)];
    return [top, ...rows, ...(i === lastSync ? callLines(calls) : [])];
  });
  return `${[head, ...lines].join('\n')}\n`;
}

/** How long whole calls took; their time is that of the waits above, and some on a CPU. */
function callLines(calls: readonly CallPlace[]): string[] {
  if (calls.length === 0) return [];
  const all = calls.reduce((sum, { ns }) => sum + ns, 0);
  const shown = calls.filter(({ ns }, i) => i < MOST_ROWS && ns >= SMALL * all);
  const count = calls.reduce((sum, call) => sum + call.count, 0);
  const none = { caller: undefined, statement: undefined, queuedNs: 0, wakers: [] };
  return [
    `  ${`${FSYNC} calls, start to end`.padEnd(FUNCTION_WIDTH)}${cells([ms(all), '', String(count)])}`,
    ...shown.flatMap(({ name, count: waits, ...call }) =>
      placeLines({ ...none, ...call, function: name, waits }, () => '-'),
    ),
  ];
}

function placeLines(place: Place, queued: (ns: number) => string): string[] {
  const { object, statement, ns, queuedNs, waits, maxNs, buckets, wakers } = place;
  const lengths = buckets.size === 0 ? ['-', '-'] : [ms(quantile(buckets, 0.5)), ms(quantile(buckets, 0.99))];
  const numbers = cells([ms(ns), queued(queuedNs), known(waits), ...lengths, maxNs === 0 ? '-' : ms(maxNs)]);
  const name = fitted(functionText(place), FUNCTION_WIDTH - INDENT.length + 1);
  const blank = ' '.repeat(2 + FUNCTION_WIDTH + numbers.length);
  const width = MOST_COLUMNS - blank.length - 2;
  const texts = [
    ...(statement === undefined ? [] : [begun(statement.text, width)]),
    ...(object === undefined ? [] : [object]),
    ...wakers
      .slice(0, MOST_WAKERS)
      .filter((waker) => waker.ns >= SMALL_WAKER * ns)
      .flatMap((waker) => wakerLines(waker, `<- ${((100 * waker.ns) / ns).toFixed(0)}% `, width)),
  ];
  const [first = '', ...others] = texts;
  return [
    `${INDENT}${name.padEnd(FUNCTION_WIDTH - INDENT.length + 2)}${numbers}  ${fitted(first, width)}`.trimEnd(),
    ...others.map((text) => `${blank}  ${fitted(text, width)}`),
  ];
}

/** `<- 98% thread rebuild in publish`; in two lines where one is too short. */
function wakerLines({ name, function: own }: PlaceWaker, share: string, width: number): string[] {
  const line = `${share}${name}`;
  if (own === undefined) return [line];
  const longer = `${line} in ${own}`;
  return longer.length <= width
    ? [longer]
    : [line, `${' '.repeat(share.length)}in ${fitted(own, width - share.length - 3)}`];
}

function restLine(rest: readonly Place[], queued: (ns: number) => string): string[] {
  if (rest.length === 0) return [];
  const sum = (member: 'ns' | 'queuedNs' | 'waits'): number => rest.reduce((all, place) => all + place[member], 0);
  const name = `${rest.length} more`.padEnd(FUNCTION_WIDTH - INDENT.length + 2);
  return [`${INDENT}${name}${cells([ms(sum('ns')), queued(sum('queuedNs')), known(sum('waits'))])}`];
}

/** A recorder that does not count has none. */
function known(waits: number): string {
  return waits === 0 ? '-' : String(waits);
}

function cells(texts: readonly string[]): string {
  return texts.map((text, i) => text.padStart(WIDTHS[i] as number)).join('');
}

function ms(ns: number | undefined): string {
  return ns === undefined ? '-' : (ns / 1e6).toFixed(ns < SHORT_NS ? 2 : 1);
}

/** The beginning of a statement says more than its end. */
function begun(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 2)}..`;
}

/** The end of a name says more than its beginning. */
function fitted(name: string, width: number): string {
  return name.length <= width ? name : `..${name.slice(name.length - width + 2)}`;
}
