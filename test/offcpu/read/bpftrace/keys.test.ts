import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyMeaning, readKeys } from '../../../../src/offcpu/read/bpftrace/keys.ts';

/** The parts and meanings of keys given as texts with `K` for a kernel stack and `U` for a user stack. */
function read(keys: string[], separator = ', ', order?: Parameters<typeof readKeys>[2]) {
  return readKeys(
    keys.map((key) => {
      const texts = key.split(/[KU]/);
      const stacks = key.match(/[KU]/g) ?? [];
      return { texts, kernelVotes: stacks.map((stack) => (stack === 'K' ? 1 : 0)), entries: 1 };
    }),
    separator,
    order,
  );
}

function short(meaning: KeyMeaning | undefined): string {
  const { comm, pid, tid, state, kernel, user } = meaning as KeyMeaning;
  return `${comm} ${pid} ${tid} ${state} k${kernel} u${user}`;
}

test('the parts are found out by the values', () => {
  assert.deepEqual(read(['K'])?.order, ['kstack']);
  assert.deepEqual(read(['U'])?.order, ['ustack']);
  assert.deepEqual(read(['K, U'])?.order, ['kstack', 'ustack']);
  assert.deepEqual(read(['U, K'])?.order, ['ustack', 'kstack']);
  assert.deepEqual(read(['K, U, sh', 'K, U, cat'])?.order, ['kstack', 'ustack', 'comm']);
  assert.deepEqual(read(['sh, 42, K, U, 1', 'sh, 43, K, U, 256'])?.order, ['comm', 'tid', 'kstack', 'ustack', 'state']);
  assert.deepEqual(read(['42, 43, K', '42, 44, K'])?.order, ['pid', 'tid', 'kstack']);
});

test('a tuple is one part', () => {
  assert.deepEqual(read(['U, (1, (2, 3)), 42'])?.order, ['ustack', 'comm', 'tid']);
  assert.equal(short(read(['U, (1, 2)'])?.meanings[0]), '(1, 2) undefined undefined undefined k-1 u0');
  assert.equal(short(read(['U, (a, 2'])?.meanings[0]), '(a undefined undefined 2 k-1 u0');
});

test('two stacks of which none is known: the kernel comes first', () => {
  assert.deepEqual(read(['U, U, sh'])?.order, ['kstack', 'ustack', 'comm']);
});

test('an empty stack leaves its place empty', () => {
  const layout = read(['K, U, sh, 42', 'K, , sh, 42', ', U, sh, 42', ', , sh, 42']);
  assert.deepEqual(layout?.meanings.map(short), [
    'sh undefined 42 undefined k0 u1',
    'sh undefined 42 undefined k0 u-1',
    'sh undefined 42 undefined k-1 u0',
    'sh undefined 42 undefined k-1 u-1',
  ]);
  assert.deepEqual(read([', '])?.order, ['kstack', 'ustack']);
});

test('a comm may hold separators, digits and brackets', () => {
  const layout = read(['K, sh, 42', 'K, a, b, 43', 'K, 7, 44', 'K, x]: 7, 45']);
  assert.deepEqual(layout?.order, ['kstack', 'comm', 'tid']);
  assert.deepEqual(
    layout?.meanings.map((meaning) => [meaning.comm, meaning.tid]),
    [
      ['sh', 42],
      ['a, b', 43],
      ['7', 44],
      ['x]: 7', 45],
    ],
  );
});

test('JSON has no blank behind a comma, editors take it away at the end of a line', () => {
  assert.equal(short(read(['K,U,comma,x,42', 'K,U,sh,43'], ',')?.meanings[0]), 'comma,x undefined 42 undefined k0 u1');
  assert.equal(short(read(['sh, 43,K,U'])?.meanings[0]), 'sh undefined 43 undefined k0 u1');
});

test('what a program prints by itself does not change the shape of the others', () => {
  const keys = Array.from({ length: 20 }, (_, i) => `K, sh${i}`);
  assert.deepEqual(read([...keys, 'U'])?.order, ['kstack', 'comm']);
});

test('an order that is told holds', () => {
  const layout = read(['K, 7, U, x, 12'], ', ', ['kstack', 'pid', 'ustack', '-', 'tid']);
  assert.equal(short(layout?.meanings[0]), 'undefined 7 12 undefined k0 u1');
});

test('no stack, or three of them, is nothing to fold', () => {
  assert.equal(read(['sh, 42']), undefined);
  assert.equal(read(['K, U, K']), undefined);
});

test('a number of 64 bits is a number: the first argument of wait4(-1), as bpftrace 0.27 prints it', () => {
  const order = ['kstack', 'ustack', 'comm', 'tid', 'object'] as const;
  const layout = read(['K, U, sh, 42, 18446744073709551615', 'K, U, sh, 42, -1'], ', ', order);
  assert.deepEqual(layout?.meanings.map(short), ['sh undefined 42 undefined k0 u1', 'sh undefined 42 undefined k0 u1']);
  // but no thread's id, and no comm
  assert.deepEqual(read(['K, 18446744071578845184, 42'])?.order, ['kstack', '-', 'tid']);
});
