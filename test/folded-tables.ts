// Folded text as a stack table, and back, for tests of what works on tables.

import type { StackTable } from '../src/engine/stack-table.ts';
import { FoldedReader } from '../src/stacks/folded.ts';

/** Latin1 text. */
export function tableOf(folded: string): StackTable {
  const reader = new FoldedReader(() => {});
  reader.begin();
  reader.block(Buffer.from(folded, 'latin1'));
  reader.end();
  return reader.table;
}

export function foldedText(table: StackTable): string {
  return Array.from(table.folded(), (block) => block.toString('latin1')).join('');
}

/** The sum of all counts. */
export function sumOf(folded: string): number {
  return tableOf(folded).weights.reduce((sum, weight) => sum + weight, 0);
}
