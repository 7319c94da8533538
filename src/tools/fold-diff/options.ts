// The options of fold-diff.

import type { OptionTable } from '../../cli/options.ts';
import { DIFF_BY } from '../../flamegraph/settings.ts';

export const diffOptions = {
  folded: { kind: 'flag', group: 'Output', describe: 'folded lines with two counts, BEFORE AFTER (what a pipe gets)' },
  table: { kind: 'flag', group: 'Output', describe: 'a table of functions (what a terminal gets)' },
  markdown: { kind: 'flag', group: 'Output', describe: 'the table in Markdown' },
  json: {
    kind: 'flag',
    group: 'Output',
    describe: 'all functions as one JSON object; docs/comparing.md names its members',
  },
  normalize: { kind: 'flag', alias: 'n', group: 'Counts', describe: 'scale the counts before to the total after' },
  'per-second': {
    kind: 'flag',
    group: 'Counts',
    describe: 'per second of wall time, from the run.json beside each file',
  },
  seconds: { kind: 'text', value: 'B,A', group: 'Counts', describe: 'the same, with the wall times of both sides' },
  'strip-hex': { kind: 'flag', alias: 's', group: 'Counts', describe: 'write addresses in names 0x...' },
  countname: { kind: 'text', value: 'UNIT', default: 'samples', group: 'Counts', describe: 'what is counted' },
  sample: {
    kind: 'number',
    value: 'N',
    least: 0,
    group: 'Counts',
    describe: 'what one sample counts, for the noise; else what all counts have in common',
  },
  'diff-by': {
    kind: 'choice',
    choices: DIFF_BY,
    default: 'inclusive',
    group: 'Table',
    describe: 'sort by, and hold limits to, functions with their callees or without',
  },
  top: {
    kind: 'number',
    value: 'N',
    whole: true,
    least: 0,
    default: 30,
    group: 'Table',
    describe: 'rows shown; 0: all',
  },
  'fail-over': {
    kind: 'texts',
    value: 'LIMIT',
    group: 'Table',
    describe:
      "status 3 if a function takes more of the counts after ('parse>5%', 'parse>20ms/s'), or that much more than before ('parse>+5%', 'parse>+20ms/s'; repeatable)",
  },
  before: {
    kind: 'texts',
    value: '[NAME=]FILE[,FILE...]',
    group: 'Input',
    describe: 'several runs of the side before, instead of operands',
  },
  after: { kind: 'texts', value: '[NAME=]FILE[,FILE...]', group: 'Input', describe: 'several runs of the side after' },
  strict: { kind: 'flag', group: 'Input', describe: 'status 2 instead of 1 when input was skipped' },
} as const satisfies OptionTable;
