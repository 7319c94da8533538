// Comparisons of runs: what changed, by share and by wall time, and which limits that breaks.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/fold/stack-table.ts';
import { type Comparison, compare, doubtsOn, type Run } from '../../src/offcpu/comparison.ts';
import { broken, parseLimit } from '../../src/offcpu/limit.ts';
import { isResult, parseResult } from '../../src/offcpu/result.ts';
import { Tally } from '../../src/offcpu/tally.ts';
import { windowOf } from '../../src/parse/offcpu/window.ts';
import { formatJson } from '../../src/view/reason-export.ts';

type Times = Readonly<Record<string, number>>;

/** `{ 'fsync disk/fsync': 5 }`: microseconds by reason, label and perhaps meaning. */
function runOf(name: string, times: Times, windowNs?: number): Run {
  const tally = new Tally(false);
  for (const [key, us] of Object.entries(times)) {
    const [bracket = '', label = bracket, meaning] = key.split(' ');
    const rule = { bracket, label, kind: 'wait', text: '', inPageFault: undefined, place: '' } as const;
    tally.add({
      rule,
      meaning: meaning === undefined ? undefined : { label: meaning, kind: 'wait' },
      ns: us * 1000,
      count: 1,
      maxNs: us * 1000,
      leaf: bracket === 'other' ? 'zz_wait' : undefined,
    });
  }
  return { name, summary: tally.summary(), windowNs };
}

function changes({ rows }: Comparison): [name: string, us: number, before: number, points: string][] {
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
        const of = (some: Comparison['rows']): number => some.reduce((sum, row) => sum + (row.before[0]?.ns ?? 0), 0);
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

describe('a limit', () => {
  const brokenOf = (limit: string, now = SECOND, before = FIRST): string[] =>
    broken([parseLimit(limit)], compare(now, [before]));

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

describe('a result of --json', () => {
  test('is read back as it was', () => {
    const run = runOf('', { 'epoll poll/epoll A:b': 3.001, 'epoll poll/epoll': 4, 'other other/read': 2 }, 12345678912);
    for (const busy of [false, true]) {
      const text = formatJson({ ...run.summary, windowNs: run.windowNs }, { busy });
      assert.ok(isResult(Buffer.from(text)));
      assert.deepEqual(parseResult(text), { summary: run.summary, windowNs: run.windowNs, isBusy: busy });
    }
  });

  test('of a comparison is read without what was gone', () => {
    const text = formatJson(compare(SECOND, [runOf('before', { futex: 1 })]), { busy: false });
    assert.deepEqual(parseResult(text).summary, SECOND.summary);
  });

  test("is told from bpftrace's JSON", () => {
    assert.ok(isResult(Buffer.from(' {"busy":')));
    assert.ok(!isResult(Buffer.from('{"type": "map"')));
    assert.ok(!isResult(Buffer.from('Attachin')));
  });

  test('that is damaged or foreign is refused', () => {
    const whole = formatJson(SECOND.summary, { busy: false });
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
  const dump = (startNs: number, endNs: number) => ({ dump: { program: { startNs, endNs } } });
  const of = (...dumps: readonly unknown[]): number | undefined => windowOf(dumps as Parameters<typeof windowOf>[0]);
  assert.equal(of(dump(10, 20)), 10);
  assert.equal(of(dump(30, 40), dump(10, 20)), 20);
  assert.equal(of(dump(10, 40), dump(20, 30), dump(35, 50)), 40);
  assert.equal(of(dump(10, 20), { dump: undefined }), undefined);
  assert.equal(of(), undefined);
});
