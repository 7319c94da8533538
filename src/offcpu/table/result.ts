// A table that was written as JSON (view/reason-export.ts), read back, so that a later run can be compared with it.

import { InputError } from '../../engine/errors.ts';
import type { Run, Times } from './comparison.ts';
import type { Row, Summary } from './tally.ts';

/** As many bytes tell such a result from a dump in bpftrace's JSON, whose lines begin with `{"type"`. */
export const RESULT_SNIFFED_BYTES = 8;

export function isResult(start: Uint8Array): boolean {
  return /^\s*\{(?!"type")/.test(Buffer.from(start.subarray(0, RESULT_SNIFFED_BYTES)).toString('latin1'));
}

/** `isBusy`: waiting for work and timers are left out. */
export type Result = Omit<Run, 'name'> & { isBusy: boolean };

type Json = Record<string, unknown>;

/** Reads latin1 text. Throws InputError for any other JSON. */
export function parseResult(text: string): Result {
  const json = parsed(text);
  if (json.format !== 'flamepipe off-CPU reasons')
    throw new InputError('this is JSON, but not of offcpu-classify --json');
  if (json.version !== 1) throw new InputError(`this is a result of another offcpu-classify, version ${json.version}`);
  const kinds = objectOf(json.kindsUs);
  const kind = (name: string): number => nsOf(kinds[name]);
  const rows = rowsOf(json.reasons, ['reason', 'label', 'meaning']).map((row) => ({ ...row, name: `[${row.name}]` }));
  const summary: Summary = {
    ns: nsOf(json.us),
    rows,
    kinds: {
      wait: kind('wait'),
      idle: kind('idle'),
      timer: kind('timer'),
      cpu: kind('cpu'),
      open: kind('open'),
      lost: kind('lost'),
    },
    excluded: listOf(json.excluded).map(({ label, us }) => ({ name: textOf(label), ns: nsOf(us) })),
    leftOutNs: nsOf(json.leftOutUs),
    other: listOf(json.other).map((of) => ({ name: textOf(of.function), label: textOf(of.label), ns: nsOf(of.us) })),
  };
  const windowNs = json.windowSeconds === undefined ? undefined : numberOf(json.windowSeconds) * 1e9;
  return { summary, windowNs, times: timesOf(json.threadsUs), isBusy: json.busy === true };
}

function timesOf(value: unknown): Times | undefined {
  if (value === undefined) return undefined;
  const { threads, ...us } = objectOf(value);
  return {
    threads: numberOf(threads),
    lifeNs: nsOf(us.life),
    onCpuNs: nsOf(us.onCpu),
    runnableNs: nsOf(us.runnable),
    blockedNs: nsOf(us.blocked),
    inProgressNs: nsOf(us.inProgress),
    beforeNs: nsOf(us.before),
  };
}

function parsed(text: string): Json {
  try {
    return objectOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError('this JSON is damaged or cut off');
    throw error;
  }
}

/** Rows of the first level, with those of the next as their parts. What a comparison called gone is none. */
function rowsOf(list: unknown, [level, ...levels]: readonly string[]): Row[] {
  const next = levels[0];
  return listOf(list)
    .filter(({ us, before }) => before === undefined || numberOf(us) > 0)
    .map((row) => ({
      name: textOf(row[level as string]),
      ns: nsOf(row.us),
      count: row.count === undefined ? undefined : numberOf(row.count),
      maxNs: row.maxUs === undefined ? undefined : nsOf(row.maxUs),
      variance: row.errorUs === undefined ? undefined : (numberOf(row.errorUs) * 1000) ** 2,
      parts: next === undefined ? [] : rowsOf(row[`${next}s`], levels),
    }));
}

function listOf(value: unknown): Json[] {
  if (!Array.isArray(value)) throw damaged();
  return value.map(objectOf);
}

function objectOf(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw damaged();
  return value as Json;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw damaged();
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw damaged();
  return value;
}

/** Whole nanoseconds of microseconds. */
function nsOf(us: unknown): number {
  return Math.round(numberOf(us) * 1000);
}

function damaged(): InputError {
  return new InputError('this is not a whole result of offcpu-classify --json');
}
