// What offcpu-classify prints in each of its formats but folded text.

import type { Values } from '../../cli/options.ts';
import { UsageError } from '../../engine/errors.ts';
import type { Account } from '../../offcpu/table/account.ts';
import type { CallPlace } from '../../offcpu/table/calls.ts';
import type { ReasonTable } from '../../offcpu/table/comparison.ts';
import { formatJson } from '../../offcpu/table/json.ts';
import type { TableSettings } from '../../offcpu/table/reason-rows.ts';
import { formatMarkdown, formatTable } from '../../offcpu/table/reason-table.ts';
import { formatExplanations, formatTsv } from '../../offcpu/table/tsv.ts';
import type { Place, ReasonPlaces } from '../../offcpu/table/where.ts';
import { withoutSmall } from '../../offcpu/table/where-rows.ts';
import { formatWhere } from '../../offcpu/table/where-text.ts';
import type { classifyOptions } from './options.ts';

export const FORMATS = ['table', 'folded', 'json', 'tsv', 'markdown', 'explain'] as const;
export type Format = (typeof FORMATS)[number];

const WHERE_ROWS: TableSettings = { detail: false, meaning: true, wide: false };

export interface TextSettings extends TableSettings {
  busy: boolean;
  /** whose wait it is; undefined: not asked for */
  where: readonly ReasonPlaces[] | undefined;
  /** calls of fsync */
  calls: readonly CallPlace[];
  /** the same compared with earlier runs; undefined: not known of all of them */
  whereTable: ReasonTable | undefined;
  /** of the terminal; undefined: none */
  columns: number | undefined;
}

export function textOf(
  format: Exclude<Format, 'folded'>,
  table: ReasonTable,
  account: Account,
  settings: TextSettings,
): string {
  if (format === 'explain') return formatExplanations(account.explanations());
  if (format === 'table') {
    const { where = [], calls, whereTable, columns } = settings;
    const changes = whereTable ? `${formatTable(withoutSmall(whereTable), WHERE_ROWS)}\n` : '';
    return `${where.length > 0 ? `${formatWhere(where, calls, columns)}\n` : ''}${changes}${formatTable(table, settings)}`;
  }
  const formats = { markdown: formatMarkdown, json: formatJson, tsv: formatTsv };
  return formats[format](table, settings);
}

/** The format asked for. Throws UsageError for options that don't go together. */
export function formatOf(options: Values<typeof classifyOptions>, isTerminal: boolean): Format {
  const chosen = FORMATS.filter((format) => options[format]);
  if (chosen.length > 1) throw new UsageError(`choose one of --${chosen.join(', --')}`);
  const isTable = (isTerminal || options.where || options.baseline.length > 0) && !options.summary;
  const format = chosen[0] ?? (isTable ? 'table' : 'folded');
  if (options.where && format !== 'table' && format !== 'json') {
    throw new UsageError(`--${format} does not show --where; choose --table or --json`);
  }
  const isSeen = (format !== 'folded' && format !== 'explain') || options.summary || options['fail-over'].length > 0;
  if (options.baseline.length > 0 && !isSeen) {
    throw new UsageError(`--${format} does not show the baseline; add --summary, or choose another format`);
  }
  return format;
}

const NO_OBJECTS =
  "recorded without the kernel's BTF: locks, files, peers and wakers are missing, and a function may be the caller of the one that waits; times, reasons and lengths are right";

/** What a reader of --where should know; `where` is undefined if it was not asked for. */
export function whereNotes(
  where: readonly ReasonPlaces[] | undefined,
  hasMaps: boolean,
  hasObjects: boolean,
): string[] {
  if (where?.length === 0) return ['--where shows nothing: the input is no dump of bpf/offcpu.bt'];
  const places = (where ?? []).flatMap((reason) => reason.places);
  const sum = (some: readonly Place[]): number => some.reduce((all, { ns }) => all + ns, 0);
  const unknown = sum(places.filter((place) => place.function === undefined)) / Math.max(1, sum(places));
  const bare = where === undefined || hasObjects ? [] : [NO_OBJECTS];
  if (hasMaps || unknown < 0.01) return bare;
  const share = (100 * unknown).toFixed(0);
  return [
    ...bare,
    `${share} % of the time is of no known function: --maps FILE, a copy of /proc/PID/maps, may name it`,
  ];
}
