import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../src/engine/stack-table.ts';
import { PerfScript, type PerfScriptOptions } from '../../src/perf/script.ts';
import { runs } from '../law-runs.ts';

const recordings = new URL('../../fixtures/recordings/', import.meta.url);

const PLAIN: PerfScriptOptions = {
  by: 'comm',
  event: [],
  count: 'period',
  from: undefined,
  to: undefined,
  srcline: false,
  maxDepth: undefined,
  markKernel: false,
  markJit: false,
  markInlined: false,
  addresses: false,
  tidy: true,
  demangle: true,
  keepHash: false,
  skipAfter: [],
  kernelSymbols: undefined,
  objects: true,
};

interface Folded {
  text: string;
  skipped: string[];
  perf: PerfScript;
}

/** Folds inputs, each given as blocks. */
function foldAll(inputs: Uint8Array[][], options: Partial<PerfScriptOptions> = {}): Folded {
  const skipped: string[] = [];
  const perf = new PerfScript(new StackTable(), { ...PLAIN, ...options }, (kind, place, text) =>
    skipped.push(`${place}: ${kind}: ${text}`),
  );
  for (const blocks of inputs) {
    perf.beginInput('in');
    for (const block of blocks) perf.write(block);
    perf.endInput();
  }
  perf.finish();
  return { text: Buffer.concat([...perf.table.folded()].map((b) => Buffer.from(b))).toString('latin1'), skipped, perf };
}

function fold(text: string, options: Partial<PerfScriptOptions> = {}): Folded {
  return foldAll([[Buffer.from(text, 'latin1')]], options);
}

function sum(folded: string): number {
  return folded
    .split('\n')
    .filter((line) => line !== '')
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

// ── recordings with known truth ──────────────────────────────────────────────────────────────────────────────────

for (const name of readdirSync(recordings).sort()) {
  if (name.includes('.')) continue;
  const text = readFileSync(new URL(`${name}/script.txt`, recordings));
  const truth = readFileSync(new URL(`${name}/TRUTH.tsv`, recordings), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  for (const row of truth) {
    const [event = '', samples, period] = row.split('\t');
    test(`recording ${name}: nothing of ${event} is lost`, () => {
      const wanted = event === '-' ? [] : [event];
      const byPeriod = foldAll([[text]], { event: wanted });
      assert.equal(sum(byPeriod.text), Number(period), 'sum of periods');
      assert.equal(
        sum(foldAll([[text]], { event: wanted, count: 'samples' }).text),
        Number(samples),
        'number of samples',
      );
      assert.deepEqual(byPeriod.skipped, []);
    });
  }
}

test('cutting the input anywhere changes nothing', () => {
  const names = [
    'comms-records',
    'inline-srcline',
    'fields-iregs-uregs',
    'multi',
    'comms-no-callchain',
    'rust-v0-mangled',
  ];
  const texts = names.map((name) => readFileSync(new URL(`${name}/script.txt`, recordings)));
  const options = { srcline: true, markInlined: true, markKernel: true };
  for (const text of texts) {
    const whole = foldAll([[text]], options).text;
    assert.equal(foldAll([[...text].map((byte) => Uint8Array.of(byte))], options).text, whole, 'one byte at a time');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: text.length }), { maxLength: 30 }), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), text.length];
        const blocks = cuts.slice(1).map((to, i) => text.subarray(cuts[i], to));
        assert.equal(foldAll([blocks], options).text, whole);
      }),
      { numRuns: runs(0.2) },
    );
  }
});

test('any bytes at all: no exception, and what is folded adds up to the samples', () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      'app  4242 [003]   100.000001:     250000 cycles: \n',
      '\t    55d0 work+0x10 (/opt/app)\n',
      '\n',
      '\r\n',
      '  x.c:3\n',
      'Warning:\n',
      '\t',
      ' ',
      '(',
      ':',
      '55d0 ',
      'a 12 ',
    ),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      // a text in UTF-16 is refused by its first two bytes
      const { text, perf } = fold(`\n${parts.join('')}`, { count: 'samples' });
      assert.equal(sum(text), perf.samples.folded);
    }),
    { numRuns: runs(4) },
  );
});

