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

/** Sentences: on limits that are broken, and on those that only chance may have broken. */
export interface Broken {
  failures: string[];
  notes: string[];
}

/** Throws InputError for a limit that these runs can't be held to. */
export function broken(limits: readonly Limit[], runs: Comparison): Broken {
  const found = limits.flatMap((limit) => brokenBy(limit, runs));
  const textsOf = (isNoise: boolean): string[] =>
    found.filter((one) => one.isNoise === isNoise).map(({ text }) => text);
  return { failures: textsOf(false), notes: textsOf(true) };
}

function brokenBy(limit: Limit, runs: Comparison): { text: string; isNoise: boolean }[] {
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
  if (!isChange) {
    return now > most ? [{ text: `--fail-over ${text} is broken: it is ${shown(now)}`, isNoise: false }] : [];
  }
  return runs.against.flatMap(({ name }, i) => {
    const change = sum(({ before }) => (unit === '%' ? before[i]?.shareChange : before[i]?.rateChange) ?? 0);
    if (change <= most) return [];
    const more = `${shown(change, unit === '%' ? 'points' : unit)} more than the ${shown(now - change)} of ${name}`;
    const isNoise = rows.every(({ before }) => before[i]?.isNoise[unit === '%' ? 'share' : 'rate'] === true);
    const verdict = isNoise ? 'is not held to be broken, for the change may be chance' : 'is broken';
    return [{ text: `--fail-over ${text} ${verdict}: it is ${shown(now)}, ${more}`, isNoise }];
  });
}

/** The rows of this name on the uppermost level that has any: `no-stack` is a reason and its label. */
function rowsCalled(name: string, rows: readonly ComparedRow[]): ComparedRow[] {
  const found = rows.filter((row) => row.name === name || row.name === `[${name}]`);
  const parts = rows.flatMap((row) => row.parts);
  return found.length > 0 || parts.length === 0 ? found : rowsCalled(name, parts);
}
