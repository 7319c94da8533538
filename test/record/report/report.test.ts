// The report: its numbers add up, its three writers say the same, and no name becomes markup.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { answersText } from '../../../src/record/report/answers-text.ts';
import { reportMarkdown } from '../../../src/record/report/markdown.ts';
import { pageHtml } from '../../../src/record/report/page.ts';
import { SORT_SCRIPT } from '../../../src/record/report/page-table.ts';
import { type FunctionRow, reportOf } from '../../../src/record/report/report.ts';
import { heldUp, type WaitRow } from '../../../src/record/report/waits.ts';
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
