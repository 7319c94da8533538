// The report: its numbers add up, its three writers say the same, and no name becomes markup.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OffcpuKind } from '../../../src/offcpu/entry.ts';
import { answersText } from '../../../src/record/report/answers-text.ts';
import { reportMarkdown } from '../../../src/record/report/markdown.ts';
import { pageHtml } from '../../../src/record/report/page.ts';
import { SORT_SCRIPT } from '../../../src/record/report/page-table.ts';
import { type FunctionRow, reportOf } from '../../../src/record/report/report.ts';
import { heldUp, type WaitRow, waitedOf, waitRows } from '../../../src/record/report/waits.ts';
import {
  basisOfWaits,
  codeText,
  hottestOf,
  secondsText,
  shareText,
  waitFacts,
  waitTitle,
} from '../../../src/record/report/words.ts';
import { isNameless } from '../../../src/stacks/frame-name.ts';
import type { DataName } from '../../../src/symbols/data-names.ts';
import { ROOT } from '../../tools.ts';
import { cpuOf, offcpuOf, partsOf } from '../report-parts.ts';

const DUMP = readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-particulars-0.17/dump.txt'), 'latin1');
const EVIL = `<script>alert("1")</script>&'\``;

const cpu = cpuOf([
  ['app', 8, ['work /opt/app', 'main /opt/app'], 6],
  ['app', 8, ['memcpy /lib/libc.so.6', 'copy /opt/app', 'main /opt/app'], 3],
  ['app', 9, [`${EVIL} /opt/app`, 'main /opt/app'], 1],
]);
const report = reportOf(partsOf(cpu, offcpuOf(DUMP, 10)));

test('the parts of the split sum up to the time of all threads', () => {
  const { split, threads } = report;
  assert.ok(split && threads);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum(split.parts.map(({ share }) => share)) - 1) < 1e-9);
  assert.ok(Math.abs(sum(split.parts.map(({ seconds }) => seconds)) - split.seconds) < 1e-6);
  const all = [...threads.rows, ...threads.idle];
  assert.equal(all.length, split.threads);
  assert.ok(Math.abs(sum(all.map(({ seconds = 0 }) => seconds)) / split.seconds - 1) < 0.01);
});

test('every wait is in the table once: their time is what is off the CPU and not waiting for it', () => {
  const waiting = report.split?.parts.filter(({ name }) => !/CPU|asleep/.test(name)) ?? [];
  const [inSplit, inTable] = [waiting, report.waits].map((rows) => rows.reduce((sum, { seconds }) => sum + seconds, 0));
  assert.ok(Math.abs((inSplit as number) - (inTable as number)) < 1e-6, `${inSplit} ${inTable}`);
  assert.ok(report.heldUp.every(({ kind }) => kind === 'wait' || kind === 'open'));
});

test('the first screen tells the time of waits that hold nothing up, those of threads that only wait among them', () => {
  const [wait] = report.waits;
  assert.ok(wait);
  const waits = [
    { ...wait, kind: 'open' as const, seconds: 7, busySeconds: 1 },
    { ...wait, kind: 'wait' as const, seconds: 2, busySeconds: 1.5, childSeconds: 0.5 },
    { ...wait, kind: 'timer' as const, seconds: 3, busySeconds: 3 },
    { ...wait, kind: 'idle' as const, seconds: 4, busySeconds: 0 },
    { ...wait, kind: 'open' as const, reason: '[no-stack]', seconds: 9, busySeconds: 8 },
  ];
  assert.match(
    basisOfWaits({ ...report, waits }),
    /Not among these: 3 s of sleeping by timer, 4 s of waiting for work, 500 ms of waiting for recorded children, 9 s off the CPU whose stacks were lost, 6 s of threads that do nothing but wait\.$/,
  );
  assert.deepEqual(
    heldUp(waits).map(({ reason, seconds }) => `${reason} ${seconds}`),
    [`${wait.reason} 2`, `${wait.reason} 7`],
  );
});

