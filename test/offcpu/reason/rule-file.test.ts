// Rule files: how they are read, what is wrong with them, and laws of the built-in ones.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownText } from '../../../src/engine/own-data.ts';
import { KernelRules } from '../../../src/offcpu/reason/kernel-rules.ts';
import { isMeaningHeading, Meanings } from '../../../src/offcpu/reason/meanings.ts';
import { unpackRules } from '../../../src/offcpu/reason/packed-rules.ts';
import { parseRules } from '../../../src/offcpu/reason/rule-file.ts';
import { sectionsOf } from './sections.ts';

describe('a rule file', () => {
  test('has steps, rules and patterns', () => {
    const text =
      '# comment\n== anywhere\n[disk-io] disk/read (open), in a page fault disk/fault: a read # why\n  a b* "c d" << e <- f\n';
    const [, section] = parseRules(text, 'r');
    assert.equal(section?.heading, 'anywhere');
    const [pattern] = section?.patterns ?? [];
    assert.deepEqual(pattern?.rule, {
      bracket: 'disk-io',
      label: 'disk/read',
      kind: 'open',
      inPageFault: 'disk/fault',
      text: 'a read',
      place: 'r:3',
    });
    assert.deepEqual(pattern?.links, [
      { relation: undefined, names: ['a', 'b*', 'c d'] },
      { relation: '<<', names: ['e'] },
      { relation: '<-', names: ['f'] },
    ]);
  });
  test('meanings need no short name, and have colons', () => {
    const [section] = parseRules('Lock:tuple: a row\n  ProcSleep\n', 'r');
    const rule = section?.patterns[0]?.rule;
    assert.deepEqual([rule?.bracket, rule?.label, rule?.text, rule?.kind], [undefined, 'Lock:tuple', 'a row', 'wait']);
  });
  test('names of closures and threads hold their #', () => {
    assert.deepEqual(parseRules('a\n f::{closure#0} comm:GC_Thread#*\n', 'r')[0]?.patterns[0]?.links[0].names, [
      'f::{closure#0}',
      'comm:GC_Thread#*',
    ]);
  });

  const wrong: readonly (readonly [text: string, message: RegExp])[] = [
    ['[a b', /^r:1: neither a rule .* nor, indented, its functions: "\[a b"$/],
    ['\n[a] b (no)', /^r:2: "\(no\)" is none of \(wait\)/],
    ['[a] b\n x <<', /^r:2: a function is missing/],
    ['== nowhere\n[a] b\n x', /^r:1: "== nowhere" is none of: tracers/],
    ['== anywhere\n x', /^r:1: functions without a reason/],
  ];
  for (const [text, message] of wrong) {
    test(`tells what is wrong with ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => new KernelRules(unpackRules(ownText('reasons.generated.json')), parseRules(text, 'r')),
        ({ message: said }: Error) => {
          assert.match(said, message);
          return true;
        },
      );
    });
  }
});

describe('the built-in rules', () => {
  const reasons = unpackRules(ownText('reasons.generated.json'));

  test('have headings that are known', () => {
    assert.doesNotThrow(() => new KernelRules(reasons));
    for (const { heading, patterns } of sectionsOf('meanings.rules'))
      assert.ok(patterns.length === 0 || isMeaningHeading(heading), heading);
    assert.doesNotThrow(() => new Meanings(unpackRules(ownText('meanings.generated.json'))));
  });

  test('name each reason alike everywhere: one short name, one way to count', () => {
    const seen = new Map<string, string>();
    for (const { label, bracket, kind } of new KernelRules(reasons).rules) {
      const now = `[${bracket}] (${kind})`;
      assert.equal(seen.get(label) ?? now, now, label);
      seen.set(label, now);
    }
  });

  test('do not say a function twice in one step', () => {
    for (const { patterns, place } of sectionsOf('reasons.rules')) {
      const names = patterns.filter(({ links }) => links.length === 1).flatMap(({ links }) => links[0].names);
      const twice = names.filter((name, i) => names.indexOf(name) !== i);
      assert.deepEqual(twice, [], place);
    }
  });
});
