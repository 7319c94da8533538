// Laws of merging: the order and the grouping of inputs make no difference, and no count is lost.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/engine/errors.ts';
import { FoldedReader } from '../../src/stacks/folded.ts';
import { type MergeSettings, settleMerged } from '../../src/stacks/merge.ts';
import { runs } from '../law-runs.ts';

const PLAIN: MergeSettings = { collapseRecursion: false, scale: undefined, top: undefined, labels: [] };

/** The folded text of the sum; '' of nothing. */
function merged(texts: readonly string[], settings: Partial<MergeSettings> = {}, oneCount = false): string {
  const reader = new FoldedReader((kind, line, text) => assert.fail(`${line}: ${kind}: ${text}`));
  for (const [i, text] of texts.entries()) {
    reader.begin(settings.labels?.[i]);
    reader.block(Buffer.from(text, 'latin1'));
    reader.end();
  }
  if (reader.isEmpty) return '';
  const { table, isDifferential } = reader.finish(oneCount);
  settleMerged(table, { ...PLAIN, ...settings }, isDifferential);
  return [...table.folded(isDifferential)].map((block) => block.toString('latin1')).join('');
}

/** The sum of all counts; of each of the two, where lines have two. */
function totals(text: string): number[] {
  const sums = [0, 0];
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const numbers = line.split(' ').slice(1).map(Number);
    for (const [i, number] of numbers.entries()) sums[i]! += number;
  }
  return sums;
}

const frame = fc.constantFrom('', 'a', 'b', 'main', 'a-x', 'f<int>', '\xc3\xa9', '[rest]');
const digits = fc.constantFrom('worker 12', 'q 3.5', 'a', 'x 1 2');
const stackOf = (frames: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(frames, { minLength: 1, maxLength: 5 })
    .map((each) => each.join(';'))
    .filter((stack) => stack !== '');
const count = fc.integer({ min: 0, max: 1_000_000 });
const linesOf = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(line, { maxLength: 8 }).map((lines) => lines.map((each) => `${each}\n`).join(''));
const plain = linesOf(fc.tuple(stackOf(frame), count).map(([stack, n]) => `${stack} ${n}`));
const numbered = linesOf(fc.tuple(stackOf(digits), count).map(([stack, n]) => `${stack} ${n}`));
const pairs = linesOf(fc.tuple(stackOf(frame), count, count).map(([stack, m, n]) => `${stack} ${m} ${n}`));

for (const [name, input, oneCount] of [
  ['one count a line', plain, false],
  ['two counts a line', pairs, false],
  ['names that end in numbers', numbered, true],
] as const) {
  const sum = (...texts: string[]): string => merged(texts, {}, oneCount);
  describe(`fold-merge, ${name}`, () => {
    // one test of three laws, because each sum makes an engine
    test('is commutative, associative, and of one input that input, once settled', () => {
      fc.assert(
        fc.property(input, input, input, (a, b, c) => {
          const all = sum(a, b, c);
          assert.equal(sum(c, b, a), all);
          assert.equal(sum(sum(b, a), c), all);
          assert.equal(sum(a, sum(b, c)), all);
          assert.equal(sum(all), all);
        }),
      );
    });
  });
}

/** The same sum by a map: the last number of a line is its count, and what comes before it its stack. */
function summed(texts: readonly string[], labels: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const [i, text] of texts.entries()) {
    for (const [, stack, n] of text.matchAll(/^(.*[^ \t\n])[ \t]+(\d+)[ \t\r]*$/gm)) {
      const key = [...(labels[i] ?? []), stack].join(';');
      counts.set(key, (counts.get(key) ?? 0) + Number(n));
    }
  }
  const lines = [...counts].map(([stack, n]) => `${stack} ${n}\n`);
  return lines.sort((a, b) => (a < b ? -1 : 1)).join('');
}

describe('fold-merge', () => {
  test('gives the sums that a map gives, also of inputs much alike', () => {
    const stack = stackOf(fc.constantFrom('a', 'b', 'main', 'a-x', 'worker 12', '12'));
    const end = fc.constantFrom('\n', '\r\n', ' \n');
    const blank = fc.constantFrom(' ', ' ', ' ', '\t', '  ');
    const line = fc.tuple(stack, blank, fc.integer({ min: 0, max: 2 ** 40 }), end).map((parts) => parts.join(''));
    const input = fc.array(line, { maxLength: 8 });
    const label = fc.constantFrom([], ['a'], ['a', 'b']);
    fc.assert(
      fc.property(fc.array(fc.tuple(input, label), { minLength: 1, maxLength: 3 }), fc.nat(7), (inputs, left) => {
        // each once more without one line, as another recording of the same program
        const again = inputs.map(([lines, root]) => [lines.filter((_, i) => i !== left), root] as const);
        const all = [...inputs, ...again, ...inputs];
        const texts = all.map(([lines]) => lines.join(''));
        const labels = all.map(([, root]) => root);
        assert.equal(merged(texts, { labels }, true), summed(texts, labels));
      }),
      { numRuns: runs(2) },
    );
  });

  test('a rest of inputs is none of the largest, however large it is', () =>
    assert.equal(merged(['[rest] 9\na 5\nb 4\n'], { top: 1 }, true), '[rest] 13\na 5\n'));

  test('keeps the sums, whatever it leaves out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(plain, pairs).chain((input) => fc.array(input, { maxLength: 4 })),
        fc.nat(3),
        (inputs, n) => {
          const labels = inputs.map((_, i) => [[], ['web1'], ['eu', 'web2'], ['a']][i] as string[]);
          const wanted = totals(inputs.join(''));
          for (const settings of [{ labels }, { top: n + 1 }, { top: n + 1, labels }, { collapseRecursion: true }]) {
            assert.deepEqual(totals(merged(inputs, settings)), wanted);
          }
        },
      ),
    );
  });

  test('scaled by a whole number scales each input', () => {
    fc.assert(
      fc.property(plain, plain, fc.integer({ min: 1, max: 1000 }), (a, b, scale) =>
        assert.equal(merged([a, b], { scale }), merged([merged([a], { scale }), merged([b], { scale })])),
      ),
    );
  });

  test('scaled by a fraction rounds the sum, not each count, and in any order of inputs alike', () => {
    fc.assert(
      fc.property(plain, plain, fc.constantFrom(0.5, 0.1, 0.01, 1 / 3, 2.5), (a, b, scale) => {
        const text = merged([a, b], { scale });
        const [total = 0] = totals(a + b);
        assert.ok(Math.abs((totals(text)[0] as number) - total * scale) <= 0.5 + total * scale * 1e-12);
        assert.equal(text, merged([b, a], { scale }));
      }),
    );
  });

  test('keeps the largest stacks, and a rest of each label', () => {
    const labels = [['h1'], ['dc', 'h2'], []];
    const input = 'a;x 5\na;y 50\nb;z 40\n';
    assert.equal(
      merged([input, input, input], { top: 2, labels }),
      '[rest] 45\na;y 50\ndc;h2;[rest] 45\ndc;h2;a;y 50\nh1;[rest] 95\n',
    );
  });

  test('refuses sums that would not be exact', () => {
    for (const text of ['a 9007199254740991\na 1\n', 'a;b 9007199254740991 1\na;b 1 1\n']) {
      assert.throws(
        () => merged([text]),
        (error) => error instanceof InputError && /2\^53/.test(error.message),
      );
    }
    assert.throws(() => merged(['a 9007199254740991\n'], { scale: 2 }), InputError);
  });
});
