import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_TIMES, type ThreadTimes } from '../../../src/offcpu/thread-times.ts';
import { identityLine, identityOf, identityWarnings } from '../../../src/record/render/identity.ts';
import { foldSleepers, sleepersOf, stacksIn } from '../../../src/record/render/sleepers.ts';
import { DumpWatcher, type DumpWindow } from '../../../src/record/window/dump-window.ts';
import { foldedText } from '../../folded-tables.ts';
import { offcpuOf } from '../report-parts.ts';

/** 10 µs: 7 has slept since 4, 8 runs since 9, 9 died at 6. */
const threads = [
  {
    tid: 7,
    lifeNs: 10000,
    onCpuNs: 1500,
    recorderNs: 0,
    switches: 0,
    runnableNs: 200,
    blockedNs: 1800,
    inProgressNs: 6000,
    beforeNs: 500,
  },
  {
    tid: 8,
    lifeNs: 10000,
    onCpuNs: 7000,
    recorderNs: 0,
    switches: 0,
    runnableNs: 500,
    blockedNs: 2500,
    inProgressNs: 0,
    beforeNs: 0,
  },
  {
    tid: 9,
    lifeNs: 5000,
    onCpuNs: 1000,
    recorderNs: 0,
    switches: 0,
    runnableNs: 0,
    blockedNs: 4000,
    inProgressNs: 0,
    beforeNs: 0,
  },
];

const dumpWindow = (text: string): DumpWindow | undefined => {
  const watcher = new DumpWatcher();
  for (const line of text.split('\n')) watcher.line(line);
  return watcher.window;
};

describe('the window of a dump', () => {
  const FOOTER = 'flamepipe offcpu end pid 7 start_ns 1000 end_ns 11000\n';
  const window = { startNs: 1000, endNs: 11000 };

  test('a dump with threads, one of sleepers only, and one cut off', () => {
    const whole = `${FOOTER}\n@thread[7]: (1000, 5000, 500, 1500, 1800, 200, 3)\n@threads: 1\n`;
    assert.deepEqual(dumpWindow(whole), { ...window, hasThreads: true, isWhole: true, pids: [] });
    for (const last of ['@threads: 0', '@whole: 1']) {
      assert.deepEqual(dumpWindow(`${FOOTER}\n@ours[7]: 1\n@ours[81]: 1\n${last}\n`), {
        ...window,
        hasThreads: false,
        isWhole: true,
        pids: [7, 81],
      });
    }
    assert.deepEqual(dumpWindow(FOOTER), { ...window, hasThreads: false, isWhole: false, pids: [] });
  });

  test('without a footer, or a window, there is none', () => {
    assert.equal(dumpWindow(''), undefined);
    assert.equal(dumpWindow(FOOTER.replace('start_ns 1000', 'start_ns 0')), undefined);
  });
});

