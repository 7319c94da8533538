import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packSections, unpackSections } from '../../../src/offcpu/reason/packed-rules.ts';
import { parseRules } from '../../../src/offcpu/reason/rule-file.ts';
import { meaningRules, reasonRules } from '../../../src/offcpu/reason/rules.generated.ts';
import { ROOT } from '../../tools.ts';

describe('packed rules', () => {
  for (const [name, packed] of [
    ['reasons.rules', reasonRules],
    ['meanings.rules', meaningRules],
  ] as const) {
    test(`are those of ${name}`, () => {
      const text = readFileSync(join(ROOT, 'src/offcpu/reason', name), 'utf8');
      const sections = parseRules(text, name);
      // JSON has no undefined
      assert.equal(JSON.stringify(unpackSections(packed)), JSON.stringify(sections));
    });
  }

  test('give the patterns of one rule one object, and functions without a rule none', () => {
    const text = '== anywhere\n a\n[x] one/rule: text\n b\n c\n';
    const [a, b, c] = unpackSections(packSections(parseRules(text, 'r'))).flatMap(({ patterns }) => patterns);
    assert.equal(a?.rule, undefined);
    assert.equal(b?.rule?.label, 'one/rule');
    assert.equal(b?.rule, c?.rule);
  });
});
