// A part of the window: waits count for what lies within it, and the parts of a window add up to all of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OffcpuEntry } from '../../../src/offcpu/entry.ts';
import { entriesOf } from '../../../src/offcpu/entry-rows.ts';
import type { Part } from '../../../src/offcpu/read/part.ts';
import { OffcpuReader } from '../../../src/offcpu/read/reader.ts';
import { sumOfTimes, type TimeSums } from '../../../src/offcpu/thread-times.ts';
import { runs } from '../../law-runs.ts';

/** A wait after some time on the CPU. Nanoseconds. */
interface Turn {
  runs: number;
  blocked: number;
  runnable: number;
}

const START = 5_000_000_000;
const OPTIONS = { map: undefined, order: undefined, inputUnit: undefined, repeats: 'auto' } as const;
const NAMES = { tidy: true, demangle: true, keepHash: false };
const KERNEL = ['__schedule+1', 'schedule+2', 'futex_wait_queue+3', 'do_futex+4', '__x64_sys_futex+5'];

/** A dump whose thread 10, 11 … takes these turns; the last one's wait has not ended. */
function dumpOf(threads: Turn[][], endNs: number): string {
  const lines = ['flamepipe offcpu 4 pid 7 attach_ns 1 wait_events 0 objects 1 children 0', 'flamepipe offcpu begins'];
  lines.push(`flamepipe offcpu end pid 7 start_ns ${START} end_ns ${endNs}`, '');
  const kernel = (indent: string): string => KERNEL.map((frame) => `${indent}${frame}\n`).join('');
  const [closed, open, waits, times]: string[][] = [[], [], [], []];
  for (const [i, turns] of threads.entries()) {
    const tid = 10 + i;
    let now = START;
    const sum = { onCpu: 0, blocked: 0, runnable: 0 };
    for (const { runs, blocked, runnable } of turns.slice(0, -1)) {
      now += runs;
      waits?.push(`@wait${i % 2}[${now}]: (${tid}, 0, 202, 4096, 20, 9, 0, 1, ${blocked}, ${runnable})`);
      now += blocked + runnable;
      sum.onCpu += runs;
      sum.blocked += blocked;
      sum.runnable += runnable;
    }
    const last = turns.at(-1) as Turn;
    now += last.runs;
    sum.onCpu += last.runs;
    const key = `${kernel('    ')}, \n, app, ${tid}, 1, 0, 202, 4096, 0, 20, 9, 0`;
    if (turns.length > 1)
      closed?.push(`@offcpu[\n${key}]: (${sum.blocked}, ${sum.runnable}, ${turns.length - 1}, 9, 9)`);
    open?.push(`@open[${tid}]: (${now}, 1, 0, 202, 4096, 0, 0, \n${kernel('        ')}, \n, app)\n`);
    const { onCpu, blocked, runnable } = sum;
    times?.push(`@thread[${tid}]: (${START}, ${now}, 0, ${onCpu}, ${blocked}, ${runnable}, ${turns.length - 1})`);
  }
  const all = [closed, open, times, ['@task[9]: (7, keeper)', `@threads: ${threads.length}`]].flatMap(
    (part) => part ?? [],
  );
  return `${[...lines, ...all.slice(0, -1), ...(waits ?? []), ...all.slice(-1)].join('\n')}\n`;
}

function readPart(
  inputs: readonly string[],
  part: Part | undefined,
): { entries: OffcpuEntry[]; times: TimeSums; notes: number } {
  const reader = new OffcpuReader({ ...OPTIONS, ...NAMES, part }, (kind, line, text) =>
    assert.fail(`${line}: ${kind} ${text}`),
  );
  for (const input of inputs) {
    reader.beginInput();
    reader.write(Buffer.from(input));
    assert.equal(reader.endInput(), undefined);
  }
  const entries = [...entriesOf(reader.entries())];
  const [program] = reader.inputs.flatMap(({ dump }) => dump?.program ?? []);
  return { entries, times: sumOfTimes(program?.threads ?? []), notes: program?.unlistedNs ?? 0 };
}

const offCpu = ({ blockedNs, runnableNs, inProgressNs }: TimeSums): number => blockedNs + runnableNs + inProgressNs;
const sumNs = (entries: readonly OffcpuEntry[]): number => entries.reduce((sum, { ns }) => sum + ns, 0);

