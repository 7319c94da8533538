// Which frames of a folded stack are the kernel's, and what kernel functions are called.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownText } from '../../../src/engine/own-data.ts';
import { partsOf } from '../../../src/offcpu/reason/folded-parts.ts';
import { kernelName } from '../../../src/offcpu/reason/function-name.ts';
import { KernelRules } from '../../../src/offcpu/reason/kernel-rules.ts';
import { unpackRules } from '../../../src/offcpu/reason/packed-rules.ts';

const table = new KernelRules(unpackRules(ownText('reasons.generated.json')));
const parts = (stack: string, hasComm = true) => partsOf(stack.split(';'), table, hasComm);

describe('a folded stack', () => {
  test('has its kernel frames behind a lone -', () => {
    assert.deepEqual(parts('two words;main;f;-;sys;schedule'), {
      comm: 'two words',
      user: ['f', 'main'],
      kernel: ['schedule', 'sys'],
      note: undefined,
    });
  });
  test('or none, where nothing follows it', () => assert.deepEqual(parts('app;main;-').kernel, []));
  test('or those that are marked', () => {
    const { user, kernel } = parts('app;main;schedule;x_[j];do_syscall_64_[k];schedule_[k]');
    assert.deepEqual(
      [user, kernel],
      [
        ['x', 'schedule', 'main'],
        ['schedule', 'do_syscall_64'],
      ],
    );
  });
  test('or those from a known entry on', () => {
    for (const entry of [
      'entry_SYSCALL_64_after_hwframe',
      'do_syscall_64',
      'ret_from_fork_asm',
      'asm_exc_page_fault',
      'el0t_64_sync',
      'asm_sysvec_reschedule_ipi',
    ]) {
      assert.deepEqual(parts(`app;main;${entry};f;schedule`).kernel, ['schedule', 'f', entry]);
    }
  });
  test('or all, where it ends in the scheduler', () =>
    assert.deepEqual(parts('app;f;schedule').kernel, ['schedule', 'f']));
  test('or none', () => assert.deepEqual(parts('app;main;f').kernel, []));
  test('may be without a comm', () => {
    const { comm, user } = parts('__libc_start_call_main;main;-;schedule', false);
    assert.deepEqual([comm, user], [undefined, ['main', '__libc_start_call_main']]);
  });
  test('may end in a mark of offcpu-fold', () => {
    assert.deepEqual(parts('app;f;-;g;schedule;[in-progress]').note, 'in-progress');
    assert.deepEqual(parts('app;f;-;g;schedule;[in-progress]').kernel, ['schedule', 'g']);
    assert.deepEqual(parts('app;[lost]').note, 'lost');
  });
});

describe('the name of a kernel function', () => {
  const names: readonly (readonly [string, string])[] = [
    ['__schedule+1560', '__schedule'],
    ['ffffffff821facd8 __schedule+0x1f/0x40 [kernel.kallsyms]', '__schedule'],
    ['xfs_file_fsync+0x10 [xfs]', 'xfs_file_fsync'],
    ['schedule_[k]', 'schedule'],
    ['__mutex_lock.constprop.0', '__mutex_lock'],
    ['do_sigtimedwait.isra.0.cold', 'do_sigtimedwait'],
    ['f.llvm.123456', 'f'],
    ['__x64_sys_epoll_wait', 'epoll_wait()'],
    ['__do_sys_flock', 'flock()'],
    ['SyS_futex', 'futex()'],
    ['sys_read', 'read()'],
    ['__ia32_compat_sys_futex_time32', 'futex()'],
    ['do_sys_poll', 'do_sys_poll'],
    ['ksys_read', 'ksys_read'],
  ];
  for (const [frame, name] of names) test(frame, () => assert.equal(kernelName(frame), name));
});
