import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reach } from '../../src/stacks/reach.ts';

function reaches(stack: string, from = 0, starts: string[] = [], isMarked = true): boolean {
  const names = stack.split(';');
  const reach = new Reach((id) => names[id] as string, starts, isMarked);
  return reach.reaches(
    Uint32Array.from(names, (_, id) => id),
    from,
  );
}

test('a stack reaches the start of its thread, whatever of it has a name', () => {
  for (const whole of [
    '_start;__libc_start_main@@GLIBC_2.34;main',
    '[postgres];__libc_start_main_impl;[libc.so.6];main',
    '_start:start.S:7;main',
    'clone3;start_thread;work',
    '[libc.so.6];[libc.so.6];work',
    'runtime.goexit.abi0;main.main',
    'runtime.mcall;runtime.park_m',
    // beyond Go's scheduler a walker finds what is stale
    '[unknown];runtime.mstart.abi0;runtime.mstart0;runtime.mstart1;runtime.sysmon',
    '[unknown];runtime.netpollblock;runtime.mcall;runtime.park_m',
    'ret_from_fork_asm;kthread',
    'secondary_startup_64_no_verify;do_idle',
    '__restore_rt;[postgres];StartBackgroundWorker;queue_worker_main',
  ])
    assert.ok(reaches(whole), whole);
  assert.ok(reaches('app;_start;main', 1));
  assert.ok(reaches('Main.run;f', 0, ['Main.run']));
});

test('a walk by frame pointers may go too far', () => {
  assert.ok(reaches('[unknown];__libc_start_call_main;main', 0, [], false));
  assert.ok(!reaches('[unknown];[unknown];main', 0, [], false));
});

test('and is cut where it does not', () => {
  for (const cut of [
    '[unknown];__libc_start_call_main;main', // perf's ffffffffffffffff
    'fmt.(*pp).doPrintf',
    'main;f;g',
    '[libc.so.6]',
    '__restore_rt',
    'a;b;c;d;_start',
    'entry_SYSCALL_64_after_hwframe;do_syscall_64',
    '[truncated];f126',
  ])
    assert.ok(!reaches(cut), cut);
});
