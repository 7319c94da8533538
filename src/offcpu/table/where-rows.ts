// Whose wait it is, as rows that can be compared between runs: a row a reason, and below it a row a function and
// object.

import { DOTS } from '../read/statement.ts';
import { goesOn } from '../read/statements.ts';
import { type ComparedRow, compare, type ReasonTable, type Run } from './comparison.ts';
import { stableObject } from './particular-names.ts';
import { plus } from './reason-rows.ts';
import type { Row, Summary } from './tally.ts';
import { type Place, type ReasonPlaces, titleOf } from './where.ts';

/** `host::lookup`; `(called by host::serve)` where that is hidden. */
export function functionText({ function: own, caller }: Pick<Place, 'function' | 'caller'>): string {
  return own ?? (caller === undefined ? '(none known)' : `(called by ${caller})`);
}

/**
 * The name of a place in every run: `host::lookup on lock host::REGISTRY`, `_bt_search in select * from queue`. It stands
 * below its meaning, so an object of that name is left out.
 */
export function placeName(
  of: Pick<Place, 'function' | 'caller'>,
  { object, meaning, statement }: Readonly<Record<'object' | 'meaning' | 'statement', string | undefined>>,
): string {
  const on = object === undefined || object === meaning ? '' : ` on ${stableObject(object)}`;
  return `${functionText(of)}${on}${statement === undefined ? '' : ` in ${statement}`}`;
}

/** Places that only differ in an address are one row. */
export function rowsOfPlaces(reasons: readonly ReasonPlaces[]): Row[] {
  return reasons.map((of) =>
    reasonRow(
      titleOf(of),
      of.places.map((place) => ({
        name: placeName(place, { object: place.object, meaning: of.meaning, statement: place.statement?.text }),
        ...amountOf(place),
        parts: [],
      })),
    ),
  );
}

/** The row of a reason from the rows of its places, of which those with one name become one. */
export function reasonRow(name: string, places: readonly Row[]): Row {
  const parts = new Map<string, Row>();
  for (const place of places) {
    const known = parts.get(place.name);
    parts.set(place.name, known ? sumOfRows(known, place) : place);
  }
  return { ...places.reduce(sumOfRows), name, parts: [...parts.values()] };
}

function sumOfRows(a: Row, b: Row): Row {
  return {
    name: a.name,
    ns: a.ns + b.ns,
    queuedNs: a.queuedNs + b.queuedNs,
    count: (a.count ?? 0) + (b.count ?? 0),
    maxNs: Math.max(a.maxNs ?? 0, b.maxNs ?? 0),
    variance: (a.variance ?? 0) + (b.variance ?? 0),
    parts: [],
  };
}

/** The sum of the squares of all waits, as well as their buckets tell. */
export function varianceOf({ ns, maxNs, buckets }: Place): number {
  let sum = 0;
  for (const bucket of buckets.values()) if (bucket.waits > 0) sum += bucket.ns ** 2 / bucket.waits;
  return buckets.size > 0 ? sum : ns * maxNs;
}

function amountOf(place: Place): Omit<Row, 'name' | 'parts'> {
  const { ns, queuedNs, waits, maxNs } = place;
  return { ns, queuedNs, count: waits, maxNs, variance: varianceOf(place) };
}

/**
 * The rows of this run compared with earlier ones; undefined: a run does not tell whose waits they were, or none is
 * earlier.
 */
export function compareWhere(now: Run, before: readonly Run[]): ReasonTable | undefined {
  if (before.length === 0 || [now, ...before].some(({ where }) => where === undefined)) return undefined;
  return compare(
    runOfWhere(now),
    before.map((run) => runOfWhere({ ...run, where: namedAsIn(now.where ?? [], run.where ?? []) })),
  );
}

/** How much of a long statement a dump has depends on its constants: rows that only differ in that get this run's names. */
function namedAsIn(now: readonly Row[], before: readonly Row[]): Row[] {
  const names = new Map(now.map(({ name, parts }) => [name, parts.filter(isCut).map((part) => part.name)]));
  return before.map((reason) => {
    const own = new Set(reason.parts.map(({ name }) => name));
    const others = (names.get(reason.name) ?? []).filter((name) => !own.has(name));
    return reasonRow(
      reason.name,
      reason.parts.map((part) => {
        const alike = isCut(part) ? others.filter((name) => isSameCut(name, part.name)) : [];
        return alike.length === 1 ? { ...part, name: alike[0] as string } : part;
      }),
    );
  });
}

function isCut({ name }: Row): boolean {
  return name.endsWith(DOTS);
}

function isSameCut(a: string, b: string): boolean {
  const [one, other] = [a, b].map((name) => name.slice(0, -DOTS.length)) as [string, string];
  return goesOn(one, other) || goesOn(other, one);
}

/** The table of reasons has labels between a reason and what is below it. */
function runOfWhere({ where = [], ...run }: Run): Run {
  const rows = where.map((row) => ({ ...row, parts: [{ ...row, name: '' }] }));
  const none = {
    kinds: { wait: 0, idle: 0, timer: 0, cpu: 0, open: 0, lost: 0 },
    excluded: [],
    leftOutNs: 0,
    other: [],
  };
  const summary: Summary = { ...none, ns: where.reduce((sum, { ns }) => sum + ns, 0), rows };
  return { ...run, times: undefined, summary };
}

/** Rows below this share of their reason, in all runs, are summed up. */
const SMALL = 0.05;

/** The same for people: the small rows of each reason as one, and long names cut. */
export function withoutSmall(table: ReasonTable): ReasonTable {
  const rows = table.rows.map((reason) => ({
    ...reason,
    parts: reason.parts.map((label) => ({ ...label, parts: summedUp(label) })),
  }));
  return { ...table, rows };
}

function summedUp({ ns, before, parts }: ComparedRow): ComparedRow[] {
  const isSmall = (part: ComparedRow): boolean =>
    part.ns < SMALL * ns && part.before.every((one, i) => one.ns < SMALL * (before[i]?.ns ?? 0));
  const small = parts.filter(isSmall);
  const [first, ...others] = small;
  if (first === undefined || others.length === 0) return parts.map(shortened);
  const rest = { ...others.reduce(plus, first), name: `${small.length} more` };
  return [...parts.filter((part) => !isSmall(part)).map(shortened), rest];
}

/** Longer names would push the numbers behind them off the screen. */
const MOST_COLUMNS = 56;

function shortened(row: ComparedRow): ComparedRow {
  const { name } = row;
  return name.length <= MOST_COLUMNS ? row : { ...row, name: `${name.slice(0, MOST_COLUMNS - 2)}..` };
}
