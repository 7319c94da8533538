// The table of reasons and what decided for each stack, as tab-separated values. Texts are latin1, in and out.

import type { Explanation } from './account.ts';
import type { Before, ComparedRow, ReasonTable } from './comparison.ts';
import { changeMark } from './reason-comparison.ts';
import { bare, mean, sumOf, usOf } from './reason-rows.ts';

/** A line a reason, label and meaning; the meaning is empty where none is known. Earlier runs are columns at the end. */
export function formatTsv(table: ReasonTable): string {
  const titles = ['reason', 'label', 'meaning', 'us', 'share', 'count', 'mean_us', 'max_us', 'queued_us'];
  for (const { name } of table.against) {
    const of = name.replace(/[\t\n]/g, ' ');
    titles.push(`${of}: us`, `${of}: share`, `${of}: share_change`, `${of}: ms_per_s_change`, `${of}: mark`);
  }
  const rows = [titles.join('\t')];
  for (const [reason, label, row, meaning] of cellsOf(table)) {
    const { ns, count, maxNs, queuedNs, before } = row;
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
        usOf(queuedNs),
        ...before.flatMap((one) => [
          usOf(one.ns),
          fixed(one.share, 6),
          fixed(one.shareChange, 6),
          one.rateChange === undefined ? '' : fixed(one.rateChange * 1000, 3),
          changeMark(ns, one, one.rateChange !== undefined),
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

/** The finest rows. The time of a label without a meaning is a row with an empty one. */
function* cellsOf({ rows }: ReasonTable): Generator<[string, string, Omit<ComparedRow, 'parts' | 'name'>, string]> {
  for (const reason of rows) {
    for (const label of reason.parts) {
      for (const meaning of label.parts) yield [bare(reason.name), label.name, meaning, meaning.name];
      const ns = label.ns - label.parts.reduce((sum, part) => sum + part.ns, 0);
      const isWhole = label.parts.length === 0;
      const left = label.parts.reduce<number | undefined>(
        (sum, { count }) => (sum === undefined || count === undefined ? undefined : sum - count),
        label.count,
      );
      const before = label.before.map((one, i) => withoutParts(one, label.parts, i));
      if (ns > 0 || isWhole || before.some((one) => one.ns > 0)) {
        const maxNs = isWhole ? label.maxNs : undefined;
        const queuedNs = label.parts.reduce((sum, part) => sum - part.queuedNs, label.queuedNs);
        yield [bare(reason.name), label.name, { ns, count: left, maxNs, variance: undefined, queuedNs, before }, ''];
      }
    }
  }
}

/** The rest of an earlier run's row that is in none of its parts. */
function withoutParts(whole: Before, parts: readonly ComparedRow[], run: number): Before {
  return parts.reduce((left, { before }) => {
    const part = before[run];
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
