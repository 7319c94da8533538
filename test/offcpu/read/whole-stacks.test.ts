import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Subject } from '../../../src/offcpu/entry.ts';
import { entriesOf } from '../../../src/offcpu/entry-rows.ts';
import { spanOf } from '../../../src/offcpu/read/bpftrace/id-span.ts';
import { OffcpuReader } from '../../../src/offcpu/read/reader.ts';
import { Waits } from '../../../src/offcpu/read/waits.ts';
import { WholeStacks } from '../../../src/offcpu/read/whole-stacks.ts';

const UNKNOWN = 99;
const wait = (tid: number, address: number): Subject => ({
  ...{ kind: 'blocked', comm: 'app', pid: 7, tid, state: 1, waitEvent: undefined },
  particulars: { object: { kind: 'lock', address }, waker: undefined, lengthLog2: 10 },
});
const [A, B, OTHER] = [wait(7, 0xa), wait(7, 0xb), wait(8, 0xa)];
const KERNEL = [50, 51, 52];
const ids = (...numbers: number[]): Uint32Array => Uint32Array.from(numbers);

/** Waits of threads, each of the given particulars, a millisecond apart; and what perf saw of them. */
function wholeOf(...seen: [Subject, user: number[], ns: number, kernel?: number[]][]): WholeStacks {
  const waits = new Waits();
  const whole = new WholeStacks({ isUnresolved: (id) => id === UNKNOWN }, waits);
  for (const [i, [{ tid = 0, particulars, waitEvent }]] of seen.entries())
    waits.add(tid, { sinceNs: i * 1e6, particulars, waitEvent, length: undefined });
  for (const [i, [{ tid, kind }, user, ns, kernel = KERNEL]] of seen.entries()) {
    const bare = { kind, tid, comm: 'app', pid: 7, state: 1, waitEvent: undefined } as const;
    whole.add(bare, 'ns', spanOf(ids(...user)), spanOf(ids(...kernel)), ns, 1, ns, i * 1e6 + 20_000);
  }
  return whole;
}

describe('an entry of a dump', () => {
  const stacksOf = (whole: WholeStacks, subject: Subject, user: number[], ns = 1000, count = 10): unknown[] =>
    whole
      .partsOf(subject, ids(...user), ids(...KERNEL), { ns, count, maxNs: undefined })
      .map((part) => [[...part.user], part.ns, part.count]);

  test('has the stack that perf saw of its thread, in that place of the kernel', () => {
    const whole = wholeOf([A, [1, 2, 3], 900], [OTHER, [1, 4, 3], 900], [A, [1, 5, 3], 9, [50, 60, 52]]);
    assert.deepEqual(stacksOf(whole, A, [3]), [[[1, 2, 3], 1000, 10]]);
    assert.deepEqual(stacksOf(whole, { ...A, tid: 9 }, [3]), []);
  });

  test('has the stacks of the waits that it sums, not of others that look alike', () => {
    const whole = wholeOf([A, [1, 2, 3], 900], [B, [1, 4, 3], 100], [A, [1, 2, 3], 900]);
    assert.deepEqual(
      [stacksOf(whole, A, [3]), stacksOf(whole, B, [3])],
      [[[[1, 2, 3], 1000, 10]], [[[1, 4, 3], 1000, 10]]],
    );
    assert.deepEqual(stacksOf(whole, { ...A, waitEvent: 5 }, [3]), []);
  });

  test('has of several the one with most of its frames', () => {
    const whole = wholeOf([A, [1, 2, 3], 900], [A, [1, 4, 3], 900], [A, [1, 4, 6], 900]);
    assert.deepEqual(stacksOf(whole, A, [UNKNOWN, 4, 3]), [[[1, 4, 3], 1000, 10]]);
  });

  test('is divided among the stacks of its waits, but never into more stacks than waits', () => {
    const whole = wholeOf([A, [1, 2, 3], 100], [A, [1, 2, 3], 100], [A, [1, 2, 3], 100], [A, [1, 4, 3], 100]);
    assert.deepEqual(stacksOf(whole, A, [3]), [
      [[1, 2, 3], 750, 8],
      [[1, 4, 3], 250, 2],
    ]);
    assert.deepEqual(stacksOf(whole, A, [3], 1000, 1), [[[1, 2, 3], 1000, 1]]);
  });

  test('keeps its longest wait where perf saw the longest', () => {
    const whole = wholeOf([A, [1, 2, 3], 40], [A, [1, 2, 3], 40], [A, [1, 4, 3], 69]);
    const parts = whole.partsOf(A, ids(3), ids(...KERNEL), { ns: 150, count: 3, maxNs: 70 });
    assert.deepEqual(
      parts.map(({ user, ...rest }) => ({ frame: user[1], ...rest })),
      [
        { frame: 2, ns: 80, count: 2, maxNs: 40 },
        { frame: 4, ns: 70, count: 1, maxNs: 70 },
      ],
    );
  });

  test('loses nothing when it is divided', () => {
    const seen = fc.array(fc.record({ frame: fc.integer({ min: 1, max: 9 }), ns: fc.nat(1e9) }));
    const longest = fc.option(fc.nat(1e12), { nil: undefined });
    fc.assert(
      fc.property(seen, fc.nat(1e12), fc.nat(1e6), longest, (all, ns, count, most) => {
        const maxNs = most && Math.min(most, ns);
        const whole = wholeOf(...all.map(({ frame, ns: one }): [Subject, number[], number] => [A, [1, frame, 3], one]));
        const parts = whole.partsOf(A, ids(3), ids(...KERNEL), { ns, count, maxNs });
        const sums = (['ns', 'count'] as const).map((of) => parts.reduce((total, part) => total + part[of], 0));
        assert.deepEqual(sums, all.length > 0 ? [ns, count] : [0, 0]);
        assert.ok(parts.every((part) => part.ns >= 0 && part.count >= 0 && (part.maxNs ?? 0) <= part.ns));
        if (parts.length > 0 && maxNs !== undefined)
          assert.equal(Math.max(...parts.map((part) => part.maxNs ?? -1)), maxNs);
      }),
    );
  });
});

