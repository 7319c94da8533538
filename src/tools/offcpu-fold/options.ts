// The options of offcpu-fold.

import type { OptionTable } from '../../cli/options.ts';
import { UNITS } from '../../offcpu/read/stacks.ts';
import { foldingOptions, noUnitLine } from '../folding/options.ts';

export const options = {
  map: { kind: 'text', value: 'NAME', group: 'Input', describe: 'fold this map, not @offcpu or the first that fits' },
  order: {
    kind: 'text',
    value: 'PARTS',
    group: 'Input',
    describe: 'name the parts of its keys, if detection fails: kstack,ustack,comm,pid,tid,state; - for any other',
  },
  'input-unit': {
    kind: 'choice',
    choices: ['auto', ...UNITS],
    default: 'auto',
    group: 'Input',
    describe: 'read counts in this unit; auto: as the input says, else us',
  },
  repeats: {
    kind: 'choice',
    choices: ['auto', 'add', 'last'],
    default: 'auto',
    group: 'Input',
    describe: 'add up a map that was printed several times, or take the last; auto: the last if no count ever shrank',
  },
  unit: { kind: 'choice', choices: UNITS, default: 'us', group: 'Counts', describe: 'write counts in this unit' },
  by: {
    kind: 'choice',
    choices: ['comm', 'pid', 'tid', 'none'],
    default: 'comm',
    group: 'Root frame',
    describe: 'put comm, comm-PID, comm-PID/TID or nothing at the root',
  },
  kernel: { kind: 'flag', group: 'Frames', describe: 'mark kernel frames _[k]' },
  ...foldingOptions,
  maps: {
    kind: 'texts',
    value: 'FILE',
    group: 'Names',
    describe:
      'name user frames by the files in a copy of /proc/PID/maps, inlined functions too; FILE has the PID in its name if there are several (repeatable)',
  },
  symfs: { kind: 'text', value: 'DIR', group: 'Names', describe: 'look for these files below DIR, with --maps' },
  ...noUnitLine,
} as const satisfies OptionTable;
