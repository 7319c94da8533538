import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownText } from '../../../src/engine/own-data.ts';
import { NamesIndex } from '../../../src/offcpu/reason/names-index.ts';
import { packRules, unpackRules } from '../../../src/offcpu/reason/packed-rules.ts';
import { parseRules } from '../../../src/offcpu/reason/rule-file.ts';
import { sectionsOf } from './sections.ts';

describe('packed rules', () => {
  for (const [name, packed] of [
    ['reasons.rules', ownText('reasons.generated.json')],
    ['meanings.rules', ownText('meanings.generated.json')],
  ] as const) {
    test(`are those of ${name}: each pattern is found by each name that it begins with`, () => {
      const index = new NamesIndex(unpackRules(packed));
      const sections = sectionsOf(name).filter(({ patterns }) => patterns.length > 0);
      let order = 0;
      for (const [section, { patterns, heading }] of sections.entries()) {
        assert.equal(index.rules.sections[section]?.heading, heading);
        for (const { rule, links } of patterns) {
          for (const first of links[0].names) {
            const found = index.find(first.replace('*', 'xyz')).find((one) => one.order === order);
            assert.deepEqual(
              [found?.section, found?.rule?.label, found?.rest.length],
              [section, rule?.label, links.length - 1],
            );
          }
          order++;
        }
      }
      assert.equal(order, index.rules.patterns.length);
    });
  }

  test('find whole names first, then prefixes from long to short, with the rest of their lines', () => {
    const text = '[x] one/rule: text\n b* <- c d*\n bcd\n __bc* << e\n';
    const index = new NamesIndex(packRules(parseRules(text, 'r')));
    assert.deepEqual(
      index.find('_bcd').map(({ order }) => order),
      [2, 0],
    );
    const [whole, ...prefixes] = index.find('bcd');
    assert.deepEqual([whole?.order, ...prefixes.map(({ order }) => order)], [1, 2, 0]);
    assert.deepEqual(prefixes[1]?.rest, [{ adjacent: true, names: new Set(['c']), prefixes: ['d'] }]);
    assert.equal(whole?.rule, prefixes[0]?.rule);
  });

  test('hold no names of JavaScript objects', () => {
    const index = new NamesIndex(packRules(parseRules('a/rule\n __proto__\n', 'r')));
    assert.deepEqual(
      ['__proto__', 'constructor', 'toString'].map((name) => index.find(name).length),
      [1, 0, 0],
    );
  });
});
