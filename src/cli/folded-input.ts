// Folded text from operands or stdin, for tools that need all of it at once.

import { BAD_LINES, type Folded, FoldedReader, ForeignInput } from '../stacks/folded.ts';
import { type InputUnits, type UnitSettings, unitOfSum } from '../stacks/units.ts';
import { messagesTo, readInputs } from './inputs.ts';
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
  /** what to do about inputs without a unit, or with different ones */
  units?: UnitSettings;
  /** called after each input that was read to its end; may throw InputError */
  ended?: (reader: FoldedReader, name: string) => void;
}

/**
 * Reads all inputs into one table, which knows their common unit, and reports what it could not use. If it could use
 * nothing, `folded` is undefined and the run ends with `status`. Throws InputError for inputs that are empty, or whose
 * units differ.
 */
export async function readFolded(
  { operands, report, stop, stdin, streams }: Pick<World, 'operands' | 'report' | 'stop' | 'stdin' | 'streams'>,
  { strict, inOrder = false, oneCount = false, rootsOf, units = {}, ended }: Settings,
): Promise<{ folded: Folded | undefined; status: number }> {
  let input = '';
  let isForeign = false;
  let index = 0;
  const kinds = new Set<string>();
  const inputUnits: InputUnits[] = [];
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
    if (reader.facts.lines > 0) inputUnits.push({ name: input, units: reader.facts.units });
    ended?.(reader, input);
  };
  await readInputs(operands, { begin, block, end, ...messagesTo(report) }, { stop, stdin, streams });
  const status = report.finish(strict);
  for (const kind of kinds) report.note(`${kind}: ${BAD_LINES[kind]}`);
  if (status === Status.failed && reader.isEmpty) return { folded: undefined, status };
  const folded = reader.finish(oneCount);
  const { unit, note } = unitOfSum(inputUnits, units);
  if (note !== undefined) report.note(note);
  folded.table.unit = unit;
  return { folded, status };
}
