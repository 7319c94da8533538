import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Happened, type Interval, NONE, ThreadEvents } from '../../../../src/offcpu/read/perf/thread-events.ts';

type Event = [time: number, what: number, which?: number, state?: number];

function intervalsOf(events: readonly Event[], endNs: number) {
  const thread = new ThreadEvents();
  for (const [time, what, which = NONE, state = NONE] of events) thread.add(time, what, which, state);
  const intervals: Interval[] = [];
  const times = thread.read(7, 0, endNs, (interval) => intervals.push(interval));
  return { intervals, times };
}

describe('the events of a thread', () => {
  test('a wait ends at its wake-up, and the rest is waiting for a CPU', () => {
    const { intervals, times } = intervalsOf(
      [
        [100, Happened.switched, 3, 1],
        [110, Happened.out],
        [400, Happened.woken, 42],
        [450, Happened.woken, 43],
        [500, Happened.next],
        [560, Happened.in],
      ],
      1000,
    );
    const [interval] = intervals;
    assert.deepEqual(interval, {
      row: 3,
      state: 1,
      sinceNs: 100,
      blockedNs: 300,
      runnableNs: 100,
      waker: 42,
      isOpen: false,
    });
    assert.equal(intervals.length, 1);
    assert.equal(times.onCpuNs, 100 + 500);
  });

  test('a recording read first may tell what happened last', () => {
    const wakeUps: Event[] = [
      [400, Happened.woken, 42],
      [500, Happened.next],
    ];
    const switches: Event[] = [
      [100, Happened.switched, 3, 1],
      [110, Happened.out],
      [560, Happened.in],
    ];
    assert.deepEqual(intervalsOf([...wakeUps, ...switches], 1000), intervalsOf([...switches, ...wakeUps], 1000));
  });

  test('on-CPU, runnable, blocked and unknown time make up the window, whatever was lost', () => {
    const event = fc.tuple(fc.nat(10_000), fc.nat(6), fc.nat(3), fc.constantFrom(0, 0x100, 1, 2));
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const { intervals, times } = intervalsOf(events, 10_000);
        const { onCpuNs, runnableNs, blockedNs, inProgressNs, beforeNs } = times;
        assert.equal(onCpuNs + runnableNs + blockedNs + inProgressNs + beforeNs, times.lifeNs);
        const isWhole = events.every(([, what]) => what !== Happened.born && what !== Happened.died);
        assert.ok(isWhole ? times.lifeNs === 10_000 : times.lifeNs <= 10_000);
        const off = intervals.reduce((sum, one) => sum + one.blockedNs + one.runnableNs, 0);
        assert.equal(off, runnableNs + blockedNs + inProgressNs);
        for (const { blockedNs: blocked, runnableNs: runnable } of intervals) assert.ok(blocked >= 0 && runnable >= 0);
      }),
    );
  });

  test('a thread lives from its birth to its end, and a later one of the same id as well', () => {
    const { intervals, times } = intervalsOf(
      [
        [100, Happened.born],
        [101, Happened.born],
        [110, Happened.in],
        [150, Happened.switched, 3, 1],
        [250, Happened.in],
        [300, Happened.died],
        [310, Happened.switched, 4, 32],
        [600, Happened.born],
        [630, Happened.in],
      ],
      1000,
    );
    assert.deepEqual(
      intervals.map(({ sinceNs, blockedNs }) => [sinceNs, blockedNs]),
      [[150, 100]],
    );
    const { lifeNs, beforeNs, onCpuNs, blockedNs } = times;
    assert.deepEqual([lifeNs, beforeNs, onCpuNs, blockedNs], [199 + 400, 9 + 30, 40 + 50 + 370, 100]);
  });

  test('a thread that has ended waits for nothing', () => {
    const { intervals, times } = intervalsOf([[300, Happened.switched, 1, 16]], 1000);
    assert.deepEqual(intervals, []);
    assert.equal(times.lifeNs, 300);
  });
});
