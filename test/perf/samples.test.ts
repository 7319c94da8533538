// The engine counts samples whose headers say nothing new. Where nobody tells it what becomes of them, the host reads each
// header itself: then all has to come out alike.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PerfLines } from '../../src/engine/perf-lines.ts';
import { PerfFold } from '../../src/perf/fold-perf.ts';
import { runs } from '../law-runs.ts';

interface Piece {
  comm: string;
  tid: number;
  event: string;
  period: string;
  /** what stands behind the event */
  rest: string;
  frames: string[];
  /** what stands behind the frames */
  end: string;
}

// words of tracepoints, flags, data sources, and frames of samples without callchain
const WORDS = [
  ...[
    'ffff8000',
    'flags',
    '|OP LOAD|LVL',
    'fd: 0x00000001,',
    'comm=a',
    'swapper/1:0',
    '[120]',
    '==>',
    '(55d0c0de1000)',
  ],
  ...[
    '55d0c0de1000 alone+0x1 (/opt/app)',
    'deadbeef [unknown] (/x y)',
    '  ffffffff821facd8 __schedule',
    '0xabcdef01 f (/x)',
  ],
  ...['ffffffff821facd8', 'a', '9 b (c)', '       55d0c0de1000 alone', 'insn: 48', '\r', '\t'],
];
const rest = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 5 })
  .chain((words) => fc.constantFrom(' ', '  ', '     ').map((blanks) => words.map((word) => blanks + word).join('')));

const piece: fc.Arbitrary<Piece> = fc.record({
  comm: fc.constantFrom('app', 'app', 'app', 'two words', ':-1', '', 'a longer comm 1', 'x\ny'),
  tid: fc.constantFrom(7, 8, 4_000_000),
  event: fc.constantFrom('cycles', 'cycles', 'cycles', 'cycles:u', 'faults', ''),
  period: fc.constantFrom('250000', '1', ''),
  rest: fc.oneof(fc.constant(' '), rest),
  frames: fc.array(fc.constantFrom('55d0c0de1000 work+0x10 (/opt/app)', '1 main+0x1 (/opt/app)', '2 [unknown] (/x)'), {
    maxLength: 3,
  }),
  end: fc.constantFrom(
    '\n',
    '\n',
    '\n',
    '',
    '\r\n',
    '\nWarning:\nProcessed 9 events and lost 1 chunks!\n\n',
    '\nno header\n',
    'PERF_RECORD_MMAP2 7/7: [0x1(0x2) @ 0 08:02 1 2]: r-xp /opt/app\n',
  ),
});

interface Form {
  /** the fields that perf prints */
  fields: readonly string[];
  pads: boolean;
  blank: string;
}

const form: fc.Arbitrary<Form> = fc.record({
  fields: fc.oneof(
    fc.constant(['comm', 'tid', 'cpu', 'time', 'period', 'event', 'rest']),
    fc.subarray(['comm', 'tid', 'cpu', 'time', 'period', 'event', 'rest'], { minLength: 1 }),
  ),
  pads: fc.boolean(),
  blank: fc.constantFrom(' ', ' ', '\t'),
});

function textOf(pieces: readonly Piece[], { fields, pads, blank }: Form): string {
  const sample = ({ comm, tid, event, period, rest, frames, end }: Piece, i: number): string => {
    const pad = (text: string, columns: number): string => (pads ? text.padStart(columns) : text);
    const texts: Record<string, string> = {
      comm: `${pad(comm, 8)}${blank}`,
      tid: `${pad(String(tid), 5)}${blank}`,
      cpu: `[001]${blank}`,
      time: `${pad(`${100 + i}.000001`, 12)}:${blank}`,
      period: period === '' ? '' : `${pad(period, 10)}${blank}`,
      event: event === '' ? '' : `${event}:`,
      rest,
    };
    const header = fields.map((field) => texts[field]).join('');
    return `${header}\n${frames.map((frame) => `\t    ${frame}\n`).join('')}${end}`;
  };
  return pieces.map(sample).join('');
}

test('samples that the engine counts by itself are those that the host counts', (t) => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 16 }),
      form,
      fc.record({
        by: fc.constantFrom('comm', 'tid', 'pid', 'none'),
        count: fc.constantFrom('period', 'samples'),
        event: fc.constantFrom([], ['cycles'], ['faults', 'cycles:u']),
        from: fc.constantFrom(undefined, undefined, 2, 104),
        to: fc.constantFrom(undefined, undefined, 6, 108),
      }),
      (pieces, style, options) => {
        const text = textOf(pieces, style);
        const byEngine = foldedOf(text, options);
        const mock = t.mock.method(PerfLines.prototype, 'rememberPlan', () => {});
        const byHost = foldedOf(text, options);
        mock.mock.restore();
        assert.deepEqual(byEngine, byHost, text);
      },
    ),
    { numRuns: runs(3) },
  );
});

test('more lines than the engine keeps are forgotten, and count as before', () => {
  const [samples, depth] = [1050, 0x1000];
  const head = 'app 1/1 1.0: 1 cycles:\n';
  const lines = Array.from({ length: depth }, (_, i) => `\t00000${i.toString(16).padStart(3, '0')} work+0x1 (/app)\n`);
  const block = Buffer.from(`${head}${lines.join('')}\n`);
  const fold = new PerfFold({}, (...skipped) => assert.fail(skipped.join()));
  fold.begin('in');
  for (let sample = 0; sample < samples; sample++) {
    const digits = sample.toString(16).padStart(5, '0');
    for (let i = 0, at = head.length + 1; i < depth; i++, at += lines[0]!.length) block.write(digits, at, 'latin1');
    fold.block(block);
  }
  fold.end();
  const folded = fold.finish();
  assert.ok('table' in folded);
  const [stack] = [...folded.table.stacks()];
  assert.deepEqual([folded.table.stackCount, stack?.ids.length, stack?.weight], [1, depth + 1, samples]);
  assert.ok(folded.table.bytes.length < 400 << 20, 'the table of lines has grown for those that it forgets');
});

function foldedOf(text: string, options: ConstructorParameters<typeof PerfFold>[0]): unknown {
  const skipped: string[] = [];
  const fold = new PerfFold(options, (...line) => skipped.push(line.join(': ')));
  fold.begin('in');
  fold.block(Buffer.from(text));
  fold.end();
  try {
    const folded = fold.finish();
    if ('why' in folded) return { why: folded.why, skipped };
    return {
      text: Buffer.concat([...folded.table.folded()].map(Buffer.from)).toString(),
      stats: folded.stats,
      notes: folded.notes,
      skipped,
    };
  } catch (error) {
    return { error: (error as Error).message, skipped };
  }
}
