// The options of offcpu-classify.

import type { OptionTable } from '../../cli/options.ts';
import { UNITS } from '../../offcpu/read/stacks.ts';
import { noUnitLine } from '../folding/options.ts';
import { particularOptions } from './particular-options.ts';

export const classifyOptions = {
  table: { kind: 'flag', group: 'Output', describe: 'print the table of reasons (default on a terminal)' },
  folded: {
    kind: 'flag',
    group: 'Output',
    describe: 'write folded stacks, the reason as root frame (default in a pipe)',
  },
  json: { kind: 'flag', group: 'Output', describe: 'write one JSON object; docs/reasons.md names its members' },
  tsv: { kind: 'flag', group: 'Output', describe: 'write one line per reason, label and meaning' },
  markdown: { kind: 'flag', group: 'Output', describe: 'print the table as Markdown' },
  explain: { kind: 'flag', group: 'Output', describe: 'write one line per stack: the rule and the frame that decided' },
  summary: { kind: 'flag', group: 'Output', describe: 'print the table on stderr, too' },
  by: {
    kind: 'choice',
    choices: ['comm', 'pid'],
    default: 'comm',
    group: 'Reasons',
    describe: 'put comm or comm-PID in front of the frames of a dump',
  },
  detail: { kind: 'flag', group: 'Reasons', describe: 'split reasons: disk/fsync, cpu/preempted ...' },
  meaning: { kind: 'flag', group: 'Reasons', describe: 'add what the wait means to the program, where known' },
  ...particularOptions,
  busy: { kind: 'flag', group: 'Reasons', describe: 'leave out waiting for work and timers' },
  wide: {
    kind: 'flag',
    group: 'Reasons',
    describe: 'add columns: count, mean, longest, run-queue time after the wait, where the input has them',
  },
  rules: {
    kind: 'texts',
    value: 'FILE',
    group: 'Reasons',
    describe: 'try the rules of FILE before the built-in ones (repeatable)',
  },
  baseline: {
    kind: 'texts',
    value: '[NAME=]FILE',
    group: 'Comparison',
    describe: 'compare with an earlier run: a dump, folded stacks or a --json result (repeatable)',
  },
  'baseline-unit': {
    kind: 'choice',
    choices: ['auto', ...UNITS],
    default: 'auto',
    group: 'Comparison',
    describe: 'read its counts in this unit; auto: as --input-unit',
  },
  'fail-over': {
    kind: 'texts',
    value: 'LIMIT',
    group: 'Comparison',
    describe:
      "exit with 3 if a reason takes more time ('fsync>5%', 'fsync>20ms/s'), or grew more since the baseline ('fsync>+5%', 'fsync>+20ms/s'; repeatable)",
  },
  map: {
    kind: 'text',
    value: 'NAME',
    group: 'Input',
    describe: 'read this map of bpftrace, not @offcpu or the first that fits',
  },
  'input-unit': {
    kind: 'choice',
    choices: ['auto', ...UNITS],
    default: 'auto',
    group: 'Input',
    describe: 'read counts in this unit; auto: as the input says, else us',
  },
  window: {
    kind: 'number',
    value: 'SECONDS',
    least: 0.001,
    group: 'Input',
    describe: 'set the wall time of the recording',
  },
  unit: {
    kind: 'choice',
    choices: UNITS,
    default: 'us',
    group: 'Output',
    describe: 'write folded counts in this unit',
  },
  'pg-version': {
    kind: 'number',
    value: 'N',
    group: 'Input',
    describe: 'name wait events as this major version of Postgres does; without it, those that are the same in all',
  },
  ...noUnitLine,
  strict: { kind: 'flag', group: 'Input', describe: 'exit with 2, not 1, when input was skipped' },
} as const satisfies OptionTable;
