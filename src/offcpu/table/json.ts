// The table of reasons as JSON: its form and its writer. docs/reasons.md names its members. Texts are latin1, in and out.

import type { TimeSums } from '../thread-times.ts';
import type { CallPlace } from './calls.ts';
import type { Before, ComparedRow, ReasonTable, Run } from './comparison.ts';
import { quantile } from './lengths.ts';
import { changeMark } from './reason-comparison.ts';
import { bare } from './reason-rows.ts';
import type { Summary } from './tally.ts';
import { unlikeIn } from './unlike.ts';
import { type Place, type PlaceWaker, type ReasonPlaces, titleOf } from './where.ts';
import { placeName, varianceOf } from './where-rows.ts';

export const FORMAT = 'flamepipe off-CPU reasons';
export const VERSION = 1;

/** The document. Times are in microseconds where no other unit ends the name. */
export interface ResultJson extends RunJson {
  format: typeof FORMAT;
  version: typeof VERSION;
  busy: boolean;
  against?: (RunJson & { unlike?: string[] })[];
  reasons: ReasonJson[];
  where?: PlaceJson[];
  calls?: CallJson[];
  other: OtherJson[];
}

/** The sums of a run, without its rows. */
export interface RunJson {
  name?: string;
  windowSeconds?: number;
  threadsUs?: ThreadsJson;
  us: number;
  kindsUs: Summary['kinds'];
  excluded: { label: string; us: number }[];
  leftOutUs: number;
}

export interface ThreadsJson {
  threads: number;
  life: number;
  onCpu: number;
  recorder?: number;
  switches?: number;
  runnable: number;
  blocked: number;
  inProgress: number;
  before: number;
}

export interface AmountJson {
  us: number;
  share: number;
  count?: number;
  maxUs?: number;
  errorUs?: number;
  queuedUs?: number;
  before?: BeforeJson[];
}

export interface ReasonJson extends AmountJson {
  reason: string;
  labels: LabelJson[];
}
export interface LabelJson extends AmountJson {
  label: string;
  meanings: MeaningJson[];
}
export interface MeaningJson extends AmountJson {
  meaning: string;
  /** of time without a wait event: who waited */
  functions?: FunctionJson[];
}
export interface FunctionJson extends AmountJson {
  function: string;
}

export interface OtherJson {
  function: string;
  label: string;
  us: number;
  before?: BeforeJson[];
}

export interface PlaceJson {
  reason: string;
  meaning?: string;
  function?: string;
  caller?: string;
  object?: string;
  statement?: string;
  queryId?: string;
  us: number;
  queuedUs: number;
  count: number;
  p50Us?: number;
  p99Us?: number;
  maxUs: number;
  errorUs: number;
  wakers: WakerJson[];
  before?: BeforeJson[];
}

/** Calls of one file, from start to end. */
interface CallJson {
  call: string;
  object?: string;
  us: number;
  count: number;
  p50Us?: number;
  p99Us?: number;
  maxUs: number;
}

interface WakerJson {
  name: string;
  us: number;
  /** of its stacks, where they were recorded; frames innermost first */
  function?: string;
  stacks?: { frames: readonly string[]; us: number }[];
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
  /** undefined: the result has no such member */
  where?: readonly ReasonPlaces[] | undefined;
  /** of fsync */
  calls?: readonly CallPlace[] | undefined;
  /** `where` compared with earlier runs; undefined: not all of them have it */
  whereTable?: ReasonTable | undefined;
}

function unlikeJson(unlike: string[]): { unlike?: string[] } {
  return unlike.length > 0 ? { unlike } : {};
}

