// Laws of the picture: nothing is lost, nothing sticks out, the same input gives the same bytes.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { ownData } from '../../src/engine/own-data.ts';
import { shown } from '../../src/flamegraph/display.ts';
import type { Picture } from '../../src/flamegraph/picture.ts';
import { Model } from '../../src/flamegraph/viewer/model.ts';
import { nameText } from '../../src/stacks/name-text.ts';
import { runs } from '../law-runs.ts';
import { draw, picture } from './drawing.ts';
import { elements, parseXml } from './well-formed.ts';

const FRAMES = ['a', 'a-x', 'b', 'b c', 'é', '', '_start', 'vfs_read_[k]', 'core::fmt::write'];
const STACK = fc.array(fc.constantFrom(...FRAMES), { minLength: 1, maxLength: 7 }).map((stack) => stack.join(';'));
const FOLDED = fc
  .array(fc.tuple(STACK, fc.nat({ max: 1000 })), { minLength: 1, maxLength: 40 })
  .map((all) => `x 1\n${all.map(([stack, count]) => `${stack || 'y'} ${count}\n`).join('')}`);

interface Box {
  depth: number;
  name: string;
  start: number;
  size: number;
}

function boxesOf({ boxes, nameOf }: Pick<Picture, 'boxes' | 'nameOf'>): Box[] {
  return Array.from({ length: boxes.count }, (_, i) => ({
    depth: boxes.depth[i] as number,
    name: nameOf(boxes.name[i] as number),
    start: boxes.start[i] as number,
    size: boxes.size[i] as number,
  }));
}

test('without any counts there is nothing to draw', () => {
  assert.throws(() => picture('a 0\nb 0.0\n'), /^Error: nothing to draw: all counts are 0$/);
  assert.throws(() => picture('a 0 0\n'), /^Error: nothing to draw: all counts are 0$/);
  assert.throws(
    () => picture('a 5 0\nb 1 0\n', { 'no-union': true }),
    /nothing to draw: all counts after \(the last column\) are 0/,
  );
});

describe('boxes', () => {
  test('the children of a box fit into it, side by side, and the root is everything', () => {
    fc.assert(
      fc.property(FOLDED, (folded) => {
        const drawn = picture(folded);
        const boxes = boxesOf(drawn);
        const sum = folded.split('\n').reduce((total, line) => total + Number(line.match(/\d+$/)?.[0] ?? 0), 0);
        const roots = boxes.filter(({ depth }) => depth === 1).reduce((total, { size }) => total + size, 0);
        assert.deepEqual([drawn.total, roots, boxes.at(-1)?.size], [sum, sum, sum]);
        for (let depth = 1; depth <= drawn.boxes.deepest; depth++) {
          const row = boxes.filter((box) => box.depth === depth);
          for (const [i, { start, size }] of row.entries()) {
            assert.ok(i === 0 || start >= (row[i - 1] as Box).start + (row[i - 1] as Box).size, 'they overlap');
            const holds = (box: Box): boolean => box.start <= start && start + size <= box.start + box.size;
            assert.equal(boxes.filter((box) => box.depth === depth - 1 && holds(box)).length, 1, 'it has one parent');
          }
        }
      }),
    );
  });

  test('a frame has one box below each parent, whatever bytes its siblings start with', () => {
    fc.assert(
      fc.property(FOLDED, (folded) => {
        const drawn = picture(folded);
        const rows = boxesOf(drawn);
        for (const parent of rows) {
          const within = ({ depth, start, size }: Box): boolean =>
            depth === parent.depth + 1 && start >= parent.start && start + size <= parent.start + parent.size;
          const children = rows.filter(within).map(({ name }) => name);
          assert.equal(new Set(children).size, children.length);
        }
      }),
    );
  });

  test('a minimum width only leaves boxes out', () => {
    fc.assert(
      fc.property(FOLDED, fc.integer({ min: 0, max: 60 }), (folded, share) => {
        const all = picture(folded);
        const some = picture(folded, { minwidth: `${share}%` });
        const wide = boxesOf(all).filter(({ size, depth }) => depth === 0 || size >= (all.total * share) / 100);
        assert.deepEqual(boxesOf(some), wide);
        assert.equal(some.boxes.count + some.boxes.thin, all.boxes.count);
      }),
    );
  });

  test('merging from the leaves, twice turned, is what it was', () => {
    fc.assert(
      fc.property(FOLDED, (folded) => {
        const turned = folded.replace(/^(.*) (\d+)$/gm, (_, stack: string, count: string) => {
          return `${stack.split(';').reverse().join(';')} ${count}`;
        });
        const once = picture(folded);
        const twice = picture(turned, { reverse: true });
        assert.deepEqual(boxesOf(twice), boxesOf(once));
      }),
    );
  });

  test('a flame chart keeps the order of the input and joins only neighbours', () => {
    const drawn = picture('b;x 1\na 1\nb;x 1\nb;y 1\n', { flamechart: true });
    const row = boxesOf(drawn).filter(({ depth }) => depth === 1);
    assert.deepEqual(
      row.map(({ name, size }) => [name, size]),
      [
        ['b', 1],
        ['a', 1],
        ['b', 2],
      ],
    );
  });

  test('ten thousand frames in one stack are no problem', () => {
    const { boxes } = picture(`${Array.from({ length: 10_000 }, (_, i) => `f${i % 7}`).join(';')} 100\n`);
    assert.equal(boxes.deepest, 10_000);
  });
});

