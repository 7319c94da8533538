// A tool run within this process does what it does as a program.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OptionTable } from '../../../src/cli/options.ts';
import type { Command } from '../../../src/cli/run.ts';
import { runWithin } from '../../../src/record/io/filter-runner.ts';
import { streamed } from '../../../src/record/io/source.ts';
import { foldMerge } from '../../../src/tools/fold-merge.ts';
import { perfFold } from '../../../src/tools/perf-fold.ts';
import { temporaryFolder } from '../../tools.ts';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const streams = (text: string, output = at('out')) => ({
  stdin: Readable.from([Buffer.from(text.slice(0, 9)), Buffer.from(text.slice(9))]),
  output,
  errors: at(`errors-${output.replaceAll('/', '_').slice(-20)}`),
});
const errorsOf = (output = at('out')): string => readFileSync(streams('', output).errors, 'utf8');

describe('a tool within this process', () => {
  test('reads a stream, writes a file made anew, gives its status', async () => {
    writeFileSync(at('out'), 'what was there before');
    assert.equal(await runWithin(foldMerge, [], streams('app;work 3\napp;work 4\n')), 0);
    assert.equal(readFileSync(at('out'), 'utf8'), 'app;work 7\n');
  });

  test('hands over blocks instead, files and the stream in the order of its operands', async () => {
    writeFileSync(at('file'), 'b 2\n');
    const blocks: string[] = [];
    const output = (block: Uint8Array): void => void blocks.push(Buffer.from(block).toString());
    const argv = ['--label', 'x=-', '--', at('file')];
    assert.equal(await runWithin(foldMerge, argv, { ...streams('a 1\n'), output }), 0);
    assert.equal(blocks.join(''), 'b 2\nx;a 1\n');
  });

  test('what it has to say goes to its log: skipped lines, wrong options, input of another kind', async () => {
    const tries = [
      [[], 'a 1\nno count\n', 1, /^fold-merge: <stdin>:2: /m],
      [['--no-such'], 'a 1\n', 2, /^fold-merge: unknown .*--help/m],
      [[], 'PERFILE2', 2, /^fold-merge: .*perf\.data/m],
    ] as const;
    for (const [i, [argv, text, status, said]] of tries.entries()) {
      assert.equal(await runWithin(foldMerge, argv, streams(text, at(`out${i}`))), status);
      assert.match(errorsOf(at(`out${i}`)), said);
    }
  });

  test('a disk that is full', async () => {
    assert.equal(await runWithin(foldMerge, [], streams('a 1\n', '/dev/full')), 2);
    assert.match(errorsOf('/dev/full'), /^fold-merge: full: no space left on device$/m);
  });

  test('a mistake of its own is no end of the process', async () => {
    const broken: Command<OptionTable> = {
      ...{ name: 'broken', summary: '', operands: '', options: {}, examples: [] },
      run: () => Promise.reject(new TypeError('oh')),
    };
    assert.equal(await runWithin(broken, [], streams('', at('broken'))), 2);
    assert.match(errorsOf(at('broken')), /^broken: this is a bug in broken, please report it:\nTypeError: oh$/m);
  });
});

test('what a program has written is there when it has ended long before it is read', async () => {
  const text = 'app 1/1 1.0: cpu-clock: \n\t 1 main (/a)\n\n'.repeat(100);
  const source = streamed(['printf', '%s', text], at('log'));
  await sleep(200);
  const output = at('late');
  const argv = ['--count', 'samples', '--by', 'none'];
  assert.equal(await runWithin(perfFold, argv, { stdin: source.text, output, errors: at('log') }), 0);
  assert.equal(readFileSync(output, 'utf8'), 'main 100\n');
});

test('a program that is not there: its empty text is said, not awaited', async () => {
  const source = streamed(['no-such-program'], at('log'));
  await sleep(50);
  const status = await runWithin(perfFold, [], { stdin: source.text, output: at('none'), errors: at('log') });
  assert.equal(status, 2);
  assert.match((await source.end())[0]?.problem ?? '', /^no-such-program is not installed/);
});
