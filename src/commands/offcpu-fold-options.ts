// The options of offcpu-fold.

import type { OptionTable } from '../cli/options.ts';
import { UNITS } from '../parse/offcpu/stacks.ts';

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
  'max-depth': {
    kind: 'number',
    value: 'N',
    least: 1,
    whole: true,
    group: 'Frames',
    describe: 'keep the N outermost frames; [truncated] stands for the others',
  },
  'no-tidy': { kind: 'flag', group: 'Names', describe: 'keep argument lists' },
  'no-demangle': { kind: 'flag', group: 'Names', describe: 'keep mangled C++ and Rust names' },
  'keep-hash': { kind: 'flag', group: 'Names', describe: "keep the hash in Rust's legacy names" },
  stats: { kind: 'flag', group: 'Quality', describe: 'say on stderr how good the data is (a terminal gets it anyway)' },
  'stats-json': { kind: 'text', value: 'FILE', group: 'Quality', describe: 'write the same to FILE' },
  strict: { kind: 'flag', group: 'Quality', describe: 'status 2 instead of 1 when input was skipped' },
} as const satisfies OptionTable;
