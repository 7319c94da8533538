// Whose wait it is, in the recording of a program that knows: fixtures/bpftrace/offcpu-particulars-0.17/README.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { OffcpuEntry } from '../../../src/offcpu/entry.ts';
import { entriesOf } from '../../../src/offcpu/entry-rows.ts';
import { OffcpuReader } from '../../../src/offcpu/read/reader.ts';
import { Reasons } from '../../../src/offcpu/reason/reasons.ts';
import { objectOf } from '../../../src/offcpu/table/particular-names.ts';
import { type Place, placesOf, type ReasonPlaces } from '../../../src/offcpu/table/where.ts';
import { formatWhere } from '../../../src/offcpu/table/where-text.ts';
import { ROOT } from '../../tools.ts';

const WAIT: OffcpuEntry = {
  ...{ kind: 'blocked', comm: 'host', pid: 7, tid: 8, user: [], ns: 1000, count: 1, maxNs: 1000, state: 1 },
  kernel: ['schedule', 'futex_wait_queue', 'do_futex', '__x64_sys_futex'],
  waitEvent: undefined,
};

function notice(reasons: Reasons, entry: OffcpuEntry): void {
  const user = entry.user.map((frame) => reasons.frameOf(frame));
  reasons.notice({ ...entry, user, isRunnable: entry.kind === 'runnable' });
}

function recorded(): ReasonPlaces[] {
  const options = { map: undefined, order: undefined, inputUnit: undefined, repeats: 'auto' } as const;
  const names = { tidy: true, demangle: true, keepHash: false };
  const reader = new OffcpuReader({ ...options, ...names }, (kind, line) => assert.fail(`${kind} in line ${line}`));
  reader.beginInput();
  reader.write(readFileSync(join(ROOT, 'fixtures/bpftrace/offcpu-particulars-0.17/dump.txt')));
  assert.equal(reader.endInput(), undefined);
  const entries = [...entriesOf(reader.entries())];
  const reasons = new Reasons([], () => undefined);
  for (const entry of entries) notice(reasons, entry);
  const places = placesOf(entries, reasons, { nameLock: () => undefined, meaning: false });

  const sum = (kinds: readonly string[]): number =>
    entries.reduce((all, { kind, ns }) => all + (kinds.includes(kind) ? ns : 0), 0);
  const all = (member: 'ns' | 'queuedNs'): number => places.reduce((ns, reason) => ns + reason[member], 0);
  const lost = sum(['lost']);
  assert.ok(Math.abs(all('queuedNs') - sum(['runnable'])) < 1, 'run-queue time adds up');
  assert.ok(Math.abs(all('ns') - sum(['blocked', 'in-progress']) - lost) < 1, 'waits add up');
  return places;
}