test('a line is the beginning of a comm with a newline only right above its header', () => {
  const sample = 'words 7/7 1.0: 10 cycles: \n\t  4011 main (/x)\n\n';
  assert.equal(fold(`${sample}two\n${sample}`).text, 'two_words;main 10\nwords;main 10\n');
  assert.equal(fold(`${sample}two\n\n${sample}`).text, 'words;main 20\n');
});

test('a recording in CRLF folds to the same', () => {
  const text = readFileSync(new URL('cxx-dwarf/script.txt', recordings), 'latin1');
  assert.equal(fold(text.replaceAll('\n', '\r\n')).text, fold(text).text);
});

test('two inputs fold to the sum of both, also when the first lacks its final newline', () => {
  const text = readFileSync(new URL('go/script.txt', recordings), 'latin1');
  const once = fold(text).text;
  const twice = foldAll([[Buffer.from(text.trimEnd(), 'latin1')], [Buffer.from(text, 'latin1')]]).text;
  assert.equal(sum(twice), 2 * sum(once));
  assert.equal(twice.split('\n').length, once.split('\n').length);
});

// ── situations ───────────────────────────────────────────────────────────────────────────────────────────────────

const HEADER = 'app  4242 [003]   100.000001:     250000 cycles:P: \n';
const LATER = 'app  4242 [003]   100.000002:     250000 cycles:P: \n';
const STACK = '\t    55d0c0de1000 work+0x10 (/opt/app)\n\t    55d0c0de0f00 main+0x20 (/opt/app)\n';
const ONE = 'app;main;work 250000\n';
const TWO = 'app;main;work 500000\n';

