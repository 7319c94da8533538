// Folded text as the exports take it, and texts to try them on.

import fc from 'fast-check';
import type { CountMeaning } from '../../src/export/meaning.ts';
import type { Folded } from '../../src/stacks/folded.ts';
import { FoldedReader } from '../../src/stacks/folded.ts';

export const MEANING: CountMeaning = {
  name: 'cpu.folded',
  unit: 'samples',
  type: 'cpu',
  periodNs: undefined,
  startNs: undefined,
  durationNs: undefined,
};

/** Folded text, UTF-8, read as fold-export does. */
export function recording(folded: string): Folded {
  const reader = new FoldedReader(() => {});
  reader.begin();
  reader.block(Buffer.from(folded));
  reader.end();
  return reader.finish();
}

export function joined(pieces: Iterable<string>): string {
  return [...pieces].join('');
}

const FRAMES = ['main', 'a', 'a-x', 'a b', 'é', 'vfs_read_[k]', 'read', 'read_[k]', 'run_[j]', 'f_[i]', 'w_[w]', '[x]'];
const STACK = fc
  .array(fc.constantFrom(...FRAMES), { minLength: 1, maxLength: 7 })
  .map((stack) => stack.join(';'))
  .filter((stack) => stack !== '');

/** Lines of a recording, sorted as folded text is; with `columns` 2 of a comparison. */
export function foldedText(columns: 1 | 2, most = 1e9): fc.Arbitrary<string> {
  const counts = fc.array(fc.nat({ max: most }), { minLength: columns, maxLength: columns });
  return fc.dictionary(STACK, counts, { minKeys: 1, maxKeys: 30, noNullPrototype: true }).map((all) =>
    Object.entries(all)
      .map(([stack, numbers]) => `${stack} ${numbers.join(' ')}\n`)
      .sort((a, b) =>
        Buffer.compare(Buffer.from(a.replace(/ [\d ]+\n$/, '')), Buffer.from(b.replace(/ [\d ]+\n$/, ''))),
      )
      .join(''),
  );
}
