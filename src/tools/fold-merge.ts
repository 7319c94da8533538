// fold-merge: reads folded stacks of many inputs, writes their sum.

import { readFolded } from '../cli/folded-input.ts';
import type { OptionTable } from '../cli/options.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import type { Folded, FoldedFacts } from '../stacks/folded.ts';
import { settleMerged } from '../stacks/merge.ts';
import { inputsOf } from './fold-merge/inputs.ts';
import { noUnitLine } from './folding/options.ts';
import { writeFolded } from './folding/write.ts';

const options = {
  label: {
    kind: 'texts',
    value: 'NAME=FILE',
    group: 'Inputs',
    describe: 'read FILE too, and put its stacks below the frame NAME; A;B=FILE: below both (repeatable)',
  },
  'by-file': { kind: 'flag', group: 'Inputs', describe: "put each operand's stacks below a frame of its name" },
  'one-count': {
    kind: 'flag',
    group: 'Inputs',
    describe: 'read one count a line, even where all lines end in two numbers, as in a comparison',
  },
  unit: { kind: 'text', value: 'UNIT', group: 'Units', describe: 'assume UNIT for inputs without a unit line' },
  'unit-check': { kind: 'flag', group: 'Units', describe: 'reject inputs without a unit' },
  'mix-units': { kind: 'flag', group: 'Units', describe: 'add different units anyway' },
  'collapse-recursion': { kind: 'flag', group: 'Stacks', describe: 'merge frames that call themselves into one' },
  scale: { kind: 'number', value: 'N', least: 0, group: 'Stacks', describe: 'multiply the sums by N, and round them' },
  top: {
    kind: 'number',
    value: 'N',
    least: 1,
    whole: true,
    group: 'Stacks',
    describe: 'keep the N largest stacks; one [rest] per label replaces the others',
  },
  sort: {
    kind: 'choice',
    choices: ['bytes', 'count'],
    default: 'bytes',
    group: 'Output',
    describe: 'order lines by name, or by count, largest first',
  },
  ...noUnitLine,
  strict: { kind: 'flag', group: 'Output', describe: 'exit with 2, not 1, when input was skipped' },
} as const satisfies OptionTable;

export const foldMerge: Command<typeof options> = {
  name: 'fold-merge',
  summary: 'Adds up folded stacks: writes one line per distinct stack, with its sum over all inputs.',
  operands: '[FILE...]',
  options,
  examples: [
    ['fold-merge monday.folded tuesday.folded.gz > both.folded', 'merge two recordings'],
    ['fold-merge --label web1=a.folded --label web2=b.folded | flame-svg > fleet.svg', 'draw a tower for each host'],
    ['fold-merge --top 1000 *.folded | fold-merge - old.folded', 'add up many files, keep the sum small'],
  ],
  async run(options, world) {
    const inputs = inputsOf(world.operands, options.label, options['by-file']);
    if (options.scale === 0) throw new UsageError('--scale takes a number above 0');
    const facts: (FoldedFacts & { name: string })[] = [];
    const { folded, status } = await readFolded(
      { ...world, operands: inputs.map(({ file }) => file) },
      {
        strict: options.strict,
        oneCount: options['one-count'],
        rootsOf: (index) => inputs[index]?.roots ?? [],
        units: { declared: options.unit, mustSay: options['unit-check'], mayMix: options['mix-units'] },
        ended: (reader, name) => facts.push({ name, ...reader.facts }),
      },
    );
    if (folded === undefined) return status;
    const { table, isDifferential } = folded;
    settleMerged(
      table,
      {
        collapseRecursion: options['collapse-recursion'],
        scale: options.scale,
        top: options.top,
        labels: inputs.map(({ roots }) => roots),
      },
      isDifferential,
    );
    if (options.scale !== undefined) table.unit = undefined;
    await writeFolded(table, { ...options, isPairs: isDifferential }, world);
    for (const { name, lines } of facts) if (lines === 0) world.report.note(`${name} has no folded lines`);
    const noteOnCounts = options['one-count'] ? undefined : doubtOn(folded, facts);
    if (noteOnCounts !== undefined) world.report.note(noteOnCounts);
    return status;
  },
};

/** Says how the numbers before the counts were read, where they may mean something else. */
function doubtOn(
  { table, isDifferential }: Folded,
  inputs: readonly { name: string; isPairs: boolean }[],
): string | undefined {
  if (!isDifferential) {
    const pairs = inputs.find(({ isPairs }) => isPairs);
    return (
      pairs &&
      `${pairs.name}: all lines end in two numbers, but not those of other inputs: the first number became a part of the name`
    );
  }
  for (const { ids } of table.stacks()) if (ids.length > 1) return undefined;
  return 'all lines are one frame and two numbers, so both were added up as counts; --one-count takes the first as a part of the name';
}
