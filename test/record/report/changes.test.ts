// What changed since an earlier run: one table, one unit, and what may be chance is not in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, type Run } from '../../../src/offcpu/table/comparison.ts';
import type { Row, Summary } from '../../../src/offcpu/table/tally.ts';
import { compareWhere, reasonRow } from '../../../src/offcpu/table/where-rows.ts';
import {
  type Comparison,
  comparedFunctions,
  onCpuChange,
  scaleOf,
  sidesOf,
} from '../../../src/record/render/comparison.ts';
import { changesOf } from '../../../src/record/report/changes.ts';
import { changesText } from '../../../src/record/report/changes-text.ts';
import type { TrustPoint } from '../../../src/record/report/trust.ts';
import type { WaitRow } from '../../../src/record/report/waits.ts';
import { tableOf } from '../../folded-tables.ts';

const NOW = { seconds: 10, frequency: 100, isWhole: false };
const BEFORE = { seconds: 5, frequency: 50, isWhole: false };
const CODE = {
  objects: ['app'],
  isOwn: (name: string) => /^(?:main|old|new|grown|\[app\])$/.test(name),
  objectOf: () => 'app',
  hasCompiledNames: false,
};

function wait(object: string, p50: number, waits = 100): WaitRow {
  return {
    ...{ kind: 'wait', reason: '[futex]', text: '', letter: 'l', function: 'old', isOwn: true, object },
    ...{
      seconds: 1,
      busySeconds: 1,
      childSeconds: 0,
      share: 0.1,
      queuedSeconds: 0,
      queuedShare: 0,
      waits,
      p50,
      p99: p50,
      wakers: [],
      threads: [],
    },
  };
}

const WAITS = [
  wait('lock registry', 9e-3),
  wait('lock same', 1e-3),
  wait('lock few', 9e-3, 3),
  wait('lock at 0x7fffaaaa', 9e-3),
  wait('lock at 0x7fffbbbb', 9e-3),
];

function shorter(row: WaitRow): WaitRow {
  return row.object === 'lock same' ? row : { ...row, p50: 3e-3, p99: 3e-3 };
}

function run(name: string, seconds: number, reasons: Record<string, number>) {
  const rows = Object.entries(reasons).map(([reason, ms]): Row => {
    return { name: reason, ns: ms * 1e6, count: 1, maxNs: 0, variance: 0, queuedNs: 0, parts: [] };
  });
  const kinds = { wait: 0, idle: 0, timer: 0, cpu: 0, open: 0, lost: 0 };
  const ns = rows.reduce((sum, row) => sum + row.ns, 0);
  const summary: Summary = { ns, rows, kinds, excluded: [], leftOutNs: 0, other: [] };
  return { name, summary, windowNs: seconds * 1e9, times: undefined };
}

function comparison(before: string, now: string): Comparison {
  const functionTable = comparedFunctions(sidesOf(tableOf(before), tableOf(now), 1), ['a', 'b'], NOW, BEFORE);
  const reasonTable = compare(run('b', 10, { '[cpu]': 500, '[fsync]': 4000, '[net]': 1 }), [
    run('a', 5, { '[cpu]': 500, '[epoll]': 100, '[net]': 0.4 }),
  ]);
  const place = (name: string, ms: number): Row => {
    return { name, ns: ms * 1e6, count: 1, maxNs: 0, variance: 0, queuedNs: 0, parts: [] };
  };
  const where = (ms: number, noisy: number): Row[] => [
    reasonRow('[fsync]', [place('sync on a.log', ms), { ...place('sync on b.log', noisy), variance: 1e16 }]),
  ];
  const whereTable = compareWhere({ ...run('b', 10, {}), where: where(4000, 100) }, [
    { ...run('a', 5, {}), where: where(1, 40) },
  ]);
  const onCpu = onCpuChange(reasonTable, { now: 500, before: 25 }, NOW, BEFORE);
  const workloadBefore = ['10 requests/s'];
  const functions = { own: { names: ['main', 'old'] } };
  const reportBefore = JSON.stringify({ format: 'flamepipe report', waits: WAITS.map(shorter), functions });
  const roots = new Set(['app']);
  return {
    label: 'a',
    unlike: ['mode'],
    whole: undefined,
    onCpu,
    reasonTable,
    whereTable,
    functionTable,
    roots,
    frequency: 100,
    reportBefore,
    workloadBefore,
  };
}

test('the functions of a run that perf saw little of are told to come and go by chance', () => {
  const point = { what: 'short' as const, text: '92 % of it has too few samples.', level: 'poor' as const };
  const few = { ...point, what: 'samples' as const };
  const unlikeOf = (trust: object, points: readonly TrustPoint[]): readonly string[] => {
    const reportBefore = JSON.stringify({ format: 'flamepipe report', trust });
    return changesOf({ ...comparison('', ''), reportBefore }, CODE, [], [], points).unlike;
  };
  assert.deepEqual(unlikeOf({ points: [few] }, [few]), ['mode']);
  assert.deepEqual(unlikeOf({ points: {} }, [few, point]), ['mode', `samples: ${point.text}`]);
  assert.deepEqual(unlikeOf({ points: [point] }, [few]), ['mode', `samples, a: ${point.text}`]);
});

