// Options: a table per tool, from which yargs parses, help.ts prints and the types are derived.

import yargs from 'yargs';
import { UsageError } from './report.ts';

interface Described {
  describe: string;
  alias?: string;
  group?: string;
}
export interface Flag extends Described {
  kind: 'flag';
}
export interface Text extends Described {
  kind: 'text';
  value: string;
  default?: string;
}
export interface Texts extends Described {
  kind: 'texts';
  value: string;
}
export interface Number_ extends Described {
  kind: 'number';
  value: string;
  default?: number;
  least?: number;
  whole?: boolean;
}
export interface Choice extends Described {
  kind: 'choice';
  choices: readonly string[];
  default: string;
}
export type OptionTable = Record<string, Flag | Text | Texts | Number_ | Choice>;

type Value<O> = O extends Flag
  ? boolean
  : O extends Texts
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

/** What a tool says of itself. */
export interface Manual<T extends OptionTable> {
  name: string;
  /** one line: what it reads and writes */
  summary: string;
  /** the operands as the usage line shows them */
  operands: string;
  options: T;
  /** command line, what it does */
  examples: readonly (readonly [string, string])[];
  /** what else the reader of --help should know; plain lines */
  epilogue?: string;
}

/** What a command line asks for. */
export type Asked<T extends OptionTable> =
  | { ask: 'run'; operands: string[]; options: Values<T> }
  | { ask: 'help' | 'version' };

/** Reads a command line (without node and script). Throws UsageError, never exits or prints. */
export function parseArguments<T extends OptionTable>(manual: Manual<T>, argv: readonly string[]): Asked<T> {
  const end = argv.indexOf('--');
  const given = end < 0 ? argv : argv.slice(0, end);
  if (given.includes('--version')) return { ask: 'version' };
  if (given.includes('--help') || given.includes('-h')) return { ask: 'help' };
  const parser = parserOf(manual, argv);
  const parsed = parser.parseSync() as Record<string, unknown> & { _: (string | number)[] };
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(manual.options)) options[name] = checked(name, option, parsed[name]);
  return { ask: 'run', operands: parsed._.map(String), options: options as Values<T> };
}

function parserOf<T extends OptionTable>(manual: Manual<T>, argv: readonly string[]) {
  const parser = yargs([...argv])
    .scriptName(manual.name)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
      'duplicate-arguments-array': true,
      'flatten-duplicate-arrays': true,
      'greedy-arrays': false,
    })
    .locale('en')
    .strictOptions()
    .exitProcess(false)
    .help(false) // helpText does it
    .version(false)
    .fail((message: string | null, error: Error | undefined) => {
      // its own complaints come as a message, some with an error, YError, that says the same
      if (message === null) throw error;
      throw new UsageError(`${lowerFirst(message)}; see ${manual.name} --help`);
    });
  for (const [name, option] of Object.entries(manual.options)) {
    parser.option(name, {
      type: option.kind === 'flag' ? 'boolean' : option.kind === 'texts' ? 'array' : 'string',
      string: option.kind !== 'flag',
      requiresArg: option.kind !== 'flag',
      ...(option.alias === undefined ? {} : { alias: option.alias }),
    });
  }
  return parser;
}

/** One option's value with its kind's checks: a repeated option takes its last value, as in other Unix tools. */
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

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
