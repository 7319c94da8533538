// Limits for CI: `fsync>5%`, of the time; `fsync>+5%`, more than in an earlier run; each also in ms per second, `ms/s`.

import { InputError } from '../fold/stack-table.ts';
import type { ComparedRow, Comparison } from './comparison.ts';

export interface Limit {
  /** as it was given */
  text: string;
  /** a reason, with or without its brackets, a label or a meaning */
  name: string;
  /** is it the change that must not be above? */
  isChange: boolean;
  /** a part of 1: of the time, or seconds per second */
  most: number;
  unit: '%' | 'ms/s';
}

// fsync>5%     [disk-io]>+12.5 ms/s
// └ 1 ┘ │        +2 │ └ 3 ┘└ 4 ┘
const LIMIT = /^\s*(.+?)\s*>\s*(\+?)\s*(\d+(?:\.\d+)?)\s*(%|ms\/s)\s*$/;
const SIZES = { '%': 100, 'ms/s': 1000 } as const;

/** Throws InputError. */
export function parseLimit(text: string): Limit {
  const [, name, plus, number, unit] = LIMIT.exec(text) ?? [];
  if (name === undefined)
    throw new InputError(`--fail-over ${text}: not a limit, such as "fsync>5%" or, with a baseline, "fsync>+5%"`);
  const size = unit as Limit['unit'];
  return { text, name, isChange: plus !== '', most: Number(number) / SIZES[size], unit: size };
}

/** Sentences on the limits that are broken. Throws InputError for one that these runs can't be held to. */
export function broken(limits: readonly Limit[], runs: Comparison): string[] {
  return limits.flatMap((limit) => brokenBy(limit, runs));
}

function brokenBy(limit: Limit, runs: Comparison): string[] {
  const { most, unit, isChange, text } = limit;
  const rows = rowsCalled(limit.name, runs.rows);
  const shown = (value: number, ofUnit: string = unit): string =>
    `${(value * SIZES[unit]).toFixed(1)}${ofUnit === '%' ? '%' : ` ${ofUnit}`}`;
  const sum = (of: (row: ComparedRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  if (unit === 'ms/s') {
    const unknown = [runs, ...(isChange ? runs.against : [])].find(({ windowNs }) => !windowNs);
    if (unknown) throw new InputError(`--fail-over ${text}: the wall time of ${unknown.name} is not known`);
  }
  const now = sum(({ ns }) => ns) / ((unit === '%' ? runs.ns : runs.windowNs) || 1);
  if (!isChange) return now > most ? [`--fail-over ${text} is broken: it is ${shown(now)}`] : [];
  return runs.against.flatMap(({ name }, i) => {
    const change = sum(({ before }) => (unit === '%' ? before[i]?.shareChange : before[i]?.rateChange) ?? 0);
    if (change <= most) return [];
    const more = shown(change, unit === '%' ? 'points' : unit);
    return [
      `--fail-over ${text} is broken: it is ${shown(now)}, ${more} more than the ${shown(now - change)} of ${name}`,
    ];
  });
}

/** The rows of this name on the uppermost level that has any: `no-stack` is a reason and its label. */
function rowsCalled(name: string, rows: readonly ComparedRow[]): ComparedRow[] {
  const found = rows.filter((row) => row.name === name || row.name === `[${name}]`);
  const parts = rows.flatMap((row) => row.parts);
  return found.length > 0 || parts.length === 0 ? found : rowsCalled(name, parts);
}
