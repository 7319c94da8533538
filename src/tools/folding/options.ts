// The options that folding tools share: depth of stacks, look of names, the unit's line, quality of the data.

import type { OptionTable } from '../../cli/options.ts';

/** The look of names. pprof-fold has these, too. */
export const nameOptions = {
  'no-tidy': { kind: 'flag', group: 'Names', describe: 'keep argument lists' },
  'no-demangle': { kind: 'flag', group: 'Names', describe: 'keep mangled names' },
  'keep-hash': { kind: 'flag', group: 'Names', describe: "keep the hashes of Rust's legacy names and of ThinLTO's" },
} as const satisfies OptionTable;

export const noUnitLine = {
  'no-unit-line': {
    kind: 'flag',
    group: 'Output',
    describe: 'omit the first line, `# unit: …`, for older tools',
  },
} as const satisfies OptionTable;

export const foldingOptions = {
  'max-depth': {
    kind: 'number',
    value: 'N',
    least: 1,
    whole: true,
    group: 'Frames',
    describe: 'keep the N outermost frames; [truncated] replaces the others',
  },
  ...nameOptions,
  stats: { kind: 'flag', group: 'Quality', describe: 'report on stderr how good the data is (default on a terminal)' },
  'stats-json': { kind: 'text', value: 'FILE', group: 'Quality', describe: 'write that report to FILE, as JSON' },
  strict: { kind: 'flag', group: 'Quality', describe: 'exit with 2, not 1, when input was skipped' },
} as const satisfies OptionTable;