test('a wait is found by its thread and time, of two the nearer one, and none that is far', () => {
  const waits = new Waits();
  const bare = { particulars: undefined, waitEvent: undefined, length: undefined };
  for (const sinceNs of [3e6, 1e6, 1.1e6]) waits.add(7, { sinceNs, ...bare });
  const at = (tid: number, ns: number): number | undefined => waits.at(tid, ns)?.sinceNs;
  assert.deepEqual([at(7, 1.02e6), at(7, 1.09e6), at(7, 2.99e6)], [1e6, 1.1e6, 3e6]);
  assert.deepEqual([at(7, 2e6), at(7, 0), at(7, 9e6), at(8, 1e6)], [undefined, undefined, undefined, undefined]);
});

function newReader(): OffcpuReader {
  return new OffcpuReader(
    {
      ...{ map: undefined, order: undefined, inputUnit: undefined, repeats: 'auto' },
      tidy: true,
      demangle: true,
      keepHash: false,
    },
    (...skipped) => assert.fail(skipped.join()),
  );
}

test('perf names the waits of several dumps beside one text of its', () => {
  const dump = (tid: number): string =>
    `flamepipe offcpu 4 pid ${tid} attach_ns 1 wait_events 0 objects 1 children 0 statements 0
flamepipe offcpu begins
flamepipe offcpu end pid ${tid} start_ns 1000000000 end_ns 1100000000


@cpu[0]: (1100000000, 0)
@execs: 0
@missed: 0
@offcpu[
    schedule+1
    do_nanosleep+2
,${' '}
    7f00 clock_nanosleep+3 (/lib/libc.so.6)
, app, ${tid}, 1, 0, 230, 0, 0, 23, -1, 0]: (10000000, 0, 1, 10000000, 0)
@ours[${tid}]: 1
@thread[${tid}]: (1000000000, 1100000000, 0, 90000000, 10000000, 0, 1)
@threads: 1
@wait0[1020000000]: (${tid}, 0, 230, 0, 23, -1, 0)

`;
  const perf = (tid: number, own: string): string =>
    `app ${tid}/${tid} 1.020010000: 1 sched:sched_switch: prev_comm=app prev_pid=${tid} prev_prio=120 prev_state=S ==> next_comm=x next_pid=99 next_prio=120
\tffffffff81000001 schedule+0x1 ([kernel.kallsyms])
\tffffffff81000002 do_nanosleep+0x2 ([kernel.kallsyms])
\t    7f00 clock_nanosleep+0x3 (/lib/libc.so.6)
\t    1100 ${own}+0x3 (/app)

app ${tid}/${tid} 1.030010000: PERF_RECORD_SWITCH IN
`;
  const reader = newReader();
  for (const text of [dump(7), dump(8), perf(7, 'nap') + perf(8, 'doze')]) {
    reader.beginInput();
    reader.write(Buffer.from(text));
    assert.equal(reader.endInput(), undefined);
  }
  const found = [...entriesOf(reader.entries())].filter(({ kind }) => kind === 'blocked');
  assert.deepEqual(found.map(({ tid, user, maxNs }) => [tid, ...user, maxNs]).sort(), [
    [7, 'clock_nanosleep', 'nap', 10e6],
    [8, 'clock_nanosleep', 'doze', 10e6],
  ]);
});

test('where no wait of a dump ended, perf adds none that lies outside of its window', () => {
  const dump = `flamepipe offcpu 4 pid 7 attach_ns 1 wait_events 0 objects 1 children 0 statements 0
flamepipe offcpu begins
flamepipe offcpu end pid 7 start_ns 2000000000 end_ns 2100000000


@cpu[0]: (2100000000, 0)
@execs: 0
@missed: 0
@ours[7]: 1
@thread[7]: (2000000000, 2100000000, 0, 100000000, 0, 0, 1)
@threads: 1

`;
  const perf = `app 7/7 1.500000000: 1 sched:sched_switch: prev_comm=app prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=x next_pid=99 next_prio=120
\tffffffff81000001 schedule+0x1 ([kernel.kallsyms])
\t    1100 nap+0x3 (/app)

app 7/7 1.900000000: PERF_RECORD_SWITCH IN
`;
  const reader = newReader();
  for (const text of [dump, perf]) {
    reader.beginInput();
    reader.write(Buffer.from(text));
    assert.equal(reader.endInput(), undefined);
  }
  assert.deepEqual([...entriesOf(reader.entries())], []);
});
