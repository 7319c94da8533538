import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/engine/errors.ts';
import { Line, MAX_LINE_BYTES, StackTable, Stop } from '../../src/engine/stack-table.ts';
import { PLAIN } from './layout-settings.ts';

/** Reads frame lines; each stands for itself without its blanks. A control line `N` ends the stack, weighing N. */
function read(table: StackTable, block: Uint8Array): void {
  table.write(block);
  for (;;) {
    const stop = table.scan();
    if (stop === Stop.more) return;
    if (stop === Stop.unknown) table.define(table.name(table.lineText().trim()));
    if (stop === Stop.control) table.end(Number(table.lineText()));
  }
}

function textOf(table: StackTable): string {
  return Buffer.concat([...table.folded()].map((block) => Buffer.from(block))).toString('latin1');
}

function readFolded(blocks: Uint8Array[]): { table: StackTable; bad: string[] } {
  const table = new StackTable();
  const bad: string[] = [];
  const scan = (): void => {
    while (table.scanFolded()) bad.push(table.lineText());
  };
  for (const block of blocks) {
    table.write(block);
    scan();
  }
  table.closeLine();
  scan();
  return { table, bad };
}

function blocksOf(text: Buffer, places: number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((to, i) => text.subarray(cuts[i], to));
}

const frame = fc.stringMatching(/^[a-e :<>\xe9\xff]{1,40}$/).filter((name) => name.trim() === name);
const stacks = fc.array(fc.tuple(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.nat(1e9)), {
  minLength: 1,
  maxLength: 40,
});

