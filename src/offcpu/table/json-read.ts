// Reads the table of reasons from its JSON, so that a later run can be compared with an earlier one. Texts are latin1.

import { InputError } from '../../engine/errors.ts';
import type { TimeSums } from '../thread-times.ts';
import type { Run } from './comparison.ts';
import {
  type AmountJson,
  FORMAT,
  type FunctionJson,
  type LabelJson,
  type MeaningJson,
  type OtherJson,
  type PlaceJson,
  type ReasonJson,
  type ResultJson,
  type RunJson,
  type ThreadsJson,
  VERSION,
} from './json.ts';
import type { Row, Summary } from './tally.ts';
import { titleOf } from './where.ts';
import { placeName, reasonRow } from './where-rows.ts';

/** How many bytes tell such a result from a dump in bpftrace's JSON, whose lines begin with `{"type"`. */
export const RESULT_SNIFFED_BYTES = 8;

/** Does an input begin as offcpu-classify --json does? bpftrace's JSON begins with its type. */
export function isResult(start: Uint8Array): boolean {
  return /^\s*\{(?!"type")/.test(Buffer.from(start.subarray(0, RESULT_SNIFFED_BYTES)).toString('latin1'));
}

/** `isBusy`: waiting for work and timers are left out. */
export type Result = Omit<Run, 'name'> & { isBusy: boolean };

/** An object whose members may be missing or of any type, until somebody checks each. */
type Unchecked<T> = { [Member in keyof T]?: unknown };

/** Reads latin1 text. Throws InputError for any other JSON. */
export function parseResult(text: string): Result {
  const json = objectOf<ResultJson>(parsed(text));
  if (json.format !== FORMAT) throw new InputError('this is JSON, but not of offcpu-classify --json');
  if (json.version !== VERSION) {
    throw new InputError(`this is a result of another offcpu-classify, version ${json.version}`);
  }
  const { wait, idle, timer, cpu, open, lost } = objectOf<Summary['kinds']>(json.kindsUs);
  const summary: Summary = {
    ns: nsOf(json.us),
    rows: reasonsOf(json.reasons),
    kinds: {
      wait: nsOf(wait),
      idle: nsOf(idle),
      timer: nsOf(timer),
      cpu: nsOf(cpu),
      open: nsOf(open),
      lost: nsOf(lost),
    },
    excluded: listOf<RunJson['excluded'][number]>(json.excluded).map(({ label, us }) => ({
      name: textOf(label),
      ns: nsOf(us),
    })),
    leftOutNs: nsOf(json.leftOutUs),
    other: listOf<OtherJson>(json.other).map((of) => ({
      name: textOf(of.function),
      label: textOf(of.label),
      ns: nsOf(of.us),
    })),
  };
  const windowNs = json.windowSeconds === undefined ? undefined : numberOf(json.windowSeconds) * 1e9;
  const where = json.where === undefined ? {} : { where: whereOf(json.where) };
  return { summary, windowNs, times: timesOf(json.threadsUs), isBusy: json.busy === true, ...where };
}

function timesOf(value: unknown): TimeSums | undefined {
  if (value === undefined) return undefined;
  const us = objectOf<ThreadsJson>(value);
  return {
    threads: numberOf(us.threads),
    lifeNs: nsOf(us.life),
    onCpuNs: nsOf(us.onCpu),
    recorderNs: us.recorder === undefined ? 0 : nsOf(us.recorder),
    switches: us.switches === undefined ? 0 : numberOf(us.switches),
    runnableNs: nsOf(us.runnable),
    blockedNs: nsOf(us.blocked),
    inProgressNs: nsOf(us.inProgress),
    beforeNs: nsOf(us.before),
  };
}

function whereOf(list: unknown): Row[] {
  const reasons = new Map<string, Row[]>();
  for (const place of listOf<PlaceJson>(list)) {
    const {
      reason,
      meaning,
      function: own,
      caller,
      object,
      statement,
      us,
      queuedUs,
      count,
      maxUs,
      errorUs,
      before,
    } = place;
    if (before !== undefined && numberOf(us) === 0) continue;
    const text = (value: unknown): string | undefined => (value === undefined ? undefined : textOf(value));
    const names = { object: text(object), meaning: text(meaning), statement: text(statement) };
    const row = { name: placeName({ function: text(own), caller: text(caller) }, names), parts: [] };
    const name = titleOf({ reason: `[${textOf(reason)}]`, meaning: text(meaning) });
    reasons.set(name, [...(reasons.get(name) ?? []), { ...row, ...amountOf({ us, queuedUs, count, maxUs, errorUs }) }]);
  }
  return Array.from(reasons, ([name, parts]) => reasonRow(name, parts));
}

function reasonsOf(list: unknown): Row[] {
  return rowsOf<ReasonJson>(list, ({ reason, labels }) => ({
    name: `[${textOf(reason)}]`,
    parts: rowsOf<LabelJson>(labels, ({ label, meanings }) => ({
      name: textOf(label),
      parts: rowsOf<MeaningJson>(meanings, ({ meaning, functions = [] }) => ({
        name: textOf(meaning),
        parts: rowsOf<FunctionJson>(functions, (part) => ({ name: textOf(part.function), parts: [] })),
      })),
    })),
  }));
}

/** The rows of a list, without those that a comparison called gone. */
function rowsOf<T extends AmountJson>(list: unknown, own: (row: Unchecked<T>) => Pick<Row, 'name' | 'parts'>): Row[] {
  return listOf<T>(list)
    .filter(({ us, before }: Unchecked<AmountJson>) => before === undefined || numberOf(us) > 0)
    .map((row) => ({ ...own(row), ...amountOf(row) }));
}

function amountOf({ us, count, maxUs, errorUs, queuedUs }: Unchecked<AmountJson>): Omit<Row, 'name' | 'parts'> {
  return {
    ns: nsOf(us),
    count: count === undefined ? undefined : numberOf(count),
    maxNs: maxUs === undefined ? undefined : nsOf(maxUs),
    variance: errorUs === undefined ? undefined : (numberOf(errorUs) * 1000) ** 2,
    queuedNs: queuedUs === undefined ? 0 : nsOf(queuedUs),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError('this JSON is damaged or cut off');
    throw error;
  }
}

function listOf<T>(value: unknown): Unchecked<T>[] {
  if (!Array.isArray(value)) throw damaged();
  return value.map(objectOf<T>);
}

function objectOf<T>(value: unknown): Unchecked<T> {
  if (typeof value !== 'object' || value === null) throw damaged();
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw damaged();
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number' || value < 0) throw damaged();
  return value;
}

/** Whole nanoseconds of microseconds. */
function nsOf(us: unknown): number {
  return Math.round(numberOf(us) * 1000);
}

function damaged(): InputError {
  return new InputError('this is not a whole result of offcpu-classify --json');
}