describe('where', () => {
  const reasons = recorded();
  const find = (reason: string, own: string): Place | undefined =>
    reasons.find((one) => one.reason === reason)?.places.find((place) => place.function === own);

  test('names who let a lock go; and no function where pthread_mutex_lock hides the one that waits', () => {
    const locks = reasons.find(({ reason }) => reason === '[futex]')?.places;
    for (const keeper of ['thread keepcache', 'thread keepreg']) {
      const place = locks?.find(({ wakers: [most] }) => most?.name === keeper);
      const [first] = place?.wakers ?? [];
      assert.equal(place?.function, undefined);
      assert.match(place?.object ?? '', /^lock at 0x[0-9a-f]+$/);
      assert.equal(first?.name, keeper);
      assert.ok((first?.ns ?? 0) > 0.95 * (place?.ns ?? 0));
    }
  });

  test('passes over functions that only libraries have, and stops at a hidden one', () => {
    const objects = new Map([
      ['lock(mutex/futex.rs)', new Set(['library source'])],
      ['getrandom_wait', new Set(['/usr/lib/x86_64-linux-gnu/libc.so.6'])],
      ['read<u64>', new Set(['library source', '/srv/host'])],
      ['CompileQueue::get', new Set(['/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so'])],
      ['NET_Read', new Set(['/opt/jdk-21/lib/libnet.so'])],
      ['send_all', new Set(['/opt/shop/lib/libnet.so'])],
    ]);
    const ownOf = (...user: string[]): string | undefined => {
      const entry = { ...WAIT, user };
      const [place] = placesOf([entry], new Reasons([], () => undefined), {
        nameLock: () => undefined,
        objects,
        meaning: false,
      }).flatMap(({ places }) => places);
      return place?.function;
    };
    assert.equal(ownOf('syscall', 'lock(mutex/futex.rs)', 'host::lookup', 'main'), 'host::lookup');
    assert.equal(ownOf('getrandom_wait', 'main'), 'main');
    assert.equal(ownOf('syscall', 'read<u64>', 'main'), 'read<u64>');
    assert.equal(ownOf('pthread_cond_wait', 'CompileQueue::get'), undefined);
    assert.equal(ownOf('recv', 'NET_Read', 'app.Net.read'), 'app.Net.read');
    assert.equal(ownOf('send', 'send_all', 'main'), 'send_all');
    assert.equal(ownOf('__lll_lock_wait', '[hidden]', 'worker'), undefined);
    assert.equal(ownOf('__lll_lock_wait', 'hold_lock', '[hidden]', 'worker'), 'hold_lock');
  });

  test('names files and peers', () => {
    const files = reasons.find(({ reason }) => reason === '[fsync]')?.places.map(({ object }) => object);
    assert.ok(files?.includes('d/journal.log'), String(files));
    assert.match(find('[net-recv]', 'receiver')?.object ?? '', /^tcp 127\.0\.0\.1:\d+$/);
  });

  test('keeps the share of who ended a wait, however long the name', () => {
    const [reason] = reasons;
    const [place] = reason?.places ?? [];
    assert.ok(reason && place);
    const waker = { name: 'thread a_very_long_nam', ns: place.ns, function: undefined, stacks: [] };
    const text = formatWhere([{ ...reason, places: [{ ...place, object: undefined, wakers: [waker] }] }]);
    assert.match(text, / <- 100% a_very_long_nam$/m);
  });

  test('keeps a blank between numbers, however long', () => {
    const [reason] = reasons;
    const [place] = reason?.places ?? [];
    assert.ok(reason && place);
    const long = { ...place, ns: 4e15, queuedNs: 3e15, waits: 12_345_678, maxNs: 2e15, buckets: new Map() };
    const [, , row = ''] = formatWhere([{ ...reason, ns: 4e15, places: [long] }]).split('\n');
    assert.match(row, / 4000000000\.0 3000000000\.0 12345678 +- +- 2000000000$/);
  });

  test("keeps the name of a script's function rather than the folders of its file", () => {
    const [reason] = reasons as [ReasonPlaces];
    const [place] = reason.places as [Place];
    const named = (name: string): string => formatWhere([{ ...reason, places: [{ ...place, function: name }] }]);
    assert.match(named('py::fight:/srv/services/shop/app.py'), /^ {4}py::fight:app\.py /m);
    assert.match(named('JS:*run file:///srv/services/shop/a.js:10:3'), /^ {4}JS:\*run a\.js:10:3 /m);
  });

  test('has rows as wide as the terminal and at most 100 columns, however long names are', () => {
    const [reason] = reasons;
    assert.ok(reason);
    const long = reason.places.map((place) => ({
      ...place,
      function: 'a::very::long::'.repeat(9),
      object: 'x'.repeat(99),
    }));
    const wakersIn = (text: string): number => text.split('<- ').length;
    const whole = formatWhere([{ ...reason, places: long }, ...reasons]);
    for (const columns of [40, 60, 80, 100]) {
      const text = formatWhere([{ ...reason, places: long }, ...reasons], [], columns);
      for (const line of text.split('\n')) assert.ok(line.length <= columns, line);
      assert.equal(wakersIn(text), wakersIn(whole));
    }
    assert.equal(formatWhere(reasons, [], 120), formatWhere(reasons));
  });
});

test('the wait of JavaScript is of the function that asked Node for it', () => {
  const user = [
    ...['uv__fs_work', 'node::fs::Fsync', 'Builtins_CEntry_Return1_ArgvOnStack_BuiltinExit'],
    ...['JS:^fsyncSync node:fs:1322:19', 'JS:^syncNow /srv/nd.js:3:17', 'JS:*tick /srv/nd.js:2:14'],
  ];
  const entry = { ...WAIT, user };
  const reasons = new Reasons([], () => undefined);
  notice(reasons, entry);
  const [reason] = placesOf([entry], reasons, { nameLock: () => undefined, meaning: false });
  assert.deepEqual(
    reason?.places.map((place) => place.function),
    ['JS:^syncNow /srv/nd.js:3:17'],
  );
});

