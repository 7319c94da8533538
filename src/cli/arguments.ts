// Arguments: yargs as the reader of a tool's option table, its surprises off. Loaded only when there are arguments,
// for it would cost a filter without any more than the start of Node itself; so it shares no classes with the others.

import yargs from 'yargs';
import type { OptionTable } from './options.ts';

/** What stands on a command line: operands, and options by name as yargs read them. */
export interface Given {
  operands: string[];
  options: Record<string, unknown>;
}

/** Thrown for a command line that the table does not allow; the message says why. */
class WrongArguments extends Error {}

/** Reads a command line (without node and script); a text says what is wrong with it. Never exits or prints. */
export function readArguments(table: OptionTable, argv: readonly string[]): Given | string {
  try {
    const { _: operands, ...options } = parserOf(table, argv).parseSync() as Record<string, unknown>;
    return { operands: (operands as (string | number)[]).map(String), options };
  } catch (error) {
    if (error instanceof WrongArguments) return error.message;
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
    .help(false) // helpText does it
    .version(false)
    .fail((message: string | null, error: Error | undefined) => {
      // its own complaints come as a message, some with an error, YError, that says the same
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

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
