// Folded text from operands or stdin, as the tools take it that need all of it at once.

import { BAD_LINES, type Folded, FoldedReader, ForeignInput } from '../stacks/folded.ts';
import { type Said, type UnitSettings, unitOfSum } from '../stacks/units.ts';
import { readInputs, telling } from './inputs.ts';
import { Status } from './report.ts';
import type { World } from './run.ts';

interface Settings {
  strict: boolean;
  /** keep the order of the lines */
  inOrder?: boolean;
  /** numbers before the count belong to the name, even if each line has one */
  oneCount?: boolean;
  /** the root frames that the stacks of an operand get, by its place; latin1 */
  rootsOf?: (index: number) => readonly string[];
  /** how the units that inputs say are added up */
  units?: UnitSettings;
  /** is called behind each input that was read to its end; may throw InputError */
  ended?: (reader: FoldedReader, name: string) => void;
}

/**
 * Reads all inputs into one table, which knows their common unit, and reports what it could not use. `folded` is
 * undefined where that was all: the run ends with `status`. Throws InputError for inputs that are empty, or whose units
 * differ.
 */
export async function readFolded(
  { operands, report, stop, stdin, streams }: Pick<World, 'operands' | 'report' | 'stop' | 'stdin' | 'streams'>,
  { strict, inOrder = false, oneCount = false, rootsOf, units = {}, ended }: Settings,
): Promise<{ folded: Folded | undefined; status: number }> {
  let input = '';
  let isForeign = false;
  let index = 0;
  const kinds = new Set<string>();
  const said: Said[] = [];
  const reader = new FoldedReader((kind, line, text) => {
    kinds.add(kind);
    report.skip(kind, `${input}:${line}`, text);
  }, inOrder);
  const reading = (read: () => void): void => {
    if (isForeign) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof ForeignInput)) throw error;
      isForeign = true;
      report.failInput(`${input}: ${error.message}`);
    }
  };
  const begin = (name: string): void => {
    input = name;
    isForeign = false;
    reader.begin(rootsOf?.(index++));
  };
  const block = (bytes: Uint8Array): void => reading(() => reader.block(bytes));
  const end = (): void => {
    reading(() => reader.end());
    if (isForeign) return;
    if (reader.facts.lines > 0) said.push({ name: input, units: reader.facts.units });
    ended?.(reader, input);
  };
  await readInputs(operands, { begin, block, end, ...telling(report) }, { stop, stdin, streams });
  const status = report.finish(strict);
  for (const kind of kinds) report.note(`${kind}: ${BAD_LINES[kind]}`);
  if (status === Status.failed && reader.isEmpty) return { folded: undefined, status };
  const folded = reader.finish(oneCount);
  const { unit, note } = unitOfSum(said, units);
  if (note !== undefined) report.note(note);
  folded.table.unit = unit;
  return { folded, status };
}
