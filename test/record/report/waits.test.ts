// Waits: what each row of them says, which are one, and which the first screen shows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OffcpuKind } from '../../../src/offcpu/entry.ts';
import { answersText } from '../../../src/record/report/answers-text.ts';
import { pageHtml } from '../../../src/record/report/page.ts';
import { reportOf } from '../../../src/record/report/report.ts';
import { heldUp, type WaitRow, waitedOf, waitRows } from '../../../src/record/report/waits.ts';
import { waitFacts, waitTitle } from '../../../src/record/report/words.ts';
import type { DataName } from '../../../src/symbols/data-names.ts';
import { ROOT } from '../../tools.ts';
import { offcpuOf, partsOf } from '../report-parts.ts';

const DUMP = readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-particulars-0.17/dump.txt'), 'latin1');
const report = reportOf(partsOf(undefined, offcpuOf(DUMP, 10)));

test('a lock that has no name but its address stands behind what the wait means', () => {
  const row = { ...(report.heldUp[0] as WaitRow), function: 'XLogFlush', meaning: 'LWLock:WALWrite' };
  const titleOf = (object: string): string => waitTitle({ ...row, object });
  assert.equal(
    titleOf('shared memory lock 0x7f7c1f79'),
    'XLogFlush waits for LWLock:WALWrite (shared memory lock 0x7f7c1f79)',
  );
  assert.equal(titleOf('lock registry'), 'XLogFlush waits for lock registry');
  assert.equal(titleOf('tcp 127.0.0.1:40000'), 'XLogFlush waits for tcp 127.0.0.1:40000');
});

test('where nothing else is known, a wait says what the kernel waited for', () => {
  const { object: _, meaning: __, ...bare } = report.heldUp[0] as WaitRow;
  const row = { ...bare, reason: '[disk-io]', text: 'TRIM' };
  const textOf = (wait: WaitRow): string => answersText({ ...report, heldUp: [wait] }).join('\n');
  assert.match(textOf(row), / the disk \[disk-io\]\n +TRIM; /);
  assert.doesNotMatch(textOf({ ...row, object: 'd/log' }), /TRIM/);
});

test('on the first screen files, clients and locks of the heap that differ in numbers are one; servers, built-in locks are not', () => {
  const entry = (call: number, object: number): string =>
    `@offcpu[\n    __schedule+1\n    do_syscall_64+1\n, \n    save+2\n    main+2\n, app, 8, 1, 0, ${call}, ${object}, 0, 20, 0]: (1000000, 0, 1, 1000000, 0)\n`;
  const file = (object: number, name: string): string => `@file[${object}]: (33188, 7, 9, d, ${name})\n`;
  const socket = (object: number, port: number): string =>
    `@file[${object}]: (49663, 7, 9, TCP, TCP)\n@peer[${object}]: (2, 127.0.0.1, ${((port & 255) << 8) | (port >> 8)}, 4)\n`;
  const dump = [
    'flamepipe offcpu 2 pid 7 attach_ns 500 wait_events 0 objects 1 children 0\nflamepipe offcpu begins',
    'flamepipe offcpu end pid 7 start_ns 1000 end_ns 9001000\n\n@ours[7]: 1\n@threads: 1',
    '@task[8]: (7, app)\n@thread[8]: (1000, 9001000, 0, 1000000, 8000000, 0, 8)',
    [file(1, 'log.1'), file(2, 'log.2'), socket(3, 40000), socket(4, 40001), socket(5, 5432), socket(6, 5433)].join(''),
    [1, 2].map((object) => entry(74, object)).join(''),
    [3, 4, 5, 6].map((object) => entry(45, object)).join(''),
    [4096, 8192, 77, 78, 79, 87, 88].map((address) => entry(202, address)).join(''),
  ].join('\n');
  const nameLock = (at: number): DataName | undefined =>
    at < 99 ? { symbol: undefined, place: at < 80 ? 'heap' : 'memory' } : undefined;
  const { waits, heldUp } = reportOf({ ...partsOf(undefined, offcpuOf(dump, 9)), nameLock });
  const objects = (rows: readonly WaitRow[]): string[] =>
    rows.map(({ object, alike }) => `${object} ${alike ?? 0}`).sort();
  assert.equal(waits.length, 13, objects(waits).join());
  assert.deepEqual(objects(heldUp), [
    'd/log.1 1',
    'heap lock 0x4d 2',
    'lock at 0x1000 0',
    'lock at 0x2000 0',
    'memory lock 0x57 1',
    'tcp 127.0.0.1:40000 1',
    'tcp 127.0.0.1:5432 0',
    'tcp 127.0.0.1:5433 0',
  ]);
});

