// Comparisons of runs: what changed, by share and by wall time, and which limits that breaks.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/engine/errors.ts';
import { windowOf } from '../../../src/offcpu/read/window.ts';
import { compare, doubtsOn, type ReasonTable, type Run } from '../../../src/offcpu/table/comparison.ts';
import { formatJson } from '../../../src/offcpu/table/json.ts';
import { isResult, parseResult } from '../../../src/offcpu/table/json-read.ts';
import { measuredReason } from '../../../src/offcpu/table/limit.ts';
import { Tally } from '../../../src/offcpu/table/tally.ts';
import { type Broken, checkLimits, parseLimit } from '../../../src/stacks/diff/limit.ts';

type Times = Readonly<Record<string, number>>;

/** `{ 'fsync disk/fsync': 5 }`: microseconds by reason, label and perhaps meaning, in so many waits of the same length. */
function runOf(name: string, times: Times, windowNs?: number, count = 100_000): Run {
  const tally = new Tally(false);
  for (const [key, us] of Object.entries(times)) {
    const [bracket = '', label = bracket, meaning] = key.split(' ');
    const rule = { bracket, label, kind: 'wait', text: '', inPageFault: undefined, place: '' } as const;
    const explained = {
      rule,
      meaning: meaning === undefined ? undefined : ({ label: meaning, kind: 'wait' } as const),
      leaf: bracket === 'other' ? 'zz_wait' : undefined,
      withoutEvent: undefined,
    };
    tally.add(explained, { ns: us * 1000, count, maxNs: Math.ceil((us * 1000) / count) });
  }
  return { name, summary: tally.summary(), windowNs, times: undefined };
}

function changes({ rows }: ReasonTable): [name: string, us: number, before: number, points: string][] {
  return rows.map(({ name, ns, before: [b] }) => [
    name,
    ns / 1000,
    (b?.ns ?? 0) / 1000,
    (100 * (b?.shareChange ?? 0)).toFixed(1),
  ]);
}

// the case study's second run against its first
const FIRST = runOf('run 1', { epoll: 23198201, fsync: 129983, other: 46530 });
const SECOND = runOf('run 2', { epoll: 4614221, fsync: 7541088, other: 10897344, net: 367503 });

describe('a comparison', () => {
  test('tells shares of both runs and the change', () => {
    assert.deepEqual(changes(compare(SECOND, [FIRST])), [
      ['[other]', 10897344, 46530, '46.3'],
      ['[fsync]', 7541088, 129983, '31.6'],
      ['[epoll]', 4614221, 23198201, '-79.5'],
      ['[net]', 367503, 0, '1.6'],
    ]);
  });

  test('keeps what is gone, the longest first, behind what is there', () => {
    const now = runOf('now', { a: 1 });
    const before = runOf('before', { b: 1, c: 3, a: 2 });
    const rows = changes(compare(now, [before]));
    assert.deepEqual(
      rows.map(([name]) => name),
      ['[a]', '[c]', '[b]'],
    );
  });

  test('of the functions of [other] too', () => {
    const [other] = compare(runOf('now', { 'other other/ioctl': 5, a: 5 }), [
      runOf('b', { 'other other/ioctl': 1 }),
    ]).other;
    assert.deepEqual(
      [other?.name, other?.ns, other?.before[0]?.ns, other?.before[0]?.share],
      ['zz_wait', 5000, 1000, 1],
    );
  });

  test('is per second of wall time where both know theirs', () => {
    const at = (seconds: number, us: number): Run => runOf('run', { fsync: us }, seconds * 1e9);
    const rate = (now: Run, before: Run): number | undefined => compare(now, [before]).rows[0]?.before[0]?.rateChange;
    assert.equal(rate(at(10, 5e6), at(5, 1e6)), 0.5 - 0.2);
    assert.equal(rate(at(10, 5e6), runOf('run', { fsync: 1e6 })), undefined);
    assert.equal(rate(runOf('run', { fsync: 1e6 }), at(10, 5e6)), undefined);
  });

  test('with itself changes nothing, and with nothing is all new', () => {
    for (const { before } of compare(SECOND, [SECOND]).rows) assert.equal(before[0]?.shareChange, 0);
    for (const { before } of compare(SECOND, [runOf('nothing', {})]).rows) assert.equal(before[0]?.share, 0);
  });

  test('parts add up to their rows, and shares to 1', () => {
    const times = fc.dictionary(
      fc.constantFrom('a a/x', 'a a/x M', 'a a/y', 'b b/x', 'b b/x M', 'b b/x N', 'other other/read'),
      fc.integer({ min: 1, max: 1e9 }),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(times, times, (now, earlier) => {
        const { rows, against } = compare(runOf('now', now, 3e9), [runOf('before', earlier, 7e9)]);
        const [before] = against;
        const of = (some: ReasonTable['rows']): number => some.reduce((sum, row) => sum + (row.before[0]?.ns ?? 0), 0);
        assert.equal(of(rows), before?.ns);
        for (const row of rows) assert.equal(of(row.parts), row.before[0]?.ns);
        const share = rows.reduce((sum, row) => sum + (row.before[0]?.shareChange ?? 0), 0);
        assert.ok(Math.abs(share) < 1e-9);
      }),
    );
  });

  test('doubts the unit where one run is a thousand times the other, unless wall times tell', () => {
    const [us, ns] = [runOf('a', { x: 1e6 }), runOf('b', { x: 1.2e9 })];
    assert.deepEqual(doubtsOn(compare(us, [ns])), [
      'b has 1200 times the time of a: is one of them counted in another unit (--baseline-unit)?',
    ]);
    assert.deepEqual(doubtsOn(compare({ ...us, windowNs: 1e9 }, [{ ...ns, windowNs: 1e12 }])), []);
    assert.deepEqual(doubtsOn(compare(SECOND, [FIRST])), []);
  });
});