/** Writes the table as one JSON object, a ResultJson. */
export function formatJson(table: ReasonTable, { busy, where, calls = [], whereTable }: JsonSettings): string {
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
    ...(where === undefined ? {} : { where: placesJson(where, whereTable) }),
    ...(calls.length === 0 ? {} : { calls: calls.map(callJson) }),
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

/** The places; behind them those that only earlier runs had. */
function placesJson(where: readonly ReasonPlaces[], table: ReasonTable | undefined): PlaceJson[] {
  const compared = new Map<string, ComparedRow>(
    table?.rows.flatMap(({ name, parts }) =>
      parts.flatMap((label) => label.parts.map((row) => [`${name}\0${row.name}`, row] as const)),
    ),
  );
  const places = where.flatMap((of) =>
    of.places.map((place) => {
      const { statement } = place;
      const names = { object: place.object, meaning: of.meaning, statement: statement?.text };
      const key = `${titleOf(of)}\0${placeName(place, names)}`;
      const row = compared.get(key);
      compared.delete(key);
      return {
        reason: bare(of.reason),
        ...(of.meaning === undefined ? {} : { meaning: of.meaning }),
        ...(place.function === undefined ? {} : { function: place.function }),
        ...(place.caller === undefined ? {} : { caller: place.caller }),
        ...(place.object === undefined ? {} : { object: place.object }),
        ...(statement === undefined ? {} : { statement: statement.text }),
        ...(statement?.queryId === undefined ? {} : { queryId: statement.queryId }),
        us: place.ns / 1000,
        queuedUs: place.queuedNs / 1000,
        count: place.waits,
        ...quantilesJson(place.buckets),
        maxUs: place.maxNs / 1000,
        errorUs: Math.sqrt(varianceOf(place)) / 1000,
        wakers: place.wakers.map(wakerJson),
        ...(row ? beforeJson(row.ns, row.before) : {}),
      };
    }),
  );
  const gone = Array.from(compared, ([key, row]) => ({
    ...headOf(key.slice(0, key.indexOf('\0'))),
    function: row.name,
    ...{ us: 0, queuedUs: 0, count: 0, maxUs: 0, errorUs: 0, wakers: [] },
    ...beforeJson(0, row.before),
  }));
  return [...places, ...gone];
}

function callJson({ name, object, ns, count, maxNs, buckets }: CallPlace): CallJson {
  return {
    call: name,
    ...(object === undefined ? {} : { object }),
    us: ns / 1000,
    count,
    ...quantilesJson(buckets),
    maxUs: maxNs / 1000,
  };
}

function quantilesJson(buckets: Place['buckets']): { p50Us?: number; p99Us?: number } {
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(buckets, share));
  return p50 === undefined || p99 === undefined ? {} : { p50Us: p50 / 1000, p99Us: p99 / 1000 };
}

function wakerJson({ name, ns, function: own, stacks }: PlaceWaker): WakerJson {
  return {
    name,
    us: ns / 1000,
    ...(own === undefined ? {} : { function: own }),
    ...(stacks.length === 0 ? {} : { stacks: stacks.map((one) => ({ frames: one.frames, us: one.ns / 1000 })) }),
  };
}

/** The two parts of `[epoll] Lock:tuple`. */
function headOf(title: string): Pick<PlaceJson, 'reason' | 'meaning'> {
  const [reason = '', meaning] = title.split(' ');
  return { reason: bare(reason), ...(meaning === undefined ? {} : { meaning }) };
}

function amountJson({ ns, count, maxNs, variance, queuedNs, before }: ComparedRow, allNs: number): AmountJson {
  return {
    us: ns / 1000,
    share: allNs > 0 ? ns / allNs : 0,
    ...(count === undefined ? {} : { count }),
    ...(maxNs === undefined ? {} : { maxUs: maxNs / 1000 }),
    ...(variance === undefined ? {} : { errorUs: Math.sqrt(variance) / 1000 }),
    ...(queuedNs === 0 ? {} : { queuedUs: queuedNs / 1000 }),
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
    ...(times.recorderNs > 0 ? { recorder: times.recorderNs / 1000 } : {}),
    ...(times.switches > 0 ? { switches: times.switches } : {}),
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
      const mark = changeMark(now, one, rateChange !== undefined);
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
