// Arguments: yargs' parser reads the command line by a tool's option table, with its surprises off. The whole of yargs
// would take as long to load as Node, and prints help and messages that the tools do not use.

import { UsageError } from '../engine/errors.ts';
import { nearestName } from './nearest.ts';
import type { OptionTable } from './options.ts';
import { Parser } from './yargs-parser.ts';

/** A command line: its operands, and its options by name, unchecked. */
export interface CommandLine {
  operands: string[];
  options: Record<string, unknown>;
}

const CONFIGURATION = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'short-option-groups': false,
  'duplicate-arguments-array': true,
  'flatten-duplicate-arrays': true,
  'greedy-arrays': false,
  'strip-aliased': true,
};

/**
 * Reads a command line (without node and script). Throws UsageError where the table does not allow it; `commands` are the
 * words that are meant where someone writes them as an option.
 */
export function readArguments(
  table: OptionTable,
  argv: readonly string[],
  commands: readonly string[] = [],
): CommandLine {
  return readPlain(table, argv) ?? readByYargs(table, argv, commands);
}

// --title=a title     --kernel
//   └ 1 ┘ └─ 2 ─┘
const LONG_OPTION = /^--([^=]+)(?:=(.*))?$/s;
/** yargs drops quotes around a value, and takes empty ones and what looks like an option in ways of its own. */
const NOT_PLAIN = /^(?:["'-].*)?$/s;

/**
 * Reads a command line of operands and whole long options, each once, as most are. Undefined: yargs has to read it,
 * which takes a start 3 ms.
 */
function readPlain(table: OptionTable, argv: readonly string[]): CommandLine | undefined {
  const operands: string[] = [];
  const options: Record<string, unknown> = {};
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] as string;
    if (argument === '-' || !NOT_PLAIN.test(argument)) {
      operands.push(argument);
      continue;
    }
    const [, name = '', given] = LONG_OPTION.exec(argument) ?? [];
    const option = Object.hasOwn(table, name) && !Object.hasOwn(options, name) ? table[name] : undefined;
    if (!option) return undefined;
    if (option.kind === 'flag') {
      const next = argv[i + 1];
      if (given !== undefined || next === 'true' || next === 'false') return undefined;
      options[name] = true;
    } else {
      const value = given ?? argv[++i] ?? '';
      if (NOT_PLAIN.test(value)) return undefined;
      options[name] = option.kind === 'texts' ? [value] : value;
    }
  }
  return { operands, options };
}

/** The same for any command line. */
export function readByYargs(
  table: OptionTable,
  argv: readonly string[],
  commands: readonly string[] = [],
): CommandLine {
  const entries = Object.entries(table);
  const namesOf = (isIt: (option: OptionTable[string]) => boolean): string[] =>
    entries.filter(([, option]) => isIt(option)).map(([name]) => name);
  const valued = namesOf(({ kind }) => kind !== 'flag');
  const { argv: given, error } = Parser.detailed([...argv], {
    configuration: CONFIGURATION,
    alias: Object.fromEntries(entries.flatMap(([name, { alias }]) => (alias === undefined ? [] : [[name, alias]]))),
    boolean: namesOf(({ kind }) => kind === 'flag'),
    array: namesOf(({ kind }) => kind === 'texts'),
    string: valued,
    narg: Object.fromEntries(valued.map((name) => [name, Number.NaN])), // NaN: one, and it must be there
  });
  if (error)
    throw new UsageError(lowerFirst(error.message).replace(LACKS_VALUE, (_, name) => `${dashed(name)} needs a value`));
  const { _: operands, ...options } = given;
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(table, name));
  if (unknown.length > 0) {
    const meant = unknown.map((name) => {
      if (commands.includes(name)) return `${name} without dashes`;
      const option = nearestName(name, Object.keys(table));
      return option && `--${option}`;
    });
    const [name, one] = unknown.length === 1 ? [unknown[0], meant[0]] : [];
    if (name !== undefined) throw new UsageError(`unknown argument: ${name}${one ? `, perhaps ${one}` : ''}`);
    const all = unknown.map((other, i) => (meant[i] ? `${other} (perhaps ${meant[i]})` : other));
    throw new UsageError(`unknown arguments: ${all.join(', ')}`);
  }
  return { operands: operands.map(String), options };
}

const LACKS_VALUE = /^not enough arguments following: (\S+)$/;

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
