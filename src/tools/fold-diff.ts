// fold-diff: reads two recordings as folded text, writes their difference as folded text or as a table of functions.

import { fitLines } from '../cli/fit-lines.ts';
import { latin1, utf8 } from '../cli/latin1.ts';
import type { Values } from '../cli/options.ts';
import { Status } from '../cli/report.ts';
import type { Command } from '../cli/run.ts';
import { UsageError } from '../engine/errors.ts';
import { brokenLimits, type FunctionTableSettings, functionTable } from '../stacks/diff/compare-functions.ts';
import { pairCounts, stripHex } from '../stacks/diff/diff.ts';
import { formatFunctionsJson } from '../stacks/diff/function-json.ts';
import { formatFunctions, formatFunctionsMarkdown } from '../stacks/diff/function-table.ts';
import { diffOptions } from './fold-diff/options.ts';
import { type NamedFiles, readSides, sidesOf } from './fold-diff/read.ts';
import { secondsOf } from './fold-diff/seconds.ts';
import { writeFolded } from './folding/write.ts';

type Options = Values<typeof diffOptions>;

const FORMATS = ['folded', 'table', 'markdown', 'json'] as const;

export const foldDiff: Command<typeof diffOptions> = {
  name: 'fold-diff',
  summary: 'Compares two recordings: folded stacks with two counts a line, or a table of functions.',
  operands: '[NAME=]BEFORE [NAME=]AFTER',
  options: diffOptions,
  examples: [
    ['fold-diff before.folded after.folded | flame-svg > diff.svg', 'draw what grew (red), shrank or vanished (blue)'],
    [
      'fold-diff --table v1=before.folded v2=after.folded',
      'show which functions changed, and how much of it may be chance',
    ],
    [
      'fold-diff --table --before a1,a2,a3 --after b1,b2,b3',
      'do the same, with noise measured over several runs a side',
    ],
    [
      "fold-diff --markdown --fail-over 'parse>+5%' main.folded branch.folded",
      'fail a CI job (status 3) if parse grew by more than 5 points',
    ],
  ],
  async run(options, world) {
    const { report, terminal, output } = world;
    const chosen = FORMATS.filter((format) => options[format]);
    if (chosen.length > 1) throw new UsageError(`choose one of --${chosen.join(', --')}`);
    const format = chosen[0] ?? (terminal ? 'table' : 'folded');
    const names = sidesOf(world.operands, options.before, options.after);
    const given = settingsOf(options, names);
    const { sides: read, status } = await readSides(names, world, options.strict);
    if (read === undefined) return status;
    const sides = options['strip-hex'] ? stripHex(read) : read;
    const settings = { ...given, unit: given.unit ?? read.table.unit };
    sides.table.unit = read.table.unit;
    const { failures, notes } = brokenLimits(options['fail-over'].map(latin1), sides, settings);
    if (format === 'folded') {
      const [before, after] = [sides.before.length, sides.after.length];
      if (before !== after && !options.normalize) {
        report.note(`the counts are sums of ${before} and of ${after} runs; -n makes them comparable`);
      }
      pairCounts(sides, options.normalize);
      await writeFolded(sides.table, { ...options, isPairs: true }, world);
    } else {
      const table = functionTable(sides, settings);
      const show = { table: formatFunctions, markdown: formatFunctionsMarkdown, json: formatFunctionsJson }[format];
      const text = show(table, options.top, world.columns);
      await output([Buffer.from(format === 'table' ? fitLines(text, world.columns) : text, 'latin1')]);
    }
    for (const note of notes) report.note(utf8(note));
    for (const failure of failures) report.breakLimit(utf8(failure));
    return failures.length > 0 && status !== Status.failed ? Status.broken : status;
  },
};

/** The unit may be left to the inputs. */
function settingsOf(options: Options, names: readonly [NamedFiles, NamedFiles]): FunctionTableSettings {
  const isPerSecond = options['per-second'] || options.seconds !== undefined;
  if (isPerSecond && options.normalize) throw new UsageError('choose one of --normalize, --per-second');
  return {
    names: [names[0].name, names[1].name],
    unit: options.countname === undefined ? undefined : latin1(options.countname),
    basis: isPerSecond ? 'per second' : options.normalize ? 'normalized' : 'counts',
    by: options['diff-by'],
    sample: options.sample,
    seconds: isPerSecond ? secondsOf(names, options.seconds) : undefined,
  };
}
