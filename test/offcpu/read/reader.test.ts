import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { OffcpuEntry } from '../../../src/offcpu/entry.ts';
import { entriesOf as entriesIn } from '../../../src/offcpu/entry-rows.ts';
import type { Program } from '../../../src/offcpu/read/program.ts';
import { OffcpuReader, type ReaderOptions } from '../../../src/offcpu/read/reader.ts';
import type { FoldOptions } from '../../../src/offcpu/read/stacks.ts';
import { commFrame, frameText } from '../../../src/stacks/frame-name.ts';
import { runs } from '../../law-runs.ts';
import { ROOT } from '../../tools.ts';

const READING: ReaderOptions = {
  map: undefined,
  order: undefined,
  inputUnit: undefined,
  repeats: 'auto',
  tidy: true,
  demangle: true,
  keepHash: false,
};
const FOLDING: FoldOptions = { by: 'comm', unit: 'us', markKernel: false, maxDepth: undefined };

interface Read {
  reader: OffcpuReader;
  skipped: string[];
  why: (string | undefined)[];
}

/** Reads inputs (latin1), each in blocks of `size` bytes. */
function read(inputs: (string | Buffer)[], options: Partial<ReaderOptions> = {}, size = 1 << 16): Read {
  const skipped: string[] = [];
  const reader = new OffcpuReader({ ...READING, ...options }, (kind, line) => skipped.push(`${line}: ${kind}`));
  const why = inputs.map((input) => {
    const bytes = Buffer.from(input as string, 'latin1');
    reader.beginInput();
    for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
    return reader.endInput();
  });
  return { reader, skipped, why };
}

function folded({ reader }: Read, options: Partial<FoldOptions> = {}): string[] {
  reader.fold({ ...FOLDING, ...options });
  return Buffer.concat([...reader.table.folded()].map((block) => Buffer.from(block)))
    .toString('latin1')
    .split('\n')
    .slice(0, -1);
}

function sumOf(lines: string[]): number {
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

function entriesOf(text: string): OffcpuEntry[] {
  return [...entriesIn(read([text]).reader.entries())];
}

test('entries in any order are one dump, however many dumps they look like', () => {
  const entries = Array.from({ length: 3000 }, (_, i) => `@off[\n    f${i}+1\n    main+2\n]: ${3000 - i}\n`);
  const falling = read([`${entries.join('')}\n`]);
  assert.deepEqual(folded(falling), folded(read([`${entries.reverse().join('')}\n`])));
  assert.equal(falling.reader.inputs[0]?.dump?.dumps, 1);
});

test('a blank before the offset is no part of the name', () => {
  assert.deepEqual(folded(read(['@off[\n    f ]: +1\n    main+2\n]: 5\n'])), ['main;f ]: 5']);
});

describe('any chunking', () => {
  const folder = join(ROOT, 'fixtures/offcpu-fold');
  const cases = readdirSync(folder).filter((name) => readdirSync(join(folder, name)).includes('in.txt'));
  for (const name of cases) {
    test(`reads the same: ${name.replaceAll('-', ' ')}`, () => {
      const input = readFileSync(join(folder, name, 'in.txt'));
      const result = (size: number) => {
        const got = read([input], {}, size);
        let lines: string[] | string;
        try {
          lines = folded(got);
        } catch (error) {
          lines = String(error);
        }
        return { lines, skipped: got.skipped, why: got.why };
      };
      const whole = result(1 << 20);
      for (const size of input.length > 20_000 ? [1, 4093] : [1, 2, 7, 61, 4093]) assert.deepEqual(result(size), whole);
    });
  }
});

/** An entry as a program counts it. */
interface Model {
  kernel: string[];
  user: string[];
  comm: string;
  tid: number;
  value: number;
}

const HOSTILE = [
  'weird sym; with (stuff) [x]: 7',
  ', x]: 7',
  'operator,',
  'a]: 12',
  '@y[',
  'std::map<int, char>::operator[](int)',
  ')',
  '\xc3\xa0',
];
const name = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.stringMatching(/^[a-z_\x80-\xff<>;,:()\]{}~][ -~\x80-\xff]{0,20}$/).filter((text) => !/[@]|\]$|^ | $/.test(text)),
);
const comm = fc.oneof(
  fc.constantFrom('a, b', ']: 7', '@x[', '[kw/0:1]', '12345', '  lead', 'trail  ', '', 'x, 7, 8', ', '),
  fc.stringMatching(/^[ -~\x80-\xff]{0,15}$/),
);
const model: fc.Arbitrary<Model> = fc.record({
  kernel: fc.array(name, { maxLength: 5 }).map((names) => (names.length > 0 ? ['__schedule', ...names] : [])),
  user: fc.array(name, { maxLength: 5 }),
  comm,
  tid: fc.nat(99_999).map((tid) => tid + 300),
  value: fc.nat(1_000_000_000),
});
/** Some that leave no doubt about the shape of the keys. */
const plain: Model[] = ['sh', 'cat', 'dd'].map((comm, i) => ({
  kernel: ['__schedule'],
  user: ['main'],
  comm,
  tid: 500 + i,
  value: 1,
}));