test('the first screen names the own functions that sleep between other work', () => {
  const [wait] = report.waits;
  assert.ok(wait);
  const sleep = (seconds: number, name: string | undefined, more = {}) => {
    const { function: _, ...rest } = wait;
    return {
      ...rest,
      kind: 'timer' as const,
      isOwn: true,
      seconds,
      busySeconds: seconds,
      ...(name === undefined ? {} : { function: name }),
      ...more,
    };
  };
  const waits = [
    ...[sleep(4, 'retry'), sleep(3, 'retry'), sleep(2, 'beat'), sleep(0.5, 'seldom')],
    ...[sleep(1.5, 'tick', { busySeconds: 0 }), sleep(2, 'lib', { isOwn: false }), sleep(3, undefined)],
  ];
  assert.match(
    basisOfWaits({ ...report, waits }),
    /Not among these: 16 s of sleeping by timer \(retry 7 s, beat 2 s\)\.$/,
  );
});

test('where threads waited for a CPU longer than for all else, that holds them up', () => {
  const said = (share: number, more = {}): string => {
    const parts = [{ name: 'waiting for a CPU', letter: 'u', seconds: 12 * share, share }];
    return basisOfWaits({ ...report, waits: [], heldUp: [], split: { threads: 3, seconds: 12, parts }, ...more });
  };
  const [wait] = report.heldUp;
  assert.equal(said(0.25), 'Threads that could run waited 3 s for a CPU, longer than for all else.');
  assert.match(said(0.04), /^Nothing: no thread that works waited for anything\.$/);
  assert.match(said(0.25, { heldUp: [{ ...wait, share: 0.2 }] }), /^Threads that could run waited 3 s/);
  assert.match(said(0.25, { heldUp: Array(2).fill({ ...wait, share: 0.2 }) }), /^Shares are of/);
});

test('the own code comes first, with what others do for it', () => {
  const own = report.functions?.own;
  assert.deepEqual(own?.objects, ['app']);
  const rows = own?.hottest.map(({ name, self, nearest, total }) => [name, self, nearest, total]);
  assert.deepEqual(rows, [
    ['work', 0.6, 0.6, 0.6],
    ['copy', 0, 0.3, 0.3],
    [EVIL, 0.1, 0.1, 0.1],
  ]);
});

