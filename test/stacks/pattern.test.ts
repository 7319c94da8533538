import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { patternOf } from '../../src/stacks/pattern.ts';

test('a pattern says what a RegExp says, for what both know', () => {
  const pieces = fc.constantFrom(
    'a',
    'b',
    '.',
    '[^a]',
    '(?:a|b)',
    '\\w',
    '\\.',
    '(?<n>a)',
    '{{c}}',
    '[(?=]',
    '\\\\1',
    ' ',
    'é',
    '<b>::a/"#&-',
  );
  const sources = fc.array(fc.tuple(pieces, fc.constantFrom('', '*', '+?', '?', '{2}')), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      sources,
      fc.array(fc.constantFrom('a', 'b', '.', 'é', '{{c}}', '\\1', 'A', ' ', '<b>::a/"#&-')),
      fc.boolean(),
      fc.constantFrom('', '^'),
      fc.constantFrom('', '$'),
      (parts, text, ignore, start, end) => {
        const pieces = parts.map(
          ([piece, times], i) => (piece.startsWith('(?<') ? piece.replace('n', `n${i}`) : piece) + times,
        );
        const source = start + pieces.join('') + end;
        const expected = new RegExp(source, ignore ? 'i' : '').test(text.join(''));
        assert.equal(patternOf(source, '--include', ignore).test(text.join('')), expected, source);
      },
    ),
  );
});

test('patterns that stop other engines', () => {
  const long = 'a'.repeat(50_000);
  for (const source of ['(a+)+$', '(a|a)*b$', '(a*)*b', '(.*)(.*)(.*)(.*)b$']) {
    assert.equal(patternOf(source, '--include').test(`${long}!`), false);
  }
});

test('look-around and back-references are rejected by name', () => {
  for (const [source, name] of [
    ['a(?=b)', 'look-around (?=…)'],
    ['a(?!b)', 'look-around (?!…)'],
    ['(?<=a)b', 'look-around (?<=…)'],
    ['[\\]x](?<!a)b', 'look-around (?<!…)'],
    ['(a)\\1', 'back-reference \\1'],
    ['(?<n>a)\\k<n>', 'back-reference \\k'],
  ] as const) {
    const message = `--include ${JSON.stringify(source)} has a ${name}, which takes unbounded time: write the pattern without it`;
    assert.throws(() => patternOf(source, '--include'), { message });
  }
  assert.throws(() => patternOf('(', '--hide'), {
    message: '--hide "(" is not a regular expression: missing closing ): "("',
  });
});
