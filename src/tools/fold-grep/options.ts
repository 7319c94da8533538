// The options of fold-grep.

import type { OptionTable } from '../../cli/options.ts';
import { PLACES } from '../../stacks/selection.ts';
import { noUnitLine } from '../folding/options.ts';

const STACKS = 'Stacks';
const FRAMES = 'Frames';

export const grepOptions = {
  include: {
    kind: 'texts',
    value: 'RE',
    group: STACKS,
    describe: 'keep stacks with a frame that matches RE (repeatable: any RE)',
  },
  exclude: {
    kind: 'texts',
    value: 'RE',
    group: STACKS,
    describe: 'drop stacks with a frame that matches RE (repeatable)',
  },
  where: {
    kind: 'choice',
    choices: PLACES,
    default: 'any',
    group: STACKS,
    describe: 'match --include and --exclude against any frame, the first, or the last',
  },
  comm: {
    kind: 'texts',
    value: 'RE',
    group: STACKS,
    describe: 'keep stacks whose first frame matches RE (repeatable)',
  },
  'root-at': {
    kind: 'texts',
    value: 'FUNC',
    group: STACKS,
    describe: 'keep stacks with FUNC, drop its callers (repeatable)',
  },
  'leaf-at': {
    kind: 'texts',
    value: 'FUNC',
    group: STACKS,
    describe: 'keep stacks with FUNC, drop what it calls (repeatable)',
  },
  invert: { kind: 'flag', alias: 'v', group: STACKS, describe: 'keep the other stacks, whole, as grep -v does' },
  'ignore-case': { kind: 'flag', alias: 'i', group: STACKS, describe: 'ignore the case of letters in RE' },
  hide: {
    kind: 'texts',
    value: 'RE',
    group: FRAMES,
    describe: 'drop frames that match RE, keep what they call (repeatable)',
  },
  reverse: { kind: 'flag', group: FRAMES, describe: 'write leaf first, to see who called it' },
  depth: {
    kind: 'number',
    value: 'N',
    least: 1,
    whole: true,
    group: FRAMES,
    describe: 'keep the first N frames; [truncated] replaces the others',
  },
  ...noUnitLine,
  strict: { kind: 'flag', describe: 'exit with 2, not 1, when input was skipped' },
} as const satisfies OptionTable;
