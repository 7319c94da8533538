// The engine counts samples whose headers say nothing new. With a window of time the host reads each header itself: then
// all has to come out alike.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PerfFold } from '../../src/perf/fold-perf.ts';

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

const piece: fc.Arbitrary<Piece> = fc.record({
  comm: fc.constantFrom('app', 'app', 'app', 'two words', ':-1', '', 'a longer comm 1', 'x\ny'),
  tid: fc.constantFrom(7, 8, 4_000_000),
  event: fc.constantFrom('cycles', 'cycles', 'cycles', 'cycles:u', 'faults'),
  period: fc.constantFrom('250000', '1', ''),
  rest: fc.constantFrom('', ' ', ' ', '   55d0c0de1000 alone+0x1 (/opt/app)', ' ffff flags'),
  frames: fc.array(fc.constantFrom('55d0c0de1000 work+0x10 (/opt/app)', '1 main+0x1 (/opt/app)', '2 [unknown] (/x)'), {
    maxLength: 3,
  }),
  end: fc.constantFrom(
    '\n',
    '\n',
    '',
    '\r\n',
    '\nWarning:\nProcessed 9 events and lost 1 chunks!\n\n',
    '\nno header\n',
  ),
});

function textOf(pieces: readonly Piece[]): string {
  const sample = ({ comm, tid, event, period, rest, frames, end }: Piece, i: number): string =>
    `${comm.padStart(8)} ${String(tid).padStart(5)} [001] ${`${100 + i}.000001`.padStart(12)}: ` +
    `${period.padStart(10)} ${event}:${rest}\n${frames.map((frame) => `\t    ${frame}\n`).join('')}${end}`;
  return pieces.map(sample).join('');
}

test('samples that the engine counts by itself are those that the host counts', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 12 }),
      fc.record({
        by: fc.constantFrom('comm', 'tid', 'none'),
        count: fc.constantFrom('period', 'samples'),
        event: fc.constantFrom([], ['cycles'], ['faults', 'cycles:u']),
      }),
      (pieces, options) => {
        const [text, fold] = [textOf(pieces), (from?: number) => foldedOf(textOf(pieces), { ...options, from })];
        assert.deepEqual(fold(), fold(0), text);
      },
    ),
    { numRuns: 300 },
  );
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
      skipped,
    };
  } catch (error) {
    return { error: (error as Error).message, skipped };
  }
}
