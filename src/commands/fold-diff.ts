// fold-diff: two recordings as folded text in, their difference out.

import type { OptionTable } from '../cli/options.ts';
import type { Command } from '../cli/run.ts';
import { pairCounts, stripHex } from '../fold/diff.ts';
import { readSides, sidesOf } from './fold-diff-read.ts';

const options = {
  before: {
    kind: 'texts',
    value: '[NAME=]FILE[,FILE...]',
    group: 'Runs',
    describe: 'several runs of the side before, instead of operands',
  },
  after: { kind: 'texts', value: '[NAME=]FILE[,FILE...]', group: 'Runs', describe: 'several runs of the side after' },
  normalize: { kind: 'flag', alias: 'n', group: 'Counts', describe: 'scale the counts before to the total after' },
  'strip-hex': { kind: 'flag', alias: 's', group: 'Counts', describe: 'write addresses in names 0x...' },
  strict: { kind: 'flag', group: 'Counts', describe: 'status 2 instead of 1 when input was skipped' },
} as const satisfies OptionTable;

export const foldDiff: Command<typeof options> = {
  name: 'fold-diff',
  summary: 'Compares two recordings: folded stacks with two counts a line, BEFORE and AFTER.',
  operands: '[NAME=]BEFORE [NAME=]AFTER',
  options,
  examples: [
    ['fold-diff before.folded after.folded | flame-svg > diff.svg', 'what grew (red), shrank or vanished (blue)'],
  ],
  async run(options, world) {
    const sides = sidesOf(world.operands, options.before, options.after);
    const { sides: read, status } = await readSides(sides, world, options.strict);
    if (read === undefined) return status;
    const compared = options['strip-hex'] ? stripHex(read) : read;
    const [before, after] = [read.before.length, read.after.length];
    if (before !== after && !options.normalize) {
      world.report.note(`sums of ${before} against ${after} runs: counts are only alike with -n`);
    }
    pairCounts(compared, options.normalize);
    await world.output(compared.table.folded(true));
    return status;
  },
};