test('page and Markdown say what the data says, and no name becomes markup', () => {
  const evil = {
    ...report,
    title: EVIL,
    warnings: [EVIL],
    workload: [EVIL],
    commands: [EVIL],
    facts: [[EVIL, EVIL] as const],
  };
  const said = [`${EVIL}\n\`\`\`\n# not a heading`];
  const row = { kind: 'own' as const, name: EVIL, before: 1, after: 2, change: 1, mark: '' as const };
  const lengths = { waits: 20, p50: 1, p99: 1 };
  const changes = {
    before: EVIL,
    unlike: [EVIL],
    rows: [row],
    folded: 1,
    lengths: [
      { wait: { ...(report.waits[0] as WaitRow), function: EVIL, object: EVIL }, before: lengths, after: lengths },
    ],
    workload: { before: said, after: said },
  };
  const html = pageHtml({ ...evil, changes }, new Map());
  assert.equal(html.replace(`<script>${SORT_SCRIPT}</script>`, '').match(/<script/), null);
  const markdown = reportMarkdown({ ...evil, changes });
  const prose = markdown.replace(/```.*?```|\\`|`[^`\n]*`/gs, '');
  assert.doesNotMatch(prose, /(?<!\\)<script/);
  assert.equal(markdown.split('```').length % 2, 1);
  for (const { function: name = '' } of report.heldUp.slice(0, 3)) {
    assert.ok(html.includes(name) && markdown.includes(name), name);
  }
  assert.ok(markdown.split(/\s+/).length < 2000);
  const order = [
    'Where the time went',
    'What holds it up',
    'What runs hottest',
    'What changed since',
    'How far to trust it',
  ];
  for (const text of [html, markdown]) {
    const places = order.map((heading) => text.search(new RegExp(`(?:<h2>|^## )${heading}`, 'm')));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok((places[0] as number) > 0);
  }
});

test('code that a compiler made in memory is of the language that its functions tell', () => {
  const of = (...names: string[]): string => ofAll(['JIT code'], ...names.map((name) => row(name)));
  const ofAll = (objects: string[], ...hottest: ReturnType<typeof row>[]): string => codeText({ objects, hottest });
  const row = (name: string, object = 'JIT code') => ({ self: 1, nearest: 1, total: 1, name, object });
  assert.equal(of('py::crunch:/srv/app.py', 'py::save:/srv/app.py'), 'Python');
  assert.equal(of('JS:renderPage /srv/a.js:5:20', 'JS: /srv/a.js:1:1'), 'JavaScript');
  assert.equal(of("$'Elixir.Shop':page/2", '$erl_parse:normalise/1'), 'Erlang');
  assert.equal(of('long Shop.crunch', 'byte[] app.Page.<init>'), 'Java');
  assert.equal(of('long Shop.crunch', 'work'), 'JIT code');
  assert.equal(of(), 'JIT code');
  // with --children, beside programs that have files
  const crunch = row('py::crunch:/srv/app.py');
  assert.equal(ofAll(['JIT code', 'gzip'], crunch, row('deflate', 'gzip')), 'Python, gzip');
  assert.equal(of('py::crunch:/srv/app.py', 'JS:f /srv/a.js:1:1'), 'JavaScript, Python');
});

test('the page allows itself by hash: its style, each picture and the script of these', () => {
  const svg =
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><style><![CDATA[.a{fill:red}]]></style></svg>\n';
  const pictures = [{ title: 'On-CPU', file: 'cpu.svg', folded: 'cpu.folded' }];
  const html = pageHtml({ ...report, pictures }, new Map([['cpu.svg', svg]]));
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  assert.ok(policy.includes(hash('.a{fill:red}')));
  assert.ok(policy.includes(hash(/<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '')));
  assert.ok(policy.includes(hash(/<style>(:root.*?)<\/style>/s.exec(html)?.[1] ?? '')));
  assert.doesNotMatch(html, /<\?xml|\sstyle=|\son\w+=|https?:\/\/(?!www\.w3\.org)/);
});

test('code without names is never a function: neither among the hottest nor where it waits', () => {
  const stripped = DUMP.replace(/^ +(?:syncer|user_both|start_thread)\+\d+$/gm, '\t55e1c0 0x55e1c0 (/opt/app)');
  const unnamed = cpuOf([
    ['app', 8, ['[unknown] /opt/app', 'main /opt/app', '_start /opt/app'], 5],
    ['app', 8, ['[unknown] /opt/app'], 4],
    ['app', 8, ['[unknown] /lib/libz.so.1'], 1],
  ]);
  const of = reportOf(partsOf(unnamed, offcpuOf(stripped, 10)));
  const { own, bySelf = [], byTotal = [], unnamed: objects } = of.functions ?? {};
  for (const { name } of [...(own?.hottest ?? []), ...(own?.byTotal ?? []), ...bySelf, ...byTotal])
    assert.ok(!isNameless(name), name);
  for (const { function: name = '' } of of.waits) assert.ok(!isNameless(name), name);
  const [longest] = of.waits.filter(({ unnamedIn }) => unnamedIn === '[app]');
  assert.equal(longest && /^code of \[app\] without a name waits for /.test(waitTitle(longest)), true);
  assert.deepEqual(objects, [
    { name: '[app]', share: 0.9 },
    { name: '[libz.so.1]', share: 0.1 },
  ]);
  const told = /100\.0 % is in code whose functions have no names: \[app\] 90\.0 %, \[libz\.so\.1\] 10\.0 %\./;
  assert.equal(
    of.functions && hottestOf(of.functions).title,
    'What runs hottest in app, beside 90.0 % in code of [app] without names',
  );
  assert.match(reportMarkdown(of).replaceAll('\\', ''), told);
  assert.match(pageHtml(of, new Map()), told);
});

test('an interpreter without names is in the title, whose own executable is a stub that hardly runs', () => {
  const unnamed = [
    { name: '[libruby-3.3.so.3.3.8]', share: 0.77 },
    { name: '[libc.so.6]', share: 0.006 },
  ];
  const row = { name: 'schedule', self: 0.03, nearest: 0.03, total: 0.03 };
  const own = { objects: ['ruby3.3'], share: 0, apart: [], hottest: [], byTotal: [], names: [] };
  const of = (hottest: FunctionRow[]): string =>
    hottestOf({ samples: 1, seconds: 1, own: { ...own, hottest }, bySelf: [row], byTotal: [], unnamed }).title;
  assert.equal(of([]), 'What runs hottest, beside 77.0 % in code of [libruby-3.3.so.3.3.8] without names');
  // where own functions have names, others are no rivals of these
  assert.equal(of([row]), 'What runs hottest in ruby3.3');
});

test('a terminal says the same as the page: the split, three waits with lock and waker, functions', () => {
  const lines = answersText(report).join('\n');
  const { split, heldUp, functions } = report;
  for (const columns of [40, 80]) {
    const narrow = answersText(report, columns).join('\n');
    assert.equal(narrow.replace(/\s+/g, ' '), lines.replace(/\s+/g, ' '));
    const sentences = narrow.split('\n').filter((line) => !/ %.* {2}/.test(line));
    assert.ok(sentences.every((line) => line.length <= columns || !line.trim().includes(' ')));
  }
  for (const { name, share } of split?.parts ?? [])
    assert.match(lines, new RegExp(`${shareText(share)} .*  ${name}$`, 'm'));
  assert.equal(heldUp.length >= 3, true);
  for (const row of heldUp.slice(0, 3)) {
    assert.ok(lines.includes(`  ${waitTitle(row)} ${row.reason}\n`), waitTitle(row));
    const words = lines.replace(/\s+/g, ' ');
    for (const fact of waitFacts(row, report)) assert.ok(words.includes(fact), fact);
  }
  assert.match(
    lines,
    /a function called by user_cache waits for libc:mutex \(lock .*\).*\n(?:.*\n){1,2}.*ended by thread \w+ \(\d+ %\)/,
  );
  assert.match(
    lines,
    /What runs hottest in app\n +nearest +self +total +function\n +60\.0 % +60\.0 % +60\.0 % +work\n/,
  );
  assert.equal(functions?.own?.hottest[0]?.nearest, 0.6);
});

test('names can do a terminal no harm, and long texts keep to its width', () => {
  const [row] = report.heldUp as [WaitRow];
  const heldUp = [{ ...row, function: 'f\x1b[2J', object: 'a file\nof two lines', statement: 'select '.repeat(50) }];
  const text = answersText({ ...report, heldUp }).join('\n');
  assert.doesNotMatch(text, /[\0-\x09\x0b-\x1f]|^of two/m);
  assert.ok(text.split('\n').every((line) => line.length <= 100));
});

test('calls of fsync stand beside their waits, in the table and on the first screen', () => {
  const calls = readFileSync(join(ROOT, 'fixtures/offcpu-classify/calls-of-fsync-beside-their-waits/in.txt'), 'latin1');
  const of = reportOf(partsOf(cpu, offcpuOf(calls, 10, [99])));
  assert.ok(of.calls.length > 0);
  const texts = [pageHtml(of, new Map()), reportMarkdown(of), answersText(of).join('\n').replace(/\s+/g, ' ')];
  for (const { name, calls: count, object, p50 = 0, longest } of of.calls.filter(
    ({ object }) => object !== undefined,
  )) {
    const lengths = `${count} calls of ${name}, median ${secondsText(p50)}, 99th percentile \\S+ .s, longest ${secondsText(longest)}`;
    for (const text of texts) assert.match(text, new RegExp(lengths), object);
  }
  // calls are known by file alone: a second function that syncs it has its part of them
  const [row] = of.heldUp.filter(({ reason }) => reason === '[fsync]') as [WaitRow];
  const other = { ...row, function: `${row.function}2` };
  const shared = answersText({ ...of, heldUp: [row, other], waits: [...of.waits, other] })
    .join('\n')
    .replace(/\s+/g, ' ');
  assert.equal(shared.match(/calls? of \w+ by all callers, /g)?.length, 2);
  assert.doesNotMatch(texts.join(), /by all callers/);
});

test('threads have a table without off-CPU time, too, and rows that add up with it', () => {
  const alone = reportOf(partsOf(cpu, undefined));
  assert.deepEqual(
    alone.threads?.rows.map(({ name, tid, onCpu, seconds }) => [name, tid, Number(onCpu.toFixed(2)), seconds]),
    [
      ['app', 8, 0.09, undefined],
      ['app', 9, 0.01, undefined],
    ],
  );
  assert.match(reportMarkdown(alone), /\| on CPU \| thread \|\n\|---:\|---\|\n\| 90\.9 ms \| app 8 \|/);
  assert.match(pageHtml(alone, new Map()), /<td[^>]*>app 8<\/td>/);
  assert.match(
    reportMarkdown(report),
    /\| lived \| on CPU \| for a CPU \| blocked \|(?: undecided \|)? idle, timers \|/,
  );
});

test('the head of the page names two processes, counts the others, and tells the window', () => {
  const facts = [1, 2, 3, 4].map((pid) => [`process ${pid}`, 'postgres'] as const);
  const html = pageHtml({ ...report, facts: [...facts, ['window', '8 s']] }, new Map());
  const about = [...html.matchAll(/<p class="about">(.*?)<\/p>/g)].map(([, line]) => line);
  assert.deepEqual(about, ['process 1: postgres', 'process 2: postgres', 'and 2 more processes', 'window: 8 s']);
});

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

test('other functions that changed are in sight where none of the program did', () => {
  const row = { name: 'sort', before: 0, after: 90, change: 90, mark: 'new' as const };
  const html = (kinds: readonly ('own' | 'function')[]): string => {
    const rows = kinds.map((kind) => ({ ...row, kind }));
    const workload = { before: [], after: [] };
    const changes = { before: 'base', unlike: [], rows, folded: 0, lengths: [], workload };
    return pageHtml({ ...report, changes }, new Map());
  };
  assert.match(html(['function']), /<details open><summary>other functions/);
  assert.match(html(['own', 'function']), /<details><summary>other functions/);
});

test('Markdown keeps to 2,000 words, whatever changed', () => {
  const name = 'update pgbench_branches SET bbalance = bbalance + ? WHERE bid =...';
  const kinds = ['time', 'wait', 'own', 'function', 'unnamed'] as const;
  const row = { name, before: 1000, after: 2000, change: 1000, mark: 'new' as const };
  const rows = kinds.flatMap((kind) => Array.from({ length: 12 }, () => ({ ...row, kind })));
  const [held] = report.heldUp as [WaitRow];
  const wait = { ...held, statement: name, meaning: 'Lock:transactionid', object: 'shared memory lock 0x7f7c1f79d0b8' };
  const waits = Array.from({ length: 30 }, () => wait);
  const lengths = waits
    .slice(0, 8)
    .map((one) => ({ wait: one, before: { waits: 20, p50: 1, p99: 1 }, after: { waits: 20, p50: 2, p99: 2 } }));
  const workload = { before: ['tps = 106.29 (without initial connection time)'], after: ['tps = 106.29 (without it)'] };
  const changes = { before: 'base', unlike: ['mode: cpu, base: both'], rows, folded: 400, lengths, workload };
  const markdown = reportMarkdown({ ...report, waits, heldUp: waits, changes });
  assert.ok(markdown.split(/\s+/).length < 2000, `${markdown.split(/\s+/).length}`);
  assert.match(markdown, /\d+ more in report\.json/);
});

test('of a part of the window it does not say that waits were not recorded', () => {
  const parts = partsOf(cpu, undefined);
  assert.match(
    reportMarkdown(reportOf({ ...parts, isShort: true, sumsOf: 'fp' })),
    /on the CPU; time off it is known only of the whole window\./,
  );
  const ofMode = (mode: 'cpu' | 'both'): string =>
    reportMarkdown(reportOf({ ...parts, settings: { ...parts.settings, mode } }));
  assert.match(ofMode('cpu'), /on the CPU; time off it was not recorded, which --mode both does\./);
  assert.match(ofMode('both'), /on the CPU; time off it is missing, because its recording failed\./);
});
