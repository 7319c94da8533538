// fold-grep: reads folded stacks, writes those that match.

import { readFolded } from '../cli/folded-input.ts';
import type { Values } from '../cli/options.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { type Pattern, patternOf } from '../stacks/pattern.ts';
import { describeKept, type Selection, select } from '../stacks/selection.ts';
import { grepOptions } from './fold-grep/options.ts';
import { writeFolded } from './folding/write.ts';

type Options = Values<typeof grepOptions>;

export const foldGrep: Command<typeof grepOptions> = {
  name: 'fold-grep',
  summary: 'Filters stacks and trims frames by pattern, and reports the share that it kept.',
  operands: '[FILE...]',
  options: grepOptions,
  examples: [
    ['fold-grep --include fsync cpu.folded | flame-svg > fsync.svg', 'draw only what leads to fsync'],
    ["fold-grep --exclude '^(cpu_idle|do_idle)$' cpu.folded", 'drop the idle loop'],
    ['fold-grep --root-at parse --depth 3 cpu.folded', 'keep three levels, from parse on'],
    ['fold-grep --leaf-at malloc --reverse cpu.folded', 'show who calls malloc'],
  ],
  epilogue: [
    'RE is a regular expression without look-around and back-references, matched in linear time; FUNC is',
    'a whole name. Each is tried on one frame at a time, with and without the mark at its end:',
    'both ^vfs_read$ and _\\[k\\]$ match vfs_read_[k].',
  ].join(' '),
  async run(given, world) {
    const selection = selectionOf(given);
    const { folded, status } = await readFolded(world, given);
    if (folded === undefined) return status;
    const { table, isDifferential } = folded;
    const selected = select(table, selection);
    await writeFolded(table, { ...given, isPairs: isDifferential }, world);
    for (const { part, text } of selected.unused) {
      const option = OPTION_OF[part] ?? part;
      world.report.note(`--${option} ${text} matches no ${option === 'comm' ? 'first ' : ''}frame`);
    }
    world.report.note(describeKept(selected, isDifferential));
    return status;
  },
};

const OPTION_OF: Partial<Record<keyof Selection, string>> = { rootAt: 'root-at', leafAt: 'leaf-at' };

/** Throws UsageError. */
function selectionOf(given: Options): Selection {
  const { 'root-at': rootAt, 'leaf-at': leafAt, 'ignore-case': ignoreCase, depth } = given;
  const patterns = (name: 'include' | 'exclude' | 'comm' | 'hide'): Pattern[] =>
    given[name].map((text) => patternOf(text, `--${name}`, ignoreCase));
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
  if (conditions === 0 && invert)
    throw new UsageError('--invert needs a condition: --include, --exclude, --comm, --root-at or --leaf-at');
  if (conditions + hide.length === 0 && !reverse && depth === undefined) {
    throw new UsageError('no pattern is given, such as --include RE; see fold-grep --help');
  }
  return selection;
}