test('the wait of a Java method is its own, not that of the JVM and the JDK', () => {
  for (const [own, ...jdk] of [
    [
      'com.shop.Cart.add',
      'java.util.concurrent.locks.LockSupport.park',
      'java.util.concurrent.locks.ReentrantLock.lock',
    ],
    ['Lcom/shop/Cart;::add', 'Ljava/util/concurrent/locks/LockSupport;::park'],
  ] as const) {
    const jvm = ['__futex_abstimed_wait_common', 'pthread_cond_wait', 'Parker::park', 'Unsafe_Park'];
    const entry = { ...WAIT, user: [...jvm, ...jdk, own, 'JavaCalls::call_helper', 'thread_native_entry'] };
    const reasons = new Reasons([], () => undefined);
    notice(reasons, entry);
    const [reason] = placesOf([entry], reasons, { nameLock: () => undefined, meaning: false });
    assert.deepEqual(
      reason?.places.map((place) => place.function),
      [own],
    );
  }
});

test('the wait of a Python function is its own, if Python tells it', () => {
  const ownOf = (...user: string[]): string | undefined => {
    const entry = { ...WAIT, user };
    const reasons = new Reasons([], () => undefined);
    notice(reasons, entry);
    const [reason] = placesOf([entry], reasons, { nameLock: () => undefined, meaning: false });
    return reason?.places[0]?.function;
  };
  const c = ['pthread_cond_timedwait', 'take_gil', 'PyEval_RestoreThread', 'time_sleep', '_PyEval_EvalFrameDefault'];
  const [run, main] = ['py::run:/usr/lib/python3.12/threading.py', 'py::<module>:/srv/app.py'];
  assert.equal(ownOf(...c, 'py::fight:/srv/app.py', '_PyEval_EvalFrameDefault', run, main), 'py::fight:/srv/app.py');
  assert.equal(ownOf(...c, run, main), main);
  assert.equal(ownOf('sem_clockwait', 'my_extension_wait', 'cfunction_vectorcall_O', main), 'my_extension_wait');
  assert.equal(ownOf(...c, '[unknown]'), 'take_gil', 'without such names the interpreter says what is known');
});

test('a commit of a background worker, which has no text, is called so where statements were recorded', () => {
  const particulars = { object: undefined, waker: undefined, lengthLog2: 10 };
  const named = (of: object, ...user: string[]): string[] =>
    placesOf([{ ...WAIT, user, particulars: { ...particulars, ...of } }], new Reasons([], () => undefined), {
      ...{ nameLock: () => undefined, meaning: false },
    }).flatMap(({ places }) => places.map(({ statement }) => statement?.text ?? ''));
  const commit = ['XLogFlush', 'RecordTransactionCommit', 'CommitTransaction'];
  assert.deepEqual(named({ hasStatements: true }, ...commit), ['commit']);
  assert.deepEqual(named({}, ...commit), ['']);
  assert.deepEqual(named({ hasStatements: true }, 'XLogFlush', 'main'), ['']);
  const statement = { text: 'update a', queryId: undefined };
  assert.deepEqual(named({ hasStatements: true, statement }, ...commit), ['update a']);
});

test('a word of memory is called what the call of libc takes it for; both words of a condition are that condition', () => {
  const namesAt = (user: string[]): (string | undefined)[] =>
    [0x1068, 0x106c].map((address) => {
      const reasons = new Reasons([], () => undefined);
      const particulars = { object: { kind: 'lock', address } as const, waker: undefined, lengthLog2: 9 };
      const entry = { ...WAIT, user, particulars };
      notice(reasons, entry);
      const frames = user.map((frame) => reasons.frameOf(frame));
      return objectOf(entry, reasons.decide({ ...entry, user: frames, isRunnable: false }), () => undefined);
    });
  for (const wait of ['pthread_cond_wait', '___pthread_cond_clockwait'])
    assert.deepEqual(namesAt(['[libc.so.6]', wait, 'shop::Queue::pop']), Array(2).fill('condition at 0x1068'));
  // it takes its mutex again
  for (const within of [
    ['[libc.so.6]', '[libc.so.6]'],
    ['__lll_lock_wait', '__pthread_mutex_cond_lock'],
  ])
    assert.deepEqual(namesAt([...within, 'pthread_cond_wait', 'main']), ['lock at 0x1068', 'lock at 0x1068']);
  for (const wait of ['sem_wait', '__new_sem_wait_slow64.constprop.0'])
    assert.deepEqual(namesAt([wait, 'main']), ['semaphore at 0x1068', 'semaphore at 0x106c']);
  assert.deepEqual(namesAt(['pthread_barrier_wait', 'main']), ['barrier at 0x1068', 'barrier at 0x106c']);
  assert.deepEqual(namesAt(['pthread_mutex_lock', 'shop::book']), ['lock at 0x1068', 'lock at 0x106c']);
});

