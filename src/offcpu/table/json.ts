// The table of reasons as JSON: its form, its writer and its reader, so that a later run can be compared with an earlier
// one. docs/reasons.md names its members. Texts are latin1, in and out.

import { InputError } from '../../engine/errors.ts';
import type { TimeSums } from '../thread-times.ts';
import type { Before, ComparedRow, ReasonTable, Run } from './comparison.ts';
import { quantile } from './lengths.ts';
import { markOf } from './reason-comparison.ts';
import { bare } from './reason-rows.ts';
import type { Row, Summary } from './tally.ts';
import { unlikeIn } from './unlike.ts';
import type { ReasonPlaces } from './where.ts';

const FORMAT = 'flamepipe off-CPU reasons';
const VERSION = 1;

/** The document. Times are in microseconds where no other unit ends the name. */
interface ResultJson extends RunJson {
  format: typeof FORMAT;
  version: typeof VERSION;
  busy: boolean;
  against?: (RunJson & { unlike?: string[] })[];
  reasons: ReasonJson[];
  where?: PlaceJson[];
  other: OtherJson[];
}

/** What a run comes to, without its rows. */
interface RunJson {
  name?: string;
  windowSeconds?: number;
  threadsUs?: ThreadsJson;
  us: number;
  kindsUs: Summary['kinds'];
  excluded: { label: string; us: number }[];
  leftOutUs: number;
}

interface ThreadsJson {
  threads: number;
  life: number;
  onCpu: number;
  runnable: number;
  blocked: number;
  inProgress: number;
  before: number;
}

interface AmountJson {
  us: number;
  share: number;
  count?: number;
  maxUs?: number;
  errorUs?: number;
  before?: BeforeJson[];
}

interface ReasonJson extends AmountJson {
  reason: string;
  labels: LabelJson[];
}
interface LabelJson extends AmountJson {
  label: string;
  meanings: MeaningJson[];
}
interface MeaningJson extends AmountJson {
  meaning: string;
  /** of time without a wait event: who waited */
  functions?: FunctionJson[];
}
interface FunctionJson extends AmountJson {
  function: string;
}

interface OtherJson {
  function: string;
  label: string;
  us: number;
  before?: BeforeJson[];
}

interface PlaceJson {
  reason: string;
  function?: string;
  object?: string;
  us: number;
  queuedUs: number;
  count: number;
  p50Us?: number;
  p99Us?: number;
  maxUs: number;
  wakers: { name: string; us: number }[];
}

