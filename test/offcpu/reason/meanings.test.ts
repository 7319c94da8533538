// What waits mean to programs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownText } from '../../../src/engine/own-data.ts';
import { StackTable } from '../../../src/engine/stack-table.ts';
import { Meanings, type UserFrame } from '../../../src/offcpu/reason/meanings.ts';
import { unpackRules } from '../../../src/offcpu/reason/packed-rules.ts';
import { parseRules } from '../../../src/offcpu/reason/rule-file.ts';
import { MOST_KNOWN } from '../../../src/stacks/known-names.ts';

const sections = unpackRules(ownText('meanings.generated.json'));

/** The meaning of a stack, innermost first, of a thread `comm` that was seen with `others` as well. */
function meaningOf(label: string, comm: string | undefined, user: string, others = ''): string | undefined {
  const meanings = new Meanings(sections);
  const frames = (text: string): UserFrame[] =>
    text.split(' ').flatMap((frame) => (frame === '' ? [] : [meanings.frameOf(frame)]));
  for (const text of [user, others]) meanings.notice({ comm, user: frames(text) });
  return meanings.meaningOf({ comm, user: frames(user) }, label)?.rule.label;
}

test('what lies beyond a stack of its own is stale, and has no say in the meaning', () => {
  const meanings = new Meanings(sections, parseRules('Shop:reply: a reply\n    shop.ask\n', 'own.rules'));
  const of = (user: string): string | undefined =>
    meanings.meaningOf({ comm: 'shop', user: user.split(' ').map((frame) => meanings.frameOf(frame)) }, 'lock/futex')
      ?.rule.label;
  assert.equal(of('runtime.futex runtime.semasleep shop.ask'), 'Shop:reply');
  const idle = 'runtime.futex runtime.futexsleep runtime.notesleep runtime.stopm runtime.findRunnable runtime.mcall';
  assert.equal(of(idle), 'Go:idle');
  assert.equal(of(`${idle} shop.ask`), 'Go:idle');
});

test('functions of a table are the same when there were too many to remember', () => {
  const meanings = new Meanings(sections);
  const table = new StackTable();
  const texts = 'work+0x1 main WaitLatch epoll_wait [libc.so.6] [app] [hidden] 0x12 f(int) _[k]'.split(' ');
  const ids = texts.map((text) => table.name(text));
  const frames = meanings.framesOf(table, (text) => text);
  const fields = ({ frame, name, hasName, isUnnamed, isLibc, isStale, programs, ways, parks, fits }: UserFrame) => {
    return { frame, name, hasName, isUnnamed, isLibc, isStale, programs, ways, parks, fits };
  };
  const first = ids.map((id) => fields(frames.at(id)));
  for (let i = 0; i < MOST_KNOWN; i++) frames.at(table.name(`f${i}`));
  assert.deepEqual(
    ids.map((id) => fields(frames.at(id))),
    first,
  );
  assert.deepEqual(
    first,
    texts.map((text) => fields(meanings.frameOf(text))),
  );
});

