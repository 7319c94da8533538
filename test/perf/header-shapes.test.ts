// Headers that perf did not pad so: a line read by the shape of one before is read as if it stood alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PerfFold } from '../../src/perf/fold-perf.ts';
import { runs } from '../law-runs.ts';

interface Sample {
  comm: string;
  tid: number;
  time: string;
  period: number;
  leaf: string;
}

/** What perf prints with some of its fields, and what becomes of it when blanks are squeezed. */
const FORMS = {
  'squeezed blanks': ({ comm, tid, time, period }: Sample): string => `${comm} ${tid} [001] ${time}: ${period} cycles:`,
  'tabs for blanks': ({ comm, tid, time, period }: Sample): string =>
    `${comm}\t${tid}/${tid}\t${time}:\t${period}\tcycles:`,
  'carriage returns': ({ comm, tid, time, period }: Sample): string => `${comm} ${tid} ${time}: ${period} cycles:\r`,
  'comm,tid,period,event': ({ comm, tid, period }: Sample): string =>
    `${comm} ${pad(tid, 5)} ${pad(period, 10)} cycles: `,
  'comm,period': ({ comm, period }: Sample): string => `${comm} ${pad(period, 10)} `,
  'comm,event': ({ comm }: Sample): string => `${comm} cycles: `,
  comm: ({ comm }: Sample): string => `${comm} `,
  'tid,cpu,event': ({ tid }: Sample): string => ` ${pad(tid, 5)} [001] cycles: `,
  'time,period,event': ({ time, period }: Sample): string => `${pad(time, 12)}: ${pad(period, 10)} cycles: `,
  'comm,tid,period,event, and a frame': ({ comm, tid, period }: Sample): string =>
    `${pad(comm, 16)} ${pad(tid, 5)} ${pad(period, 10)} cycles:     55d0c0de1000 alone+0x1 (/opt/app)`,
  'comm,tid,cpu, and a frame': ({ comm, tid }: Sample): string =>
    `${pad(comm, 16)} ${pad(tid, 5)} [001]     55d0c0de1000 alone (/x)`,
  period: ({ period }: Sample): string => ` ${pad(period, 10)} `,
  tid: ({ tid }: Sample): string => ` ${pad(tid, 5)} `,
};

/** The number is a period where it is too large for a tid. */
const TID_OR_PERIOD = ({ comm, period }: Sample): string => `${comm} ${period} cycles: `;

function pad(value: number | string, columns: number): string {
  return String(value).padStart(columns);
}

const sample: fc.Arbitrary<Sample> = fc.record({
  comm: fc.constantFrom('app', 'app2', 'w7', 'w8', 'two words', 'kworker/0:1', 'kworker/1:0', 'a[1]'),
  tid: fc.integer({ min: 1, max: 4194304 }),
  time: fc.tuple(fc.nat(20_000), fc.nat(999_999)).map(([s, us]) => `${s}.${String(us).padStart(6, '0')}`),
  period: fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 4_194_300, max: 4_194_310 }), fc.nat(2 ** 40)),
  leaf: fc.constantFrom('read', 'write'),
});

function withPeriod(period: number): Sample {
  return { comm: 'app', tid: 7, time: '1.000001', period, leaf: 'read' };
}

/** The counts by stack, and how many lines were skipped. */
function fold(text: string): { counts: Map<string, number>; skipped: number } {
  let skipped = 0;
  const perf = new PerfFold({ by: 'tid' }, () => skipped++);
  perf.begin('in');
  perf.block(Buffer.from(text));
  perf.end();
  const folded = perf.finish();
  const counts = new Map<string, number>();
  if (!('table' in folded)) return { counts, skipped };
  folded.table.unit = undefined;
  const lines = Buffer.concat([...folded.table.folded()].map((block) => Buffer.from(block))).toString();
  for (const line of lines.split('\n').slice(0, -1)) {
    const at = line.lastIndexOf(' ');
    counts.set(line.slice(0, at), Number(line.slice(at)));
  }
  return { counts, skipped };
}

test('each sample is read as if it stood alone', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(FORMS)),
      fc.array(sample, { minLength: 1, maxLength: 6 }),
      (form, samples) => {
        const texts = samples.map((each) => `${form(each)}\n\t  401${each.leaf.length} ${each.leaf} (/app)\n\n`);
        const sums = new Map<string, number>();
        let skipped = 0;
        for (const text of texts) {
          const alone = fold(text);
          skipped += alone.skipped;
          for (const [stack, count] of alone.counts) sums.set(stack, (sums.get(stack) ?? 0) + count);
        }
        const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
        const all = fold(texts.join(''));
        assert.deepEqual(
          [...all.counts].sort(([a], [b]) => (a < b ? -1 : 1)),
          sorted,
        );
        assert.equal(all.skipped, skipped);
      },
    ),
    { numRuns: runs(4), examples: [[TID_OR_PERIOD, [4_194_302, 4_194_306, 4_194_303].map(withPeriod)]] },
  );
});
