import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  allKeep,
  type CodeFacts,
  callGraphOf,
  leadsNowhere,
  switchArgsOf,
  switchGraphOf,
} from '../../src/record/call-graph.ts';

const PLAIN: CodeFacts = {
  ...{ isGo: false, isNode: false, isBareNode: false, isJava: false, hasPerfMap: false, isBarePython: false },
  ...{ framePointers: false, isBare: false },
};
const TRIAL = { how: 'dwarf,16384', samples: 99, cutShare: 0.67 };
/** Is not asked where there is no Python. */
const hasLibunwind = (): boolean => assert.fail();

describe('the call graph', () => {
  test('a Python without frame pointers names the innermost function by DWARF, whatever the trial says', () => {
    const python = { ...PLAIN, hasPerfMap: true, isBarePython: true };
    const trial = { how: 'dwarf,16384', samples: 100, cutShare: 1 };
    assert.equal(callGraphOf(undefined, [python], { trial }).how, 'dwarf,16384');
    assert.equal(callGraphOf(undefined, [python], { trial, hasLibunwind: () => false }).how, 'fp');
    assert.equal(callGraphOf(undefined, [{ ...python, isBarePython: false }]).how, 'fp');
  });

  test('copies as much of each stack as the run to compare with, unless frame pointers are better', () => {
    const before = (how: string): string =>
      callGraphOf(undefined, [PLAIN], { trial: TRIAL, before: how, hasLibunwind }).how;
    assert.equal(before('dwarf,16384'), 'dwarf,16384');
    assert.equal(
      callGraphOf(undefined, [PLAIN], { trial: { ...TRIAL, cutShare: 0 }, before: 'dwarf,65528' }).how,
      'dwarf,65528',
    );
    assert.equal(before('fp'), 'dwarf,65528');
    assert.equal(callGraphOf(undefined, [{ ...PLAIN, isGo: true }], { before: 'dwarf,65528' }).how, 'fp');
    assert.equal(callGraphOf('dwarf,8192', [PLAIN], { trial: TRIAL, before: 'dwarf,65528' }).how, 'dwarf,8192');
  });

  test('is what was asked for', () => {
    assert.equal(callGraphOf('lbr', [{ ...PLAIN, isGo: true }], { trial: TRIAL }).how, 'lbr');
  });

  test('is frame pointers where they are all there, and DWARF would lose callers', () => {
    for (const code of [
      { isGo: true },
      { isNode: true },
      { isJava: true },
      { hasPerfMap: true },
      { framePointers: true },
    ]) {
      const { how, why } = callGraphOf(undefined, [{ ...PLAIN, ...code }], { trial: TRIAL });
      assert.equal(how, 'fp');
      assert.match(why, /Go|Node|run time|keeps frame pointers/);
    }
  });

  test("unwinds a Node's switches by DWARF if its event loop keeps no frame pointers", () => {
    const node = { ...PLAIN, isNode: true };
    const bare = callGraphOf(undefined, [{ ...node, isBareNode: true }]);
    assert.deepEqual([bare.how, switchGraphOf(bare)], ['fp', 'dwarf,16384']);
    assert.deepEqual(switchArgsOf(bare, 'e'), ['-e', 'e/call-graph=dwarf,stack-size=16384/', '-d']);
    assert.equal(switchGraphOf(callGraphOf(undefined, [node])), 'fp');
    const asked = callGraphOf('dwarf,65528', [{ ...node, isBareNode: true }]);
    assert.deepEqual([switchGraphOf(asked), ...switchArgsOf(asked, 'e')], ['dwarf,65528', '-e', 'e']);
  });

  test('frame pointers lead nowhere if no target keeps any, and none has a runtime', () => {
    const bare = { ...PLAIN, isBare: true };
    assert.ok(leadsNowhere([bare, bare]));
    const runtimes = [{ isGo: true }, { isNode: true }, { isJava: true }, { isBarePython: true }, { hasPerfMap: true }];
    for (const runtime of runtimes) assert.ok(!leadsNowhere([{ ...bare, ...runtime }]));
    assert.ok(!leadsNowhere([bare, PLAIN]) && !leadsNowhere([]));
  });

  test('is DWARF for everything else, for all targets or where nothing is known', () => {
    assert.equal(callGraphOf(undefined, []).how, 'dwarf,16384');
    assert.equal(callGraphOf(undefined, [{ ...PLAIN, framePointers: undefined }]).how, 'dwarf,16384');
    const mixed = callGraphOf(undefined, [PLAIN, { ...PLAIN, isGo: true }]);
    assert.deepEqual(mixed, {
      how: 'dwarf,16384',
      why: 'unwinds code without frame pointers; not all targets keep frame pointers',
    });
  });

  test("copies more of the stack where the warm-up's samples were cut", () => {
    assert.deepEqual(callGraphOf(undefined, [PLAIN], { trial: TRIAL }), {
      how: 'dwarf,65528',
      why: '67 % of 99 samples of the warm-up were cut with dwarf,16384',
    });
    assert.equal(callGraphOf(undefined, [PLAIN], { trial: { ...TRIAL, cutShare: 0.01 } }).how, 'dwarf,16384');
    assert.equal(callGraphOf(undefined, [PLAIN], { trial: { ...TRIAL, samples: 9 } }).how, 'dwarf,16384');
  });
});

test('files that tell nothing keep no frame pointers', () => {
  assert.ok(allKeep([true, undefined]));
  for (const kept of [[], [undefined], [true, false]]) assert.ok(!allKeep(kept));
});