test('a new wait of a hundredth of the largest change stands first, a smaller one in its place', () => {
  const firstOf = (ms: number): string | undefined => {
    const reasonTable = compare(run('b', 5, { '[cpu]': 1, '[net]': ms, '[futex]': 100 }), [
      run('a', 5, { '[cpu]': 1, '[futex]': 4100 }),
    ]);
    const of = { ...comparison('', ''), onCpu: undefined, whereTable: undefined, reasonTable };
    return changesOf(of, CODE, [], []).rows[0]?.name;
  };
  assert.deepEqual([firstOf(30), firstOf(50)], ['off CPU: [futex]', 'off CPU: [net]']);
});

test('whole runs compare by what they took in all: what a faster one does as before has not grown', () => {
  const [now, before] = [
    { seconds: 3, frequency: 100, isWhole: true },
    { seconds: 6, frequency: 50, isWhole: true },
  ];
  const reasons = [run('b', 3, { '[sleep]': 2500, '[cpu]': 200 }), run('a', 6, { '[sleep]': 2500, '[cpu]': 5600 })];
  const [later, earlier] = reasons.map((of) => ({ ...of, isWhole: true })) as [Run, Run];
  const scale = scaleOf(now, before, 'samples');
  const sides = sidesOf(tableOf('app;main;old 100\napp;same 100\n'), tableOf('app;main;old 20\napp;same 200\n'), scale);
  const changes = changesOf(
    {
      ...comparison('', ''),
      whole: { before: 6, after: 3 },
      onCpu: onCpuChange(undefined, { now: 220, before: 200 }, now, before),
      reasonTable: compare(later, [earlier]),
      whereTable: undefined,
      functionTable: comparedFunctions(sides, ['a', 'b'], now, before),
    },
    CODE,
    [],
    [],
  );
  assert.deepEqual(
    changes.rows.map(({ name, before: was, after }) => [name, was, after].join(' ')),
    ['waiting for a CPU 5600 200', 'on CPU 4000 2200', 'main 2000 200', 'old 2000 200'],
  );
  assert.match(
    changesText(changes, 'b'),
    /b against a, in milliseconds of the whole run, which took 3 s, before 6 s\n/,
  );
});

test('new and gone first, then by inclusive change, in ms per second; chance and nothing are folded away', () => {
  const before = 'app;main;old 20\napp;main;grown;memcpy 20\napp;main;steady 101\n';
  const now = 'app;main;new 90\napp;main;grown;memcpy 400\napp;main;steady 409\n';
  const changes = changesOf(comparison(before, now), CODE, WAITS, ['90 requests/s']);
  const rows = changes.rows.map(({ kind, name, before, after, change, mark }) => [
    ...[kind, name, mark],
    ...[before, after, change].map((value) => Number(value.toFixed(1))),
  ]);
  assert.deepEqual(rows, [
    ['time', 'off CPU: [fsync]', 'new', 0, 400, 400],
    ['time', 'off CPU: [epoll]', 'gone', 20, 0, -20],
    ['time', 'on CPU', '', 100, 500, 400],
    ['time', 'waiting for a CPU', '', 100, 50, -50],
    ['wait', 'sync on a.log: [fsync]', '', 0.2, 400, 399.8],
    ['own', 'new', 'new', 0, 90, 90],
    ['own', 'old', 'gone', 80, 0, -80],
    ['own', 'main', '', 564, 899, 335],
    ['own', 'grown', '', 80, 400, 320],
    ['function', 'memcpy', '', 80, 400, 320],
  ]);
  assert.equal(changes.folded, 3, 'steady, [net] and b.log');
  assert.match(
    changesText(changes, 'b'),
    /UNLIKE: mode\n {2}b against a.*\n(?:.*\n)* *3 ms → 9 ms .*old waits for lock registry\n {2}\| a: 10 requests\/s\n {2}\| b: 90/,
  );
  assert.equal(changes.lengths.length, 1, 'neither a wait of the same length, nor few, nor what another may be');
});

test('code without names is no function of the program, and the first function of a thread is none of interest', () => {
  const now = 'app;start_thread;main;[app] 90\napp;start_thread;main;[app];[libz.so.1] 90\napp;_start;x 9\n';
  const before = 'app;_start;main 9\napp;start_thread;0x7f00;[unknown] 30\n';
  const changes = changesOf(comparison(before, now), CODE, [], []);
  const rows = changes.rows
    .filter(({ kind }) => kind !== 'time' && kind !== 'wait')
    .map(({ kind, name, mark }) => [kind, name, mark]);
  assert.deepEqual(rows, [
    ['own', 'main', ''],
    ['function', 'x', 'new'],
    ['unnamed', 'code without names: [app]', 'new'],
    ['unnamed', 'code without names: 0x7f00', 'gone'],
    ['unnamed', 'code without names: [unknown]', 'gone'],
    ['unnamed', 'code without names: [libz.so.1]', 'new'],
  ]);
});

test("a function that is gone is the program's only if it was that", () => {
  const changes = changesOf(comparison('app;main;old;grown 90\n', 'app;main 9\n'), CODE, [], []);
  const rows = changes.rows.filter(({ mark, kind }) => mark === 'gone' && kind !== 'time');
  assert.deepEqual(
    rows.map(({ kind, name }) => [kind, name]),
    [
      ['own', 'old'],
      ['function', 'grown'],
    ],
  );
});

test('no change at all is said', () => {
  const same = changesOf(
    {
      ...comparison('app;main 50\n', 'app;main 200\n'),
      reasonTable: undefined,
      whereTable: undefined,
      onCpu: undefined,
    },
    CODE,
    [],
    [],
  );
  assert.deepEqual(same.rows, []);
  assert.match(changesText(same, 'b'), /no change beyond noise/);
});
