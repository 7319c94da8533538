// The table of reasons for programs, as TSV and JSON, and what decided for each stack. Texts are latin1, in and out.

import { markOf } from './reason-comparison.ts';
import {
  type Before,
  KINDS,
  mean,
  type ReasonRow,
  type ReasonTable,
  type RunTotals,
  sumOf,
  type Times,
  usOf,
} from './reason-rows.ts';

/** A line a reason, label and meaning; the meaning is empty where none is known. Earlier runs are columns at the end. */
export function formatTsv(table: ReasonTable): string {
  const titles = ['reason', 'label', 'meaning', 'us', 'share', 'count', 'mean_us', 'max_us'];
  for (const { name } of table.against ?? []) {
    const of = name.replace(/[\t\n]/g, ' ');
    titles.push(`${of}: us`, `${of}: share`, `${of}: share_change`, `${of}: ms_per_s_change`, `${of}: mark`);
  }
  const rows = [titles.join('\t')];
  for (const [reason, label, row, meaning] of cellsOf(table)) {
    const { ns, count, maxNs, before = [] } = row;
    rows.push(
      [
        reason,
        label,
        meaning,
        usOf(ns),
        (ns / (table.ns || 1)).toFixed(6),
        count ?? '',
        mean(ns, count) ?? '',
        usOf(maxNs) ?? '',
        ...before.flatMap((one) => [
          usOf(one.ns),
          fixed(one.share, 6),
          fixed(one.shareChange, 6),
          one.rateChange === undefined ? '' : fixed(one.rateChange * 1000, 3),
          markOf(ns, one, one.rateChange !== undefined),
        ]),
      ].join('\t'),
    );
  }
  return `${rows.join('\n')}\n`;
}

function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** The finest rows: what has no meaning is a row with an empty one. */
function* cellsOf({ rows }: ReasonTable): Generator<[string, string, Omit<ReasonRow, 'parts' | 'name'>, string]> {
  for (const reason of rows) {
    for (const label of reason.parts) {
      for (const meaning of label.parts) yield [bare(reason.name), label.name, meaning, meaning.name];
      const ns = label.ns - label.parts.reduce((sum, part) => sum + part.ns, 0);
      const isWhole = label.parts.length === 0;
      const left = label.parts.reduce<number | undefined>(
        (sum, { count }) => (sum === undefined || count === undefined ? undefined : sum - count),
        label.count,
      );
      const before = label.before?.map((one, i) => withoutParts(one, label.parts, i)) ?? [];
      if (ns > 0 || isWhole || before.some((one) => one.ns > 0)) {
        const maxNs = isWhole ? label.maxNs : undefined;
        yield [bare(reason.name), label.name, { ns, count: left, maxNs, variance: undefined, before }, ''];
      }
    }
  }
}

/** What of an earlier run's row is in none of its parts. */
function withoutParts(whole: Before, parts: readonly ReasonRow[], run: number): Before {
  return parts.reduce((left, { before }) => {
    const part = before?.[run];
    return part === undefined ? left : sumOf(left, negative(part));
  }, whole);
}

function negative({ ns, share, shareChange, rateChange, isNoise }: Before): Before {
  return {
    isNoise,
    ns: -ns,
    share: -share,
    shareChange: -shareChange,
    rateChange: rateChange === undefined ? undefined : -rateChange,
  };
}

export interface JsonSettings {
  /** waiting for work and timers are left out */
  busy: boolean;
}

/** One object; docs/reasons.md names its members. offcpu/result.ts reads it back. */
export function formatJson(table: ReasonTable, { busy }: JsonSettings): string {
  const rowOf = (
    { name, ns, count, maxNs, variance, parts, before }: ReasonRow,
    levels: readonly string[],
  ): object => ({
    [levels[0] as string]: bare(name),
    us: ns / 1000,
    share: table.ns > 0 ? ns / table.ns : 0,
    ...(count === undefined ? {} : { count }),
    ...(maxNs === undefined ? {} : { maxUs: maxNs / 1000 }),
    ...(variance === undefined ? {} : { errorUs: Math.sqrt(variance) / 1000 }),
    ...beforeOf(ns, before),
    ...(levels.length > 1 ? { [`${levels[1]}s`]: parts.map((part) => rowOf(part, levels.slice(1))) } : {}),
  });
  const against = table.against ?? [];
  const document = {
    format: 'flamepipe off-CPU reasons',
    version: 1,
    ...(against.length > 0 ? { name: table.name } : {}),
    ...windowOf(table.windowNs),
    ...threadsOf(table.times),
    busy,
    us: table.ns / 1000,
    ...(against.length > 0
      ? {
          against: against.map((run) => ({
            name: run.name,
            ...windowOf(run.windowNs),
            ...threadsOf(run.times),
            us: run.ns / 1000,
            ...totalsOf(run),
          })),
        }
      : {}),
    reasons: table.rows.map((row) => rowOf(row, ['reason', 'label', 'meaning'])),
    ...totalsOf(table),
    other: table.other.map(({ name, label, ns, before }) => ({
      function: name,
      label,
      us: ns / 1000,
      ...beforeOf(ns, before),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function totalsOf({ kinds, excluded, leftOutNs }: RunTotals): object {
  return {
    kindsUs: Object.fromEntries(KINDS.map(([kind]) => [kind, kinds[kind] / 1000])),
    excluded: excluded.map(({ name, ns }) => ({ label: name, us: ns / 1000 })),
    leftOutUs: leftOutNs / 1000,
  };
}

function windowOf(ns: number | undefined): { windowSeconds?: number } {
  return ns === undefined ? {} : { windowSeconds: ns / 1e9 };
}

function threadsOf(times: Times | undefined): { threadsUs?: object } {
  if (times === undefined) return {};
  const { threads, lifeNs, onCpuNs, runnableNs, blockedNs, inProgressNs, beforeNs } = times;
  const us = { life: lifeNs, onCpu: onCpuNs, runnable: runnableNs, blocked: blockedNs };
  const all = Object.entries({ ...us, inProgress: inProgressNs, before: beforeNs });
  return { threadsUs: { threads, ...Object.fromEntries(all.map(([name, ns]) => [name, ns / 1000])) } };
}

function beforeOf(now: number, before: readonly Before[] = []): { before?: object[] } {
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

function bare(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1');
}

/** What decided for one stack. */
export interface Explanation {
  ns: number;
  reason: string;
  label: string;
  kind: string;
  /** the frame that decided, and the rule: FILE:LINE */
  frame: string | undefined;
  rule: string;
  meaning: string | undefined;
  meaningFrame: string | undefined;
  meaningRule: string | undefined;
  /** root first */
  stack: string;
}

/** A line a stack, the longest first: which rule and which frame decided. */
export function formatExplanations(explanations: Iterable<Explanation>): string {
  const rows = [...explanations]
    .sort((a, b) => b.ns - a.ns || (a.stack < b.stack ? -1 : 1))
    .map(({ ns, reason, label, kind, frame, rule, meaning, meaningFrame, meaningRule, stack }) =>
      [usOf(ns), reason, label, kind, frame, rule, meaning, meaningFrame, meaningRule, stack]
        .map((cell) => cell ?? '')
        .join('\t'),
    );
  const titles = 'us\treason\tlabel\tkind\tframe\trule\tmeaning\tmeaning_frame\tmeaning_rule\tstack';
  return `${[titles, ...rows].join('\n')}\n`;
}
