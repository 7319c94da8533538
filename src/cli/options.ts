// Options: one table per tool. yargs parses by it, help.ts prints it, and TypeScript derives the types from it.

import { UsageError } from '../engine/errors.ts';

interface Described {
  describe: string;
  alias?: string;
  group?: string;
  /** accepted because FlameGraph's scripts use it, but missing from the help */
  hidden?: true;
}
export interface FlagOption extends Described {
  kind: 'flag';
}
export interface TextOption extends Described {
  kind: 'text';
  value: string;
  default?: string;
}
export interface TextsOption extends Described {
  kind: 'texts';
  value: string;
}
export interface NumberOption extends Described {
  kind: 'number';
  value: string;
  default?: number;
  least?: number;
  whole?: boolean;
}
export interface ChoiceOption extends Described {
  kind: 'choice';
  choices: readonly string[];
  default: string;
}
export type OptionTable = Record<string, FlagOption | TextOption | TextsOption | NumberOption | ChoiceOption>;

type Value<O> = O extends FlagOption
  ? boolean
  : O extends TextsOption
    ? string[]
    : O extends { kind: 'choice'; choices: readonly (infer C)[] }
      ? C
      : O extends { kind: 'number' }
        ? O extends { default: number }
          ? number
          : number | undefined
        : O extends { default: string }
          ? string
          : string | undefined;

/** The values of an option table, by option name. */
export type Values<T extends OptionTable> = { [K in keyof T]: Value<T[K]> };

/** What --help shows of a tool. */
export interface Manual<T extends OptionTable> {
  name: string;
  /** one line: what it reads and writes */
  summary: string;
  /** the operands as the usage line shows them */
  operands: string;
  /** words that may stand in place of operands; completions offer them */
  commands?: readonly string[];
  options: T;
  /** command line, what it does */
  examples: readonly (readonly [string, string])[];
  /** more for the reader of --help; a paragraph */
  epilogue?: string;
}

/** What a command line asks a tool to do. */
export type Request<T extends OptionTable> =
  | { ask: 'run'; operands: string[]; options: Values<T> }
  | { ask: 'help' | 'version' };

/** Checks the options that were given by name, and adds the defaults. Throws UsageError. */
export function valuesOf<T extends OptionTable>(table: T, given: Record<string, unknown>): Values<T> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) values[name] = checked(name, option, given[name]);
  return values as Values<T>;
}

/** Checks one option by its kind. Where it was repeated, the last value counts, as in other Unix tools. */
function checked(name: string, option: OptionTable[string], given: unknown): unknown {
  if (option.kind === 'texts') return given === undefined ? [] : [given].flat().map(String);
  const value = Array.isArray(given) ? given.at(-1) : given;
  if (option.kind === 'flag') return value === true;
  if (value === undefined) return 'default' in option ? option.default : undefined;
  const text = String(value);
  if (option.kind === 'choice' && !option.choices.includes(text)) {
    throw new UsageError(`--${name} takes ${option.choices.join(' or ')}, not "${text}"`);
  }
  if (option.kind !== 'number') return text;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const least = option.least ?? Number.NEGATIVE_INFINITY;
  if (!Number.isFinite(number) || number < least || (option.whole && !Number.isInteger(number))) {
    const wanted = `${option.whole ? 'a whole number' : 'a number'}${option.least === undefined ? '' : ` of at least ${option.least}`}`;
    throw new UsageError(`--${name} takes ${wanted}, not "${text}"`);
  }
  return number;
}
