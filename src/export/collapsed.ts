// Folded text as strict readers want it, such as Pyroscope's /ingest: names in UTF-8, one whole count a line.

import type { Folded } from '../stacks/folded.ts';
import { readableName } from './recording.ts';

/** Makes names readable in the table itself; counts must be rounded. Of a comparison the counts after are what is left. */
export function formatCollapsed({ table }: Folded): Iterable<Buffer> {
  const last = table.nameCount;
  const names = new Uint32Array(last + 1);
  for (let id = 1; id <= last; id++)
    names[id] = table.name(Buffer.from(readableName(table.nameText(id))).toString('latin1'));
  table.rewrite((ids) => ids.map((id) => names[id] as number));
  table.unit = undefined; // strict readers know no metadata
  return table.folded();
}
