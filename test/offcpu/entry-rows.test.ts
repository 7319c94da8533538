import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StackTable } from '../../src/engine/stack-table.ts';
import { NamesOf, SharedStacks } from '../../src/offcpu/entry-rows.ts';
import { MOST_KNOWN } from '../../src/stacks/known-names.ts';

test('names of ids are the same when there were too many to remember', () => {
  const table = new StackTable();
  const ids = Array.from({ length: MOST_KNOWN + 2 }, (_, i) => table.name(`f${i}`));
  let made = 0;
  const names = new NamesOf(table, (text) => {
    made++;
    return text;
  });
  for (const [i, id] of ids.entries()) assert.equal(names.at(id), `f${i}`);
  assert.equal(made, ids.length);
  const [first = 0, second = 0] = ids;
  assert.deepEqual(names.innermostFirst(Uint32Array.of(first, second), 0, 2), ['f1', 'f0']);
  assert.equal(made, ids.length + 2);
});

test('what is usual is made of its text once, though there were too many to remember', () => {
  const table = new StackTable();
  const ids = Array.from({ length: MOST_KNOWN + 2 }, (_, i) => table.name(`f${i}`));
  let made = 0;
  const length = (text: string): number => {
    made++;
    return text.length;
  };
  const names = new NamesOf(table, length, { is: (of) => of > 2, at: (id) => table.nameText(id).length });
  const walk = (): number[] => ids.map((id) => names.at(id));
  const first = walk();
  assert.equal(made, ids.length);
  assert.deepEqual(walk(), first);
  assert.equal(made, ids.length + 10, 'f0 to f9 are not');
});

test('equal stacks share one array', () => {
  const table = new StackTable();
  const shared = new SharedStacks(new NamesOf(table, (text) => text));
  const ids = Uint32Array.from(['a', 'b', 'a', 'b', 'b'], (text) => table.name(text));
  const first = shared.innermostFirst(ids, 0, 2);
  assert.deepEqual(first, ['b', 'a']);
  assert.equal(shared.innermostFirst(ids, 2, 4), first);
  assert.notEqual(shared.innermostFirst(ids, 3, 5), first);
});
