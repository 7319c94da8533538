// The table of functions for programs, as JSON. Texts are latin1, in and out.

import { changeMark, type FunctionTable, type SideLabel } from './function-table.ts';
import type { Change } from './functions.ts';

/** One object with all functions; docs/comparing.md names its members. */
export function formatFunctionsJson(table: FunctionTable): string {
  const { before, after, unit, basis, by, noise, total, rows } = table;
  const document = {
    format: 'flamepipe comparison of functions',
    version: 1,
    unit,
    basis,
    sortedBy: by,
    before: sideOf(before, total.before),
    after: sideOf(after, total.after),
    noise,
    functions: rows.map((row) => {
      const mark = changeMark(row, by);
      return {
        function: row.name,
        inclusive: partOf(row.inclusive),
        self: partOf(row.self),
        ...(mark === '' ? {} : { mark }),
      };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function sideOf({ name, runs, seconds }: SideLabel, total: number): object {
  return { name, runs, ...(seconds === undefined ? {} : { seconds }), total };
}

function partOf({ before, after, change, noise }: Change): object {
  return { before, after, change, ...(noise === undefined ? {} : { noise }) };
}
