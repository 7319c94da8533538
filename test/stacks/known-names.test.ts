import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownNames, MOST_KNOWN } from '../../src/stacks/known-names.ts';

test('known names are made once while they are few, and again when there were too many', () => {
  let made = 0;
  const known = new KnownNames((name: string | number) => {
    made++;
    return name === 'none' ? undefined : { name };
  });
  assert.equal(known.of('a'), known.of('a'));
  assert.equal(known.of('none'), undefined);
  assert.equal(known.of('none'), undefined);
  assert.equal(made, 2);
  const first = known.of('a');
  for (let i = 0; i < MOST_KNOWN; i++) known.of(i);
  assert.deepEqual(known.of('a'), first);
  assert.notEqual(known.of('a'), first);
});