function written(models: Model[], indent: string): string {
  const stack = (frames: string[]): string =>
    frames.length === 0 ? '' : `\n${frames.map((frame, i) => `${indent}${frame}+${i}\n`).join('')}`;
  const entries = models.map(
    ({ kernel, user, comm, tid, value }) => `@offcpu[${stack(kernel)}, ${stack(user)}, ${comm}, ${tid}]: ${value}\n`,
  );
  return `Attaching 2 probes...\n\n\n${entries.join('')}`;
}

function expected(models: Model[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { kernel, user, comm, tid, value } of models) {
    const frames = [...user.toReversed(), ...kernel.toReversed()].map(frameText);
    if (frames.length === 0) frames.push('[lost]');
    const stack = [`${commFrame(comm)}-?/${tid}`, ...frames].join(';');
    sums.set(stack, (sums.get(stack) ?? 0) + value);
  }
  return sums;
}

describe('a dump written and read', () => {
  const models = fc
    .array(model, { maxLength: 12 })
    .map((some) => [...some, ...plain, ...plain.map((one) => ({ ...one, tid: one.tid + 9 }))]);

  test('is the same, whatever the names', () => {
    fc.assert(
      fc.property(models, fc.constantFrom('    ', '        '), (some, indent) => {
        const got = read([written(some, indent)], { tidy: false, demangle: false });
        assert.deepEqual([got.skipped, got.why], [[], [undefined]]);
        const sums = new Map(
          folded(got, { by: 'tid' }).map((line) => {
            const at = line.lastIndexOf(' ');
            return [line.slice(0, at), Number(line.slice(at + 1))];
          }),
        );
        assert.deepEqual(new Map([...sums].sort()), new Map([...expected(some)].sort()));
      }),
      { numRuns: runs(2) },
    );
  });

  test('keeps its sum, in any unit, by any root', () => {
    const units = fc.constantFrom('ns', 'us', 'ms');
    fc.assert(
      fc.property(models, units, units, fc.constantFrom('comm', 'tid', 'none'), (some, inputUnit, unit, by) => {
        const sum = some.reduce((total, { value }) => total + value, 0);
        const size = { ns: 1, us: 1e3, ms: 1e6 };
        const lines = folded(read([written(some, '    ')], { inputUnit }), { unit, by });
        assert.equal(sumOf(lines), Math.round((sum * size[inputUnit]) / size[unit]));
      }),
    );
  });

  test('twice is twice as much', () => {
    fc.assert(
      fc.property(models, (some) => {
        const text = written(some, '    ');
        assert.equal(sumOf(folded(read([text, text]))), 2 * sumOf(folded(read([text]))));
      }),
      { numRuns: runs(0.6) },
    );
  });
});

