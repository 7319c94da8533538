// Boxes: each stands for all stacks that begin as it does.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Boxes, LayoutSettings } from '../../src/engine/drawing.ts';
import { StackTable } from '../../src/engine/stack-table.ts';
import { LEAST_ON_CPU, ON_CPU } from '../../src/flamegraph/colours/time.ts';
import { PLAIN } from './layout-settings.ts';

type Row = readonly [stack: string, count: number, before: number];

const rows = fc.array(
  fc.tuple(fc.stringMatching(/^[abc]{1,5}$/), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  { minLength: 1, maxLength: 30 },
);

function boxesOf(stacks: readonly Row[], settings: Partial<LayoutSettings> = {}): Boxes & { texts: string[] } {
  const table = new StackTable();
  for (const [stack, count, before] of stacks)
    table.add(
      [...stack].map((name) => table.name(name)),
      count,
      before,
    );
  const boxes = table.drawing.boxes({ ...PLAIN, ...settings });
  return { ...boxes, texts: Array.from(boxes.name, (id) => (id === 0 ? '' : table.nameText(id))) };
}

/** What each beginning of a stack comes to. */
function sumsOf(stacks: readonly Row[], amountOf: (row: Row) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of stacks) {
    for (let depth = 0; depth <= row[0].length; depth++) {
      const path = row[0].slice(0, depth);
      sums.set(path, (sums.get(path) ?? 0) + amountOf(row));
    }
  }
  return sums;
}

/** The name of a box and of each that it stands on. */
function pathOf(boxes: Boxes & { texts: string[] }, box: number): string {
  const start = boxes.start[box] as number;
  let path = boxes.texts[box] as string;
  for (let at = box + 1; at < boxes.count; at++) {
    if (boxes.depth[at] !== (boxes.depth[box] as number) - path.length || (boxes.start[at] as number) > start) continue;
    path = (boxes.texts[at] as string) + path;
  }
  return path;
}

describe('boxes', () => {
  test('are as wide as the stacks that begin as they do, in a comparison as both of their counts', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (stacks, union) => {
        const boxes = boxesOf(stacks, { isPair: union, union });
        const sums = sumsOf(stacks, ([, count, before]) => count + (union ? before : 0));
        const widths = Array.from(boxes.width, (width, box): [string, number] => [pathOf(boxes, box), width]);
        assert.deepEqual(widths.sort(), [...sums].sort());
      }),
    );
  });

  test('too thin are counted, and change no other one', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 12 }), (stacks, least) => {
        const all = boxesOf(stacks);
        const wide = boxesOf(stacks, { least });
        assert.equal(wide.count + wide.thin, all.count);
        const places = ({ depth, start, width, top, count }: Boxes): string[] =>
          Array.from({ length: count }, (_, i) => [depth[i], start[i], width[i], top[i]].join());
        const known = new Set(places(all));
        for (const place of places(wide)) assert.ok(known.has(place), place);
      }),
    );
  });

  test('have the kinds of time of their stacks, but a little on the CPU is none', () => {
    const bitsOf = (onCpu: number): number => {
      const table = new StackTable();
      const [run, wait] = [table.name('run'), table.name('wait')];
      const kinds = new Uint8Array(3);
      kinds[wait] = 2;
      table.add([run], onCpu, 1);
      table.add([run, wait], 100 - onCpu, 1);
      const { bits, depth } = table.drawing.boxes({ ...PLAIN, kinds });
      return bits[depth.indexOf(1)] as number;
    };
    assert.equal(bitsOf(100 * LEAST_ON_CPU), ON_CPU | 2);
    assert.equal(bitsOf(100 * LEAST_ON_CPU - 1), 2);
    assert.equal(bitsOf(100), ON_CPU);
  });

  test('lie in the order of the input where the table keeps it', () => {
    const table = new StackTable();
    table.keepInputOrder();
    table.write(Buffer.from('b 1\na 2\nb 3\n'));
    table.scanFolded();
    const { name, width, count } = table.drawing.boxes({ ...PLAIN, byInput: true });
    const names = Array.from({ length: count - 1 }, (_, i) => `${table.nameText(name[i] as number)} ${width[i]}`);
    assert.deepEqual(names, ['b 1', 'a 2', 'b 3']);
  });
});

test('a table that was drawn counts on', () => {
  const table = new StackTable();
  const read = (text: string): void => {
    table.beginFolded([]);
    table.write(Buffer.from(text));
    while (table.scanFolded());
  };
  read('a;b 1\nc 2\n');
  assert.equal(table.drawing.boxes(PLAIN).count, 4);
  read('a;b 3\nd 4\nc 1\n');
  assert.equal(Buffer.concat([...table.folded()].map((block) => Buffer.from(block))).toString(), 'a;b 4\nc 3\nd 4\n');
  assert.equal(table.drawing.boxes(PLAIN).count, 5);
});