function heldTo(limit: string, runs: ReasonTable): Broken {
  return checkLimits([parseLimit(limit)], (one) => measuredReason(one, runs));
}

describe('a limit', () => {
  const brokenOf = (limit: string, now = SECOND, before = FIRST): string[] =>
    heldTo(limit, compare(now, [before])).failures;

  test('is on the share of a reason, label or meaning', () => {
    const run = runOf('now', { 'epoll poll/epoll Lock:tuple': 30, 'epoll poll/poll Lock:tuple': 10, fsync: 60 });
    assert.deepEqual(brokenOf('Lock:tuple>39%', run), ['--fail-over Lock:tuple>39% is broken: it is 40.0%']);
    assert.deepEqual(brokenOf('poll/poll > 9.5 %', run).length, 1);
    for (const kept of ['Lock:tuple>40%', '[fsync]>60%', 'futex>0%']) assert.deepEqual(brokenOf(kept, run), [], kept);
  });

  test('is on the change', () => {
    assert.deepEqual(brokenOf('fsync>+5%'), [
      '--fail-over fsync>+5% is broken: it is 32.2%, 31.6 points more than the 0.6% of run 1',
    ]);
    assert.deepEqual(brokenOf('fsync>+31.7%'), []);
    assert.deepEqual(brokenOf('epoll>+0%'), []);
    assert.deepEqual(brokenOf('net>+1%'), [
      '--fail-over net>+1% is broken: it is 1.6%, 1.6 points more than the 0.0% of run 1',
    ]);
  });

  test('counts a name once that is a reason and its label', () => {
    assert.deepEqual(brokenOf('no-stack>1%', runOf('now', { 'no-stack no-stack': 1, a: 49 })), [
      '--fail-over no-stack>1% is broken: it is 2.0%',
    ]);
  });

  test('per second needs wall times', () => {
    const now = runOf('now', { fsync: 3e6 }, 10e9);
    assert.deepEqual(brokenOf('fsync>200ms/s', now), ['--fail-over fsync>200ms/s is broken: it is 300.0 ms/s']);
    assert.deepEqual(brokenOf('fsync>+100ms/s', now, runOf('b', { fsync: 1e6 }, 10e9)), [
      '--fail-over fsync>+100ms/s is broken: it is 300.0 ms/s, 200.0 ms/s more than the 100.0 ms/s of b',
    ]);
    assert.throws(() => brokenOf('fsync>+100ms/s', now), /the wall time of run 1 is not known/);
    assert.throws(() => brokenOf('fsync>1ms/s'), /the wall time of run 2 is not known/);
  });

  test('that is none is refused', () => {
    for (const text of ['', 'fsync', 'fsync>5', 'fsync<5%', 'fsync>-5%', '>5%', 'fsync>5s', 'fsync>+%']) {
      assert.throws(() => parseLimit(text), InputError, text);
    }
  });
});