describe('meanings', () => {
  const cases: readonly (readonly [
    meaning: string | undefined,
    label: string,
    comm: string | undefined,
    user: string,
    others?: string,
  ])[] = [
    [
      'Lock:transactionid',
      'poll/epoll',
      'postgres',
      'epoll_wait WaitLatch ProcSleep [unknown] LockAcquireExtended XactLockTableWait heap_update PostgresMain',
    ],
    [
      'Lock:tuple',
      'poll/epoll',
      'postgres',
      'epoll_wait WaitLatch ProcSleep WaitOnLock LockAcquireExtended LockTuple heap_update PostgresMain',
    ],
    ['Client:ClientRead', 'poll/epoll', 'postgres', 'epoll_wait secure_read [unknown] pq_getbyte PostgresMain'],
    [
      'Activity:AutoVacuumMain',
      'poll/epoll',
      'postgres',
      'epoll_wait WaitLatch AutoVacLauncherMain.constprop.0 [unknown]',
    ],
    [
      'Client:WalSenderWaitForWAL',
      'poll/epoll',
      'postgres',
      'epoll_wait [unknown] XLogReadRecord [unknown] exec_replication_command PostgresMain',
    ],
    ['Activity:WalSenderMain', 'poll/epoll', 'postgres', 'epoll_wait [unknown] exec_replication_command PostgresMain'],
    ['Postmaster', 'poll/select', 'postgres', '__select ServerLoop PostmasterMain main'],
    ['Postmaster', 'poll/select', 'postgres', '__select [postgres] PostmasterMain main'],
    ['Postmaster', 'poll/epoll', 'postgres', 'epoll_wait WaitEventSetWait [postgres] PostmasterMain main'],
    [undefined, 'poll/select', 'postgres', '__select [postgres] PostgresMain [postgres] PostmasterMain main'],
    [undefined, 'poll/select', 'postgres', '__select [pgmqtt.so] PostmasterMain main'],
    [undefined, 'poll/select', 'postgres', '__select'],
    [undefined, 'poll/select', 'make', '__select'],
    ['libc:resolver', 'poll/poll', 'app', '__poll __res_context_send __res_context_query getaddrinfo main'],
    ['libc:resolver', 'poll/poll', 'app', '__poll [libc.so.6] [libc.so.6] getaddrinfo main'],
    [undefined, 'poll/poll', 'app', '__poll serve getaddrinfo main'],
    ['LWLock', 'lock/futex', 'postgres', '__futex_abstimed_wait_common'],
    ['LWLock', 'lock/futex', 'postgres', '[unknown]'],
    [undefined, 'lock/futex', 'postgres', '[unknown] [unknown] start_thread'],
    ['LWLock', 'lock/futex', undefined, '__futex_abstimed_wait_common', 'epoll_wait WaitLatch PostgresMain'],
    [undefined, 'lock/futex', undefined, '__futex_abstimed_wait_common', 'main'],
    [undefined, 'lock/futex', 'pgmqtt-worker', '__futex_abstimed_wait_common', 'syscall run'],
    ['IO:WALSync', 'disk/fsync', 'postgres', 'fdatasync [unknown] XLogFlush CommitTransactionCommand'],
    ['IO:WALInitSync', 'disk/fsync', 'postgres', '__GI_fsync XLogFileInit XLogWrite XLogFlush'],
    [
      undefined,
      'disk/fsync',
      'postgres',
      '__GI_fsync durable_rename InstallXLogFileSegment XLogFileInit XLogWrite XLogFlush',
    ],
    ['IO:DataFileRead', 'disk/read', 'postgres', '__libc_pread mdread [unknown] ReadBufferExtended'],
    [undefined, 'disk/page-fault', 'postgres', 'ConditionVariableBroadcast ReadBufferExtended'],
    [
      'Go:idle',
      'lock/futex',
      'etcd',
      'runtime.futex.abi0 runtime.futexsleep runtime.notesleep runtime.mPark runtime.stopm runtime.findRunnable runtime.schedule runtime.park_m runtime.mcall main.fsync',
    ],
    [undefined, 'disk/fsync', 'etcd', 'runtime.mcall XLogFlush'],
    [
      'tokio:park',
      'lock/futex',
      'tokio-runtime-w',
      'syscall tokio::runtime::scheduler::multi_thread::park::Inner::park_condvar tokio::runtime::scheduler::multi_thread::worker::run',
    ],
    ['JVM:gc', 'lock/futex', 'GC Thread#1', '__futex_abstimed_wait_common'],
    [
      'JVM:monitor',
      'lock/futex',
      'http-nio-1',
      '__futex_abstimed_wait_common ObjectMonitor::enter InterpreterRuntime::monitorenter',
    ],
    ['libuv:worker', 'lock/futex', 'node', '__futex_abstimed_wait_common uv_cond_wait worker start_thread'],
    ['libuv:loop', 'poll/epoll', 'node', 'epoll_pwait uv__io_poll uv_run main'],
    ['libc:mutex', 'lock/futex', 'a.out', '__GI___lll_lock_wait f main'],
    ['nginx:loop', 'poll/epoll', 'nginx', 'epoll_wait ngx_epoll_process_events ngx_process_events_and_timers'],
    ['nginx:loop', 'poll/epoll', 'nginx', 'epoll_wait [nginx] ngx_process_events_and_timers [nginx] main'],
    ['haproxy:loop', 'poll/epoll', 'haproxy', 'epoll_wait [haproxy] run_poll_loop [haproxy] start_thread'],
    // Debian 13's libc without its debugging symbols
    [
      'JVM:vm',
      'lock/futex',
      'VM Periodic Tas',
      '[libc.so.6] [libc.so.6] [libc.so.6] pthread_cond_timedwait PlatformMonitor::wait Monitor::wait_without_safepoint_check WatcherThread::sleep',
    ],
    // and with them, which name inlined functions, too
    [
      'JVM:vm',
      'lock/futex',
      'VM Thread',
      '__futex_abstimed_wait_common64 __futex_abstimed_wait_common __pthread_cond_wait_common pthread_cond_timedwait@@GLIBC_2.3.2 os::PlatformMonitor::wait Monitor::wait_without_safepoint_check VMThread::wait_for_operation',
    ],
    // JDK 21 and 25: the start of a pause for garbage collection, the threads of the machine itself, and what their callers lost
    [
      'JVM:safepoint',
      'lock/futex',
      'drain',
      'syscall LinuxWaitBarrier::wait SafepointSynchronize::block SafepointMechanism::process SafepointBlob Interpreter',
    ],
    [
      'JVM:vm',
      'lock/futex',
      'Service Thread',
      '[libc.so.6] pthread_cond_timedwait PlatformMonitor::wait Monitor::wait_without_safepoint_check',
    ],
    ['JVM:gc-workers', 'lock/futex', 'VM Thread', '[libc.so.6] PosixSemaphore::wait WorkerThreads::run_task'],
    [
      'JVM:vm',
      'lock/futex',
      'Reference Handl',
      '[libc.so.6] pthread_cond_wait PlatformMonitor::wait Monitor::wait',
      'Thread::call_run',
    ],
    ['JVM:vm', 'lock/futex', 'Finalizer', '[libc.so.6] pthread_cond_wait PlatformEvent::park ObjectMonitor::wait'],
    [
      'JVM:Object.wait',
      'lock/futex',
      'worker',
      '[libc.so.6] pthread_cond_wait PlatformEvent::park ObjectMonitor::wait JVM_MonitorWait',
    ],
    [
      'JVM:vm-operation',
      'lock/futex',
      'java',
      '[libc.so.6] pthread_cond_wait PlatformMonitor::wait Monitor::wait',
      'Thread::call_run',
    ],
    ['JVM:compiler', 'lock/futex', 'C2 CompilerThre', 'pthread_cond_wait PlatformMonitor::wait Monitor::wait'],
    [
      'Ruby:thread',
      'lock/futex',
      'queue.rb:8',
      '[libc.so.6] pthread_cond_wait rb_native_cond_wait [libruby-3.3.so.3.3.8]',
    ],
    ['V8:worker', 'lock/futex', 'V8Worker', '[libc-2.31.so] pthread_cond_wait'],
    [
      'Python:GIL',
      'lock/futex',
      'python3',
      '[libc.so.6] pthread_cond_timedwait [python3.11] [python3.11] _PyEval_EvalFrameDefault',
    ],
    ['Python:GIL', 'lock/futex', 'python3', 'pthread_cond_timedwait [x.so] _Py_HandlePending _PyEval_EvalFrameDefault'],
    ['libc:condition', 'lock/futex', 'python3', 'pthread_cond_wait [numpy.so] _PyEval_EvalFrameDefault'],
    ['LWLock', 'lock/futex', 'postgres', '[libc.so.6]'],
    ['V8:worker', 'lock/futex', 'node', '[libc.so.6] pthread_cond_wait uv_cond_wait [libnode.so.115]'],
    [
      'V8:worker',
      'lock/futex',
      'node',
      '[libc.so.6] pthread_cond_wait uv_cond_wait [libnode.so.108] [libc.so.6] [libc.so.6]',
    ],
    ['libc:condition', 'lock/futex', 'node', 'pthread_cond_wait uv_cond_wait [libnode.so.108] [libnode.so.108]'],
    [
      'libuv:worker',
      'lock/futex',
      'node',
      '[libc.so.6] pthread_cond_wait uv_cond_wait [libuv.so.1.0.0] [libc.so.6] [libc.so.6]',
    ],
    // with libc's debugging symbols
    [
      'libuv:worker',
      'lock/futex',
      'node',
      '__futex_abstimed_wait_common64 __futex_abstimed_wait_common __pthread_cond_wait_common pthread_cond_wait uv_cond_wait [libuv.so.1.0.0] start_thread clone3',
    ],
    ['V8:worker', 'lock/futex', 'node', 'pthread_cond_wait uv_cond_wait [libnode.so.108] start_thread clone3'],
    ['libc:condition', 'lock/futex', 'node', 'pthread_cond_wait uv_cond_wait [libuv.so.1.0.0] work [libc.so.6]'],
    ['Erlang:poll', 'poll/poll', '1_scheduler', 'poll erts_poll_wait [beam.smp] erts_schedule'],
    ['Erlang:scheduler', 'lock/futex', '2_scheduler', '[libc.so.6] syscall ethr_event_twait [beam.smp]'],
    ['Erlang:main', 'poll/select', 'beam.smp', '[libc.so.6] [libc.so.6] __select erts_sys_main_thread erl_start main'],
    // stripped: only the names of threads tell
    [
      'Erlang:helper',
      'ipc/pipe-read',
      'erts_ssig_disp',
      '[libc.so.6] [libc.so.6] [libc.so.6] read [beam.smp] [beam.smp] [libc.so.6] [libc.so.6]',
    ],
    ['Erlang:helper', 'ipc/pipe-read', 'erts_ssig_disp', '[libc.so.6] read [beam.smp] [beam.smp]'],
    ['Erlang:helper', 'lock/futex', 'erts_async_1', 'syscall ethr_event_wait [beam.smp] [beam.smp]'],
    [undefined, 'ipc/pipe-read', 'erts_dios_1', '[libc.so.6] read [beam.smp] [beam.smp] [libc.so.6] [libc.so.6]'],
    [undefined, 'ipc/pipe-read', 'erts_ssig_disp', '[libc.so.6] read [beam.smp] [beam.smp] [beam.smp] [libc.so.6]'],
    [
      'Erlang:helper',
      'lock/futex',
      'erts_smsg_disp',
      '[libc.so.6] [libc.so.6] pthread_cond_wait ethr_cond_wait [beam.smp] [beam.smp] [libc.so.6] [libc.so.6]',
    ],
    ['Erlang:helper', 'lock/futex', 'erts_async_1', 'syscall ethr_event_wait async_main thr_wrapper start_thread'],
    [undefined, 'lock/futex', 'erts_sched_1', 'syscall ethr_event_wait ethr_mutex_lock erts_schedule'],
    [
      'OCaml:master-lock',
      'lock/futex',
      'ml',
      'pthread_cond_wait caml_thread_leave_blocking_section caml_leave_blocking_section unix_sleep W.worker_489',
    ],
    [
      'Python:GIL',
      'lock/futex',
      'python3',
      '__pthread_cond_wait_common pthread_cond_timedwait PyCOND_TIMEDWAIT take_gil PyEval_RestoreThread pysleep time_sleep',
    ],
    ['OCaml:tick', 'poll/select', 'ml', 'select caml_thread_tick start_thread'],
    ['libc:mutex', 'lock/futex', 'node', '[libc.so.6] pthread_mutex_lock uv_mutex_lock [libuv.so.1.0.0] [libc.so.6]'],
    ['V8:drain', 'lock/futex', 'node', 'uv_cond_wait node::WorkerThreadsTaskRunner::BlockingDrain node::Start main'],
    ['libuv:loop', 'poll/epoll', 'server', '[libc.so.6] epoll_pwait [libuv.so.1.0.0] uv_run node::SpinEventLoop'],
    [
      'Go:idle',
      'poll/epoll',
      'server',
      // since Go 1.26
      'internal/runtime/syscall/linux.Syscall6 internal/runtime/syscall/linux.EpollWait runtime.netpoll runtime.findRunnable',
    ],
    [
      'MariaDB:background',
      'lock/futex',
      'ib_tpool_worker',
      '[libc.so.6] pthread_cond_clockwait tpool::thread_pool_generic::wait_for_tasks tpool::thread_pool_generic::worker_main [libstdc++.so.6.0.33]',
    ],
    [
      'MariaDB:sleep',
      'lock/futex',
      'one_connection',
      '[libc.so.6] pthread_cond_timedwait Interruptible_wait::wait [mariadbd] Item_func_sleep::val_int do_command do_handle_one_connection',
    ],
    [
      'MariaDB:storage-engine',
      'lock/futex',
      'one_connection',
      'pthread_cond_timedwait [mariadbd] handler::ha_index_read_map dispatch_command do_command do_handle_one_connection',
    ],
    [
      'MariaDB:storage-engine',
      'lock/futex',
      'one_connection',
      'pthread_cond_timedwait lock_wait row_mysql_handle_errors handler::ha_index_read_map do_command do_handle_one_connection',
    ],
    ['libc:condition', 'lock/futex', 'app', 'pthread_cond_timedwait [app] handler::ha_index_read_map main'],
    ['redis:loop', 'poll/epoll', 'redis-server', '[libc.so.6] epoll_wait [redis-check-rdb] aeMain main'],
    ['redis:loop', 'poll/epoll', 'valkey-server', '[libc.so.6] epoll_wait [valkey-check-rdb] aeProcessEvents aeMain'],
    [undefined, 'poll/epoll', 'redis-server', 'epoll_wait [mod.so] [redis-check-rdb] aeMain main'],
    ['libevent:loop', 'poll/epoll', 'server', 'epoll_wait [libevent-2.1.so.7.0.1] event_base_loop [memcached]'],
    ['libevent:loop', 'poll/poll', 'server', 'poll [libevent_core-2.1.so.7.0.1] event_base_loop [tmux]'],
    ['libev:loop', 'poll/epoll', 'server', 'epoll_wait [libev.so.4.0.0] ev_run [server]'],
    // a callback that polls itself
    [undefined, 'poll/epoll', 'server', 'epoll_wait [memcached] [libevent-2.1.so.7.0.1] event_base_loop [memcached]'],
    ['libc:mutex', 'lock/futex', 'a.out', '[libc.so.6] pthread_mutex_lock f main'],
    ['libc:join', 'lock/futex', 'a.out', '[libc.so.6] [libc.so.6] std::thread::join main'],
    [undefined, 'lock/futex', 'node', '[libc.so.6] worker start_thread'],
    [undefined, 'poll/epoll', 'server', 'epoll_pwait [libuv.so.1.0.0] [libuv.so.1.0.0] uv_run node::SpinEventLoop'],
    [undefined, 'lock/futex', 'node', '[libother.so.6] uv_cond_wait worker start_thread'],
    ['redis:background', 'lock/futex', 'bio_aof', '__futex_abstimed_wait_common'],
    [
      'JVM:monitor',
      'lock/futex',
      'worker-1',
      'futex_wait_cancelable pthread_cond_wait os::PlatformEvent::park() ObjectMonitor::EnterI(Thread*) ObjectMonitor::enter(Thread*)',
    ],
    [
      'JVM:sleep',
      'lock/futex',
      'main',
      'pthread_cond_timedwait PlatformEvent::park_nanos JavaThread::sleep_nanos JVM_SleepNanos',
    ],
    ['Rust:RwLock', 'lock/futex', 'app', 'syscall std::sys::unix::locks::futex_rwlock::RwLock::write_contended main'],
    [
      'Node:child',
      'poll/epoll',
      'node',
      'epoll_wait [libuv.so.1.0.0] uv_run node::SyncProcessRunner::TryInitializeAndRunLoop node::SyncProcessRunner::Run',
    ],
    [
      'Node:child',
      'poll/epoll',
      'node',
      'epoll_pwait uv__io_poll uv_run node::SyncProcessRunner::TryInitializeAndRunLoop node::SyncProcessRunner::Run',
    ],
    ['libuv:loop', 'poll/epoll', 'node', 'epoll_wait [libuv.so.1.0.0] uv_run node::SpinEventLoopInternal'],
    // of Debian 12's rustc, 1.63
    [
      'Rust:Condvar',
      'lock/futex',
      'app',
      'syscall std::sys::unix::futex::futex_wait std::sys::unix::locks::futex::Condvar::wait app::take main',
    ],
    [
      'Rust:channel',
      'lock/futex',
      'app',
      'syscall std::sys::unix::futex::futex_wait std::sys_common::thread_parker::futex::Parker::park std::thread::park std::sync::mpsc::blocking::WaitToken::wait std::sync::mpsc::Receiver<T>::recv app::ask',
    ],
    [
      'MariaDB:client-read',
      'poll/poll',
      'mysqld',
      '__poll vio_io_wait vio_read net_read_raw_loop net_read_packet my_net_read Protocol_classic::read_packet do_command',
    ],
    // a mutex waits there, too
    [undefined, 'lock/futex', 'C2 CompilerThre', 'futex_wait'],
    ['libc:mutex', 'lock/futex', 'a.out', 'futex_wait lll_mutex_lock_optimized f main'],
    // musl
    [
      'Client:ClientRead',
      'poll/epoll',
      'postgres',
      '__syscall_cp_asm __syscall_cp_c epoll_pwait WaitEventSetWait secure_read PostgresMain',
    ],
    // either of two functions may have called fsync
    [undefined, 'disk/fsync', 'postgres', 'fsync ProcessSyncRequests CheckPointGuts CreateCheckPoint CheckpointerMain'],
    ['IO:DataFileSync', 'disk/fsync', 'postgres', 'fsync+0x1f FileSync+0x8 mdsyncfiletag+0x3 ProcessSyncRequests+0x1'],
    [undefined, 'poll/epoll', 'a.out', 'epoll_wait main'],
  ];
  for (const [meaning, label, comm, user, others] of cases) {
    test(`${meaning ?? 'none'}: ${label} ${comm}: ${user.split(' ').slice(0, 4).join(' ')}`, () => {
      assert.equal(meaningOf(label, comm, user, others), meaning);
    });
  }

  test('of the user come first', () => {
    const own = parseRules('Mine:wait (idle)\n WaitLatch\n', 'my.rules');
    const meanings = new Meanings(sections, own);
    const user = ['epoll_wait', 'WaitLatch', 'WalWriterMain'].map((frame) => meanings.frameOf(frame));
    const thread = { comm: 'postgres', user };
    meanings.notice(thread);
    assert.equal(meanings.meaningOf(thread, 'poll/epoll')?.rule.label, 'Mine:wait');
  });
});