describe('entries', () => {
  test('have their stacks innermost first, and what the key tells', () => {
    const [entry, ...others] = entriesOf(
      '@offcpu[\n    __schedule+1\n    schedule+2\n, \n    f(int)+1\n    main+2\n, two words, 4242, 2]: 7\n',
    );
    assert.deepEqual(others, []);
    assert.deepEqual(entry, {
      kind: 'blocked',
      comm: 'two words',
      pid: undefined,
      tid: 4242,
      kernel: ['__schedule', 'schedule'],
      user: ['f', 'main'],
      ns: 7000,
      count: undefined,
      maxNs: undefined,
      state: 2,
      waitEvent: undefined,
      particulars: undefined,
    });
  });

  test('are the same each time that they are walked through, and share equal kernel stacks', () => {
    const entry = (user: string): string => `@offcpu[\n    __schedule+1\n    schedule+2\n, \n    ${user}+1\n]: 7\n`;
    const entries = read([entry('f') + entry('g')]).reader.entries();
    const [first, second] = entriesIn(entries);
    assert.deepEqual([...entriesIn(entries)], [first, second]);
    assert.equal(first?.kernel, second?.kernel);
  });

  test('equal ones are one: offsets and threads that are not in the key do not tell them apart', () => {
    const entries = entriesOf(
      '@offcpu[\n    __schedule+1\n, \n    f+1\n]: 7\n@offcpu[\n    __schedule+1\n, \n    f+2\n]: 8\n',
    );
    assert.deepEqual(
      entries.map(({ ns }) => ns),
      [15_000],
    );
  });

  test('tuples are sum, count, longest', () => {
    const [entry] = entriesOf('@x[\n    __schedule+1\n]: (70, 3, 40)\n@x[\n    __schedule+2\n]: (7, 1, 7)\n');
    assert.deepEqual([entry?.ns, entry?.count, entry?.maxNs], [77_000, 4, 40_000]);
  });

  test('state 0 and 256 are preemption, no stack at all is a lost one', () => {
    const text = ['0', '256', '1', '8'].map((state) => `@[\n    __schedule+1\n, ${state}]: 1\n`).join('');
    assert.deepEqual(
      entriesOf(`${text}@[, 2]: 1\n`).map(({ kind }) => kind),
      ['preempted', 'preempted', 'blocked', 'blocked', 'lost'],
    );
  });

  test('of our program: blocked and runnable time, wait events, intervals still open', () => {
    const entries = entriesOf(`flamepipe offcpu 1 pid 4242 attach_ns 1 wait_events 1
flamepipe offcpu end pid 4242 start_ns 1000 end_ns 9000


@cpu[0]: (8500, 4243)
@offcpu[
    __schedule+1
, 
    read+1
, pg, 4243, 1, 100663296]: (500, 60, 3, 400, 30)
@open[4243]: (8000, 1, 7, 
        __schedule+1
, 
        read+1
, pg)
@open[4244]: (8000, 0, 0, 
        __schedule+1
, , pg)
@threads: 2
@ready[4243]: 8400
`);
    const short = entries.map(({ kind, pid, tid, state, waitEvent, ns, count, maxNs }) =>
      [kind, pid, tid, state, waitEvent, ns, count, maxNs].join(' '),
    );
    assert.deepEqual(short, [
      'blocked 4242 4243 1 100663296 500 3 400',
      'runnable 4242 4243 1 100663296 60 3 30',
      'blocked 4242 4243 1 7 400 1 400',
      'runnable 4242 4243 1 7 100 1 100',
      'in-progress 4242 4244 0 0 1000 0 1000',
    ]);
  });
});

