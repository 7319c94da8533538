// Laws of the selection: nothing is lost between what is kept and what is not, and cutting is the same from either end.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../src/engine/stack-table.ts';
import { type Selected, type Selection, select } from '../../src/stacks/selection.ts';

const NOTHING: Selection = {
  include: [],
  exclude: [],
  where: 'any',
  comm: [],
  rootAt: [],
  leafAt: [],
  invert: false,
  hide: [],
  reverse: false,
  depth: undefined,
};

type Counts = Record<string, number>;

/** What a selection leaves of these stacks. */
function selectFrom(counts: Counts, selection: Partial<Selection>): { rest: Counts; selected: Selected } {
  const table = new StackTable();
  for (const [stack, count] of Object.entries(counts)) {
    table.add(
      stack.split(';').map((name) => table.name(Buffer.from(name).toString('latin1'))),
      count,
      2 * count,
    );
  }
  const selected = select(table, { ...NOTHING, ...selection });
  const rest: Counts = {};
  for (const { ids, weight, hits } of table.stacks()) {
    assert.equal(hits, 2 * weight);
    const stack = Array.from(ids, (id) => Buffer.from(table.nameText(id), 'latin1').toString()).join(';');
    assert.ok(!(stack in rest), `${stack} is there twice`);
    rest[stack] = weight;
  }
  return { rest, selected };
}

const sum = (counts: Counts): number => Object.values(counts).reduce((a, b) => a + b, 0);
const reversed = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).map(([stack, count]) => [stack.split(';').reverse().join(';'), count]));

const NAMES = ['f', 'f_[k]', 'g', 'main', 'é', 'a b', '[x]', ''];
const COUNTS: fc.Arbitrary<Counts> = fc.dictionary(
  fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 6 }).map((frames) => frames.join(';')),
  fc.nat({ max: 1000 }),
  { maxKeys: 20, noNullPrototype: true },
);
const PATTERNS = fc.array(fc.constantFrom(/f/, /^f$/, /_\[k\]$/, /é/, /^.$/, /nowhere/, /\[/, /^$/), { maxLength: 2 });
const FUNCS = fc.array(fc.constantFrom<string[]>('f', 'g', 'f_[k]', 'main', 'nowhere'), { maxLength: 2 });
const CONDITIONS = fc.record({
  include: PATTERNS,
  exclude: PATTERNS,
  comm: PATTERNS,
  where: fc.constantFrom('any' as const, 'root' as const, 'leaf' as const),
  rootAt: FUNCS,
  leafAt: FUNCS,
});
const EDITS = fc.record({
  hide: PATTERNS,
  reverse: fc.boolean(),
  depth: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
});

describe('a selection', () => {
  test('and its inversion add up to all', () => {
    fc.assert(
      fc.property(COUNTS, CONDITIONS, EDITS, (counts, conditions, edits) => {
        const kept = selectFrom(counts, { ...conditions, ...edits });
        const left = selectFrom(counts, { ...conditions, ...edits, invert: true });
        assert.equal(sum(kept.rest) + sum(left.rest), sum(counts));
        assert.equal(kept.selected.kept.weight, sum(kept.rest));
        assert.equal(kept.selected.kept.hits, 2 * sum(kept.rest));
        assert.equal(left.selected.kept.weight, sum(left.rest));
        assert.deepEqual([kept.selected.all.weight, left.selected.all.weight], [sum(counts), sum(counts)]);
        assert.equal(kept.selected.kept.stacks + left.selected.kept.stacks, Object.keys(counts).length);
      }),
    );
  });

  test('of the same patterns to include and to exclude parts the stacks in two', () => {
    fc.assert(
      fc.property(COUNTS, PATTERNS, CONDITIONS, (counts, patterns, { where }) => {
        fc.pre(patterns.length > 0);
        const included = selectFrom(counts, { include: patterns, where }).rest;
        const excluded = selectFrom(counts, { exclude: patterns, where }).rest;
        assert.deepEqual({ ...included, ...excluded }, counts);
        assert.equal(sum(included) + sum(excluded), sum(counts));
      }),
    );
  });

  test('is kept whole by the same conditions', () => {
    fc.assert(
      fc.property(COUNTS, CONDITIONS, EDITS, (counts, { include, exclude, comm, where }, { depth }) => {
        const conditions = { include, exclude, comm, where };
        const once = selectFrom(counts, conditions).rest;
        assert.deepEqual(selectFrom(once, conditions).rest, once);
        const cut = selectFrom(counts, { depth }).rest;
        assert.deepEqual(selectFrom(cut, { depth }).rest, cut);
      }),
    );
  });

  test('cut at a root is the one cut at a leaf, seen from the other end', () => {
    fc.assert(
      fc.property(COUNTS, FUNCS, (counts, funcs) => {
        const fromRoot = selectFrom(counts, { rootAt: funcs, reverse: true }).rest;
        assert.deepEqual(fromRoot, selectFrom(reversed(counts), { leafAt: funcs }).rest);
      }),
    );
  });

  test('holds no hidden frame, none outside of the cut, and no more than the depth', () => {
    fc.assert(
      fc.property(COUNTS, CONDITIONS, EDITS, (counts, conditions, { hide, depth }) => {
        for (const stack of Object.keys(selectFrom(counts, { ...conditions, hide, depth }).rest)) {
          const frames = stack.split(';');
          if (stack !== '[hidden]') {
            for (const frame of frames.filter((name) => name !== '[truncated]')) {
              assert.ok(!hide.some((pattern) => pattern.test(frame) || pattern.test(frame.replace('_[k]', ''))), frame);
            }
          }
          assert.ok(depth === undefined || frames.length <= depth + 1);
        }
        const { rootAt, leafAt } = conditions;
        for (const stack of Object.keys(selectFrom(counts, { rootAt, leafAt }).rest)) {
          const names = (frame: string | undefined): string[] => [
            frame as string,
            (frame as string).replace('_[k]', ''),
          ];
          const frames = stack.split(';');
          if (rootAt.length > 0) assert.ok(names(frames[0]).some((name) => rootAt.includes(name)));
          if (leafAt.length > 0) assert.ok(names(frames.at(-1)).some((name) => leafAt.includes(name)));
        }
      }),
    );
  });

  test('tells which of its parts fit no frame', () => {
    const counts = { 'a;b': 1, 'c;a': 2 };
    const unused = (selection: Partial<Selection>): string[] =>
      selectFrom(counts, selection).selected.unused.map(({ part, text }) => `${part} ${text}`);
    assert.deepEqual(unused({ include: [/b/, /x\/y/], exclude: [/c/], comm: [/b/], rootAt: ['a', 'd'] }), [
      'include x/y',
      'comm b',
      'rootAt d',
    ]);
    assert.deepEqual(unused({ include: [/c/], where: 'leaf' }), ['include c']);
    assert.deepEqual(unused({ exclude: [/b/], where: 'root' }), ['exclude b']);
  });
});
