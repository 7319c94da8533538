// How long single waits were in two runs: the same total may be many short waits, or few long ones.

import type { WaitRow } from './waits.ts';

/** A wait of both runs. Seconds. */
export interface LengthChange {
  /** of this run */
  wait: WaitRow;
  before: Lengths;
  after: Lengths;
}

interface Lengths {
  waits: number;
  p50: number;
  p99: number;
}

/** Percentiles of fewer waits say little. */
const LEAST_WAITS = 20;
/** The dump knows lengths only to a power of two. */
const LEAST_FACTOR = 2;
const MOST_ROWS = 8;

/** Those whose median or 99th percentile doubled or halved, the longest first. */
export function lengthChanges(before: readonly WaitRow[], now: readonly WaitRow[]): LengthChange[] {
  const earlier = onlyByKey(before);
  const changes: LengthChange[] = [];
  for (const [key, row] of onlyByKey(now)) {
    const was = earlier.get(key);
    const [then, after] = [was && lengthsOf(was), lengthsOf(row)];
    if (!then || !after || !(differs(then.p50, after.p50) || differs(then.p99, after.p99))) continue;
    changes.push({ wait: row, before: then, after });
  }
  return changes.slice(0, MOST_ROWS);
}

/** Rows by what another run has, too, which excludes addresses. Leaves out rows that are then alike. */
function onlyByKey(rows: readonly WaitRow[]): Map<string, WaitRow> {
  const byKey = new Map<string, WaitRow[]>();
  for (const row of rows) {
    if (row.kind !== 'wait' && row.kind !== 'open') continue;
    const object = row.object?.replace(/\b(?:0x)?[0-9a-f]{6,}\b/gi, '…');
    const key = [row.reason, row.meaning, row.function ?? row.unnamedIn ?? row.pool, object, row.statement].join('\0');
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  return new Map([...byKey].flatMap(([key, [row, ...others]]) => (row && others.length === 0 ? [[key, row]] : [])));
}

function lengthsOf({ waits = 0, p50, p99 }: WaitRow): Lengths | undefined {
  return waits < LEAST_WAITS || p50 === undefined || p99 === undefined ? undefined : { waits, p50, p99 };
}

function differs(before: number, after: number): boolean {
  return Math.max(before, after) >= LEAST_FACTOR * Math.min(before, after);
}
