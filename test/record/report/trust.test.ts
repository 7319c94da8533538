// How far the data can be trusted: a terminal hears the same doubts as the report's reader.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_TIMES } from '../../../src/offcpu/thread-times.ts';
import { identityOf } from '../../../src/record/render/identity.ts';
import type { OffcpuProfile } from '../../../src/record/render/offcpu-profile.ts';
import { type Report, reportOf } from '../../../src/record/report/report.ts';
import { doubtLines } from '../../../src/record/report/trust.ts';
import { basisOfFunctions, basisOfWaits } from '../../../src/record/report/words.ts';
import { workloadEndOf } from '../../../src/record/window/workload.ts';
import { SETTINGS } from '../plan-settings.ts';
import { cpuOf, offcpuOf, partsOf } from '../report-parts.ts';

function trustIn(samples: number, frame: string) {
  return reportOf(partsOf(cpuOf([['app', 8, [frame, 'main /opt/app', '_start /opt/app'], samples]]), undefined)).trust;
}

test('few samples are a doubt, with what to type, and many are none', () => {
  assert.match(
    doubtLines(trustIn(99, 'work /opt/app')).join('\n'),
    /^warning: 99 samples of .* ±10\.1 .* --duration \d+$/,
  );
  assert.deepEqual(doubtLines(trustIn(400, 'work /opt/app')), []);
});

test('a half that was asked for and is missing is the first doubt, and a poor one', () => {
  const head =
    'flamepipe offcpu 4 pid 7 attach_ns 500 wait_events 0\nflamepipe offcpu end pid 7 start_ns 1000 end_ns 9000001000\n\n';
  const dump = (onCpuMs: number): OffcpuProfile => {
    const offNs = 9e9 - onCpuMs * 1e6;
    const wait = `@offcpu[\n    __schedule+1\n, \n    read+1\n, app, 8, 1, 0, 0, 0, 0, 20, 0, 0]: (${offNs}, 0, 1, ${offNs}, 0)\n`;
    const thread = `@thread[8]: (1000, 9000001000, 0, ${onCpuMs * 1e6}, ${offNs}, 0, 1, 0)\n`;
    return offcpuOf(`${head}${wait}${thread}@task[8]: (7, app)\n@threads: 1\n`, 9);
  };
  const settings = { ...SETTINGS, mode: 'both' as const };
  const trustWithout = (onCpuMs: number) => reportOf({ ...partsOf(undefined, dump(onCpuMs), 9), settings }).trust;
  const { grade, points } = trustWithout(4000);
  assert.deepEqual(
    [grade, points[0]?.text],
    ['poor', "There is no sample of perf's, though the threads ran for 4.00 s."],
  );
  assert.notEqual(trustWithout(20).points[0]?.what, 'missing', 'too short for a sample');
  const cpu = cpuOf([['app', 8, ['work /opt/app', 'main /opt/app', '_start /opt/app'], 500]]);
  const failed = reportOf({ ...partsOf(cpu, undefined), settings }).trust;
  assert.deepEqual([failed.grade, failed.points[0]?.what], ['poor', 'missing']);
});

test('nobody is told to record for longer what has ended', () => {
  const parts = partsOf(cpuOf([['app', 8, ['work /opt/app', 'main /opt/app', '_start /opt/app'], 99]]), undefined);
  assert.match(doubtLines(reportOf({ ...parts, isShort: true }).trust).join('\n'), / flame-record --frequency 999$/);
});

test('time apart from the functions of the program is told, by its own innermost functions', () => {
  const basis = (samples: number): string => {
    const sampled = cpuOf([
      ['app', 8, ['work /opt/app', 'main /opt/app', '_start /opt/app'], 100 - samples],
      ['app', 8, ['block /lib/libz.so.1', '[unknown] /lib/libz.so.1'], samples],
    ]);
    return basisOfFunctions(reportOf(partsOf(sampled, undefined)).functions!);
  };
  assert.match(basis(80), / 80\.0 % is neither in app nor seen to be called by it: block 80\.0 %\./);
  assert.doesNotMatch(basis(4), /neither/);
});