describe('noise', () => {
  type Noise = { share: boolean | undefined; rate: boolean | undefined };
  const noiseOf = (name: string, now: Run, ...before: Run[]): Noise[] =>
    compare(now, before)
      .rows.find((row) => row.name === `[${name}]`)!
      .before.map(({ isNoise }) => isNoise);

  test('is a change of few waits, but not the same change of many', () => {
    const runs = (count: number): [Run, Run] => [
      runOf('now', { fsync: 4e6, epoll: 5e6 }, 10e9, count),
      runOf('before', { fsync: 3e6, epoll: 6e6 }, 10e9, count),
    ];
    assert.deepEqual(noiseOf('fsync', ...runs(10)), [{ share: true, rate: true }]);
    assert.deepEqual(noiseOf('fsync', ...runs(1000)), [{ share: false, rate: false }]);
  });

  test('is not known without counts', () => {
    const folded = structuredClone(FIRST);
    for (const row of folded.summary.rows) row.variance = undefined;
    assert.deepEqual(noiseOf('fsync', SECOND, folded), [{ share: undefined, rate: undefined }]);
    assert.deepEqual(noiseOf('fsync', SECOND, FIRST), [{ share: false, rate: undefined }]);
  });

  test('is no more than what earlier runs differ among themselves', () => {
    const at = (us: number): Run => runOf('run', { fsync: us, epoll: 1e7 - us }, 10e9);
    assert.deepEqual(noiseOf('fsync', at(3.5e6), at(3e6), at(2.6e6)), [
      { share: false, rate: false },
      { share: false, rate: false },
    ]);
    assert.deepEqual(noiseOf('fsync', at(3.3e6), at(3e6), at(2.6e6)), [
      { share: true, rate: true },
      { share: false, rate: false },
    ]);
  });

  test('runs of the same program: nearly every change is noise', () => {
    // waits come at random, and are of very different lengths
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const exponential = (mean: number): number => -Math.log(random()) * mean;
    const record = (): Run => {
      const tally = new Tally(false);
      for (const [bracket, meanNs, everyNs] of [
        ['fsync', 2e6, 3e7],
        ['epoll', 4e7, 1e8],
      ] as const) {
        const waits: number[] = [];
        for (let at = 0; at < 1e10; at += exponential(everyNs)) waits.push(exponential(meanNs));
        const rule = { bracket, label: bracket, kind: 'wait', text: '', inPageFault: undefined, place: '' } as const;
        const sums = { ns: waits.reduce((a, b) => a + b, 0), count: waits.length, maxNs: Math.max(...waits) };
        tally.add({ rule, meaning: undefined, leaf: undefined, withoutEvent: undefined }, sums);
      }
      return { name: 'run', summary: tally.summary(), windowNs: 1e10, times: undefined };
    };
    const changes = Array.from({ length: 200 }, () => noiseOf('fsync', record(), record())[0]!);
    for (const basis of ['share', 'rate'] as const) {
      assert.ok(changes.filter((isNoise) => isNoise[basis]).length >= 190, basis);
    }
  });

  test('breaks no limit, and that is said', () => {
    const [now, before] = [runOf('now', { fsync: 4e6, a: 1e6 }, 10e9, 3), runOf('b', { fsync: 1e6, a: 1e6 }, 10e9, 3)];
    for (const limit of ['fsync>+5%', 'fsync>+100ms/s']) {
      const { failures, notes } = heldTo(limit, compare(now, [before]));
      assert.deepEqual(failures, []);
      assert.match(notes[0]!, /holds, because the change may be chance: it is .* more than/);
    }
    const { failures } = heldTo('fsync>5%', compare(now, [before]));
    assert.equal(failures.length, 1, 'a limit without + is on this run alone');
  });
});

/** Errors are square roots of variances: there and back is not the same to the last bit. */
function rounded<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (key, part) => (key === 'variance' && part ? part.toPrecision(12) : (part ?? null))),
  );
}

describe('a result of --json', () => {
  test('is read back as it was', () => {
    const waits = { 'epoll poll/epoll A:b': 3.001, 'epoll poll/epoll': 4, 'other other/read': 2 };
    // four waits: their error is a whole number
    const { summary, windowNs } = runOf('', waits, 12345678912, 4);
    const parts = {
      onCpuNs: 2000,
      recorderNs: 0,
      switches: 0,
      runnableNs: 3000,
      blockedNs: 1000,
      inProgressNs: 1000,
      beforeNs: 0,
    };
    for (const times of [undefined, { threads: 2, lifeNs: 7000, ...parts }]) {
      for (const busy of [false, true]) {
        const text = formatJson(compare({ name: '', summary, windowNs, times }, []), { busy });
        assert.ok(isResult(Buffer.from(text)));
        assert.deepEqual(rounded(parseResult(text)), rounded({ summary, windowNs, times, isBusy: busy }));
      }
    }
  });

  test('of a comparison is read without what was gone', () => {
    const text = formatJson(compare(SECOND, [runOf('before', { futex: 1 })]), { busy: false });
    assert.deepEqual(rounded(parseResult(text).summary), rounded(SECOND.summary));
  });

  test("is told from bpftrace's JSON", () => {
    assert.ok(isResult(Buffer.from(' {"busy":')));
    assert.ok(!isResult(Buffer.from('{"type": "map"')));
    assert.ok(!isResult(Buffer.from('Attachin')));
  });

  test('that is damaged or foreign is refused', () => {
    const whole = formatJson(compare(SECOND, []), { busy: false });
    for (const text of [
      '{',
      '[]',
      'null',
      whole.slice(0, -20),
      whole.replace('reasons"', 'x"'),
      whole.replace('"us"', '"x"'),
      whole.replace('"version": 1', '"version": 2'),
    ]) {
      assert.throws(() => parseResult(text), InputError, text.slice(0, 50));
    }
  });
});

test('the wall time of several dumps is the time that at least one of them covers', () => {
  const dump = (startNs: number, endNs: number) => ({ recording: { startNs, endNs, threads: [] } });
  const of = (...dumps: Parameters<typeof windowOf>[0]): number | undefined => windowOf(dumps);
  const one = dump(10, 20);
  assert.equal(of(one, { ...one }), 10, 'two parts of one');
  assert.equal(of(dump(10, 20)), 10);
  assert.equal(of(dump(30, 40), dump(10, 20)), 20);
  assert.equal(of(dump(10, 40), dump(20, 30), dump(35, 50)), 40);
  assert.equal(of(dump(10, 20), { recording: undefined }), undefined);
  assert.equal(of(), undefined);
});
