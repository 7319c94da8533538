// Steps of the rendering: what is folded of programs, whole or in slices, and what is told where one fails.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { InputError } from '../../../../src/engine/errors.ts';
import { foldSamples } from '../../../../src/record/io/render/fold-samples.ts';
import { RenderSteps } from '../../../../src/record/io/render/render-steps.ts';
import { spooled, streamed } from '../../../../src/record/io/system/source.ts';
import { foldedText } from '../../../folded-tables.ts';
import { temporaryFolder } from '../../../tools.ts';

const sample = (second: number): string =>
  `app 7/7 ${second}.5: 1000 cpu-clock: \n\t 1 leaf${second % 3} (/a)\n\t 2 main (/a)\n\n`;
const TEXT = Array.from({ length: 40 }, (_, i) => sample(100 + i)).join('');
const FOLDED = '# unit: samples\napp;main;leaf0 13\napp;main;leaf1 14\napp;main;leaf2 13\n';

interface Place {
  at(name: string): string;
  left(): string[];
  failures: string[];
  steps: RenderSteps;
  /** Folds what programs print: one through a pipe, or several through files. */
  fold(argvs: string[][], isSpooled?: boolean): Promise<string | undefined>;
}

function place(): Place {
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
  const failures: string[] = [];
  const steps = new RenderSteps(folder, { passing() {}, note() {} }, failures);
  return {
    at,
    left: () => readdirSync(folder).filter((name) => !inputs.includes(name)),
    failures,
    steps,
    async fold(argvs, isSpooled = false) {
      const folded = await steps.run('folding', 'perf-fold', (report, log) => {
        const source = isSpooled ? spooled(argvs, at('folded'), log) : streamed(argvs[0] ?? [], log);
        return foldSamples(source, { count: 'samples' }, report);
      });
      return folded && foldedText(folded.table);
    },
  };
}

describe('a step', () => {
  test('a program whose text is folded', async () => {
    const { at, fold, steps } = place();
    assert.equal(await fold([['cat', at('whole')]]), FOLDED);
    assert.deepEqual(
      steps.times.map(({ what }) => what),
      ['folding'],
    );
  });

  test('slices, one or more, give what the whole gives, and leave nothing, however slow each is', async () => {
    for (const slow of ['first', 'third', 'none']) {
      const { at, fold, left } = place();
      const slice = (name: string): string[] => ['sh', '-c', `${name === slow ? 'sleep 0.3;' : ''} cat "$0"`, at(name)];
      for (const slices of [['first', 'second', 'third'].map(slice), [slice('whole')]]) {
        assert.equal(await fold(slices, true), FOLDED);
        assert.deepEqual(left(), ['render.log']);
      }
    }
  });

  test('what fails is told with its words: the program, one of its slices, the fold', async () => {
    const wrongAndCut = ['sh', '-c', 'cat "$0"; printf "\\t 1 le"; exit 7'];
    const wrong = ['sh', '-c', 'cat "$0"; echo "no such event" >&2; exit 7'];
    for (const [argvs, isSpooled, words] of [
      [[wrong], false, /^folding failed \(status 7: no such event\)$/],
      [[['true'], wrong], true, /^folding failed \(status 7: no such event\)$/],
      [[['sh', '-c', 'printf PERFILE2; exec yes']], false, /^folding failed \(status 2: perf-fold: .*perf\.data/],
      [[wrongAndCut], false, /^folding failed \(status 7/],
      [[['no-such-program']], false, /^folding failed \(no-such-program is not installed, or not on PATH\)$/],
    ] as const) {
      const { at, fold, failures, left } = place();
      const filled = argvs.map((argv) =>
        (argv as readonly string[]) === wrong || (argv as readonly string[]) === wrongAndCut
          ? [...argv, at('first')]
          : [...argv],
      );
      assert.equal(await fold(filled, isSpooled), undefined);
      assert.match(failures[0] ?? '', words);
      assert.deepEqual(left(), ['render.log']);
    }
  });

  test('a disk that is full, an input that is none, a mistake: told, and the run goes on', async () => {
    for (const [error, words] of [
      [new InputError('nothing to draw'), 'drawing failed (status 2: flame-svg: nothing to draw)'],
      [
        Object.assign(new Error(), { code: 'ENOSPC', syscall: 'write', path: 'a.svg' }),
        'drawing failed (status 2: flame-svg: a.svg: no space left on device)',
      ],
    ] as const) {
      const { failures, steps } = place();
      const fail = (): never => {
        throw error;
      };
      assert.equal(await steps.run('drawing', 'flame-svg', fail), undefined);
      assert.deepEqual(failures, [words]);
    }
  });

  test('where nothing can be written to the log, the user still learns what a step said', async () => {
    const { at, failures, steps } = place();
    mkdirSync(at('render.log'));
    const fail = (): never => {
      throw new InputError('nothing to draw');
    };
    assert.equal(await steps.run('drawing', 'flame-svg', fail), undefined);
    assert.deepEqual(failures, ['drawing failed (status 2: flame-svg: nothing to draw)']);
  });
});
