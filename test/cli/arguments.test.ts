import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { manuals } from '../../scripts/manuals.ts';
import { readArguments, readByYargs } from '../../src/cli/arguments.ts';
import type { OptionTable } from '../../src/cli/options.ts';
import { flameRecord } from '../../src/tools/flame-record.ts';

const TABLES = await manuals();

function messageOf(table: OptionTable, argv: string[]): string {
  try {
    readArguments(table, argv);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** A letter left out, doubled, and swapped with the next. */
function slipsOf(name: string): string[] {
  const at = name.length >> 1;
  const [a = '', b = ''] = [name[at - 1], name[at]];
  return [
    name.slice(0, at) + name.slice(at + 1),
    name.slice(0, at) + b + name.slice(at),
    name.slice(0, at - 1) + b + a + name.slice(at + 1),
  ];
}

describe('a mistyped option', () => {
  for (const { name: tool, options: table } of TABLES) {
    test(`of ${tool} is likened to the one that was meant`, () => {
      for (const name of Object.keys(table).filter(({ length }) => length > 3))
        for (const typed of slipsOf(name).filter((slip) => !Object.hasOwn(table, slip)))
          assert.match(messageOf(table, [`--${typed}`, 'x']), /^unknown argument: \S+, perhaps --\S+$/, typed);
    });
  }

  test('is a command where dashes are all that is wrong', () => {
    for (const word of flameRecord.commands ?? [])
      assert.throws(() => readArguments(flameRecord.options, [`--${word}`], flameRecord.commands), {
        message: `unknown argument: ${word}, perhaps ${word} without dashes`,
      });
  });

  test('is likened beside others, too', () => {
    const message = messageOf(flameRecord.options, ['--mdoe=cpu', '--xyzzy', '--durtion=5']);
    assert.equal(message, 'unknown arguments: mdoe (perhaps --mode), xyzzy, durtion (perhaps --duration)');
  });
});

describe('a command line that yargs need not read is read as yargs would', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'a',
      '-',
      '--',
      '',
      '-x',
      '5',
      '-5',
      'true',
      'false',
      '"q"',
      "'q'",
      '"',
      'a b',
      'a=b',
      '--no-such',
      '=',
    ),
    fc.string({ maxLength: 4 }),
  );
  for (const { name: tool, options: table } of TABLES) {
    const option = fc.constantFrom(...Object.keys(table)).map((name) => `--${name}`);
    const argument = fc.oneof(
      option,
      word,
      fc.tuple(option, word).map(([name, value]) => `${name}=${value}`),
      fc.tuple(option, fc.constantFrom('b', 'true')).map(([name, value]) => `${name}=${value}`),
    );
    test(tool, () => {
      fc.assert(
        fc.property(fc.array(argument, { maxLength: 5 }), (argv) => {
          assert.deepEqual(outcomeOf(readArguments, table, argv), outcomeOf(readByYargs, table, argv));
        }),
      );
    });
  }
});

function outcomeOf(read: typeof readArguments, table: OptionTable, argv: string[]): unknown {
  try {
    const { operands, options } = read(table, argv);
    return { operands, options: Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)) };
  } catch (error) {
    return (error as Error).message;
  }
}
