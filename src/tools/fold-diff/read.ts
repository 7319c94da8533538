// Reads the recordings of both sides of fold-diff into one table.

import { readFolded } from '../../cli/folded-input.ts';
import { latin1 } from '../../cli/latin1.ts';
import { Status } from '../../cli/report.ts';
import type { World } from '../../cli/run.ts';
import { UsageError } from '../../engine/errors.ts';
import type { Counts, Sides } from '../../stacks/diff/diff.ts';
import { type FoldedReader, hasTwoCounts } from '../../stacks/folded.ts';
import { totalOf } from '../../stacks/total.ts';

/** One side: its name for people (latin1), and its recordings. */
export interface NamedFiles {
  name: string;
  files: string[];
}

/** `[NAME=]FILE[,FILE...]`. Write `./a=b` for a file with a `=` in its name. */
function sideOf(text: string, isList: boolean): NamedFiles {
  const [, name, list = text] = (isList ? /^([^/=,]+)=(.+)$/s : /^([^/=]+)=(.+)$/s).exec(text) ?? [];
  const files = isList ? list.split(',').filter((file) => file !== '') : [list];
  return { name: latin1(name ?? files.map((file) => (file === '-' ? '<stdin>' : file)).join(' + ')), files };
}

/** Finds the two sides in operands or options. Throws UsageError. */
export function sidesOf(operands: readonly string[], before: string[], after: string[]): [NamedFiles, NamedFiles] {
  const given = [before, after].filter((side) => side.length > 0).length;
  if (given === 1) throw new UsageError('--before and --after go together');
  if (given === 2 && operands.length > 0) throw new UsageError('give the runs as operands or as options, not as both');
  if (given === 0 && operands.length !== 2) {
    throw new UsageError('give two operands, BEFORE and AFTER, or several runs a side: --before A,B --after C,D');
  }
  const sides: [NamedFiles, NamedFiles] =
    given === 2
      ? [sideOf(before.join(','), true), sideOf(after.join(','), true)]
      : [sideOf(operands[0] as string, false), sideOf(operands[1] as string, false)];
  const files = sides.flatMap((side) => side.files);
  if (files.indexOf('-') < files.lastIndexOf('-')) {
    throw new UsageError('stdin can be one run, not two: name a file for the other');
  }
  return sides;
}

/** Reads all runs of both sides. Without `sides` the tool ends with `status`. */
export async function readSides(
  [before, after]: readonly [NamedFiles, NamedFiles],
  world: World,
  strict: boolean,
): Promise<{ sides: Sides | undefined; status: number }> {
  const runs: Counts[] = [];
  const ended = ({ table }: FoldedReader, name: string): void => {
    const counts = table.takeWeights();
    const why =
      totalOf(counts) === 0
        ? 'it has no counts; did the command that wrote it fail?'
        : hasTwoCounts(table, counts)
          ? 'this is a comparison already, two counts a line; give the folded stacks of each run'
          : undefined;
    if (why === undefined) runs.push(counts);
    else world.report.failInput(`${name}: ${why}`);
  };
  const operands = [...before.files, ...after.files];
  const { folded, status } = await readFolded({ ...world, operands }, { strict, ended });
  if (folded === undefined || runs.length < operands.length || world.stop.aborted) {
    return { sides: undefined, status: Status.failed };
  }
  const { table } = folded;
  const sides = { table, before: runs.slice(0, before.files.length), after: runs.slice(before.files.length) };
  return { sides, status };
}