test('a missing option of the runtime comes first, and with it no other advice on names', () => {
  const parts = partsOf(cpuOf([['app', 8, ['[unknown] //anon', 'main /opt/app'], 500]]), undefined);
  const linesWith = (more: Partial<typeof parts>): string[] => doubtLines(reportOf({ ...parts, ...more }).trust);
  const lacks = [{ text: 'Node does not tell', mend: 'node --perf-basic-prof', what: 'names' as const }];
  const [first, names] = linesWith({ languages: [{ language: 'Node', extensions: [], lacks }] });
  assert.equal(first, 'warning: Node does not tell. node --perf-basic-prof');
  assert.equal(names, 'warning: 100 % of the time on the CPU is in functions without a name.');
  assert.match(linesWith({}).join('\n'), /without a name\. flame-record doctor --pid 7$/m);
  const told = linesWith({ pids: [] }).join('\n');
  assert.match(told, /without a name\. flame-record doctor --pid PID, while it runs$/m);
  const sql = { dsn: '', file: 'a.sql' };
  const ofSession = linesWith({ settings: { ...parts.settings, sql } }).join('\n');
  assert.match(ofSession, /without a name\. flame-record doctor --postgres '' --first$/m);
});

test("stacks that Go's assembler cuts say so, and are not poor, because nothing mends them", () => {
  const parts = partsOf(cpuOf([['app', 8, ['crypto/sha256.block /opt/app', '[unknown] /opt/app'], 500]]), undefined);
  const { grade, points } = reportOf({ ...parts, languages: [{ language: 'Go', extensions: [], lacks: [] }] }).trust;
  assert.match(points.find(({ what }) => what === 'callers')?.text ?? '', /100 % .*: Go's functions in assembler/);
  assert.equal(grade, 'fair');
  assert.equal(reportOf(parts).trust.grade, 'poor');
});

test('waits that no kernel sees are a note, not a doubt', () => {
  const dump = 'flamepipe offcpu 4 pid 7 attach_ns 0\n';
  const parts = partsOf(undefined, offcpuOf(dump, 10));
  const trust = reportOf({ ...parts, languages: [{ language: 'Go', extensions: [], lacks: [] }] }).trust;
  assert.match(
    doubtLines(trust).join('\n'),
    /^note: Goroutines that wait .* a socket .*\/debug\/pprof\/trace\?.*go tool trace -pprof=sync /m,
  );
  assert.equal(trust.points.find(({ what }) => what === 'unseen')?.level, 'good');

  const wait = (own: string): string => {
    const stack = `    __schedule+1\n    futex_wait+1\n    __x64_sys_futex+1\n, \n    syscall+2\n    ${own}+2\n    app::main+2\n`;
    const entry = `@offcpu[\n${stack}, app, 8, 1, 0, 202, 0, 0, 20, 0, 0]: (1000000, 0, 1, 1000000, 0)\n`;
    const thread = '@thread[8]: (1000, 9001000, 0, 1000000, 8000000, 0, 1, 0)\n@task[8]: (7, app)\n';
    const head = `${dump.trim()} wait_events 0 objects 1 children 0 statements 0 wakers 0 unwound 0\nflamepipe offcpu begins`;
    const end = 'flamepipe offcpu end pid 7 start_ns 1000 end_ns 9001000\n\n@ours[7]: 1\n@threads: 1';
    const text = [head, end, entry + thread].join('\n');
    return doubtLines(reportOf(partsOf(undefined, offcpuOf(text, 9))).trust).join('\n');
  };
  assert.match(
    wait('tokio::runtime::park::Inner::park'),
    /^note: Tasks of tokio .*: no wait here is theirs\. tokio-console/m,
  );
  assert.doesNotMatch(wait('std::thread::park'), /tokio/);

  const hints = (...pids: number[]): string[] => {
    const lacks = [{ text: 'no names', mend: 'ask PID', what: 'names' as const }];
    const java = { language: 'Java' as const, extensions: [], lacks };
    const { points } = reportOf({ ...parts, pids, languages: [java] }).trust;
    return points.flatMap(({ what, mend }) => (what === 'unseen' || mend?.startsWith('ask') ? (mend ?? '') : []));
  };
  const jcmd = 'Thread.print, while it waits';
  assert.deepEqual(hints(4242), ['ask 4242', `jcmd 4242 ${jcmd}`]);
  for (const pids of [[7, 8], []]) assert.deepEqual(hints(...pids), ['ask PID', `jcmd PID ${jcmd}`]);
});

test('where a program waits for its children, a note names the option that records them', () => {
  const dump = (frame: string): string => `flamepipe offcpu 4 pid 7 attach_ns 0 wait_events 0 objects 0 children 0
flamepipe offcpu begins
flamepipe offcpu end pid 7 start_ns 10 end_ns 1010

@offcpu[
    __schedule+1
    schedule+1
    ${frame}+1
, 
    main+2
, sh, 7, 1, 0, -1, 0, 0, 9, 0, 0]: (900, 0, 1, 900, 0)
@ours[7]: 1
@task[7]: (7, sh)
@thread[7]: (10, 1010, 0, 100, 900, 0, 1, 0)
@threads: 1
`;
  const reported = (frame: string, more = {}): Report => {
    const parts = partsOf(undefined, offcpuOf(dump(frame), 1e-6));
    return reportOf({ ...parts, settings: { ...parts.settings, ...more } });
  };
  const notes = (...of: Parameters<typeof reported>): string => doubtLines(reported(...of).trust).join('\n');
  assert.match(notes('do_wait'), /^note: 90 % of the time waits for child processes, .*\. flame-record --children$/m);
  assert.doesNotMatch(notes('do_wait', { followChildren: true }), /child processes/);
  assert.doesNotMatch(notes('do_nanosleep'), /child processes/);
  // recorded children are in rows of their own
  const first = (more = {}): (string | undefined)[] => reported('do_wait', more).heldUp.map((row) => row.function);
  assert.deepEqual([first(), first({ followChildren: true })], [['main'], []]);
  const parts = reported('do_wait').split?.parts.map(({ name }) => name);
  assert.ok(parts?.includes('blocked: child process') && !parts.includes('blocked: other'), String(parts));
  const said = basisOfWaits(reported('do_wait', { followChildren: true }));
  assert.equal(
    said,
    'Nothing: no thread that works waited for anything. Not among these: 0.9 µs of waiting for recorded children.',
  );
});

test('nobody is told to record the stacks that were recorded', () => {
  const offcpu = offcpuOf('flamepipe offcpu 4 pid 7 attach_ns 0\n', 10);
  assert.ok(offcpu.stats);
  const given = { ...offcpu.stats, weight: 100, callerlessWeight: 50 };
  const java = { language: 'Java' as const, extensions: [], lacks: [] };
  const mends = (more: Partial<typeof given>, languages: (typeof java)[] = []): (string | undefined)[] => {
    const stats = { ...given, ...more };
    const { points } = reportOf({ ...partsOf(undefined, { ...offcpu, stats }), languages }).trust;
    return points.filter(({ text }) => text.includes('called libc')).map(({ mend }) => mend);
  };
  assert.match(mends({})[0] ?? '', /--off-cpu-stacks dwarf$/);
  // DWARF has nothing of what its compiler makes
  assert.deepEqual([...mends({ wholeWeight: 90 }), ...mends({}, [java])], [undefined, undefined]);
});

test('cut stacks of waits that perf told nothing of are not mended by larger copies of the stack', () => {
  const offcpu = offcpuOf('flamepipe offcpu 4 pid 7 attach_ns 0\n', 10);
  assert.ok(offcpu.stats);
  const given = { ...offcpu.stats, weight: 100, cutWeight: 20 };
  const mend = (wholeWeight: number, more = {}): string | undefined => {
    const parts = partsOf(undefined, { ...offcpu, stats: { ...given, wholeWeight } });
    const { points } = reportOf({ ...parts, callGraph: 'dwarf,16384', settings: { ...parts.settings, ...more } }).trust;
    return points.find(({ text }) => text.includes('outermost callers'))?.mend;
  };
  assert.equal(mend(99), '--call-graph dwarf,65528');
  assert.match(mend(80) ?? '', /--off-cpu-stacks dwarf$/);
  assert.deepEqual([mend(80, { offcpuStacks: 'dwarf' }), mend(80, { followChildren: true })], [undefined, undefined]);
});

test('samples that perf lost are a doubt: it should sample less, or copy no stack at switches', () => {
  const cpu = cpuOf([['app', 8, ['work /opt/app'], 500]]);
  const offcpu = offcpuOf('flamepipe offcpu 4 pid 7 attach_ns 0\n', 10);
  assert.ok(offcpu.stats);
  cpu.stats.losses.push('Processed 7600 samples and lost 19.57%!');
  const given = offcpu.stats;
  const mend = (more = {}): string | undefined => {
    const { points } = reportOf(partsOf(cpu, { ...offcpu, stats: { ...given, ...more } })).trust;
    return points.find(({ text }) => text.includes('lost 19.57%'))?.mend;
  };
  assert.deepEqual(
    [mend(), mend({ wholeWeight: 99 })],
    ['flame-record --frequency 50', 'flame-record --off-cpu-stacks fp'],
  );
});

test('each doubt of the report is a line', () => {
  const trust = trustIn(50, '[unknown] /opt/app');
  assert.deepEqual(
    doubtLines(trust),
    trust.points.filter(({ level }) => level !== 'good').map(({ text, mend }) => `warning: ${text} ${mend}`),
  );
  assert.equal(trust.grade, 'poor');
});

test('threads that end before the clock ticks are a doubt, and a higher frequency the mend', () => {
  const cpu = cpuOf([['app', 8, ['work /opt/app'], 500]]);
  const parts = partsOf(cpu, offcpuOf('flamepipe offcpu 4 pid 7 attach_ns 0\n', 10));
  const doubts = (frequency: number, threads = 50): string[] => {
    const lives = Array.from({ length: threads }, (_, i) => ({ ...NO_TIMES, tid: 100 + i, lifeNs: 4e6, onCpuNs: 4e6 }));
    const sampling = { samplesByThread: new Map<number, number>(), periodNs: 1e9 / frequency };
    const identity = identityOf(lives, [], 1e10, sampling);
    return doubtLines(reportOf({ ...parts, identity, settings: { ...parts.settings, frequency } }).trust);
  };
  const [said] = doubts(99).filter((line) => line.includes('ticks'));
  assert.match(said ?? '', /^warning: 100 % .* is that of 50 threads .* --frequency 999$/);
  assert.match(doubts(99, 1).join('\n'), / is that of 1 thread which ends or sleeps .* what it runs has /);
  assert.doesNotMatch(doubts(9999).join('\n'), /ticks/);
});

test('a workload that ended early makes of the window a recording of a program with nothing to do', () => {
  const parts = partsOf(cpuOf([['app', 8, ['work /opt/app', '_start /opt/app'], 900]]), undefined);
  const of = (endedNs: number | undefined, code = 0) => {
    const window = { startNs: 10e9, endNs: 20e9 };
    const workload = workloadEndOf({ ending: { code, signal: null }, startedNs: 1e9, endedNs, window, log: '' });
    const { trust } = reportOf({ ...parts, workload });
    return [trust.grade, ...doubtLines(trust)];
  };
  assert.deepEqual(of(undefined), ['good']);
  assert.deepEqual(of(19.6e9), ['good']);
  assert.deepEqual(of(8e9), [
    'poor',
    'warning: The workload had ended before the window began: nothing of it was recorded. --workload, one that runs for 19 s',
  ]);
  assert.deepEqual(of(18.5e9), [
    'fair',
    'warning: The workload ended 8.5 s into the window: 15 % of it ran without. --workload, one that runs for 19 s',
  ]);
  assert.doesNotMatch(of(12e9, 3).join(), /runs for/);
});