interface BeforeJson {
  us: number;
  share: number;
  shareChange: number;
  msPerSecondChange?: number;
  mark?: string;
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface JsonSettings {
  /** waiting for work and timers are left out */
  busy: boolean;
  /** undefined: not asked for */
  where?: readonly ReasonPlaces[] | undefined;
}

function unlikeJson(unlike: string[]): { unlike?: string[] } {
  return unlike.length > 0 ? { unlike } : {};
}

/** One object. */
export function formatJson(table: ReasonTable, { busy, where }: JsonSettings): string {
  const amount = (row: ComparedRow): AmountJson => amountJson(row, table.ns);
  const document: ResultJson = {
    format: FORMAT,
    version: VERSION,
    ...(table.against.length > 0 ? { name: table.name } : {}),
    ...recordingJson(table),
    busy,
    us: table.ns / 1000,
    ...(table.against.length > 0
      ? {
          against: table.against.map((run) => ({
            name: run.name,
            ...recordingJson(run),
            us: run.ns / 1000,
            ...totalsJson(run),
            ...unlikeJson(unlikeIn(table, run)),
          })),
        }
      : {}),
    reasons: table.rows.map((reason) => ({
      reason: bare(reason.name),
      ...amount(reason),
      labels: reason.parts.map((label) => ({
        label: label.name,
        ...amount(label),
        meanings: label.parts.map((meaning) => ({
          meaning: meaning.name,
          ...amount(meaning),
          ...(meaning.parts.length === 0
            ? {}
            : { functions: meaning.parts.map((part) => ({ function: part.name, ...amount(part) })) }),
        })),
      })),
    })),
    ...(where === undefined ? {} : { where: where.flatMap(placesJson) }),
    ...totalsJson(table),
    other: table.other.map(({ name, label, ns, before }) => ({
      function: name,
      label,
      us: ns / 1000,
      ...beforeJson(ns, before),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function placesJson({ reason, places }: ReasonPlaces): PlaceJson[] {
  return places.map((place) => {
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(place.buckets, share));
    return {
      reason: bare(reason),
      ...(place.function === undefined ? {} : { function: place.function }),
      ...(place.object === undefined ? {} : { object: place.object }),
      us: place.ns / 1000,
      queuedUs: place.queuedNs / 1000,
      count: place.waits,
      ...(p50 === undefined || p99 === undefined ? {} : { p50Us: p50 / 1000, p99Us: p99 / 1000 }),
      maxUs: place.maxNs / 1000,
      wakers: place.wakers.map(({ name, ns }) => ({ name, us: ns / 1000 })),
    };
  });
}

function amountJson({ ns, count, maxNs, variance, before }: ComparedRow, allNs: number): AmountJson {
  return {
    us: ns / 1000,
    share: allNs > 0 ? ns / allNs : 0,
    ...(count === undefined ? {} : { count }),
    ...(maxNs === undefined ? {} : { maxUs: maxNs / 1000 }),
    ...(variance === undefined ? {} : { errorUs: Math.sqrt(variance) / 1000 }),
    ...beforeJson(ns, before),
  };
}

function recordingJson({
  windowNs,
  times,
}: Pick<Run, 'windowNs' | 'times'>): Pick<RunJson, 'windowSeconds' | 'threadsUs'> {
  return {
    ...(windowNs === undefined ? {} : { windowSeconds: windowNs / 1e9 }),
    ...(times === undefined ? {} : { threadsUs: threadsJson(times) }),
  };
}

function threadsJson(times: TimeSums): ThreadsJson {
  return {
    threads: times.threads,
    life: times.lifeNs / 1000,
    onCpu: times.onCpuNs / 1000,
    runnable: times.runnableNs / 1000,
    blocked: times.blockedNs / 1000,
    inProgress: times.inProgressNs / 1000,
    before: times.beforeNs / 1000,
  };
}

function totalsJson({
  kinds,
  excluded,
  leftOutNs,
}: Omit<Summary, 'rows' | 'other' | 'ns'>): Pick<RunJson, 'kindsUs' | 'excluded' | 'leftOutUs'> {
  const { wait, idle, timer, cpu, open, lost } = kinds;
  return {
    kindsUs: {
      wait: wait / 1000,
      idle: idle / 1000,
      timer: timer / 1000,
      cpu: cpu / 1000,
      open: open / 1000,
      lost: lost / 1000,
    },
    excluded: excluded.map(({ name, ns }) => ({ label: name, us: ns / 1000 })),
    leftOutUs: leftOutNs / 1000,
  };
}

function beforeJson(now: number, before: readonly Before[]): Pick<AmountJson, 'before'> {
  if (before.length === 0) return {};
  return {
    before: before.map((one) => {
      const { ns, share, shareChange, rateChange } = one;
      const mark = markOf(now, one, rateChange !== undefined);
      return {
        us: ns / 1000,
        share,
        shareChange,
        ...(rateChange === undefined ? {} : { msPerSecondChange: rateChange * 1000 }),
        ...(mark === '' ? {} : { mark }),
      };
    }),
  };
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** As many bytes tell such a result from a dump in bpftrace's JSON, whose lines begin with `{"type"`. */
export const RESULT_SNIFFED_BYTES = 8;

export function isResult(start: Uint8Array): boolean {
  return /^\s*\{(?!"type")/.test(Buffer.from(start.subarray(0, RESULT_SNIFFED_BYTES)).toString('latin1'));
}

/** `isBusy`: waiting for work and timers are left out. */
export type Result = Omit<Run, 'name'> & { isBusy: boolean };

/** Members that may be missing or of any kind, until each was looked at. */
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
  return { summary, windowNs, times: timesOf(json.threadsUs), isBusy: json.busy === true };
}

function timesOf(value: unknown): TimeSums | undefined {
  if (value === undefined) return undefined;
  const us = objectOf<ThreadsJson>(value);
  return {
    threads: numberOf(us.threads),
    lifeNs: nsOf(us.life),
    onCpuNs: nsOf(us.onCpu),
    runnableNs: nsOf(us.runnable),
    blockedNs: nsOf(us.blocked),
    inProgressNs: nsOf(us.inProgress),
    beforeNs: nsOf(us.before),
  };
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

/** What a comparison called gone is no row. */
function rowsOf<T extends AmountJson>(list: unknown, own: (row: Unchecked<T>) => Pick<Row, 'name' | 'parts'>): Row[] {
  return listOf<T>(list)
    .filter(({ us, before }: Unchecked<AmountJson>) => before === undefined || numberOf(us) > 0)
    .map((row) => ({ ...own(row), ...amountOf(row) }));
}

function amountOf({ us, count, maxUs, errorUs }: Unchecked<AmountJson>): Omit<Row, 'name' | 'parts'> {
  return {
    ns: nsOf(us),
    count: count === undefined ? undefined : numberOf(count),
    maxNs: maxUs === undefined ? undefined : nsOf(maxUs),
    variance: errorUs === undefined ? undefined : (numberOf(errorUs) * 1000) ** 2,
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