test('stacks come out root first, summed, in byte order, however the input is cut', () => {
  fc.assert(
    fc.property(stacks, fc.array(fc.nat()), (samples, places) => {
      const sums = new Map<string, number>();
      for (const [frames, count] of samples) sums.set(frames.join(';'), (sums.get(frames.join(';')) ?? 0) + count);
      const keys = [...sums.keys()].sort((a, b) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')));
      const expected = keys.map((key) => `${key} ${sums.get(key)}\n`).join('');

      const lines = samples.map(
        ([frames, count]) =>
          `${[...frames]
            .reverse()
            .map((name) => `\t${name}\n`)
            .join('')}${count}\n`,
      );
      const table = new StackTable();
      for (const block of blocksOf(Buffer.from(lines.join(''), 'latin1'), places)) read(table, block);
      assert.equal(textOf(table), expected);

      const folded = samples.map(([frames, count]) => `${frames.join(';')} ${count}\n`).join('');
      const again = readFolded(blocksOf(Buffer.from(folded, 'latin1'), places));
      assert.equal(textOf(again.table), expected);
      assert.deepEqual(again.bad, []);
    }),
  );
});

test('many stacks that share their first frames are sorted as lines, and frame by frame', () => {
  const few = fc.array(fc.constantFrom('a', 'a-x', 'a ', 'b', 'ab', 'a:'), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(fc.array(few, { minLength: 20, maxLength: 300 }), fc.nat(12), (all, shared) => {
      const table = new StackTable();
      const prefix = Array<string>(shared).fill('p');
      const distinct = [...new Set(all.map((frames) => [...prefix, ...frames].join(';')))];
      for (const line of distinct)
        table.add(
          Array.from(line.split(';'), (name) => table.name(name)),
          1,
          1,
        );
      const lines = (by: 'line' | 'frame'): string[] =>
        Array.from(table.sorted(by), ({ ids }) => Array.from(ids, (id) => table.nameText(id)).join(';'));
      assert.deepEqual(lines('line'), [...distinct].sort());
      const lessFrames = (a: string, b: string): number => {
        const [x, y] = [a.split(';'), b.split(';')];
        const i = x.findIndex((name, at) => name !== y[at]);
        if (i < 0 || i >= y.length) return x.length - y.length;
        return `${x[i]};` < `${y[i]};` ? -1 : 1;
      };
      assert.deepEqual(lines('frame'), [...distinct].sort(lessFrames));
    }),
  );
});

test('one byte at a time', () => {
  const table = new StackTable();
  for (const byte of Buffer.from('\tleaf\n root\n5\n\tleaf\n root\n7\n')) read(table, Uint8Array.of(byte));
  assert.equal(textOf(table), 'root;leaf 12\n');
});

test('tables grow past their first sizes', () => {
  const table = new StackTable();
  const many = 150_000;
  let text = '';
  for (let i = 0; i < many; i++) {
    text += `\tf${i}\n\tshared${i % 7}\n1\n`;
    if (text.length > 1e6) {
      read(table, Buffer.from(text));
      text = '';
    }
  }
  read(table, Buffer.from(text));
  assert.equal(table.stackCount, many);
  assert.equal(table.nameCount, many + 7);
  let total = 0;
  for (const { ids, weight } of table.sorted()) {
    total += weight;
    assert.equal(ids.length, 2);
  }
  assert.equal(total, many);
});

test('memory of dropped stacks, orders and tables that have grown is used again', () => {
  const table = new StackTable();
  const fill = (): void => {
    for (let i = 0; i < 100_000; i++) table.add([1 + (i % 300), 1 + ((i / 300) | 0), 1], i, 1);
    assert.equal([...table.sorted()].length, 100_000);
  };
  for (let id = 1; id < 400; id++) table.name(`f${id}`);
  fill();
  table.rewrite((ids) => ids);
  const { length } = table.bytes;
  for (let round = 0; round < 10; round++) {
    table.rewrite((ids) => ids);
    table.clear();
    fill();
  }
  assert.equal(table.bytes.length, length);
});

test('a stack of 100 000 frames', () => {
  const table = new StackTable();
  read(table, Buffer.from(`${'\tf\n'.repeat(100_000)}3\n`));
  assert.equal(textOf(table), `${'f;'.repeat(99_999)}f 3\n`);
});

test('a line without end is refused long before memory is', () => {
  const table = new StackTable();
  const block = Buffer.alloc(1 << 20, 'x');
  let written = 0;
  assert.throws(
    () => {
      for (; written < 100 << 20; written += block.length) read(table, block);
    },
    (error) => error instanceof InputError && /line 1 is longer than 16 MiB/.test(error.message),
  );
  assert.ok(written <= MAX_LINE_BYTES + block.length);
});

test('lines may be ignored, or stop the scan each time', () => {
  const table = new StackTable();
  table.write(Buffer.from('\tnoise\n\task\n\tf\n\task\n1\n'));
  const asked: string[] = [];
  for (let stop = table.scan(); stop !== Stop.more; stop = table.scan()) {
    const line = table.lineText();
    if (stop === Stop.unknown && line === '\tnoise') table.define(Line.ignore);
    else if (stop === Stop.unknown && line === '\task') {
      table.define(Line.ask);
      asked.push(line);
    } else if (stop === Stop.unknown) table.define(table.name('f'));
    else if (stop === Stop.asked) asked.push(line);
    else table.end(1);
  }
  assert.equal(asked.length, 2);
  assert.equal(textOf(table), 'f 1\n');
});

test('frames further out are left away, uncounted ones do not reach the limit', () => {
  const table = new StackTable();
  const names = ['a', 'b', 'c'].map((name) => table.name(name));
  table.push(names[0] as number);
  table.push((names[1] as number) + Line.last);
  table.push(names[2] as number);
  assert.equal(table.end(1), 2);
  table.push((names[0] as number) + Line.uncounted);
  table.push(names[1] as number);
  assert.equal(table.end(1, table.name('root'), 2, table.name('cut')), 2);
  table.push(names[0] as number);
  table.push(names[1] as number);
  assert.equal(table.end(1, table.name('root'), 2, table.name('cut')), -1);
  assert.equal(textOf(table), 'b;a 1\nroot;b;a 1\nroot;cut;b;a 1\n');
});

test('a sum past 2^53 is an error, not a rounding', () => {
  const table = new StackTable();
  read(table, Buffer.from(`\tf\n${2 ** 53 - 1}\n\tf\n1\n`));
  assert.throws(() => textOf(table), /above 2\^53/);
});

test('stacks can be rewritten, and merge where they become equal', () => {
  const { table } = readFolded([Buffer.from('a;b;c 1\na;b;d 2\nx 4\n')]);
  table.rewrite((ids) => (ids.length === 1 ? null : ids.slice(0, 2)));
  assert.equal(textOf(table), 'a;b 3\n');
  assert.deepEqual(
    [...table.stacks()].map(({ hits }) => hits),
    [2],
  );
});

test('stacks can be kept as they are, even where the memory has to grow for the longest', () => {
  for (const frames of [1, 700_000, 1_000_000]) {
    const { table } = readFolded([Buffer.from(`${'f;'.repeat(frames)}f 3\na;b 4\n`)]);
    table.rewrite((ids) => ids);
    assert.deepEqual(
      [...table.stacks()].map(({ ids, weight }) => [ids.length, weight]),
      [
        [frames + 1, 3],
        [2, 4],
      ],
    );
  }
});

test('what is no folded line is handed back', () => {
  const text = 'a;b 1\nno count\na;b -5\na;b 1e3\na;b 1.5\n 7\n\na;b 3 \na;b\t4\r\na;b 9007199254740993\n5\n';
  const { table, bad } = readFolded([Buffer.from(text)]);
  assert.deepEqual(bad, ['no count', 'a;b -5', 'a;b 1e3', 'a;b 9007199254740993', '5']);
  assert.deepEqual(
    [...table.stacks()].map(({ weight }) => weight),
    [9.5, 7],
  );
});

test('counts are written with as many of six decimals as they need', () => {
  const counts = '0 7 0.50 12.25 0.000001 0.1 2.9999999 1234567.000001 9007199254740991'.split(' ');
  const { table } = readFolded([Buffer.from(`${counts.map((count, i) => `s${i} ${count}\n`).join('')}s5 0.2\n`)]);
  assert.deepEqual(
    textOf(table).split('\n').slice(0, -1),
    ['0', '7', '0.5', '12.25', '0.000001', '0.3', '3', '1234567.000001', '9007199254740991'].map(
      (n, i) => `s${i} ${n}`,
    ),
  );
});

test('runs can be told apart by taking the weights behind each, and be written as pairs', () => {
  const { table } = readFolded([Buffer.from('a;b 1\nc 2\n')]);
  const before = table.takeWeights();
  table.write(Buffer.from('a;b 3\nd 4.5\n'));
  while (table.scanFolded());
  const after = table.takeWeights();
  assert.deepEqual([...before, ...after], [1, 2, 3, 0, 4.5]);
  table.weights.set(after);
  table.hits.set([...before, 0]);
  const text = Buffer.concat([...table.folded(true)].map((block) => Buffer.from(block))).toString();
  assert.equal(text, 'a;b 1 3\nc 2 0\nd 0 4.5\n');
});

test('lines that do not come back are forgotten, and those that do are asked for once', () => {
  const lines = 150_000;
  const block = (from: number, times: number): Buffer =>
    Buffer.from(
      Array.from({ length: 1000 }, (_, i) => `\t${`${from + i}`.padStart(12)}\n1\n`.repeat(times)).join(''),
      'latin1',
    );
  const asked = (times: number): { table: StackTable; unknown: number } => {
    const table = new StackTable();
    const name = table.name('same');
    let unknown = 0;
    for (let round = 0; round < times; round++) {
      for (let from = 0; from < lines; from += 1000) {
        table.write(block(from, times));
        for (let stop = table.scan(); stop !== Stop.more; stop = table.scan()) {
          if (stop === Stop.unknown) unknown++;
          if (stop === Stop.unknown) table.define(name);
          if (stop === Stop.control) table.end(1);
        }
      }
    }
    assert.equal(textOf(table), `same ${lines * times * times}\n`);
    return { table, unknown };
  };
  const once = asked(1);
  assert.equal(once.unknown, lines);
  assert.ok(once.table.bytes.length < 20 << 20, `${once.table.bytes.length} bytes`);
  assert.equal(asked(3).unknown, lines);
});

/** Lines of stacks, each with a name of its own: `a;f7;g7 1`. */
function* ownNames(stacks: number): Generator<Buffer> {
  for (let from = 0; from < stacks; from += 5000) {
    yield Buffer.from(Array.from({ length: 5000 }, (_, i) => `a;f${from + i};g${(from + i) % 1000} 1\n`).join(''));
  }
}

test('a small input fits into the 4 MiB that the engine begins with', () => {
  const lines = Array.from({ length: 300 }, (_, i) => `app;function ${i};leaf ${i % 7} ${i}\n`);
  const { table } = readFolded([Buffer.from(lines.join(''))]);
  read(table, Buffer.from('\tframe\n1\n'));
  textOf(table);
  assert.equal(table.bytes.length, 4 << 20);
});

test('150 000 stacks with names of their own are read, drawn and written in 32 MiB', () => {
  const table = new StackTable();
  for (const block of ownNames(150_000)) {
    table.write(block);
    assert.equal(table.scanFolded(), false);
  }
  table.drawing.boxes({ ...PLAIN, least: 100, packs: true });
  assert.equal(table.drawing.packed.names.length, 151_001);
  assert.equal(
    textOf(table).length,
    [...ownNames(150_000)].reduce((sum, { length }) => sum + length, 0),
  );
  assert.ok(table.bytes.length <= 32 << 20, `${table.bytes.length >> 20} MiB`);
});

test('what is looked at while 200 000 names and stacks come stays what it is', () => {
  const table = new StackTable();
  let texts = 0;
  for (const block of ownNames(200_000)) {
    table.write(block);
    table.scanFolded();
    texts += table.nameText(table.nameCount).length + table.weights.length;
    if (table.stackCount === 100_000) table.endReading();
  }
  for (const block of ownNames(100_000)) {
    table.write(block);
    table.scanFolded();
  }
  assert.ok(texts > 0);
  assert.deepEqual([table.nameCount, table.stackCount], [201_001, 200_000]);
  const { weights, hits } = table;
  for (const { index, ids, weight } of table.stacks()) {
    const times = index < 100_000 ? 2 : 1;
    assert.deepEqual([weight, weights[index], hits[index], ids.length], [times, times, times, 3]);
    assert.equal(table.nameText(ids[1] as number), `f${index}`);
  }
});
