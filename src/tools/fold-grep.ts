// fold-grep: folded stacks in, those of them that are wanted out.

import { readFolded } from '../cli/folded-input.ts';
import type { OptionTable, Values } from '../cli/options.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { guardNumbers } from '../stacks/folded.ts';
import { describeKept, PLACES, type Selection, select } from '../stacks/selection.ts';

const STACKS = 'Which stacks';
const FRAMES = 'Which frames of them';

const options = {
  include: { kind: 'texts', value: 'RE', group: STACKS, describe: 'with a frame like RE (repeatable: or like that)' },
  exclude: { kind: 'texts', value: 'RE', group: STACKS, describe: 'without a frame like RE (repeatable)' },
  where: {
    kind: 'choice',
    choices: PLACES,
    default: 'any',
    group: STACKS,
    describe: 'the frames that --include and --exclude look at: any, the first or the last',
  },
  comm: { kind: 'texts', value: 'RE', group: STACKS, describe: 'whose first frame is like RE (repeatable)' },
  'root-at': { kind: 'texts', value: 'FUNC', group: STACKS, describe: 'with FUNC, without its callers (repeatable)' },
  'leaf-at': { kind: 'texts', value: 'FUNC', group: STACKS, describe: 'with FUNC, without what it calls (repeatable)' },
  invert: { kind: 'flag', alias: 'v', group: STACKS, describe: 'the other stacks, whole, as grep -v' },
  'ignore-case': { kind: 'flag', alias: 'i', group: STACKS, describe: 'capitals fit small letters in RE' },
  hide: { kind: 'texts', value: 'RE', group: FRAMES, describe: 'not those like RE; what they call stays (repeatable)' },
  reverse: { kind: 'flag', group: FRAMES, describe: 'leaf first: who called this?' },
  depth: {
    kind: 'number',
    value: 'N',
    least: 1,
    whole: true,
    group: FRAMES,
    describe: 'the first N; [truncated] stands for the others',
  },
  strict: { kind: 'flag', describe: 'status 2 instead of 1 when input was skipped' },
} as const satisfies OptionTable;

type Options = Values<typeof options>;

export const foldGrep: Command<typeof options> = {
  name: 'fold-grep',
  summary: 'Keeps the folded stacks that are wanted, and of them the frames that are, and says how much that is.',
  operands: '[FILE...]',
  options,
  examples: [
    ['fold-grep --include fsync cpu.folded | flame-svg > fsync.svg', 'only what leads to fsync'],
    ["fold-grep --exclude '^(cpu_idle|do_idle)$' cpu.folded", 'without the idle loop'],
    ['fold-grep --root-at parse --depth 3 cpu.folded', 'three levels below parse'],
    ['fold-grep --leaf-at malloc --reverse cpu.folded', 'who calls malloc?'],
  ],
  epilogue: [
    'RE is a regular expression of JavaScript, FUNC a whole name. Both are compared with each frame',
    'by itself, with and without a mark at its end: ^vfs_read$ and _\\[k\\]$ both fit vfs_read_[k].',
  ].join('\n'),
  async run(given, world) {
    const selection = selectionOf(given);
    const { folded, status } = await readFolded(world, given);
    if (folded === undefined) return status;
    const { table, isDifferential } = folded;
    const selected = select(table, selection);
    const renamed = isDifferential ? undefined : guardNumbers(table);
    await world.output(table.folded(isDifferential));
    for (const { part, text } of selected.unused) {
      const option = OPTION_OF[part] ?? part;
      world.report.note(`--${option} ${text}: no ${option === 'comm' ? 'first ' : ''}frame is like that`);
    }
    if (renamed !== undefined) {
      world.report.note(`names that end in a number are written with _, as ${renamed}: else it would pass for a count`);
    }
    world.report.note(describeKept(selected, isDifferential));
    return status;
  },
};

const OPTION_OF: Partial<Record<keyof Selection, string>> = { rootAt: 'root-at', leafAt: 'leaf-at' };

/** Throws UsageError. */
function selectionOf(given: Options): Selection {
  const { 'root-at': rootAt, 'leaf-at': leafAt, 'ignore-case': ignoreCase, depth } = given;
  const patterns = (name: 'include' | 'exclude' | 'comm' | 'hide'): RegExp[] =>
    given[name].map((text) => {
      try {
        return new RegExp(text, ignoreCase ? 'i' : '');
      } catch (error) {
        throw new UsageError(`--${name} "${text}" is no regular expression: ${reasonOf(error as SyntaxError)}`);
      }
    });
  const selection = {
    ...given,
    include: patterns('include'),
    exclude: patterns('exclude'),
    comm: patterns('comm'),
    hide: patterns('hide'),
    rootAt,
    leafAt,
  };
  const { include, exclude, comm, hide, invert, reverse } = selection;
  const conditions = [include, exclude, comm, rootAt, leafAt].flat().length;
  if (conditions === 0 && invert) throw new UsageError('--invert: of what? give --include, --exclude or their like');
  if (conditions + hide.length === 0 && !reverse && depth === undefined) {
    throw new UsageError('nothing to look for; give --include RE, say; see fold-grep --help');
  }
  return selection;
}

/** `Invalid regular expression: /(/: Unterminated group` → `unterminated group` */
function reasonOf({ message }: SyntaxError): string {
  const reason = message.slice(message.lastIndexOf(': ') + 2);
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}
