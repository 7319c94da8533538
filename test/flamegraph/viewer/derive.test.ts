// What the viewer derives from its tree: time by kind adds up to all time, whatever stands below a function.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ON_CPU } from '../../../src/flamegraph/colours/time.ts';
import {
  calleesOf,
  callersOf,
  functionSums,
  placesOf,
  sharesOf,
  waitSums,
} from '../../../src/flamegraph/viewer/derive.ts';
import { type Tree, TreeBuilder } from '../../../src/flamegraph/viewer/tree.ts';

const LOCK = 4;
const [MAIN, READ, FUTEX] = [1, 2, 3] as const;

/** main ran for 5, read in it for 2, and waited for a lock for 3; main calls read once more, which ran for 1. */
function tree(): Tree {
  const builder = new TreeBuilder(9, false, false);
  builder.open(MAIN);
  builder.add(5, 0, ON_CPU);
  builder.open(READ);
  builder.add(2, 0, ON_CPU);
  builder.open(FUTEX);
  builder.add(3, 0, LOCK);
  for (const _ of [FUTEX, READ]) builder.close();
  builder.open(READ);
  builder.add(1, 0, ON_CPU);
  return builder.finish();
}

function sums(of: Tree): Record<number, number[]> {
  return Object.fromEntries(Array.from(waitSums(of, 3), ([bits, sum]) => [bits, [...sum]]));
}

test('time on the CPU above a wait is time on the CPU', () => {
  assert.deepEqual(sums(tree()), { [ON_CPU]: [8, 8, 3, 0], [LOCK]: [3, 3, 3, 3] });
});

test('the same below a function, over all its places', () => {
  const below = calleesOf(tree(), READ, (a, b) => a - b);
  assert.deepEqual(below.size[0], 6);
  assert.deepEqual(sums(below), { [ON_CPU]: [3, 0, 3, 0], [LOCK]: [3, 0, 3, 3] });
  const callers = callersOf(below, FUTEX, (a, b) => a - b);
  assert.deepEqual([...callers.name.subarray(0, callers.count)], [FUTEX, READ]);
  const { total, self, places } = functionSums(below, 3);
  assert.deepEqual([total[READ], self[READ], places[READ], placesOf(below, READ)], [6, 3, 1, [0]]);
  const shares = sharesOf(below, false, false, (node) => (below.name[node] === READ ? 'a' : 'l'));
  assert.deepEqual(
    [...shares],
    [
      ['a', 0.5],
      ['l', 0.5],
    ],
  );
});

test('of stacks that lie leaf first, time on the CPU is its outermost frame’s', () => {
  const builder = new TreeBuilder(9, false, false);
  builder.open(READ);
  builder.open(MAIN);
  builder.add(3, 0, ON_CPU);
  builder.close();
  builder.open(FUTEX);
  builder.add(1, 0, LOCK);
  for (const _ of [FUTEX, READ]) builder.close();
  builder.open(MAIN);
  builder.add(4, 0, ON_CPU);
  const reversed = builder.finish();
  const classOf = (node: number): string =>
    reversed.bits[node] === LOCK ? 'l' : reversed.name[node] === READ ? 'b' : 'a';
  assert.deepEqual(Object.fromEntries(sharesOf(reversed, false, true, classOf)), { b: 3 / 8, l: 1 / 8, a: 4 / 8 });
});

test('a frame that mostly waits has the kind of its waits, and a share of the time that it ran', () => {
  const builder = new TreeBuilder(9, false, false);
  builder.open(READ);
  builder.add(1, 0, ON_CPU);
  builder.open(FUTEX);
  builder.add(99, 0, LOCK);
  const waiting = builder.finish();
  assert.deepEqual([...waiting.bits.subarray(1, 3)], [LOCK, LOCK]);
  const shares = sharesOf(waiting, false, false, (node, bits) => (bits[node] === LOCK ? 'l' : 'b'));
  assert.deepEqual(Object.fromEntries(shares), { b: 0.01, l: 0.99 });
});

test('places are the outermost nodes of a function', () => {
  assert.deepEqual(placesOf(tree(), READ), [2, 4]);
  assert.deepEqual(placesOf(tree(), 9), []);
});
