// The options of fold-diff.

import type { OptionTable } from '../../cli/options.ts';
import { DIFF_BY } from '../../flamegraph/settings.ts';
import { noUnitLine } from '../folding/options.ts';

export const diffOptions = {
  folded: {
    kind: 'flag',
    group: 'Output',
    describe: 'write folded lines with two counts, BEFORE AFTER (default in a pipe)',
  },
  table: { kind: 'flag', group: 'Output', describe: 'print a table of functions (default on a terminal)' },
  markdown: { kind: 'flag', group: 'Output', describe: 'print the table as Markdown' },
  json: {
    kind: 'flag',
    group: 'Output',
    describe: 'write all functions as one JSON object; docs/comparing.md names its members',
  },
  normalize: {
    kind: 'flag',
    alias: 'n',
    group: 'Counts',
    describe: 'scale the counts of BEFORE to the total of AFTER',
  },
  'per-second': {
    kind: 'flag',
    group: 'Counts',
    describe: 'compare per second of wall time, from the run.json beside each file',
  },
  seconds: {
    kind: 'text',
    value: 'B,A',
    group: 'Counts',
    describe: 'compare per second, with these wall times of BEFORE and AFTER',
  },
  'strip-hex': { kind: 'flag', alias: 's', group: 'Counts', describe: 'replace addresses in names by 0x...' },
  countname: {
    kind: 'text',
    value: 'UNIT',
    group: 'Counts',
    describe: 'name the unit of the counts [as the input says, else samples]',
  },
  sample: {
    kind: 'number',
    value: 'N',
    least: 0,
    group: 'Counts',
    describe: 'compute noise from N counts a sample, not from what all counts have in common',
  },
  ...noUnitLine,
  'diff-by': {
    kind: 'choice',
    choices: DIFF_BY,
    default: 'inclusive',
    group: 'Table',
    describe: 'sort and limit functions by counts with their callees, or without',
  },
  top: {
    kind: 'number',
    value: 'N',
    whole: true,
    least: 0,
    default: 30,
    group: 'Table',
    describe: 'show N rows; 0: all',
  },
  'fail-over': {
    kind: 'texts',
    value: 'LIMIT',
    group: 'Table',
    describe:
      "exit with 3 if a function takes more of AFTER ('parse>5%', 'parse>20ms/s'), or grew more since BEFORE ('parse>+5%', 'parse>+20ms/s'; repeatable)",
  },
  before: {
    kind: 'texts',
    value: '[NAME=]FILE[,FILE...]',
    group: 'Input',
    describe: 'read several runs as BEFORE, instead of an operand',
  },
  after: { kind: 'texts', value: '[NAME=]FILE[,FILE...]', group: 'Input', describe: 'read several runs as AFTER' },
  strict: { kind: 'flag', group: 'Input', describe: 'exit with 2, not 1, when input was skipped' },
} as const satisfies OptionTable;