describe('what a dump of our program lacks', () => {
  const dump = (maps: string): Read =>
    read([
      `flamepipe offcpu 1 pid 7 attach_ns 1 wait_events 0\nflamepipe offcpu end pid 7 start_ns 1000 end_ns 9000\n\n\n${maps}`,
    ]);
  const entry = (tid: number, ns: number): string =>
    `@offcpu[\n    __schedule+1\n, , app, ${tid}, 1, 0]: (${ns}, 0, 1, ${ns}, 0)\n`;
  const thread = (tid: number, ns: number): string => `@thread[${tid}]: (1000, 9000, 0, ${8000 - ns}, ${ns}, 0, 1)\n`;
  const program = ({ reader }: Read): Program => reader.inputs[0]!.dump!.program!;

  test('time without an entry: by thread', () => {
    const found = dump(`${entry(7, 500)}${entry(8, 900)}${thread(7, 800)}${thread(8, 700)}@threads: 2\n`);
    assert.equal(program(found).unmappedNs, 300);
    assert.deepEqual(folded(found, { by: 'tid', unit: 'ns' }), [
      'app-7/7;[lost] 300',
      'app-7/7;__schedule 500',
      'app-7/8;__schedule 900',
    ]);
  });

  test('time without an entry: of all together after an exec, which gives a thread another id', () => {
    const found = dump(`@execs: 1\n${entry(7, 500)}${entry(8, 900)}${thread(7, 1500)}@threads: 2\n`);
    assert.equal(program(found).unmappedNs, 100);
    assert.equal(program(found).lacksThreads, false);
  });

  test('threads: more were seen than there was room for', () => {
    assert.equal(program(dump(`${entry(7, 500)}${thread(7, 500)}@threads: 3\n`)).lacksThreads, true);
  });

  test('its end: every cut shows, at whichever map', () => {
    const whole = `${entry(7, 500)}@ready[7]: 1500\n${thread(7, 500)}@threads: 1\n`;
    assert.deepEqual(dump(whole).skipped, []);
    // of no thread bpftrace 0.27 prints no count
    assert.deepEqual(dump(whole.replace('@threads: 1', '@whole: 1')).skipped, []);
    for (const line of ['@ready', '@thread[', '@threads']) {
      assert.deepEqual(
        dump(whole.slice(0, whole.indexOf(line))).skipped.map((text) => text.replace(/^\d+: /, '')),
        ['cut off before its end'],
      );
    }
  });
});

describe('a map printed several times', () => {
  const dump = (...counts: number[]): string =>
    counts.map((n, i) => `@x[\n    __schedule+1\n    f${i}+1\n]: ${n}\n`).join('');
  const total = (text: string, repeats: 'auto' | 'add' | 'last' = 'auto'): number =>
    sumOf(folded(read([text], { repeats })));

  test('as running totals counts once', () => {
    assert.equal(total(`${dump(3, 4)}\n${dump(3, 6, 8)}\n${dump(5, 6, 8)}`), 19);
    assert.equal(total(`${dump(3, 4)}${dump(3, 6, 8)}`), 17);
  });

  test('as sums of their own is added up', () => {
    assert.equal(total(`${dump(3, 4)}\n${dump(2, 6)}`), 15);
    assert.equal(total(`${dump(3, 4, 5)}\n${dump(4, 6)}`), 22);
  });

  test('as it is told', () => {
    assert.equal(total(`${dump(3, 4)}\n${dump(3, 6)}`, 'add'), 16);
    assert.equal(total(`${dump(3, 4)}\n${dump(2, 6)}`, 'last'), 8);
  });

  test('with tuples as values likewise, counts and longest included', () => {
    const tuples = (...values: [sum: number, count: number, max: number][]): string =>
      values.map((n, i) => `@x[\n    __schedule+1\n    f${i}+1\n]: (${n.join(', ')})\n`).join('');
    const growing = `${tuples([3, 1, 3], [4, 1, 4])}\n${tuples([3, 1, 3], [6, 2, 4], [8, 3, 5])}`;
    const found = (text: string, repeats: 'auto' | 'add' | 'last' = 'auto'): string[] =>
      [...entriesIn(read([text], { repeats }).reader.entries())].map(({ ns, count, maxNs }) =>
        [ns, count, maxNs].join(' '),
      );
    assert.deepEqual(found(growing), ['3000 1 3000', '6000 2 4000', '8000 3 5000']);
    assert.deepEqual(found(growing, 'add'), ['6000 2 3000', '10000 3 4000', '8000 3 5000']);
    const cleared = `${tuples([3, 1, 3], [4, 1, 4])}\n${tuples([2, 1, 2])}`;
    assert.deepEqual(found(cleared), ['5000 2 3000', '4000 1 4000']);
    assert.deepEqual(found(cleared, 'last'), ['2000 1 2000']);
    for (const text of [growing, cleared]) assert.equal(read([text]).reader.inputs[0]!.dump!.dumps, 2);
    const [once] = read([tuples([3, 1, 3], [4, 1, 4])]).reader.inputs;
    assert.equal(once!.dump!.dumps, 1);
  });

  test('the same text of several threads is one dump', () => {
    assert.equal(total('@x[\n    __schedule+1\n]: 3\n@x[\n    __schedule+1\n]: 4\n'), 7);
  });
});