describe('identityOf', () => {
  test('by the switches alone it is exact', () => {
    const identity = identityOf(threads, [20], 10000, undefined);
    assert.equal(identity.error, 0);
    assert.equal(identity.errorOfSwitches, 0);
    assert.deepEqual(identity.wrong, []);
    assert.equal(identity.lifeNs, 35000);
  });

  test("with perf's samples it is a check, down to the grain of a sample", () => {
    const samplesByThread = new Map([
      [7, 15],
      [8, 40],
      [9, 10],
    ]);
    const identity = identityOf(threads, [], 10000, { samplesByThread, periodNs: 100 });
    assert.deepEqual(
      identity.wrong.map(({ tid, error }) => [tid, error.toFixed(2)]),
      [[8, '-0.30']],
    );
    assert.match(identityWarnings(identity)[0] ?? '', /^warning: thread 8: .* 30\.0 % missing/);
    assert.match(identityLine(identity), /^identity: on-CPU .* = 88\.0 % of 0\.00 s \(3 threads\)$/);
    const coarse = identityOf(threads, [], 10000, {
      samplesByThread: new Map([[8, 1]]),
      periodNs: 6000,
    });
    assert.deepEqual(coarse.wrong, []);
  });

  test('what perf and bpftrace do at many switches is no mistake of the sums, and named', () => {
    const busy = { ...threads[1], lifeNs: 1e9, onCpuNs: 7e8, runnableNs: 5e7, blockedNs: 2.5e8, tid: 8 } as ThreadTimes;
    const sampling = { samplesByThread: new Map([[8, 60]]), periodNs: 1e7 };
    const few = identityOf([busy], [], 1e9, sampling);
    assert.deepEqual([few.wrong.length, few.cause], [1, undefined]);
    const many = identityOf([{ ...busy, switches: 25_000 }], [], 1e9, sampling);
    assert.deepEqual([many.wrong, many.cause], [[], 'switches']);
    assert.match(identityLine(many), / = 90\.0 % .*; 4\.0 µs missing at each of 25 thousand switches is work of perf/);
  });

  test('threads that end before perf’s clock ticks are named as what is missing', () => {
    const main = { ...threads[1], lifeNs: 1e9, onCpuNs: 5e8, runnableNs: 0, blockedNs: 5e8 } as ThreadTimes;
    const lives = (count: number): ThreadTimes[] =>
      Array.from({ length: count }, (_, i) => ({ ...NO_TIMES, tid: 100 + i, lifeNs: 4e6, onCpuNs: 4e6, switches: 2 }));
    const sampling = { samplesByThread: new Map([[8, 50]]), periodNs: 1e7 };
    const many = identityOf([main, ...lives(100)], [], 1e9, sampling);
    assert.deepEqual([many.cause, many.short], ['short', { threads: 100, onCpuNs: 4e8, missedNs: 4e8 }]);
    assert.match(identityLine(many), / = 71\.4 % .*; 0\.40 s of 100 threads that ran shortly are missing in perf's/);
    assert.deepEqual([identityOf([main, ...lives(1)], [], 1e9, sampling).cause], [undefined]);
  });
});

test('sleepers: there from the start, asleep, and in no map', () => {
  const stack = '[<0>] futex_wait_queue+0x66/0x90\n[<0>] do_futex+0x1/0x2\n[<0>] do_syscall_64+0x1/0x2\n';
  const task = (tid: number, state = 'S', comm = 'a;b\nc') => ({ pid: 1, tid, comm, state, stack });
  const tasks = [task(1), task(2), task(3, 'R'), task(4), task(5, 'Z')];
  const found = sleepersOf(tasks, new Set([1, 2, 3, 5]), new Set([2]));
  assert.deepEqual(
    found.map(({ tid }) => tid),
    [1],
  );
  assert.equal(
    foldedText(foldSleepers(found, 5_000_400, 'comm')),
    '# unit: us\na:b_c;do_syscall_64;do_futex;futex_wait_queue;[in-progress] 5000\n',
  );
  assert.equal(
    foldedText(foldSleepers([{ ...task(1), stack: '' }], 5e6, 'pid')),
    '# unit: us\na:b_c-1;[unknown];[in-progress] 5000\n',
  );
});

test('kernel stacks that root has read for us', () => {
  const printed =
    '/proc/7/task/7/stack:[<0>] a+0x1/0x2\n/proc/7/task/7/stack:[<0>] b+0x1/0x2\n/proc/7/task/9/stack:x\n';
  assert.deepEqual(
    [...stacksIn(`${printed}grep: no\n`)],
    [
      [7, '[<0>] a+0x1/0x2\n[<0>] b+0x1/0x2\n'],
      [9, 'x\n'],
    ],
  );
});

test('the times below the table hold threads that slept throughout, as its rows do', () => {
  const dump = [
    'flamepipe offcpu 4 pid 7 attach_ns 500 wait_events 0 objects 1 children 0 statements 0 wakers 0 unwound 0',
    'flamepipe offcpu begins\nflamepipe offcpu end pid 7 start_ns 1000 end_ns 9001000\n\n@ours[7]: 1\n@threads: 1',
    '@thread[8]: (1000, 9001000, 0, 1000000, 8000000, 0, 1, 0)\n@task[8]: (7, app)\n',
  ].join('\n');
  const times = (asleep: readonly number[]): unknown => {
    const { threads, lifeNs, blockedNs, inProgressNs } = offcpuOf(dump, 0.009, asleep).classified.times!;
    return { threads, lifeNs, blockedNs, inProgressNs };
  };
  assert.deepEqual(times([]), { threads: 1, lifeNs: 9e6, blockedNs: 8e6, inProgressNs: 0 });
  assert.deepEqual(times([9, 10]), { threads: 3, lifeNs: 27e6, blockedNs: 8e6, inProgressNs: 18e6 });
});
