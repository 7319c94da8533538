import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { type CountUnit, UNITS } from '../../src/export/meaning.ts';
import { formatSpeedscope } from '../../src/export/speedscope.ts';
import { foldedText, joined, MEANING, recording } from './exporting.ts';

interface File {
  shared: { frames: { name: string; file?: string }[] };
  profiles: { name: string; unit: string; samples: number[][]; weights: number[]; endValue: number }[];
}

const schema = createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json');
const isValid = new Ajv().compile(JSON.parse(readFileSync(schema, 'utf8')));

function fileOf(folded: string, meaning = {}): File {
  const file = JSON.parse(joined(formatSpeedscope(recording(folded), { ...MEANING, ...meaning })));
  assert.ok(isValid(file), JSON.stringify(isValid.errors));
  return file as File;
}

const MARKS: Record<string, string> = {
  '[kernel.kallsyms]': '_[k]',
  '[jit]': '_[j]',
  '[inlined]': '_[i]',
  '[waker]': '_[w]',
};

/** The folded lines that a profile of the file stands for. */
function linesOf({ shared, profiles }: File, index: number): string[] {
  const { samples, weights } = profiles[index]!;
  const frames = shared.frames.map(({ name, file }) => `${name}${file === undefined ? '' : MARKS[file]}`);
  return samples.map((ids, i) => `${ids.map((id) => frames[id]).join(';')} ${weights[i]}`);
}

/** Folded lines with what counts in this column, without those that count nothing. */
function column(folded: string, of: number): string[] {
  const lines = folded
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ (\d+)(?: (\d+))?$/, ` $${of}`));
  return lines.filter((line) => !line.endsWith(' 0'));
}

test("a recording is valid by speedscope's schema and holds all stacks", () => {
  fc.assert(
    fc.property(foldedText(1), fc.constantFrom(...(Object.keys(UNITS) as CountUnit[])), (folded, unit) => {
      const file = fileOf(folded, { unit });
      assert.equal(file.profiles.length, 1);
      assert.deepEqual(linesOf(file, 0), column(folded, 1));
      const [{ weights, endValue }] = file.profiles as [File['profiles'][0]];
      assert.equal(
        endValue,
        weights.reduce((sum, weight) => sum + weight, 0),
      );
    }),
  );
});

test('a comparison is two profiles', () => {
  fc.assert(
    fc.property(foldedText(2), (folded) => {
      const file = fileOf(folded);
      assert.deepEqual(
        file.profiles.map(({ name }) => name),
        ['cpu.folded, before', 'cpu.folded, after'],
      );
      assert.deepEqual(linesOf(file, 0), column(folded, 1));
      assert.deepEqual(linesOf(file, 1), column(folded, 2));
    }),
  );
});

test('units are those that speedscope knows', () => {
  const unitOf = (meaning: object): string => fileOf('a 2\n', meaning).profiles[0]!.unit;
  assert.deepEqual(
    (Object.keys(UNITS) as CountUnit[]).map((unit) => unitOf({ unit })),
    ['none', 'none', 'nanoseconds', 'microseconds', 'milliseconds', 'seconds'],
  );
  assert.equal(unitOf({ periodNs: 1e7 }), 'nanoseconds');
  assert.deepEqual(fileOf('a 2\n', { periodNs: 1e7 }).profiles[0]!.weights, [2e7]);
});