test("a thread that parks waits on no lock that its address could name; an LWLock has the wait event's name", () => {
  const object = { kind: 'lock', address: 0x1000 } as const;
  const particulars = { object, waker: undefined, lengthLog2: 9 };
  const own = { name: 'my.rules', text: '== functions that park a thread\n    mylib::Gate::pass <- mylib::Pool::*\n' };
  const at = (user: string[], waitEvent?: number): string | undefined => {
    const reasons = new Reasons([own], () => 'LWLock:WALWrite');
    const entry = { ...WAIT, user, waitEvent, particulars };
    notice(reasons, entry);
    const frames = user.map((frame) => reasons.frameOf(frame));
    return objectOf(entry, reasons.decide({ ...entry, user: frames, isRunnable: false }), () => undefined);
  };
  const parked = [
    ['sem_wait', 'PGSemaphoreLock', 'LWLockAcquire', 'XLogFlush'],
    ['syscall', 'parking_lot_core::parking_lot::park', 'parking_lot::raw_mutex::RawMutex::lock_slow'],
    ['syscall', '<parking_lot::raw_mutex::RawMutex>::lock_slow'],
    ['syscall', 'std::sys::sync::thread_parking::futex::Parker::park', 'std::thread::park'],
    ['pthread_cond_wait', 'os::PlatformEvent::park', 'ObjectMonitor::enter'],
    ['runtime.futex.abi0', 'runtime.futexsleep', 'runtime.notesleep'],
    ['__futex_abstimed_wait_common64', '__pthread_clockjoin_ex', 'main'],
    ['__futex_abstimed_wait_common', 'std::thread::JoinInner<T>::join', 'main'],
    ['syscall', 'mylib::Gate::pass', 'mylib::Pool::work'],
    ['[libc.so.6]', 'pthread_cond_timedwait', '[python3.11]', '[python3.11]', '_PyEval_EvalFrameDefault'],
  ];
  for (const user of parked) assert.equal(at(user), undefined, user.join());
  assert.equal(at(['pthread_mutex_lock', 'main']), 'lock at 0x1000');
  assert.equal(
    at(['pthread_mutex_lock', 'mylib::Gate::pass', 'main']),
    'lock at 0x1000',
    "the pattern's rest is missing",
  );
  const deep = Array.from({ length: 8 }, (_, i) => `f${i}`);
  assert.equal(at([...deep, 'PGSemaphoreLock']), 'lock at 0x1000', 'it only called what waits');
  assert.equal(at(['sem_wait'], 0x01000007), 'LWLock:WALWrite', "a stack that libc's frames cut");
});

test('a function that waits a little on each of many locks has a row, its many wakers one line, and sums stay', () => {
  const entry = (own: string, address: number, ns: number): OffcpuEntry => {
    const waker = { pid: (address >> 3) % 9, tid: address, comm: 'connection host' };
    return {
      ...{ ...WAIT, ns, maxNs: ns, user: ['pthread_cond_wait', own, 'main'] },
      particulars: { object: { kind: 'lock', address }, waker, lengthLog2: 20 },
    };
  };
  const many = Array.from({ length: 40 }, (_, i) => entry('reply', 4096 + 8 * i, 2e6 + i));
  const inStatements = Array.from({ length: 20 }, (_, i): OffcpuEntry => {
    const { particulars, ...rest } = entry('store', 79, 1e6);
    const statement = { text: `select ${i}`, queryId: undefined };
    return { ...rest, ...(particulars && { particulars: { ...particulars, statement } }) };
  });
  const entries = [entry('take', 77, 30e6), ...many, ...inStatements, entry('rare', 78, 1e6)];
  const places = placesOf(entries, new Reasons([], () => undefined), { nameLock: () => undefined, meaning: false });
  const rows = formatWhere(places).split('\n');
  const at = (name: string): string => rows.find((row) => row.trim().startsWith(name)) ?? '';
  assert.match(at('reply'), /^ {4}reply +80\.0 .* 40 .* condition at 0x1138$/);
  const [, more = '', waker = '', others = ''] = rows.slice(rows.indexOf(at('reply')));
  assert.match(more, /^ +and 39 more$/);
  // of nine processes, one is its own
  assert.match(waker, /^ +<- 90% connection host \d+$/, 'whole, not its last letters');
  assert.match(others, /^ +and 7 more$/);
  assert.match(at('store'), /^ {4}store +20\.0 .* 20 .* select 0$/);
  assert.match(at('take'), / 30\.0 /);
  assert.match(at('1 more'), / 1\.00 /);
  assert.ok(rows.indexOf(at('reply')) < rows.indexOf(at('take')));
});