const SITUATIONS: [name: string, input: string, folded: string, options?: Partial<PerfScriptOptions>][] = [
  ['last sample without blank line', HEADER + STACK, ONE],
  ['last sample without newline', HEADER + STACK.trimEnd(), ONE],
  [
    'no blank line between samples',
    `${HEADER}${STACK} ABI:2    BP:0x7f84 \n${LATER}${STACK} ABI:2    BP:0x7f85 \n`,
    TWO,
  ],
  ['branch stacks', `${HEADER}${STACK} 0x1/0x2/P/-/-/3/CALL/-\n${LATER}${STACK}\n`, TWO],
  ['physical addresses', `${HEADER}${STACK}               0\n${LATER}${STACK}    7f0012345678\n`, TWO],
  ['an empty callchain is the bare comm', `${HEADER}\n${LATER}${STACK}\n`, `app 250000\n${ONE}`],
  ['an empty callchain and no root', `${HEADER}\n`, '[unknown] 250000\n', { by: 'none' }],
  [
    'stderr within a sample',
    `${HEADER}${STACK.split('\n')[0]}\nWarning:\nProcessed 9 events and lost 1 chunks!\n\n${STACK.split('\n')[1]}\n\n`,
    ONE,
  ],
  [
    'records between samples',
    `app  4242 [003]   100.000001: PERF_RECORD_MMAP2 4242/4242: [0x55d0(0x2000) @ 0 08:01 99 1]: r-xp /opt/app\n${HEADER}${STACK}\n`,
    ONE,
  ],
  [
    'a record that goes on below',
    `${HEADER}${STACK}\napp  4242 [003]   100.000001: PERF_RECORD_NAMESPACES 1/1 - nr_namespaces: 7\n\t\t[0/net: 4/0xf0000000, 1/uts: 4/0xeffffffe]\n${LATER}${STACK}\n`,
    TWO,
  ],
  ['a header block', `# ========\n# cmdline : perf record\n# ========\n#\n${HEADER}${STACK}\n`, ONE],
  ['a comm with a hash', `${HEADER.replace('app', '#hash')}${STACK}\n`, '#hash;main;work 250000\n'],
  ['a comm with a newline', `${HEADER.replace('app', 'nl\nx 12 y')}${STACK}\n`, 'nl_x_12_y;main;work 250000\n'],
  ['a comm of a newline', `${HEADER.replace('app', '\n')}${STACK}\n`, '[unknown];main;work 250000\n'],
  [
    'a comm with a semicolon',
    `${HEADER.replace('app', '(paren) ;semi')}${STACK}\n`,
    '(paren)_:semi;main;work 250000\n',
  ],
  ['a dead thread', `:-1    -1 [000]   100.000001:     250000 cycles:P: \n${STACK}\n`, ':-1;main;work 250000\n'],
  [
    'an inlined frame',
    `${HEADER}\t    55d0c0de1000 inl+0x10 (inlined)\n${STACK}\n`,
    'app;main;work;inl_[i] 250000\n',
    { markInlined: true },
  ],
  [
    'an inlined frame of perf 4.14',
    `${HEADER}${STACK.replace('\n', '\n\t                 inl\n')}\n`,
    'app;main;work;inl 250000\n',
  ],
  [
    'inlined calls of a JIT',
    `${HEADER}\t    7f00c0de1000 La/A;::a->La/B;::b->La/C;::c+0x10 (/tmp/perf-4242.map)\n${STACK}\n`,
    'app;main;work;La/A:::a;La/B:::b_[i];La/C:::c_[i] 250000\n',
    { markInlined: true },
  ],
  [
    'operator-> is not inlining',
    `${HEADER}\t    55d0c0de1000 P<F>::operator->() const+0x10 (/opt/app)\n${STACK}\n`,
    'app;main;work;P<F>::operator-> 250000\n',
  ],
  [
    'kernel frames marked',
    `${HEADER}\tffffffff8103d0ca do_x+0x1 ([kernel.kallsyms])\n${STACK}\n`,
    'app;main;work;do_x_[k] 250000\n',
    { markKernel: true },
  ],
  [
    'JIT frames marked',
    `${HEADER}\t    7f00c0de1000 JS:*f /a.js:1:2+0x10 (/tmp/perf-4242.map)\n${STACK}\n`,
    'app;main;work;JS:*f /a.js:1:2_[j] 250000\n',
    { markJit: true },
  ],
  [
    'unresolved frames are called by their object',
    `${HEADER}\t    7f00c0de1000 [unknown] (/usr/lib/libx.so.6)\n\t               0 [unknown] ([unknown])\n\n`,
    'app;[unknown];[libx.so.6] 250000\n',
  ],
  [
    'unresolved frames with addresses',
    `${HEADER}\t    7f00c0de1000 [unknown] (/usr/lib/libx.so.6)\n\n`,
    'app;[libx.so.6 <7f00c0de1000>] 250000\n',
    { addresses: true },
  ],
  [
    'source lines',
    `${HEADER}\t    55d0c0de1000 work+0x10 (/opt/app)\n  app.c:12\n\t    55d0c0de0f00 main+0x20 (/opt/app)\n  ??:0\n\n`,
    'app;main;work:app.c:12 250000\n',
    { srcline: true },
  ],
  [
    'source lines not asked for',
    `${HEADER}\t    55d0c0de1000 work+0x10 (/opt/app)\n  app.c:12\n\t    55d0c0de0f00 main+0x20 (/opt/app)\n  ??:0\n\n`,
    ONE,
  ],
  [
    'a leaf on the header line',
    `             app  4242 [003]   100.000001:     250000 cycles:P:      55d0c0de1000 work+0x10 (/opt/app)\n`,
    'app;work 250000\n',
  ],
  ['text of a tracepoint is no frame', 'app  4242 [003]   100.000001: x:y: add 12 (feed)\n', 'app 1\n'],
  ['frames without objects', `${HEADER}\t    55d0c0de1000 work\n\t    55d0c0de0f00 main\n\n`, ONE],
  ['frames without indentation', `${HEADER}${STACK.replaceAll(/^\t +/gm, '')}\n`, ONE],
  ['frames only, without headers', `\n${STACK}\n\n${STACK}\n`, 'main;work 2\n'],
  ['only comms above the frames', `app \n${STACK}\ntwo words \n${STACK}\n`, 'app;main;work 1\ntwo_words;main;work 1\n'],
  [
    'pid in the root frame',
    `${HEADER.replace('4242', '4242/4243')}${STACK}\n`,
    'app-4242;main;work 250000\n',
    { by: 'pid' },
  ],
  [
    'pid and tid in the root frame',
    `${HEADER.replace('4242', '4242/4243')}${STACK}\n`,
    'app-4242/4243;main;work 250000\n',
    { by: 'tid' },
  ],
  ['tid alone', `${HEADER}${STACK}\n`, 'app-?/4242;main;work 250000\n', { by: 'tid' }],
  ['callers left away', `${HEADER}\t 1 leaf+0x1 (/a)\n${STACK}\n`, 'app;work;leaf 250000\n', { skipAfter: ['work'] }],
  ['depth limited', `${HEADER}\t 1 leaf+0x1 (/a)\n${STACK}\n`, 'app;main;[truncated] 250000\n', { maxDepth: 1 }],
  ['argument lists kept', `${HEADER}\t 1 ns::f(int)+0x1 (/a)\n\n`, 'app;ns::f(int) 250000\n', { tidy: false }],
  ['invalid UTF-8 passes through', `${HEADER}\t 1 caf\xe9\xff+0x1 (/a)\n\n`, 'app;caf\xe9\xff 250000\n'],
];

