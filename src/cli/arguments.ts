// Arguments: yargs reads the command line by a tool's option table, with its surprises off. This file is a bundle of its
// own, because yargs takes longer to load than Node to start, and a command line without options does without it. Classes
// of another bundle are not the same classes, so a mistake of the user comes back as a text.

import yargs from 'yargs';
import { nearestName } from './nearest.ts';
import type { OptionTable } from './options.ts';

/** A command line: its operands, and its options by name, unchecked. */
export interface CommandLine {
  operands: string[];
  options: Record<string, unknown>;
}

/** The table does not allow this command line; the message says why. */
class WrongArguments extends Error {}

/** Reads a command line (without node and script), or says what is wrong with it. Never exits or prints. */
export function readArguments(table: OptionTable, argv: readonly string[]): CommandLine | string {
  try {
    const { _: operands, ...options } = parserOf(table, argv).parseSync() as Record<string, unknown>;
    return { operands: (operands as (string | number)[]).map(String), options };
  } catch (error) {
    if (error instanceof WrongArguments) return withSuggestion(error.message, Object.keys(table));
    throw error;
  }
}

function parserOf(table: OptionTable, argv: readonly string[]) {
  const parser = yargs([...argv])
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
    .help(false) // helpText() prints it
    .version(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs' own complaints have a message; other errors have none
      if (message === null) throw error;
      throw new WrongArguments(lowerFirst(message));
    });
  for (const [name, option] of Object.entries(table)) {
    parser.option(name, {
      type: option.kind === 'flag' ? 'boolean' : option.kind === 'texts' ? 'array' : 'string',
      string: option.kind !== 'flag',
      requiresArg: option.kind !== 'flag',
      ...(option.alias === undefined ? {} : { alias: option.alias }),
    });
  }
  return parser;
}

/** `unknown argument: colours` → `unknown argument: colours, perhaps --colors` */
function withSuggestion(message: string, names: readonly string[]): string {
  const typed = /^unknown argument: ([\w-]+)$/.exec(message)?.[1];
  const meant = typed && nearestName(typed, names);
  return meant ? `${message}, perhaps --${meant}` : message;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
