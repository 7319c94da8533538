import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readArguments } from '../../src/cli/arguments.ts';
import type { OptionTable } from '../../src/cli/options.ts';
import { flameRecord } from '../../src/tools/flame-record.ts';
import { flameSvg } from '../../src/tools/flame-svg.ts';
import { foldDiff } from '../../src/tools/fold-diff.ts';
import { foldExport } from '../../src/tools/fold-export.ts';
import { foldGrep } from '../../src/tools/fold-grep.ts';
import { foldMerge } from '../../src/tools/fold-merge.ts';
import { offcpuClassify } from '../../src/tools/offcpu-classify.ts';
import { offcpuFold } from '../../src/tools/offcpu-fold.ts';
import { perfFold } from '../../src/tools/perf-fold.ts';
import { pprofFold } from '../../src/tools/pprof-fold.ts';
import { TOOLS } from '../tools.ts';

const COMMANDS: readonly { name: string; options: OptionTable }[] = [
  flameRecord,
  flameSvg,
  foldDiff,
  foldExport,
  foldGrep,
  foldMerge,
  offcpuClassify,
  offcpuFold,
  perfFold,
  pprofFold,
];

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
  test('is tried with all tools', () =>
    assert.deepEqual(
      COMMANDS.map(({ name }) => name),
      [...TOOLS].sort(),
    ));

  for (const { name: tool, options: table } of COMMANDS) {
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
