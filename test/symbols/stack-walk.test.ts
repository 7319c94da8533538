import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Code, type StackWord, walkStack } from '../../src/symbols/stack-walk.ts';

// 1000-1999: a library of frames of 8 and 40 bytes; 5000: a program with, 6000: one without frame pointers
const frameAt: Code['frameAt'] = (address) => {
  const start = address - (address % 100);
  if (address >= 1000 && address < 1100) return { path: '/libc.so', frame: { base: 'sp', size: 8, start } };
  if (address >= 1100 && address < 2000) return { path: '/libc.so', frame: { base: 'sp', size: 40, start } };
  if (address >= 5000 && address < 6000) return { path: '/program', frame: { base: 'bp', size: 16, start } };
  return address >= 6000 ? { path: '/other', frame: { base: 'sp', size: 24, start } } : undefined;
};
// 5150 and 5170 call 5000, 5250 calls 5100
const leadsTo = (address: number, start: number): boolean =>
  address >= 5100 && address < 6000 && address - 100 - (address % 100) === start;
const code: Code = { frameAt, leadsTo };
const word = (slot: number, address: number): StackWord => ({ slot, address });

describe('a walk by words of the stack', () => {
  test('goes through functions of the library to the program', () => {
    assert.deepEqual(walkStack(1010, [word(0, 1150), word(5, 5010)], code, undefined), {
      callers: [1150, 5010],
      end: 'met',
    });
  });
  test('ends at a program without frame pointers', () => {
    assert.deepEqual(walkStack(1010, [word(0, 6010)], code, undefined), { callers: [6010], end: 'left' });
  });
  test('says that a function is hidden where the word at its place is missing', () => {
    assert.deepEqual(walkStack(1010, [word(0, 1150), word(4, 5010)], code, undefined), {
      callers: [1150],
      end: 'hidden',
    });
    assert.deepEqual(walkStack(1010, [], code, undefined), { callers: [], end: 'hidden' });
  });
  test('finds a caller whose call is the last instruction of its function', () => {
    assert.deepEqual(walkStack(1010, [word(0, 1100)], code, undefined), { callers: [1100], end: 'hidden' });
  });
  test('takes the word of an older dump only from one of the places that were looked at', () => {
    const old = [{ slot: undefined, address: 5010 }];
    assert.deepEqual(walkStack(1010, old, code, undefined), { callers: [5010], end: 'met' });
    assert.deepEqual(walkStack(1150, old, code, undefined), { callers: [], end: 'hidden' });
  });
  test('knows nothing where nothing is known of the waiting function, or adds nothing if it has a frame pointer', () => {
    assert.equal(walkStack(1, [word(0, 5010)], code, undefined), undefined);
    assert.deepEqual(walkStack(5010, [word(0, 6010)], code, undefined), { callers: [], end: 'met' });
  });
  test('goes on from a frame pointer that libc has overwritten, by calls of the very functions', () => {
    const words = [word(0, 1150), word(5, 5010), word(8, 5270), word(9, 5150), word(14, 5250)];
    const callers = [1150, 5010, 5150, 5250];
    assert.deepEqual(walkStack(1010, words, code, undefined), { callers, end: 'met' });
    assert.deepEqual(walkStack(1010, words, code, 3), { callers, end: 'met' });
    assert.deepEqual(walkStack(1010, words, code, 5150), { callers: [1150, 5010], end: 'met' }, 'it has not');
  });
  test('is not led astray by what earlier calls left on the stack', () => {
    const rest = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1000, max: 5099 })));
    fc.assert(
      fc.property(rest, (pairs) => {
        const left = pairs.filter(([slot]) => slot !== 5).map(([slot, address]) => word(slot, address));
        const words = [word(0, 1150), ...left, word(5, 5010)];
        assert.deepEqual(walkStack(1010, words, code, undefined), { callers: [1150, 5010], end: 'met' });
      }),
    );
  });
});
