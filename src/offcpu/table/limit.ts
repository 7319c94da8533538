// What --fail-over compares with a limit: a reason's part of the time, or its ms per second, now and before.

import { InputError } from '../../engine/errors.ts';
import type { Limit, Measured } from '../../stacks/diff/limit.ts';
import type { ComparedRow, ReasonTable } from './comparison.ts';

/** Throws InputError if these runs do not tell what the limit is about. */
export function measuredReason(limit: Limit, runs: ReasonTable): Measured {
  const { name, unit, isChange, text } = limit;
  const rows = rowsCalled(name, runs.rows);
  const sum = (of: (row: ComparedRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  if (unit === 'ms/s') {
    const unknown = [runs, ...(isChange ? runs.against : [])].find(({ windowNs }) => !windowNs);
    if (unknown) throw new InputError(`--fail-over ${text}: the wall time of ${unknown.name} is not known`);
  }
  return {
    now: sum(({ ns }) => ns) / ((unit === '%' ? runs.ns : runs.windowNs) || 1),
    changes: runs.against.map(({ name: since }, i) => ({
      since,
      change: sum(({ before }) => (unit === '%' ? before[i]?.shareChange : before[i]?.rateChange) ?? 0),
      isNoise: rows.every(({ before }) => before[i]?.isNoise[unit === '%' ? 'share' : 'rate'] === true),
    })),
  };
}

/** The rows of this name on the uppermost level that has any: `no-stack` is a reason and its label. */
function rowsCalled(name: string, rows: readonly ComparedRow[]): ComparedRow[] {
  const found = rows.filter((row) => row.name === name || row.name === `[${name}]`);
  const parts = rows.flatMap((row) => row.parts);
  return found.length > 0 || parts.length === 0 ? found : rowsCalled(name, parts);
}
