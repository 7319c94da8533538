// What the counts of a recording mean: folded text does not say, so users do.

import { basename } from 'node:path';
import { UsageError } from '../engine/errors.ts';

/** Nanoseconds a count; undefined for what is no time. */
export const UNITS = { samples: undefined, cycles: undefined, ns: 1, us: 1e3, ms: 1e6, s: 1e9 } as const;
export type CountUnit = keyof typeof UNITS;

export interface CountMeaning {
  /** what the profile is called */
  name: string;
  unit: CountUnit;
  /** what the time is: cpu, offcpu, wall */
  type: string;
  /** of samples: the time between two of them, ns */
  periodNs: number | undefined;
  /** when the recording began, ns since 1970, and how long it took, ns */
  startNs: bigint | undefined;
  durationNs: number | undefined;
}

/** The options of fold-export. */
interface Options {
  name: string | undefined;
  /** auto: what the input says, else samples */
  unit: CountUnit | 'auto';
  type: string;
  /** Hz */
  frequency: number | undefined;
  /** ISO 8601, or seconds since 1970 */
  start: string | undefined;
  /** seconds */
  duration: number | undefined;
}

export function isUnit(text: string): text is CountUnit {
  return text in UNITS;
}

/** The meaning that options give to a file whose text says its unit, or does not. Throws UsageError. */
export function meaningOf(options: Options, file = '-', said?: string): CountMeaning {
  const { name, type, frequency, start, duration } = options;
  const unit = options.unit !== 'auto' ? options.unit : said !== undefined && isUnit(said) ? said : 'samples';
  if (frequency !== undefined && unit !== 'samples') throw new UsageError(`--frequency is of samples, not of ${unit}`);
  const startNs = start === undefined ? undefined : startOf(start);
  if (startNs === null) throw new UsageError(`--start "${start}" is no time: 2026-05-01T12:00:00Z, or Unix seconds`);
  return {
    name: name ?? (file === '-' ? 'stdin' : basename(file)),
    unit,
    type,
    periodNs: frequency && Math.round(1e9 / frequency),
    startNs,
    durationNs: duration === undefined ? undefined : Math.round(1e9 * duration),
  };
}

/** ns since 1970, to the microsecond; null for what is no time. */
function startOf(text: string): bigint | null {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  return Number.isNaN(seconds) ? null : BigInt(Math.round(seconds * 1e6)) * 1000n;
}
