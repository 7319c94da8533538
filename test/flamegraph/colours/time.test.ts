// Kinds of time: what a server says it waits for beats how it waits, but only behind a reason.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kindAt } from '../../../src/flamegraph/colours/time.ts';
import { letterOfMeaning, WAITS, waitBit } from '../../../src/flamegraph/colours/waits.ts';
import { parseRules } from '../../../src/offcpu/reason/rule-file.ts';
import { ROOT } from '../../tools.ts';

/** The meaning of a stack's kind. */
function kindOf(...names: string[]): string | undefined {
  const bits = names.map(waitBit);
  const kind = bits.reduce((before, own, i) => kindAt(own, bits[i - 1] ?? 0, before), 0);
  return WAITS.find((family) => family.bits === kind)?.meaning;
}

test('the first reason tells the kind, wherever it stands', () => {
  assert.equal(kindOf('[futex]', 'app', 'main'), 'lock');
  assert.equal(kindOf('app', 'main', '[cpu]', '[runnable]'), 'waiting for a CPU');
  assert.equal(kindOf('[in-progress]', 'app', '[futex]'), 'other wait');
  assert.equal(kindOf('app', 'main'), undefined);
});

test('what Postgres waits for beats the call it does so by', () => {
  assert.equal(kindOf('postgres', '[epoll]', 'Lock:transactionid', '<- postgres'), 'lock');
  assert.equal(kindOf('[epoll]', 'Client:ClientRead', 'postgres'), 'timer or idle', 'the next query');
  assert.equal(kindOf('[epoll]', 'Client:ClientWrite', 'postgres'), 'network');
  assert.equal(kindOf('[futex]', 'IO:WALSync'), 'storage');
});

test('a function with such a name is none of it', () => {
  assert.equal(kindOf('app', 'Lock:acquire', 'main'), undefined);
  assert.equal(kindOf('[sleep]', 'app', 'Lock:acquire'), 'timer or idle');
});

test('what the rules call idle or a timer has that colour, and no wait has it', () => {
  const text = readFileSync(join(ROOT, 'src/offcpu/reason/meanings.rules'), 'utf8');
  const rules = parseRules(text, 'meanings.rules').flatMap(({ patterns }) =>
    patterns.flatMap(({ rule }) => rule ?? []),
  );
  assert.ok(rules.length > 100);
  for (const { label, kind } of rules) {
    const isQuiet = kind === 'idle' || kind === 'timer';
    assert.equal(kindOf('[futex]', label, 'main') === 'timer or idle', isQuiet, label);
    assert.equal(waitBit(label) === 0, letterOfMeaning(label) === undefined, label);
  }
});
