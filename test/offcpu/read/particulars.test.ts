// What a wait was on, who ended it and how long it was, from dumps of bpf/offcpu.bt.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { OffcpuEntry } from '../../../src/offcpu/entry.ts';
import { entriesOf as entriesIn } from '../../../src/offcpu/entry-rows.ts';
import { OffcpuFold } from '../../../src/offcpu/read/fold-offcpu.ts';
import { OffcpuReader } from '../../../src/offcpu/read/reader.ts';
import { ROOT } from '../../tools.ts';

function entriesOf(text: string): OffcpuEntry[] {
  const names = { tidy: true, demangle: true, keepHash: false };
  const reader = new OffcpuReader(
    { map: undefined, order: undefined, inputUnit: undefined, repeats: 'auto', ...names },
    (kind, line) => assert.fail(`${kind} in line ${line}`),
  );
  reader.beginInput();
  reader.write(Buffer.from(text, 'latin1'));
  assert.equal(reader.endInput(), undefined);
  return [...entriesIn(reader.entries())];
}

const HEAD = `flamepipe offcpu 2 pid 7 attach_ns 1 wait_events 0 objects 1 children 0
flamepipe offcpu begins
flamepipe offcpu end pid 7 start_ns 10 end_ns 1000

@cpu[0]: (900, 9)
@file[4398046511107]: (33188, 7, 9, my folder, a, b.log)
@file[77]: (49663, 7, 9, TCP, TCP)
@file[80]: (49663, 7, 9, TCP, TCP)
@file[78]: (49663, 7, 9, UNIX, UNIX)
@file[79]: (4480, 7, 9, , )
@name[5000]: (save<int, char>(int), 1)
@name[5001]: (0x1389, 1)
@name[5002]: (fsync, 1)
`;
const TAIL = `@ours[7]: 1
@peer[77]: (2, 127.0.0.1, 15833, 46412)
@peer[80]: (2, 127.0.0.1, 15833, 8080)
@peerpid[78]: 4711
@task[8]: (7, two, words)
@thread[7]: (10, 900, 0, 0, 0, 0, 0)
@threads: 1
`;
function dumpOf(...keys: string[]): OffcpuEntry[] {
  const entry = (key: string): string => `@offcpu[
    __schedule+1
, 
    fsync+11
    main+2
, ${key}]: (100, 0, 1, 100, 0)
`;
  return entriesOf(HEAD + keys.map(entry).join('') + TAIL).filter(({ kind }) => kind !== 'lost');
}

test('threads that never left a CPU are counted, by the threads that the process had', () => {
  const notes = (living: string): string[] => {
    const fold = new OffcpuFold({}, () => {});
    fold.begin('dump');
    fold.block(
      Buffer.from(
        `${HEAD}@living[7]: ${living}\n@offcpu[, , app, 7, 1, 0, -1, 0, 0, 6, 0]: (100, 0, 1, 100, 0)\n${TAIL}`,
      ),
    );
    fold.end();
    return fold.finish().uncovered;
  };
  assert.match(notes('5')[0] ?? '', /^dump: 5 threads of the process never left a CPU/);
  assert.deepEqual(notes('0'), []);
});

