import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offcpuStacksOf, type SwitchFacts } from '../../src/record/offcpu-stacks.ts';

const FACTS: SwitchFacts = {
  wish: 'auto',
  isBoth: true,
  canUnwind: false,
  mayTrace: true,
  callGraph: 'dwarf,16384',
  rate: 1000,
  seconds: 10,
  freeBytes: 100e9,
  maxOverhead: 5,
};

test('auto takes DWARF where frame pointers are missing and switches are few', () => {
  const of = (facts: Partial<SwitchFacts>): string => offcpuStacksOf({ ...FACTS, ...facts }).how;
  assert.equal(of({}), 'dwarf');
  assert.equal(of({ rate: 5000 }), 'fp');
  assert.equal(of({ rate: 5000, maxOverhead: 10 }), 'dwarf');
  assert.equal(of({ rate: undefined }), 'fp');
  assert.deepEqual([of({ mayTrace: false }), of({ mayTrace: false, wish: 'dwarf' })], ['fp', 'dwarf']);
  assert.equal(of({ callGraph: 'fp', rate: undefined }), 'fp');
  assert.deepEqual([of({ isBoth: false, rate: undefined }), of({ isBoth: false, rate: 0 })], ['fp', 'fp']);
  assert.deepEqual(
    [of({ seconds: 55 }), of({ seconds: 65 }), of({ seconds: 65, wish: 'dwarf' })],
    ['dwarf', 'fp', 'dwarf'],
  );
  assert.deepEqual([of({ freeBytes: 3.4e8 }), of({ freeBytes: 3.3e8 })], ['dwarf', 'fp']);
  assert.deepEqual([of({ wish: 'fp' }), of({ wish: 'dwarf', rate: 50_000 })], ['fp', 'dwarf']);
});

test("bpftrace's own unwinder is taken where there is one, in any mode", () => {
  const of = (facts: Partial<SwitchFacts>): string => offcpuStacksOf({ ...FACTS, canUnwind: true, ...facts }).how;
  assert.deepEqual([of({}), of({ isBoth: false }), of({ mayTrace: false })], ['dw_ustack', 'dw_ustack', 'dw_ustack']);
  assert.deepEqual([of({ rate: 9000 }), of({ rate: 9000, wish: 'dwarf' })], ['fp', 'dw_ustack']);
  assert.deepEqual([of({ callGraph: 'fp' }), of({ callGraph: 'fp', wish: 'dwarf' })], ['fp', 'dw_ustack']);
  assert.deepEqual([of({ rate: undefined }), of({ rate: undefined, wish: 'dwarf' })], ['fp', 'dw_ustack']);
  assert.equal(of({ wish: 'fp' }), 'fp');
});

test('the choice says what it costs', () => {
  assert.equal(
    offcpuStacksOf(FACTS).why,
    'finds callers without frame pointers: about 1.2 % of a CPU and 168 MB at 1000 switches a second',
  );
  assert.match(
    offcpuStacksOf({ ...FACTS, rate: 9000 }).why,
    /^DWARF would take too much: about 10\.8 % .*--max-overhead is 5 %$/,
  );
  assert.match(
    offcpuStacksOf({ ...FACTS, freeBytes: 2e8 }).why,
    /^perf would fill the disk: .* 168 MB .*, and 200 MB are free$/,
  );
});
