// What the names of frames tell: thread starts, and where stacks enter the kernel.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isThreadStart, kernelPart, kernelStart } from '../../src/stacks/known-frames.ts';

/** The user's part and the kernel's, by a blank between. */
function split(stack: string): [user: string, kernel: string] {
  const frames = stack.split(';');
  const start = kernelStart(frames.length, (at) => kernelPart(frames[at] as string), 1);
  const at = start < 0 ? frames.length : start;
  return [frames.slice(0, at).join(';'), frames.slice(at).join(';')];
}

describe('the kernel is entered', () => {
  for (const kernel of [
    'entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_poll;do_sys_poll',
    'asm_exc_page_fault;exc_page_fault;do_user_addr_fault;handle_mm_fault',
    'page_fault;do_page_fault;handle_mm_fault',
    'ret_from_fork_asm;ret_from_fork;kthread;worker_thread',
    'el0t_64_sync;el0t_64_sync_handler;el0_svc;do_el0_svc',
    'ret_fast_syscall;sys_read;vfs_read',
    'system_call_exception;sys_read;vfs_read',
    'system_call_common;.system_call_exception;.sys_read',
    'system_call;__do_syscall;__s390x_sys_read',
    'handle_exception;do_trap_ecall_u;__riscv_sys_read',
    'handle_syscall;do_syscall;sys_read;vfs_read',
    'do_syscall_64.isra.0_[k];__x64_sys_read_[k]',
    '[kernel.kallsyms];[kernel.kallsyms]',
  ]) {
    test(kernel, () => assert.deepEqual(split(`app;main;work;${kernel}`), ['app;main;work', kernel]));
  }
});

test("a program's own functions of such names are no entries", () => {
  for (const user of [
    'page_fault;handle_exception;respond',
    'system_call;trace',
    'do_syscall;do_syscall1',
    'start_kernel',
  ]) {
    assert.deepEqual(split(`app;main;${user}`), [`app;main;${user}`, '']);
    assert.deepEqual(split(`app;${user};read;do_syscall_64;ksys_read`), [
      `app;${user};read`,
      'do_syscall_64;ksys_read',
    ]);
  }
});

test('from the first entry on all is of the kernel, whatever stands around it', () => {
  const frame = fc.constantFrom(
    'main',
    'work',
    'page_fault',
    'system_call',
    'do_syscall_64',
    'schedule',
    '__schedule',
    'sys_read',
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
      const [user, kernel] = split(['app', ...frames].join(';'));
      const inUser = user.split(';').slice(1);
      assert.ok(!inUser.some((name) => kernelPart(name) === 'entry'));
      if (kernel !== '') assert.notEqual(kernelPart(kernel.split(';')[0] as string), undefined);
      assert.deepEqual([...inUser, ...kernel.split(';').filter((name) => name !== '')], frames);
    }),
  );
});

test('a thread begins', () => {
  for (const start of [
    '_start',
    '__libc_start_main@@GLIBC_2.34',
    'clone3',
    '__clone',
    'start_thread',
    'runtime.goexit.abi0',
  ]) {
    assert.ok(isThreadStart(start), start);
  }
  for (const other of ['main', 'start', 'clone_repo', 'my_start_thread', '']) assert.ok(!isThreadStart(other), other);
});
