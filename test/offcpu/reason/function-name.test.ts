// Names of user functions as rules have them, whatever mangling they come from.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userName } from '../../../src/offcpu/reason/function-name.ts';
import { Reasons } from '../../../src/offcpu/reason/reasons.ts';

test('a method of a Rust type has the same name in both manglings', () => {
  for (const [newer, older] of [
    ['<std::sys::sync::mutex::futex::Mutex>::lock_contended', 'std::sys::sync::mutex::futex::Mutex::lock_contended'],
    ['<a::Scoped<b::C>>::set::<fn(u8) -> u8>', 'a::Scoped<b::C>::set::<fn(u8) -> u8>'],
    ['<fn(u8) -> u8>::call', 'fn(u8) -> u8::call'],
    ['<<a::B as a::C>::D>::e', '<a::B as a::C>::D::e'],
  ])
    assert.equal(userName(newer as string), older);
  for (const other of ['<a::B as a::C<d::E>>::f', '<<a::B>::c as a::C>::f', '<a::B', '<', '<a>', 'operator<'])
    assert.equal(userName(other), other);
});

test('a function has the same name with its address, offset, object, and the suffixes of compilers and versions', () => {
  for (const frame of [
    'WaitLatch+0x1f',
    'WaitLatch+43 (/usr/lib/postgresql/15/bin/postgres)',
    '55d0c8a4b1c0 WaitLatch+0x1f/0x40 [postgres]',
    'WaitLatch.constprop.0.isra.1',
    'WaitLatch.cold+0x5 (/opt/pg/bin/postgres)',
    'WaitLatch@@PG_15+0x1',
    'WaitLatch(Latch*, int) [clone .cold]+0x1f',
  ])
    assert.equal(userName(frame), 'WaitLatch', frame);
  for (const name of [
    'operator+',
    'f (int)',
    'StubRoutines (1)',
    'main.(*T)',
    '[unknown]',
    '[libc.so.6]',
    'lib::add+one',
  ])
    assert.equal(userName(name), name);
});

test('a method of Java has one name, whether its type stands before it or not', () => {
  for (const type of ['void', 'byte[]', 'java.lang.String', 'java.util.regex.Pattern$Node[]', 'Shop$Mailer'])
    assert.equal(userName(`${type} app.Shop$Mailer.deliver`), 'app.Shop$Mailer.deliver');
  assert.equal(userName('void Shop.<init>'), 'Shop.<init>');
  for (const name of ['operator new', 'non-virtual thunk to a::b', 'guard variable for a.b::c', 'JS:run /srv/a.js:1:2'])
    assert.equal(userName(name), name);
  const { table } = new Reasons([], () => undefined);
  assert.ok(table.isOfProgram('java.lang.String T.slug'));
  for (const name of ['void jdk.internal.misc.Unsafe.park', 'java.lang.String java.lang.String.concat'])
    assert.ok(!table.isOfProgram(name), name);
  // the virtual machine's own parts in perf-PID.map
  for (const name of ['StubRoutines (initial stubs)', 'I2C/C2I adapters', 'itable stub', 'monitorenter Runtime1 stub'])
    assert.ok(!table.isOfProgram(name), name);
});

test('a program of OCaml has its runtime and library in its own file', () => {
  const { table } = new Reasons([], () => undefined);
  // musl's, in the executable itself where that is static
  for (const name of ['sccp', '__timedwait_cp']) assert.ok(!table.isOfProgram(name), name);
  for (const name of ['W.page_212', 'Mutexes.all_3']) assert.ok(table.isOfProgram(name), name);
  for (const name of ['caml_alloc_sprintf', 'Stdlib.Bytes.map_256', 'Thread.fun_314', 'Unix.read_1'])
    assert.ok(!table.isOfProgram(name), name);
});

test('waits below them mean the same', () => {
  const reasons = new Reasons([], () => undefined);
  const kernel = ['__schedule', 'schedule', 'futex_do_wait', '__futex_wait', 'do_futex', '__x64_sys_futex'];
  const answer = (...user: string[]): unknown => {
    const frames = [...user, 'main'].map((frame) => reasons.frameOf(frame));
    const stack = { comm: 'app', kernel, user: frames, state: 1, isRunnable: false, waitEvent: undefined };
    const { meaning, rule } = reasons.decide(stack);
    return [meaning?.label, rule.bracket];
  };
  const mutex = answer(
    'syscall',
    '<std::sys::pal::unix::futex>::futex_wait',
    '<std::sys::sync::mutex::futex::Mutex>::lock_contended',
  );
  assert.deepEqual(mutex, ['Rust:Mutex', 'futex']);
  assert.deepEqual(answer('syscall', '<tokio::runtime::park::Inner>::park'), ['tokio:park', 'futex']);
  const timeout = ['<std::sys::sync::condvar::futex::Condvar>::wait_optional_timeout', 'wait_timeout<()>'];
  assert.deepEqual(answer('syscall', ...timeout, 'tokio::runtime::park::Inner::park_timeout'), ['tokio:park', 'futex']);
  assert.ok(!reasons.table.isOfProgram('<std::sys::sync::mutex::futex::Mutex>::lock_contended'));
});