for (const [name, input, folded, options] of SITUATIONS) {
  test(`situation: ${name}`, () => {
    const result = fold(input, options);
    assert.equal(result.text, folded);
    assert.deepEqual(result.skipped, []);
  });
}

test('a chain of exactly 127 frames has lost its root', () => {
  const chain = (n: number): string =>
    Array.from({ length: n }, (_, i) => `\t    ${(4096 + i).toString(16)} f${i}+0x1 (/a)\n`).join('');
  assert.match(fold(`${HEADER}${chain(127)}\n`).text, /^app;\[truncated\];f126;/);
  assert.match(fold(`${HEADER}${chain(126)}\n`).text, /^app;f125;/);
  assert.equal(fold(`${HEADER}${chain(127)}\n`).perf.samples.truncatedWeight, 250000);
});

test('the first event is folded, the others are counted', () => {
  const other = HEADER.replace('cycles:P', 'faults');
  const { text, perf } = fold(`${HEADER}${STACK}\n${other}${STACK}\n${other}${STACK}\n`);
  assert.equal(text, ONE);
  assert.deepEqual(
    perf.events.left().map(({ name, samples }) => [name, samples]),
    [['faults', 2]],
  );
});

test('an event is found without its modifiers, unless another bears that very name', () => {
  assert.equal(fold(`${HEADER}${STACK}\n`, { event: ['cycles'] }).text, ONE);
  const plain = LATER.replace('cycles:P', 'cycles').replace('app', 'two');
  assert.equal(fold(`${HEADER}${STACK}\n${plain}${STACK}\n`, { event: ['cycles'] }).text, 'two;main;work 250000\n');
  assert.throws(
    () => fold(`${HEADER}${STACK}\n`, { event: ['faults'] }),
    /no sample of event faults.*cycles:P \(1 sample\)/,
  );
});

test('a time range, from the first sample on or in perf time', () => {
  const at = (time: string): string => `${HEADER.replace('100.000001', time)}${STACK}\n`;
  const input = at('100.000000') + at('101.000000') + at('102.000000');
  assert.equal(fold(input, { from: 1, to: 2 }).text, ONE);
  assert.equal(fold(input, { from: 101, to: 102 }).text, ONE);
  assert.equal(fold(input, { from: 1 }).text, TWO);
  assert.equal(fold(input, { from: 1 }).perf.samples.outside, 1);
});

test('frames before the first header are told, not counted', () => {
  const { text, skipped } = fold(`${STACK}\n${HEADER}${STACK}\n`);
  assert.equal(text, ONE);
  assert.equal(skipped.length, 1);
  assert.match(skipped[0] as string, /frames without a header/);
});

test('a line that is cut off leaves a mark', () => {
  const { text, skipped } = fold(`${HEADER}\t    55d0c0de1000 work+0x10 (/opt/app)\n\t    55d0c0de0f00 mai (/op`);
  assert.equal(text, 'app;[truncated];work 250000\n');
  assert.match(skipped[0] as string, /3: cut off in the middle of a line/);
  // the address on this header's line is data, and the callchain below is missing
  const behind = fold(`${HEADER}${STACK}\n${LATER.trimEnd()}     55d0c0de8000 buffer+0x8 (/opt/app)`);
  assert.equal(behind.text, `app;[truncated] 250000\n${ONE}`);
  assert.match(behind.skipped[0] as string, /5: cut off in the middle of a line/);
});