describe('particulars', () => {
  test('name files, sockets and locks by the call', () => {
    const objectOf = (call: number, object: number): unknown =>
      dumpOf(`app, 7, 1, 0, ${call}, ${object}, 0, 6, 0`)[0]?.particulars?.object;
    assert.deepEqual(objectOf(74, 4398046511107), { kind: 'file', name: 'b.log', folder: 'my folder, a' });
    assert.deepEqual(objectOf(45, 77), { kind: 'socket', protocol: 'tcp', peer: '127.0.0.1:55613' });
    const ofClient = { kind: 'socket', protocol: 'tcp', peer: '127.0.0.1:55613', isOfClient: true };
    assert.deepEqual(objectOf(45, 80), ofClient, "its own port is a server's");
    assert.deepEqual(objectOf(0, 78), { kind: 'socket', protocol: 'unix', peer: 'pid 4711' });
    assert.deepEqual(objectOf(0, 79), { kind: 'file', name: 'pipe', folder: undefined });
    assert.deepEqual(objectOf(202, 4096), { kind: 'lock', address: 4096 });
    assert.equal(objectOf(230, 1), undefined);
    assert.equal(objectOf(74, 123), undefined);
  });

  test('tell who ended the wait', () => {
    const wakerOf = (waker: number): unknown => dumpOf(`app, 7, 1, 0, 202, 1, 0, 6, ${waker}`)[0]?.particulars?.waker;
    assert.deepEqual(wakerOf(8), { tid: 8, pid: 7, comm: 'two, words' });
    assert.deepEqual(wakerOf(5), { tid: 5, pid: undefined, comm: undefined });
    assert.deepEqual(wakerOf(-1), { tid: undefined, pid: undefined, comm: undefined });
    assert.deepEqual(wakerOf(-2), { tid: undefined, pid: undefined, comm: undefined, isTimer: true });
    assert.equal(wakerOf(0), undefined);
  });

  test('name a thread that ended a wait by the name that it took later, as its own waits do', () => {
    const [wait] = dumpOf('app, 7, 1, 0, 202, 1, 0, 6, 8', 'mailer, 8, 1, 0, 202, 1, 0, 6, -1');
    assert.deepEqual(wait?.particulars?.waker, { tid: 8, pid: 7, comm: 'mailer' });
  });

  test('name a thread by its own name, not by the one that its creator had before its first turn', () => {
    for (const keys of [[], ['two, words, 8, 1, 0, 202, 1, 0, 6, -1']]) {
      const [wait, birth] = dumpOf('app, 7, 1, 0, 202, 1, 0, 6, 8', 'app, 8, 65536, 0, -1, 0, 0, 6, 0', ...keys);
      assert.deepEqual(wait?.particulars?.waker, { tid: 8, pid: 7, comm: 'two, words' });
      assert.equal(birth?.comm, 'two, words');
    }
  });

  test('name nobody, and no interrupt, where the kernel had no BTF', () => {
    const entry = '@offcpu[\n    __schedule+1\n, \n    main+2\n, app, 7, 1, 0, -1, 0, 0, 6, -1]: (100, 0, 1, 100, 0)\n';
    const wakerOf = (dump: string): unknown => entriesOf(dump + entry + TAIL)[0]?.particulars?.waker;
    assert.notEqual(wakerOf(HEAD), undefined);
    assert.equal(wakerOf(HEAD.replace('objects 1', 'objects 0')), undefined);
  });

  test('tell the stack of who ended the wait, and of its words the caller that libc hides', () => {
    const stack = `@callers[77]: (1280005, 1280000, 0, 0, 0, 0)
@stack[1025]: (77, 
\t7f01 unlock+3 (/lib/libc.so.6)
\t5501 main+9 (/app)
)
@stack[2049]: (0, )
@stackless: 3
`;
    const keyOf = (waker: number): string => `app, 7, 1, 0, 202, 1, 0, 6, ${waker}, 0`;
    const entry = (waker: number): string =>
      `@offcpu[\n    __schedule+1\n, \n    main+2\n, ${keyOf(waker)}]: (100, 0, 1, 100, 0)\n`;
    const text = HEAD.replace('offcpu 2', 'offcpu 4') + [8, 1025 * 2 ** 22 + 8, 2049 * 2 ** 22 + 8].map(entry).join('');
    const entries = entriesOf(text + stack + TAIL).filter(({ kind }) => kind !== 'lost');
    const known = { tid: 8, pid: 7, comm: 'two, words' };
    assert.deepEqual(
      entries.map(({ particulars }) => particulars?.waker),
      [known, { ...known, stack: ['unlock', 'save<int, char>', 'main'] }, known],
    );
  });

  test('take the callers of stacks that DWARF unwound as they are', () => {
    const text = HEAD.replace('offcpu 2', 'offcpu 4').replace('children 0', 'children 0 statements 0 unwound 1');
    const entry =
      '@offcpu[\n    __schedule+1\n, \n    fsync+11\n    main+2\n, app, 7, 1, 0, 74, 1, 77, 6, 0, 0]: (100, 0, 1, 100, 0)\n';
    const words = '@callers[77]: (1280000, 0, 0, 0, 0, 0)\n';
    const userOf = (dump: string): unknown => entriesOf(dump + words + entry + TAIL)[0]?.user;
    assert.deepEqual(userOf(text), ['fsync', 'main']);
    assert.deepEqual(userOf(text.replace('unwound 1', 'unwound 0')), ['fsync', 'save<int, char>', 'main']);
  });

  test('tell the process of a thread where several were recorded', () => {
    const text =
      HEAD.replaceAll('pid 7 ', 'pid 0 ') +
      '@offcpu[\n    a+1\n, \n    f+1\n, app, 8, 1, 0, 202, 1, 0, 6, 0]: (100, 0, 1, 100, 0)\n' +
      TAIL.replace('@thread[7]', '@thread[8]');
    assert.deepEqual(entriesOf(text).map(({ tid, pid }) => [tid, pid])[0], [8, 7]);
    assert.deepEqual(entriesOf(text.replace('@task[8]', '@task[9]')).map(({ tid, pid }) => [tid, pid])[0], [
      8,
      undefined,
    ]);
  });

  test('keep waits of different lengths apart, and a comm that looks like numbers whole', () => {
    const entries = dumpOf('1, 2, 7, 1, 0, 202, 1, 0, 6, 8', '1, 2, 7, 1, 0, 202, 1, 0, 7, 8');
    assert.deepEqual(
      entries.map(({ comm, tid, particulars }) => [comm, tid, particulars?.lengthLog2]),
      [
        ['1, 2', 7, 6],
        ['1, 2', 7, 7],
      ],
    );
  });

  test('put the caller of a libc function into the stack where it has a name', () => {
    const userOf = (caller: number): unknown => dumpOf(`app, 7, 1, 0, 74, 1, ${caller}, 6, 0`)[0]?.user;
    assert.deepEqual(userOf(5000), ['fsync', 'save<int, char>', 'main']);
    for (const junk of [0, 1, 5001, 5002]) assert.deepEqual(userOf(junk), ['fsync', 'main']);
  });

  test('are those that a recorded program knows: each lock is let go by the one thread that holds it', () => {
    const dump = readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-particulars-0.17/dump.txt'), 'latin1');
    const waits = new Map<string, number>();
    for (const { comm, user, ns, particulars } of entriesOf(dump)) {
      const { object, waker } = particulars ?? {};
      if (object?.kind !== 'lock' || !user.some((name) => /mutex_lock/.test(name))) continue;
      const who = `${comm} by ${waker?.comm}`;
      waits.set(who, (waits.get(who) ?? 0) + ns);
    }
    const most = [...waits].sort((a, b) => b[1] - a[1]).slice(0, 3);
    assert.deepEqual(most.map(([who]) => who).sort(), ['cuser by keepcache', 'user by keepreg', 'user by keeptab']);
  });
});

test('the calls of arm64 have numbers of their own', () => {
  const keys = [
    'x, 7, 1, 0, 98, 4096, 0, 5, 0',
    'x, 7, 1, 0, 82, 4398046511107, 0, 5, 0',
    'x, 7, 1, 0, 202, 77, 0, 5, 0',
  ];
  const entry = (key: string): string => `@offcpu[\n    __schedule+1\n, \n    main+2\n, ${key}]: (100, 0, 1, 100, 0)\n`;
  const text = HEAD.replace('objects 1', 'objects 2') + keys.map(entry).join('') + TAIL;
  const objects = entriesOf(text).flatMap(({ particulars }) => particulars?.object ?? []);
  assert.deepEqual(objects.map(({ kind }) => kind).sort(), ['file', 'lock', 'socket']);
});
