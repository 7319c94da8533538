// The options of offcpu-fold.

import type { OptionTable } from '../../cli/options.ts';
import { UNITS } from '../../offcpu/read/stacks.ts';
import { foldingOptions } from '../folding/options.ts';

export const options = {
  map: { kind: 'text', value: 'NAME', group: 'Input', describe: 'the map to fold; else @offcpu, or the first fit' },
  order: {
    kind: 'text',
    value: 'PARTS',
    group: 'Input',
    describe: 'what its keys are made of: kstack,ustack,comm,pid,tid,state, - for others; else found out',
  },
  'input-unit': {
    kind: 'choice',
    choices: ['auto', ...UNITS],
    default: 'auto',
    group: 'Input',
    describe: 'what the counts are in; auto: us, but ns from bpf/offcpu.bt',
  },
  repeats: {
    kind: 'choice',
    choices: ['auto', 'add', 'last'],
    default: 'auto',
    group: 'Input',
    describe: 'a map printed several times: add them up, or take the last; auto: the last if no count ever shrank',
  },
  unit: { kind: 'choice', choices: UNITS, default: 'us', group: 'Counts', describe: 'what the counts shall be in' },
  'unit-line': { kind: 'flag', group: 'Counts', describe: 'begin with a line `# unit: us`, for fold-merge' },
  by: {
    kind: 'choice',
    choices: ['comm', 'pid', 'tid', 'none'],
    default: 'comm',
    group: 'Root frame',
    describe: 'comm, comm-PID, comm-PID/TID, or none',
  },
  kernel: { kind: 'flag', group: 'Frames', describe: 'mark kernel frames _[k]' },
  ...foldingOptions,
} as const satisfies OptionTable;