test('garbage is told line by line', () => {
  const { skipped } = fold(`hello, is this perf?\n${HEADER}${STACK}\nwhat is this\n\n`);
  assert.deepEqual(skipped, [
    'in:1: not a sample header: hello, is this perf?',
    'in:6: not a sample header: what is this',
  ]);
});

// as perf prints each field, with `-g` or, `oneLine`, without
const FIELDS = ['comm', 'pid', 'tid', 'cpu', 'misc', 'time', 'period', 'event'] as const;
type Field = (typeof FIELDS)[number];

// what -F +addr, +weight, +cgroup … put behind the event, and +iregs, +phys_addr, +data_page_size … below the callchain
const BEHIND = [
  '',
  '   5624becbf050 buffer+0x8 (/opt/app)',
  '               0 /system.slice/app.service',
  '               0               0',
];
const BELOW = [
  '',
  ' N/A 4K',
  '               0',
  '               0 2M',
  ' ABI:2    AX:0x12fe4b    BX:0x3                0 N/A',
];

function headerOf(fields: readonly Field[], comm: string, tid: number, period: number, oneLine: boolean): string {
  const has = (field: Field): boolean => fields.includes(field);
  const id = String(tid).padStart(5);
  const task = has('pid') && has('tid') ? `${id}/${String(tid).padEnd(5)} ` : has('pid') || has('tid') ? `${id} ` : '';
  return [
    has('comm') ? `${oneLine ? comm.padStart(16) : comm} ` : '',
    task,
    has('cpu') ? '[003] ' : '',
    has('misc') ? 'U     ' : '',
    has('time') ? '  100.000001: ' : '',
    has('period') ? `${String(period).padStart(10)} ` : '',
    has('event') ? 'cpu-clock: ' : '',
  ].join('');
}

test('any set of fields gives the same stacks, the whole period, and a comm without the other fields', () => {
  fc.assert(
    fc.property(
      fc.subarray([...FIELDS], { minLength: 1 }),
      fc.constantFrom('w', 'two words', 'kworker/0:1', 'FS Broker'),
      fc.integer({ min: 1, max: 99_999 }),
      fc.array(fc.integer({ min: 100_000, max: 99_999_999 }), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.constantFrom(...BEHIND),
      fc.constantFrom(...BELOW),
      (fields, comm, tid, periods, oneLine, behindEvent, below) => {
        const leaf = '55d0c0de1000 work+0x10 (/opt/app)';
        const who = fields.filter((field) => field !== 'period' && field !== 'event');
        const record = oneLine ? '' : `${headerOf(who, comm, tid, 0, false)}PERF_RECORD_EXIT(1:1):(1:1)\n`;
        const behind = fields.includes('event') && fields.includes('time') ? behindEvent : '';
        const samples = periods.map((period) => {
          const header = headerOf(fields, comm, tid, period, oneLine);
          return oneLine
            ? `${header}    ${leaf}\n`
            : `${header}${behind}\n\t    ${leaf}\n\t    55d0c0de0f00 main+0x20 (/opt/app)\n${below}\n`;
        });
        const root = fields.includes('comm') ? `${comm.replaceAll(' ', '_')};` : '';
        const weight = fields.includes('period') ? periods.reduce((a, b) => a + b) : periods.length;
        const { text } = fold(record + samples.join(''));
        if (fields.includes('comm') || (!fields.includes('pid') && !fields.includes('tid'))) {
          assert.equal(text, `${root}${oneLine ? '' : 'main;'}work ${weight}\n`);
        } else assert.equal(sum(text), weight);
      },
    ),
    { numRuns: runs(4) },
  );
});

test('a task, a period and an event make a header, though the task reads as an address', () => {
  const sample = (period: string): string => `10000 ${period.padStart(10)} cpu-clock: \n${STACK}               0\n`;
  const { text } = fold(`10000 PERF_RECORD_EXIT(1:1):(1:1)\n${['100000', '1000000', '100000'].map(sample).join('')}`);
  assert.equal(sum(text), 1_200_000);
});
