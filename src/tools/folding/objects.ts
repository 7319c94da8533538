// The options of perf-fold that look frames up in the objects they belong to, and the symbolizer that follows from them.

import { readFileSync } from 'node:fs';
import { OpenFiles } from '../../cli/open-files.ts';
import type { OptionTable, Values } from '../../cli/options.ts';
import { UsageError } from '../../engine/errors.ts';
import { readBuildIds } from '../../symbols/build-ids.ts';
import type { Symbolizer } from '../../symbols/symbolizer.ts';

export const objectOptions = {
  inline: {
    kind: 'flag',
    group: 'Names',
    describe: 'name user frames by their files, inlined functions as frames of their own',
  },
  symfs: { kind: 'text', value: 'DIR', group: 'Names', describe: 'look for these files below DIR, with --inline' },
  buildids: {
    kind: 'text',
    value: 'FILE',
    group: 'Names',
    describe: 'skip files of another build than FILE says, the output of perf buildid-list',
  },
} as const satisfies OptionTable;

/** Looks frames up, if that is asked for. Throws UsageError where --buildids can't be used. */
export async function symbolizerOf(
  options: Values<typeof objectOptions>,
  isWanted: boolean,
): Promise<Symbolizer | undefined> {
  if (!isWanted) {
    if (options.symfs !== undefined || options.buildids !== undefined) {
      throw new UsageError('--symfs and --buildids are for --inline');
    }
    return undefined;
  }
  const { Symbolizer } = await import('../../symbols/symbolizer.ts');
  const files = new OpenFiles(options.symfs);
  const buildIds = options.buildids === undefined ? undefined : buildIdsIn(options.buildids);
  return new Symbolizer((path) => files.open(path), buildIds);
}

function buildIdsIn(file: string): Map<string, string> {
  const found = readBuildIds(readFileSync(file, 'latin1'));
  if (found.size === 0) throw new UsageError(`--buildids ${file}: no line of it is a build-id and a path`);
  return found;
}
