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
      'find callers off CPU by frame pointers (fp), by DWARF (dwarf), or as the target and --max-overhead allow (auto)',
  },
  'max-overhead': {
    kind: 'number',
    value: 'PERCENT',
    default: 5,
    least: 0,
    group: 'Recording',
    describe: 'let --off-cpu-stacks auto take this share of a CPU',
  },
  wakers: {
    kind: 'choice',
    choices: WAKERS,
    default: 'threads',
    group: 'Recording',
    describe: 'record the threads that end waits, or their stacks, too',
  },
} as const satisfies OptionTable;
