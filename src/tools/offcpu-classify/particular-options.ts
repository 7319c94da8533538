// The options of offcpu-classify that tell whose waits they were: on what, in which statement, how long.

import type { OptionTable } from '../../cli/options.ts';

export const particularOptions = {
  where: {
    kind: 'flag',
    group: 'Reasons',
    describe: 'show per reason which function waited, on what, how long, and who ended it (dumps of bpf/offcpu.bt)',
  },
  'min-us': {
    kind: 'number',
    value: 'N',
    least: 0.001,
    group: 'Reasons',
    describe: 'keep waits of N microseconds or more, to the nearest power of two',
  },
  'max-us': { kind: 'number', value: 'N', least: 0.001, group: 'Reasons', describe: 'keep waits below N microseconds' },
  statements: {
    kind: 'flag',
    group: 'Reasons',
    describe: 'put the statement of a Postgres process at the root of folded stacks, where the dump has it',
  },
  'no-particulars': {
    kind: 'flag',
    group: 'Reasons',
    describe: 'leave out the frames that say what a wait was on, and who ended it',
  },
  maps: {
    kind: 'texts',
    value: 'FILE',
    group: 'Reasons',
    describe:
      'name functions and locks by a copy of /proc/PID/maps; FILE has the PID in its name if there are several (repeatable)',
  },
  symfs: { kind: 'text', value: 'DIR', group: 'Reasons', describe: 'look for the mapped files below DIR, with --maps' },
} as const satisfies OptionTable;
