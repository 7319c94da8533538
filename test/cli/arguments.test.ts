import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manuals } from '../../scripts/manuals.ts';
import { readArguments } from '../../src/cli/arguments.ts';
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

  test('is likened beside others, too', () => {
    const message = messageOf(flameRecord.options, ['--mdoe=cpu', '--xyzzy', '--durtion=5']);
    assert.equal(message, 'unknown arguments: mdoe (perhaps --mode), xyzzy, durtion (perhaps --duration)');
  });
});