test("where no function is known, a wait is its thread's, and those of a pool are one", () => {
  const comms = ['order-0', 'order-1', 'cache-0'];
  const entries = comms.map((comm, i) => {
    const entry = `@offcpu[\n    __schedule+1\n    futex_wait+1\n    do_syscall_64+1\n, \n\t7f01 0x7f01 ([unknown])\n, ${comm}, ${i + 8}, 1, 0, -1, 0, 0, 20, 0, 0]: (1000000, 0, 1, 1000000, 0)`;
    const [start, end] = [1000, 5_001_000];
    return `${entry}\n@thread[${i + 8}]: (${start}, ${end}, 0, 4000000, 1000000, 0, 1, 0)\n@task[${i + 8}]: (7, ${comm})\n`;
  });
  const dump = `flamepipe offcpu 4 pid 7 attach_ns 500 wait_events 0 objects 1 children 0 statements 0 wakers 0 unwound 0\nflamepipe offcpu begins\nflamepipe offcpu end pid 7 start_ns 1000 end_ns 5001000\n\n@ours[7]: 1\n@threads: 3\n${entries.join('')}`;
  const { waits } = reportOf(partsOf(undefined, offcpuOf(dump, 5)));
  assert.deepEqual(waits.map(waitTitle), [
    'threads order-0, order-1 idle or wait for a lock or condition',
    'thread cache-0 idles or waits for a lock or condition',
  ]);
  assert.equal(
    waitTitle({ ...(waits[0] as WaitRow), threads: ['a', 'b', 'c', 'd'] }).slice(0, 23),
    'threads a, b and 2 more',
  );
});

test('a wait that the end of the window cut is none of those whose lengths are known', () => {
  const [waited] = [...waitedOf(offcpuOf(DUMP, 10))].filter(({ kind, entry }) => kind === 'wait' && entry);
  assert.ok(waited?.entry);
  const facts = (...lengths: (readonly [kind: OffcpuKind, ms: number])[]): string => {
    const all = lengths.map(([kind, ms]) => {
      const [ns, count] = [ms * 1e6, kind === 'in-progress' ? 0 : 1];
      return { ...waited, ns, entry: { ...waited.entry!, kind, ns, maxNs: ns, count, particulars: undefined } };
    });
    const { code, isOfProgram } = partsOf(undefined, undefined);
    const unknown = { nameLock: () => undefined, idle: new Set<number>(), isRecorded: () => false };
    const [row] = waitRows(all, { code, isOfProgram, lifeSeconds: 10, ...unknown }).rows;
    return waitFacts(row as WaitRow, { ...report, calls: [] }).join();
  };
  assert.equal(
    facts(['blocked', 435], ['in-progress', 7565]),
    '8 s in 1 wait, longest 435 ms, and 1 that had not ended, 7.57 s',
  );
  assert.equal(facts(['in-progress', 100], ['in-progress', 300]), '400 ms in 2 waits that had not ended');
  // one that is neither long nor a large part goes without saying
  assert.equal(facts(['blocked', 100], ['in-progress', 4]), '104 ms in 1 wait, longest 100 ms');
});

test('the largest wait that holds the program up for certain is in sight, however many may', () => {
  const [held] = report.heldUp as [WaitRow];
  const rows = [9, 8, 7, 6, 5, 4].map(
    (busySeconds, i): WaitRow => ({
      ...held,
      busySeconds,
      queuedSeconds: 0,
      kind: i === 3 || i === 4 ? 'wait' : 'open',
    }),
  );
  assert.deepEqual(
    heldUp(rows).map((row) => row.busySeconds),
    [9, 8, 6, 7, 5, 4],
  );
  const certain = rows.map((row, i) => (i === 1 ? { ...row, kind: 'wait' as const } : row));
  assert.deepEqual(heldUp(certain), certain);
});

test('a wait on nothing that has a name is for what its reason says, once', () => {
  const [{ object, meaning, ...held }] = report.heldUp as [WaitRow];
  assert.ok(object ?? meaning);
  const row = { ...held, reason: '[ipc]', text: 'a System V semaphore' };
  assert.match(waitTitle(row), / waits for a System V semaphore$/);
  const html = pageHtml({ ...report, heldUp: [row], waits: [row] }, new Map());
  assert.equal(html.split('a System V semaphore').length, 2);
});

test('many enders of one kind are one on the page, as in the first rows, and chance is nobody', () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ name: `sh ${i + 100}`, share: 0.03 }));
  const wakers = [{ name: 'thread main', share: 0.38 }, ...many, { name: 'thread other', share: 0.02 }];
  const [held] = report.heldUp as [WaitRow];
  const row = { ...held, wakers };
  assert.match(waitFacts(row, report).join(), /ended by sh 100 and 19 more \(60 %\), thread main \(38 %\)$/);
  const html = pageHtml({ ...report, waits: [row] }, new Map()).replaceAll('\u00a0', ' ');
  assert.match(html, /sh 100 and 19 more 60 %<br>thread main 38 %/);
});
