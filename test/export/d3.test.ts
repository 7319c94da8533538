import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatD3 } from '../../src/export/d3.ts';
import { foldedText, joined, recording } from './exporting.ts';

interface Node {
  name: string;
  value: number;
  delta?: number;
  children?: Node[];
}

function treeOf(folded: string): Node {
  return JSON.parse(joined(formatD3(recording(folded), 'all'))) as Node;
}

/** Each stack, names without marks, with what it counts itself. */
function selfCounts(node: Node, key: 'value' | 'delta', path: string[] = []): Map<string, number> {
  const children = node.children ?? [];
  const own = (node[key] as number) - children.reduce((sum, child) => sum + (child[key] as number), 0);
  const all = new Map(path.length > 0 ? [[path.join(';'), own]] : []);
  for (const child of children) {
    for (const [stack, count] of selfCounts(child, key, [...path, child.name])) {
      all.set(stack, (all.get(stack) ?? 0) + count);
    }
  }
  return all;
}

/** The same from folded lines. */
function countsOf(folded: string, count: (numbers: number[]) => number): Map<string, number> {
  const all = new Map<string, number>();
  for (const line of folded.trimEnd().split('\n')) {
    const [, stack = '', numbers = ''] = /^(.*?) (\d+(?: \d+)?)$/.exec(line) ?? [];
    const key = stack.replace(/_\[[kijw]\](?=;|$)/g, '');
    all.set(key, (all.get(key) ?? 0) + count(numbers.split(' ').map(Number)));
  }
  return all;
}

const counted = (counts: Map<string, number>): [string, number][] => [...counts].filter(([, n]) => n !== 0).sort();

test('every stack is a path, and a value is its own count and those of its children', () => {
  fc.assert(
    fc.property(foldedText(1), (folded) => {
      const tree = treeOf(folded);
      assert.equal(tree.name, 'all');
      assert.deepEqual(counted(selfCounts(tree, 'value')), counted(countsOf(folded, ([n = 0]) => n)));
      assert.equal(tree.delta, undefined);
    }),
  );
});

test('of a comparison values are the counts after, and delta the change', () => {
  fc.assert(
    fc.property(foldedText(2), (folded) => {
      const tree = treeOf(folded);
      assert.deepEqual(counted(selfCounts(tree, 'value')), counted(countsOf(folded, ([, after = 0]) => after)));
      const change = countsOf(folded, ([before = 0, after = 0]) => after - before);
      assert.deepEqual(counted(selfCounts(tree, 'delta')), counted(change));
    }),
  );
});

test('brothers with the same first letters are no relatives; fractions add up', () => {
  assert.deepEqual(treeOf('a;b 0.1\na-x 1\na;b;c 0.2\n'), {
    name: 'all',
    children: [
      { name: 'a-x', value: 1 },
      { name: 'a', children: [{ name: 'b', children: [{ name: 'c', value: 0.2 }], value: 0.3 }], value: 0.3 },
    ],
    value: 1.3,
  });
});
