// What offcpu-classify prints in each of its formats but folded text.

import type { Account } from '../../offcpu/table/account.ts';
import type { ReasonTable } from '../../offcpu/table/comparison.ts';
import { formatJson } from '../../offcpu/table/json.ts';
import type { TableSettings } from '../../offcpu/table/reason-rows.ts';
import { formatMarkdown, formatTable } from '../../offcpu/table/reason-table.ts';
import { formatExplanations, formatTsv } from '../../offcpu/table/tsv.ts';
import type { ReasonPlaces } from '../../offcpu/table/where.ts';
import { formatWhere } from '../../offcpu/table/where-text.ts';

export const FORMATS = ['table', 'folded', 'json', 'tsv', 'markdown', 'explain'] as const;
export type Format = (typeof FORMATS)[number];

export interface TextSettings extends TableSettings {
  busy: boolean;
  /** whose wait it is; undefined: not asked for */
  where: readonly ReasonPlaces[] | undefined;
}

export function textOf(
  format: Exclude<Format, 'folded'>,
  table: ReasonTable,
  account: Account,
  settings: TextSettings,
): string {
  if (format === 'explain') return formatExplanations(account.explanations());
  if (format === 'table') {
    const { where = [] } = settings;
    return `${where.length > 0 ? `${formatWhere(where)}\n` : ''}${formatTable(table, settings)}`;
  }
  const formats = { markdown: formatMarkdown, json: formatJson, tsv: formatTsv };
  return formats[format](table, settings);
}
