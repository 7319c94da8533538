// The options of offcpu-classify.

import type { OptionTable } from '../../cli/options.ts';
import { UNITS } from '../../offcpu/read/stacks.ts';

export const classifyOptions = {
  table: { kind: 'flag', group: 'Output', describe: 'the table of reasons (what a terminal gets anyway)' },
  folded: { kind: 'flag', group: 'Output', describe: 'folded stacks, the reason as root frame (what a pipe gets)' },
  json: { kind: 'flag', group: 'Output', describe: 'one JSON object; docs/reasons.md names its members' },
  tsv: { kind: 'flag', group: 'Output', describe: 'a line a reason, label and meaning' },
  markdown: { kind: 'flag', group: 'Output', describe: 'the table in Markdown' },
  explain: { kind: 'flag', group: 'Output', describe: 'a line a stack: which rule and which frame decided' },
  summary: { kind: 'flag', group: 'Output', describe: 'the table on stderr, beside folded stacks on stdout' },
  detail: { kind: 'flag', group: 'Reasons', describe: 'fine reasons: disk/fsync, cpu/preempted ...' },
  meaning: { kind: 'flag', group: 'Reasons', describe: 'what the wait means to the program, where that is known' },
  busy: { kind: 'flag', group: 'Reasons', describe: 'leave out waiting for work, and timers' },
  wide: { kind: 'flag', group: 'Reasons', describe: 'columns for count, mean and longest, where the input has them' },
  rules: { kind: 'texts', value: 'FILE', group: 'Reasons', describe: 'rules to try before the built-in (repeatable)' },
  baseline: {
    kind: 'texts',
    value: '[NAME=]FILE',
    group: 'Comparison',
    describe: 'columns of an earlier run: a dump, folded stacks, or the result of --json (repeatable)',
  },
  'baseline-unit': {
    kind: 'choice',
    choices: ['auto', ...UNITS],
    default: 'auto',
    group: 'Comparison',
    describe: 'of its counts; auto: as --input-unit',
  },
  'fail-over': {
    kind: 'texts',
    value: 'LIMIT',
    group: 'Comparison',
    describe:
      "status 3 if a reason takes more of the time ('fsync>5%', 'fsync>20ms/s'), or that much more than in the baseline ('fsync>+5%', 'fsync>+20ms/s'; repeatable)",
  },
  map: { kind: 'text', value: 'NAME', group: 'Input', describe: "bpftrace's map to read; else found out" },
  'input-unit': {
    kind: 'choice',
    choices: ['auto', ...UNITS],
    default: 'auto',
    group: 'Input',
    describe: 'of the counts',
  },
  window: {
    kind: 'number',
    value: 'SECONDS',
    least: 0.001,
    group: 'Input',
    describe: 'wall time of the recording, where the input does not tell',
  },
  unit: { kind: 'choice', choices: UNITS, default: 'us', group: 'Output', describe: 'unit of folded counts' },
  'pg-version': {
    kind: 'number',
    value: 'N',
    default: 15,
    group: 'Input',
    describe: 'major version of the server, for recorded wait events',
  },
  strict: { kind: 'flag', group: 'Input', describe: 'status 2 instead of 1 when input was skipped' },
} as const satisfies OptionTable;