describe('comparison', () => {
  test('changes are those of a frame with all below it', () => {
    const drawn = picture('p;up 10 40\np;same 10 10\ndown 30 15\n');
    const { boxes, total, totalBefore } = drawn;
    const change = Object.fromEntries(
      boxesOf(drawn).map(({ name, size }, i) => [name, size - (boxes.before[i] as number)]),
    );
    assert.deepEqual(change, { all: 15, p: 30, up: 30, same: 0, down: -15 });
    assert.deepEqual([total, totalBefore, boxes.mostChange], [65, 50, 30]);
  });

  test('stacks that are gone are drawn in place; without a union they are only counted', () => {
    const folded = 'a;old 5 0\na;older 6 0\na;new 0 9\n';
    const names = (drawn: Picture): string[] => boxesOf(drawn).map(({ name }) => name);
    const [both, after] = [picture(folded), picture(folded, { 'no-union': true })];
    assert.deepEqual(names(both), ['new', 'old', 'older', 'a', 'all']);
    assert.deepEqual(names(after), ['new', 'a', 'all']);
    assert.deepEqual([both.gone, both.goneBefore, both.fresh], [2, 11, 1]);
    assert.match(draw(folded, { 'no-union': true }), /2 vanished stacks are not drawn: 11 samples of before/);
  });

  const DIFF = fc
    .array(fc.tuple(STACK, fc.nat({ max: 100 }), fc.nat({ max: 100 })), { minLength: 1, maxLength: 30 })
    .map((all) => all.map(([stack, before, after]) => `x;${stack} ${before} ${after}\n`).join(''))
    .filter((folded) => / [1-9]\d* \d+$| [1-9]\d*$/m.test(folded));

  test('each frame is as wide as both its counts, within its caller, beside its siblings', () => {
    fc.assert(
      fc.property(DIFF, (folded) => {
        const { boxes, total, totalBefore, span } = picture(folded);
        assert.equal(span, total + totalBefore);
        const all = Array.from({ length: boxes.count }, (_, i) => ({
          depth: boxes.depth[i] as number,
          from: boxes.start[i] as number,
          to: (boxes.start[i] as number) + (boxes.width[i] as number),
        }));
        for (const [i, { depth, from, to }] of all.entries()) {
          assert.equal(to - from, (boxes.size[i] as number) + (boxes.before[i] as number));
          const row = all.filter((other) => other.depth === depth);
          assert.ok(row.every((other) => other.to <= from || to <= other.from || other.from === from));
          assert.ok(depth === 0 || all.some((box) => box.depth === depth - 1 && box.from <= from && to <= box.to));
        }
      }),
    );
  });

  test('changes without callees add up to the whole change', () => {
    fc.assert(
      fc.property(DIFF, (folded) => {
        const { boxes, total, totalBefore } = picture(folded, { 'diff-by': 'self' });
        assert.equal(
          boxes.change.slice(0, boxes.count).reduce((a, b) => a + b, 0),
          total - totalBefore,
        );
      }),
    );
  });
});

