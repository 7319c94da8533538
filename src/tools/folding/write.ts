// Writes folded text: what perf-fold, offcpu-fold, pprof-fold, fold-merge, fold-grep and fold-diff have in common.

import { quote } from '../../cli/report.ts';
import type { World } from '../../cli/run.ts';
import type { StackTable } from '../../engine/stack-table.ts';
import { guardLines } from '../../stacks/folded.ts';

interface Settings {
  /** leaves out the line that says the unit */
  'no-unit-line': boolean;
  /** two counts a line: those of a comparison */
  isPairs?: boolean;
  /** the order of the lines */
  sort?: 'bytes' | 'count';
}

/** Writes all stacks, behind a line of their unit, so that they read back the same. Throws InputError as folded() does. */
export async function writeFolded(
  table: StackTable,
  { 'no-unit-line': noUnitLine, isPairs = false, sort = 'bytes' }: Settings,
  { output, report }: Pick<World, 'output' | 'report'>,
): Promise<void> {
  if (noUnitLine) table.unit = undefined;
  const example = isPairs ? undefined : guardLines(table);
  await output(table.folded(isPairs, sort));
  if (example !== undefined) {
    report.note(`wrote _ in names that would pass for a count or a comment, as in ${quote(example)}`);
  }
}
