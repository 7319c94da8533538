import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wrapWords } from '../../src/stacks/wrap-words.ts';

test('wrapped lines hold all words in order, are no longer than allowed, and no shorter than needed', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 1, max: 20 }), (words, columns) => {
      const lines = wrapWords(words, columns);
      assert.equal(lines.join(' '), words.join(' '));
      lines.forEach((line, i) => {
        assert.ok(line.length <= columns || !line.includes(' '), line);
        const [next] = lines[i + 1]?.split(' ') ?? [];
        if (next !== undefined) assert.ok(line.length + 1 + next.length > columns, `${line} | ${next}`);
      });
    }),
  );
});

test('no word is an empty line, as an empty text has it', () => {
  assert.deepEqual(wrapWords([''], 9), ['']);
});