describe('the packed data', () => {
  const unpacked = (folded: string, options = {}) => {
    const xml = parseXml(draw(folded, options));
    const data = JSON.parse([...elements(xml)].find(({ name }) => name === 'metadata')?.text ?? '');
    const model = new Model(data, inflateSync(Buffer.from(data.stacks, 'base64')));
    return { model, tree: model.whole };
  };

  test('unpacks to the tree that the boxes show', () => {
    fc.assert(
      fc.property(FOLDED, fc.boolean(), (folded, reverse) => {
        const { boxes, nameOf } = picture(folded, { reverse });
        const { model, tree } = unpacked(folded, { reverse });
        const nodes = Array.from({ length: tree.count }, (_, i) => ({
          depth: tree.depth[i] as number,
          name: i === 0 ? 'all' : (model.links[tree.name[i] as number] as string),
          start: tree.start[i] as number,
          size: tree.size[i] as number,
        })).filter(({ size }) => size > 0);
        const shownOf = (id: number): string => shown(nameOf(id)) || '(no name)';
        const inOrder = boxesOf({ boxes, nameOf: shownOf }).sort((a, b) => a.start - b.start || a.depth - b.depth);
        assert.deepEqual(nodes, inOrder);
      }),
    );
  });

  test('fractions and large counts stay what they are', () => {
    for (const count of ['0.5', '12.25', '9007199254740991', '4503599627370497']) {
      const { tree } = unpacked(`a ${count}\n`);
      assert.equal(tree.size[0], Number(count));
    }
  });

  test('a comparison carries both counts', () => {
    const { tree } = unpacked('a;b 10 4\na;c 0 6\ngone 3 0\n');
    assert.deepEqual([tree.size[0], tree.before[0], tree.before[1], tree.size[4]], [10, 13, 10, 0]);
  });

  test('of a comparison unpacks to its boxes, whatever its counts have in common', () => {
    const DIFFS = fc
      .array(fc.tuple(STACK, fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.constantFrom(1, 4, 10, 0.5)), {
        minLength: 1,
      })
      .map((all) => `x 4 10\n${all.map(([stack, b, a, by]) => `x;${stack} ${b * by} ${a * 10}\n`).join('')}`);
    fc.assert(
      fc.property(DIFFS, fc.constantFrom('inclusive', 'self'), fc.boolean(), (folded, by, isAfterOnly) => {
        const options = { 'diff-by': by as 'self', 'no-union': isAfterOnly };
        const { boxes } = picture(folded, options);
        const { model, tree } = unpacked(folded, options);
        const columns = ['depth', 'start', 'width', 'size', 'before'] as const;
        const drawn = Array.from({ length: boxes.count }, (_, i) => [
          ...columns.map((column) => boxes[column][i]),
          boxes.change[i],
        ]);
        const nodes = Array.from({ length: tree.count }, (_, i) => [
          ...columns.map((column) => tree[column][i]),
          model.sizes(tree, i).change,
        ]);
        const key = (row: (number | undefined)[]): string => row.map((value) => value?.toFixed(3)).join();
        assert.deepEqual(
          nodes
            .filter(([, , width]) => (width ?? 0) > 0)
            .map(key)
            .sort(),
          drawn.map(key).sort(),
        );
      }),
    );
  });
});

describe('any bytes', () => {
  const NAME = fc
    .array(fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(...'<>&"\'-]!/\x1b')), { maxLength: 20 })
    .map((parts) => parts.map((part) => (typeof part === 'number' ? String.fromCharCode(part) : part)).join(''))
    .map((name) => name.replace(/[\n;]/g, '?'));

  test('give a well-formed picture in which every name is text', () => {
    fc.assert(
      fc.property(fc.array(NAME, { minLength: 1, maxLength: 8 }), fc.string({ unit: 'binary' }), (names, words) => {
        const folded = `x;${names.join(';')};x 100 0\n`;
        const said = { title: words, subtitle: words, notes: words, countname: words, fonttype: words };
        const drawn = draw(folded, { ...said, before: words, after: words });
        const all = [...elements(parseXml(drawn))].map(({ name }) => name);
        assert.deepEqual(
          [...new Set(all)].filter(
            (name) => !/^(?:svg|title|desc|style|rect|text|tspan|g|path|metadata|script)$/.test(name),
          ),
          [],
        );
        assert.equal(all.filter((name) => name === 'script').length, 1);
      }),
    );
  });

  test('are found again in the data', () => {
    fc.assert(
      fc.property(NAME, (name) => {
        const text = nameText(name);
        const bytes = text.replace(/[\udc80-\udcff]/g, ''); // strays that are not part of a pair
        const strays = [...text]
          .filter((char) => /^[\udc80-\udcff]$/.test(char))
          .map((char) => char.charCodeAt(0) - 0xdc00);
        const valid = Buffer.from(name, 'latin1').toString('utf8') === text;
        assert.ok(valid || strays.length > 0);
        if (!valid) assert.equal(Buffer.from(bytes).length + strays.length, name.length);
      }),
    );
  });
});

describe('the file', () => {
  test('is the same each time', () => {
    fc.assert(
      fc.property(FOLDED, (folded) => assert.equal(draw(folded), draw(folded))),
      { numRuns: runs(0.4) },
    );
  });

  test('holds one script, no event attributes, and without script no data', () => {
    const withScript = draw('a;b 100\n', {}, 'let a = "script";');
    assert.equal(withScript.match(/<script/g)?.length, 1);
    assert.doesNotMatch(withScript, /\son\w+=/);
    assert.doesNotMatch(draw('a;b 100\n', { 'no-script': true }, 'x'), /<script|<metadata|\.bar/);
  });

  test('has a viewer of 40 KiB at most', () => {
    const { length } = ownData('viewer.generated.js');
    assert.ok(length <= 40 * 1024, `${length} bytes`);
  });

  test('asks nothing of renderers that know little: ImageMagick strokes what says nothing, CairoSVG reads `height:auto`', () => {
    const svg = draw('a;b 100\n');
    assert.match(svg, /<svg [^>]* stroke="none">/);
    const outside = (/<style><!\[CDATA\[(.*?)\]\]>/s.exec(svg)?.[1] ?? 'auto').replace(
      /@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\}/g,
      '',
    );
    assert.doesNotMatch(outside, /auto/);
  });

  test('of a comment can never leave it', () => {
    for (const notes of ['-', '--', '-->', 'a -- b --', '<!-- x -->', '->']) {
      assert.ok(parseXml(draw('a 100\n', { notes })));
    }
  });
});
