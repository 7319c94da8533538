// The options of flame-record that say which stacks it records off the CPU.

import type { OptionTable } from '../../cli/options.ts';
import { OFFCPU_STACKS } from '../../record/offcpu-stacks.ts';
import { WAKERS } from '../../record/settings.ts';

export const offcpuOptions = {
  'off-cpu-stacks': {
    kind: 'choice',
    choices: OFFCPU_STACKS,
    default: 'auto',
    group: 'Recording',
    describe:
      'callers off CPU: fp as bpftrace finds them, dwarf as perf does, too; auto: as the target is and --max-overhead allows',
  },
  'max-overhead': {
    kind: 'number',
    value: 'PERCENT',
    default: 5,
    least: 0,
    group: 'Recording',
    describe: 'of a CPU, which --off-cpu-stacks auto may take',
  },
  wakers: {
    kind: 'choice',
    choices: WAKERS,
    default: 'threads',
    group: 'Recording',
    describe: 'record of those who end waits the threads, or their stacks, too',
  },
} as const satisfies OptionTable;