test("a thread's body, a closure, is the program's where its file is known", () => {
  const { table } = new Reasons([], () => undefined);
  const isOfProgram = (name: string): boolean => table.isOfProgram(name);
  assert.ok(isOfProgram('{closure#1} (src/main.rs)'));
  assert.ok(isOfProgram('{closure#0}<u8> (app/src/jobs.rs)'));
  assert.ok(!isOfProgram('{closure#0}<demo::main::{closure_env#1}, ()> (std/thread/lifecycle.rs)'));
  assert.ok(!isOfProgram('{closure#0}'));
});

test('who sends into a full channel of Rust waits for room, who receives for a message', () => {
  const reasons = new Reasons([], () => undefined);
  const park = [
    'syscall',
    'std::sys::pal::unix::futex::futex_wait',
    '<std::sys::sync::thread_parking::futex::Parker>::park',
  ];
  const until = [...park, '<std::thread::thread::Thread>::park', 'wait_until (std/mpmc/context.rs)'];
  const answer = (...user: string[]): unknown => {
    const frames = user.map((frame) => reasons.frameOf(frame));
    const kernel = ['__schedule', 'schedule', 'futex_do_wait', '__futex_wait', 'do_futex', '__x64_sys_futex'];
    const stack = { comm: 'app', kernel, user: frames, state: 1, isRunnable: false, waitEvent: undefined };
    const { meaning } = reasons.decide(stack);
    return [meaning?.label, meaning?.kind];
  };
  const of = (call: string): string[] => [
    `std::sync::mpmc::array::Channel<T>::${call}::{{closure}}`,
    'with<a> (std/mpmc/context.rs)',
  ];
  assert.deepEqual(answer(...until, ...of('send'), '{closure#1} (src/main.rs)'), ['Rust:full-channel', 'wait']);
  assert.deepEqual(answer(...until, ...of('recv'), 'app::take'), ['Rust:channel', 'open']);
  const lock = [
    '<std::sys::sync::mutex::futex::Mutex>::lock_contended',
    '<std::sync::mpmc::waker::SyncWaker>::register',
  ];
  assert.deepEqual(answer(...park.slice(0, 2), ...lock, ...of('send')), ['Rust:Mutex', 'wait']);
});

test('Rust inlined without its namespaces means what it means with them, and files alone never mean waiting for work', () => {
  const reasons = new Reasons([], () => undefined);
  const futex = ['__schedule', 'schedule', 'futex_do_wait', '__futex_wait', 'do_futex', '__x64_sys_futex'];
  const epoll = ['__schedule', 'schedule', 'ep_poll', 'do_epoll_wait', '__x64_sys_epoll_wait'];
  const answer = (kernel: string[], ...user: string[]): string => {
    const frames = user.map((frame) => reasons.frameOf(frame));
    const stack = { comm: 'app', kernel, user: frames, state: 1, isRunnable: false, waitEvent: undefined };
    const { meaning } = reasons.decide(stack);
    return `${meaning?.label}`;
  };
  const parkingLot = [
    ...['syscall', 'futex_wait (thread_parker/linux.rs)', 'park (thread_parker/linux.rs)'],
    ...['{closure#0}<parking_lot::a, b> (src/parking_lot.rs)', 'with_thread_data<a, b> (src/parking_lot.rs)'],
    'park<parking_lot::a, b> (src/parking_lot.rs)',
  ];
  const condition = [
    ...[...parkingLot, 'parking_lot::condvar::Condvar::wait_until_internal'],
    ...['wait<()> (src/condvar.rs)', 'wait<()> (std/parking_lot.rs)'],
  ];
  const lock = [...parkingLot, 'parking_lot::raw_mutex::RawMutex::lock_slow', 'lock (src/raw_mutex.rs)'];
  const worker = 'tokio::runtime::scheduler::multi_thread::worker::Context::run';
  const poll = ['epoll_wait', 'select (mio/selector/epoll.rs)', 'mio::poll::Poll::poll'];
  assert.equal(answer(futex, ...lock, 'shop::reserve'), 'Rust:Mutex');
  assert.equal(answer(futex, ...lock, 'park (tokio/multi_thread/park.rs)', worker), 'Rust:Mutex');
  assert.equal(answer(futex, ...condition, 'park (runtime/park.rs)', worker), 'tokio:park');
  assert.equal(answer(futex, ...condition, 'park (runtime/park.rs)', 'shop::main'), 'Rust:Condvar');
  assert.equal(answer(epoll, ...poll, 'tokio::runtime::io::driver::Driver::turn', worker), 'tokio:park');
  assert.equal(answer(epoll, ...poll, 'turn (io/driver.rs)', worker), 'tokio:park');
  assert.equal(answer(epoll, ...poll, 'turn (io/driver.rs)', 'shop::main'), 'mio:poll');
  // link-time optimization inlines mio as well
  const inlined = [...poll.slice(0, 2), 'poll (mio/src/poll.rs)'];
  assert.equal(answer(epoll, ...inlined, 'tokio::runtime::io::driver::Driver::turn', worker), 'tokio:park');
  assert.equal(answer(epoll, ...inlined, 'turn (tokio/io/driver.rs)', worker), 'tokio:park');
});