test('the parts of a window add up to it, to the nanosecond, and each to its own length', () => {
  const nanoseconds = fc.integer({ min: 1, max: 1e9 });
  const turn = fc.record({ runs: nanoseconds, blocked: nanoseconds, runnable: fc.integer({ min: 0, max: 1e9 }) });
  const threads = fc.array(fc.array(turn, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });
  // thousandths; numbers of fc.double() are nearly all close to 0
  const cuts = fc.array(fc.nat(1000), { maxLength: 3 }).map((shares) => shares.map((share) => share / 1000));
  fc.assert(
    fc.property(threads, cuts, (all, shares) => {
      const lasts = all.map((turns) =>
        turns.reduce((sum, { runs, blocked, runnable }) => sum + runs + blocked + runnable, 0),
      );
      const endNs = START + Math.max(...lasts) + 1000;
      const dump = dumpOf(all, endNs);
      const whole = readPart([dump], undefined);
      const borders = [
        START,
        ...shares.map((share) => Math.round(START + share * (endNs - START))).sort((a, b) => a - b),
        endNs,
      ];
      const sums = { off: 0, runnable: 0, onCpu: 0, life: 0 };
      for (const [i, startNs] of borders.slice(0, -1).entries()) {
        const part = { startNs, endNs: borders[i + 1] as number };
        const { entries, times, notes } = readPart([dump], part);
        assert.equal(notes, 0);
        assert.equal(times.onCpuNs + offCpu(times) + times.beforeNs, times.lifeNs);
        assert.equal(times.lifeNs, all.length * (part.endNs - part.startNs));
        assert.equal(sumNs(entries), offCpu(times));
        sums.off += offCpu(times);
        sums.runnable += times.runnableNs;
        sums.onCpu += times.onCpuNs;
        sums.life += times.lifeNs;
      }
      const { times } = whole;
      assert.deepEqual(sums, {
        off: offCpu(times),
        runnable: times.runnableNs,
        onCpu: times.onCpuNs,
        life: times.lifeNs,
      });
    }),
    { numRuns: runs(0.6) },
  );
});

test("a wait across a border has perf's stack, but no length; one that ends later has no waker yet", () => {
  const second = 1e9;
  // on the CPU for 1 s, then 4 s of a wait: from 6 to 10 s of the clock
  const dump = dumpOf(
    [
      [
        { runs: second, blocked: 3 * second, runnable: second },
        { runs: 0, blocked: 0, runnable: 0 },
      ],
    ],
    11 * second,
  );
  const frames =
    '\tffffffff81000001 futex_wait_queue ([kernel.kallsyms])\n\t    1149 lock_it (/srv/app)\n\t    1259 main (/srv/app)\n';
  const perf =
    `app 7/10 6.000020000: sched:sched_switch: app:10 [120] S ==> swapper/0:0 [120]\n${frames}\n` +
    'app 7/10 6.000030000: PERF_RECORD_SWITCH OUT\n\napp 7/10 10.000010000: PERF_RECORD_SWITCH IN\n\n';
  const within = (from: number, to: number): object[] =>
    readPart([dump, perf], { startNs: from * second, endNs: to * second }).entries.map(
      ({ kind, user, ns, count, particulars }) => ({
        ...{ kind, user, ns, count },
        ...{ length: particulars?.lengthLog2, waker: particulars?.waker?.comm },
      }),
    );
  const own = { user: ['lock_it', 'main'], length: undefined };
  assert.deepEqual(within(5.5, 7), [{ ...own, kind: 'in-progress', ns: second, count: 0, waker: undefined }]);
  assert.deepEqual(within(8, 10), [
    { ...own, kind: 'blocked', ns: second, count: 1, waker: 'keeper' },
    { ...own, kind: 'runnable', ns: second, count: 1, waker: 'keeper' },
  ]);
  const [whole] = within(5, 11) as { length: number; ns: number }[];
  assert.deepEqual([whole?.length, whole?.ns], [20, 3 * second]);
});

test('a dump that has only sums has no part', () => {
  const dump = dumpOf(
    [
      [
        { runs: 1, blocked: 9, runnable: 0 },
        { runs: 1, blocked: 0, runnable: 0 },
      ],
    ],
    START + 100,
  );
  for (const old of [dump.replace(/^@wait.*\n/m, ''), dump.replace(/, 1, 9, 0\)$/m, ')')]) {
    const reader = new OffcpuReader({ ...OPTIONS, ...NAMES, part: { startNs: START, endNs: START + 5 } }, () => {});
    reader.beginInput();
    reader.write(Buffer.from(old));
    assert.match(reader.endInput() ?? '', /no single waits with their lengths, only sums of the whole window/);
  }
});
