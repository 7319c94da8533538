// The options of pprof-fold.

import type { OptionTable } from '../../cli/options.ts';
import { nameOptions, noUnitLine } from '../folding/options.ts';

export const UNITS = { 'as-is': undefined, ns: 1, us: 1e3, ms: 1e6, s: 1e9 } as const;

export const pprofOptions = {
  'sample-type': {
    kind: 'text',
    value: 'TYPE',
    group: 'Counts',
    describe: 'fold these values: samples, cpu, inuse_space … [what pprof shows first]',
  },
  unit: {
    kind: 'choice',
    choices: Object.keys(UNITS) as (keyof typeof UNITS)[],
    default: 'as-is',
    group: 'Counts',
    describe: 'write times in this unit',
  },
  ...nameOptions,
  ...noUnitLine,
  strict: { kind: 'flag', describe: 'exit with 2, not 1, when input was skipped' },
} as const satisfies OptionTable;
