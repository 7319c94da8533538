// Limits for CI: `fsync>5%`, of all; `fsync>+5%`, more than in an earlier run; each also in ms per second, `ms/s`.

import { InputError } from '../../engine/errors.ts';

export interface Limit {
  /** as it was given */
  text: string;
  /** a reason, label or meaning, with or without brackets; a function */
  name: string;
  /** is it the change that must not be above? */
  isChange: boolean;
  /** a part of 1: of all, or seconds per second */
  most: number;
  unit: '%' | 'ms/s';
}

/** What a run measured, in the unit of `most`. */
export interface Measured {
  now: number;
  /** the change since each earlier run, and whether it may be chance */
  changes: readonly { since: string; change: number; isNoise: boolean }[];
}

// fsync>5%     [disk-io]>+12.5 ms/s
// └ 1 ┘ │        +2 │ └ 3 ┘└ 4 ┘
const LIMIT = /^\s*(.+?)\s*>\s*(\+?)\s*(\d+(?:\.\d+)?)\s*(%|ms\/s)\s*$/;
const SIZES = { '%': 100, 'ms/s': 1000 } as const;

/** Reads the text of --fail-over. Throws InputError if it is no limit. */
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

/**
 * Compares each limit with what `measure` gives for it, which may throw InputError for a limit that makes no sense
 * there.
 */
export function checkLimits(limits: readonly Limit[], measure: (limit: Limit) => Measured): Broken {
  const found = limits.flatMap((limit) => brokenBy(limit, measure(limit)));
  const textsOf = (isNoise: boolean): string[] =>
    found.filter((one) => one.isNoise === isNoise).map(({ text }) => text);
  return { failures: textsOf(false), notes: textsOf(true) };
}

function brokenBy(
  { most, unit, isChange, text }: Limit,
  { now, changes }: Measured,
): { text: string; isNoise: boolean }[] {
  const shown = (value: number, ofUnit: string = unit): string =>
    `${(value * SIZES[unit]).toFixed(1)}${ofUnit === '%' ? '%' : ` ${ofUnit}`}`;
  if (!isChange) {
    return now > most ? [{ text: `--fail-over ${text} is broken: it is ${shown(now)}`, isNoise: false }] : [];
  }
  return changes
    .filter(({ change }) => change > most)
    .map(({ since, change, isNoise }) => {
      const more = `${shown(change, unit === '%' ? 'points' : unit)} more than the ${shown(now - change)} of ${since}`;
      const verdict = isNoise ? 'holds, because the change may be chance' : 'is broken';
      return { text: `--fail-over ${text} ${verdict}: it is ${shown(now)}, ${more}`, isNoise };
    });
}
