// The table of reasons for programs, as TSV and JSON, and what decided for each stack. Texts are latin1, in and out.

import { KINDS, mean, type ReasonRow, type ReasonTable, usOf } from './reason-table.ts';

/** A line a reason, label and meaning; the meaning is empty where none is known. */
export function formatTsv(table: ReasonTable): string {
  const rows = ['reason\tlabel\tmeaning\tus\tshare\tcount\tmean_us\tmax_us'];
  for (const [reason, label, row, meaning] of cellsOf(table)) {
    const { ns, count, maxNs } = row;
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
      ].join('\t'),
    );
  }
  return `${rows.join('\n')}\n`;
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
      if (ns > 0 || isWhole) {
        yield [bare(reason.name), label.name, { ns, count: left, maxNs: isWhole ? label.maxNs : undefined }, ''];
      }
    }
  }
}

/** One object; docs/reasons.md names its members. */
export function formatJson(table: ReasonTable): string {
  const rowOf = ({ name, ns, count, maxNs, parts }: ReasonRow, levels: readonly string[]): object => ({
    [levels[0] as string]: bare(name),
    us: ns / 1000,
    share: table.ns > 0 ? ns / table.ns : 0,
    ...(count === undefined ? {} : { count }),
    ...(maxNs === undefined ? {} : { maxUs: maxNs / 1000 }),
    ...(levels.length > 1 ? { [`${levels[1]}s`]: parts.map((part) => rowOf(part, levels.slice(1))) } : {}),
  });
  const kinds = Object.fromEntries(KINDS.map(([kind]) => [kind, table.kinds[kind] / 1000]));
  const document = {
    format: 'flamepipe off-CPU reasons',
    version: 1,
    us: table.ns / 1000,
    reasons: table.rows.map((row) => rowOf(row, ['reason', 'label', 'meaning'])),
    kindsUs: kinds,
    excluded: table.excluded.map(({ name, ns }) => ({ label: name, us: ns / 1000 })),
    leftOutUs: table.leftOutNs / 1000,
    other: table.other.map(({ name, label, ns }) => ({ function: name, label, us: ns / 1000 })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
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
