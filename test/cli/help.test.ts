// The help text: what a table's properties do to it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manuals } from '../../scripts/manuals.ts';
import { helpText } from '../../src/cli/help.ts';
import type { OptionTable } from '../../src/cli/options.ts';

test('a hidden option is missing from the help, and takes no width of its columns', () => {
  const shown = { width: { kind: 'number', value: 'PX', describe: 'set the width' } } as const satisfies OptionTable;
  const hidden = { kind: 'flag', hidden: true, describe: 'accept a name of FlameGraph' } as const;
  const manual = { name: 'tool', summary: 'Reads and writes.', operands: '[FILE...]', examples: [] };
  assert.equal(
    helpText({ ...manual, options: { ...shown, 'a-very-long-name-of-flamegraph': hidden } }),
    helpText({ ...manual, options: shown }),
  );
});

test('the help of every tool fits a narrow terminal, and its examples can still be typed', async () => {
  for (const manual of await manuals()) {
    const help = helpText(manual, 80);
    for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
    const joined = help.replaceAll(/ \\\n */g, ' ');
    for (const [command] of manual.examples) assert.ok(joined.includes(`\n  ${command}\n`), command);
  }
});
