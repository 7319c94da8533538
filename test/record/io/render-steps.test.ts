// The steps of the rendering, run at a desk: a program first, filters behind it, and slices in place of the program.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { deskOf } from '../../../src/record/io/render-steps.ts';
import { ownTool } from '../../../src/record/io/run-folder.ts';
import type { Step } from '../../../src/record/plan.ts';
import { filterOf } from '../../../src/tools/render-filters.ts';
import { temporaryFolder } from '../../tools.ts';

const sample = (second: number): string =>
  `app 7/7 ${second}.5: 1000 cpu-clock: \n\t 1 leaf${second % 3} (/a)\n\t 2 main (/a)\n\n`;
const TEXT = Array.from({ length: 40 }, (_, i) => sample(100 + i)).join('');
const FOLD = [...ownTool('perf-fold'), '--count', 'samples'];
const FOLDED = 'app;main;leaf0 13\napp;main;leaf1 14\napp;main;leaf2 13\n';

function deskIn(folder: string): { failures: string[]; run(step: Omit<Step, 'what' | 'output'>): Promise<boolean> } {
  const failures: string[] = [];
  const silent = { passing() {}, note() {} };
  const desk = deskOf({} as never, {} as never, folder, silent, failures, filterOf);
  return { failures, run: (step) => desk.run({ ...step, what: 'folding', output: join(folder, 'folded') }) };
}

function place(): { folder: string; at(name: string): string; out(): string; left(): string[] } {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  for (const [name, from, to] of [
    ['whole', 0, 40],
    ['first', 0, 13],
    ['second', 13, 27],
    ['third', 27, 40],
  ] as const) {
    const text = TEXT.split('\n\n').slice(from, to).join('\n\n');
    writeFileSync(at(name), `${text}\n\n`);
  }
  const inputs = ['first', 'second', 'third', 'whole'];
  const left = (): string[] => readdirSync(folder).filter((name) => !inputs.includes(name));
  return { folder, at, out: () => readFileSync(at('folded'), 'utf8'), left };
}

describe('a step', () => {
  test('a program and a filter', async () => {
    const { folder, at, out } = place();
    assert.ok(await deskIn(folder).run({ stages: [['cat', at('whole')], FOLD] }));
    assert.equal(out(), FOLDED);
  });

  test('filters alone, one behind the other', async () => {
    const { folder, at, out } = place();
    writeFileSync(at('a'), FOLDED);
    const merge = [...ownTool('fold-diff'), '--folded', '--', at('a'), at('a')];
    assert.ok(await deskIn(folder).run({ stages: [merge, [...ownTool('flame-svg'), '--no-script']] }));
    assert.match(out(), /^<\?xml .*leaf2/s);
  });

  test('slices, one or more, give what the whole gives, and leave nothing, however slow each is', async () => {
    for (const slow of ['first', 'third', 'none']) {
      const { folder, at, out, left } = place();
      const slice = (name: string): string[] => ['sh', '-c', `${name === slow ? 'sleep 0.3;' : ''} cat "$0"`, at(name)];
      for (const slices of [['first', 'second', 'third'].map(slice), [slice('whole')]]) {
        assert.ok(await deskIn(folder).run({ stages: [['false'], FOLD], slices }));
        assert.deepEqual([out(), left().sort()], [FOLDED, ['folded', 'render.log']]);
      }
    }
  });

  test('what fails is said, with its words: the program, one of its slices, a filter', async () => {
    const wrongAndCut = ['sh', '-c', 'cat "$0"; printf "\\t 1 le"; exit 7'];
    const wrong = ['sh', '-c', 'cat "$0"; echo "no such event" >&2; exit 7'];
    for (const [step, words] of [
      [{ stages: [wrong, FOLD] }, 'folding failed (status 7: no such event)'],
      [{ stages: [['true'], FOLD], slices: [['true'], wrong] }, 'folding failed (status 7: no such event)'],
      [
        { stages: [['sh', '-c', 'printf PERFILE2; exec yes'], FOLD] },
        /^folding failed \(status 2: perf-fold: .*perf\.data/,
      ],
      [{ stages: [wrongAndCut, FOLD] }, /^folding failed \(status 7: /],
      [{ stages: [['no-such-program'], FOLD] }, /^folding failed \(status 2: perf-fold: <stdin>: the input is empty/],
    ] as const) {
      const { folder, at, left } = place();
      const { failures, run } = deskIn(folder);
      const filled = (argv: readonly string[]): string[] =>
        argv === wrong || argv === wrongAndCut ? [...argv, at('first')] : [...argv];
      const slices = 'slices' in step ? { slices: step.slices.map(filled) } : {};
      assert.equal(await run({ stages: step.stages.map(filled), ...slices }), false);
      if (typeof words === 'string') assert.deepEqual(failures, [words]);
      else assert.match(failures[0] ?? '', words);
      assert.deepEqual(left().sort(), ['folded', 'render.log']);
    }
  });
});
