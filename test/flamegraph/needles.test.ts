// Needles: what is folded away, and what stays because it is mass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldNeedles, type Row } from '../../src/flamegraph/needles.ts';

/** Rows of towers of these widths, px, side by side on a root; each goes up to its height. */
function rows(towers: readonly (readonly [from: number, to: number, height: number])[]): [Row[], number[]] {
  const top = [Math.max(...towers.map(([, , height]) => height)), ...towers.map(([, , height]) => height)];
  const made: Row[] = [{ items: [0], lefts: [0], rights: [1000] }];
  for (let depth = 1; depth <= (top[0] as number); depth++) {
    const here = [...towers.entries()].filter(([, [, , height]]) => height >= depth);
    made.push({
      items: here.map(([i]) => i + 1),
      lefts: here.map(([, [from]]) => from),
      rights: here.map(([, [, to]]) => to),
    });
  }
  return [made, top];
}

test('a thin tower with nothing beside it is folded, and its mark says how much', () => {
  const [made, top] = rows([
    [0, 900, 2],
    [900, 901, 30],
  ]);
  const marks = foldNeedles(made, 0, top, Number.POSITIVE_INFINITY);
  assert.deepEqual(
    made.map(({ items }) => items),
    [[0], [1, 2], [1, 2], [2]],
  );
  // up to where its neighbour stands beside it
  assert.deepEqual(marks[4], [{ from: 900, to: 901, node: 2, hidden: 27 }]);
});

test('thin towers side by side are mass; where one of them is left alone it is folded', () => {
  const towers = Array.from({ length: 1000 }, (_, i) => [i, i + 1, i === 500 ? 40 : 20] as const);
  const [made, top] = rows(towers);
  foldNeedles(made, 0, top, Number.POSITIVE_INFINITY);
  assert.deepEqual(
    made.slice(0, 21).map(({ items }) => items.length),
    [1, ...Array(20).fill(1000)],
  );
  assert.deepEqual(
    made.slice(21).map(({ items }) => items),
    [[501]],
  );
});

test('rows that are nearly white are not drawn, but for two; no row above the most', () => {
  const [made, top] = rows(
    [
      [0, 1000, 5],
      [100, 110, 60],
    ].map(([from, to, height]) => [from, to, height] as [number, number, number]),
  );
  assert.deepEqual(foldNeedles(made, 0, top, Number.POSITIVE_INFINITY)[8], [
    { from: 100, to: 110, node: 2, hidden: 53 },
  ]);
  assert.equal(made.length, 8);
  const [all, tops] = rows([[0, 1000, 50]]);
  foldNeedles(all, 0, tops, 20);
  assert.equal(all.length, 20);
});
