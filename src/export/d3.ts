// The tree that d3-flame-graph draws: {"name", "value", "children"}; of a comparison "delta" as well.

import type { Folded } from '../stacks/folded.ts';
import { totalOf } from '../stacks/total.ts';
import { namesOf } from './recording.ts';

interface Open {
  id: number;
  value: number;
  before: number;
  hasChildren: boolean;
}

/**
 * The tree in pieces. A value is the count of a frame and all that it calls; of a comparison it is the count after, and
 * delta is how much that is more than before. The root frame of all is called `name`. Throws InputError if its value is
 * no longer exact.
 */
export function* formatD3({ table, isDifferential }: Folded, name: string): Generator<string> {
  totalOf(table.weights);
  if (isDifferential) totalOf(table.hits);
  const names = namesOf(table).map(({ text }) => JSON.stringify(text));
  names[0] = JSON.stringify(name);
  const open: Open[] = [{ id: 0, value: 0, before: 0, hasChildren: false }];
  yield `{"name":${names[0]}`;
  /** Ends the innermost frame; its counts are its caller's, too. */
  const close = (): string => {
    const { value, before, hasChildren } = open.pop() as Open;
    const caller = open.at(-1);
    if (caller) {
      caller.value += value;
      caller.before += before;
    }
    const delta = isDifferential ? `,"delta":${plain(value - before)}` : '';
    return `${hasChildren ? ']' : ''},"value":${plain(value)}${delta}}`;
  };
  for (const { ids, weight, hits } of table.sorted('frame')) {
    let common = 0;
    while (common < ids.length && open[common + 1]?.id === ids[common]) common++;
    let text = '';
    while (open.length > common + 1) text += close();
    for (const id of ids.subarray(common)) {
      const caller = open.at(-1) as Open;
      text += `${caller.hasChildren ? ',' : ',"children":['}{"name":${names[id]}`;
      caller.hasChildren = true;
      open.push({ id, value: 0, before: 0, hasChildren: false });
    }
    const leaf = open.at(-1) as Open;
    leaf.value += weight;
    leaf.before += hits;
    yield text;
  }
  let text = '';
  while (open.length > 0) text += close();
  yield `${text}\n`;
}

/** A sum of fractions without what binary adds: 0.1 + 0.2 is 0.3. */
function plain(sum: number): number {
  return Number.isInteger(sum) ? sum : +sum.toFixed(6);
}
