// The reason of single stacks, kernel frames innermost first, from kernels old and new.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownText } from '../../../src/engine/own-data.ts';
import { Classifier } from '../../../src/offcpu/reason/classify.ts';
import { KernelRules } from '../../../src/offcpu/reason/kernel-rules.ts';
import { unpackRules } from '../../../src/offcpu/reason/packed-rules.ts';
import { parseRules } from '../../../src/offcpu/reason/rule-file.ts';

const builtIn = unpackRules(ownText('reasons.generated.json'));
const classifier = new Classifier(new KernelRules(builtIn));

function labelOf(frames: string, state?: number, isRunnable = false): string {
  const kernel = frames.split(' ').filter((frame) => frame !== '');
  return classifier.classify({ kernel, user: [], state, isRunnable }).rule.label;
}

const SYSCALL = 'do_syscall_64 entry_SYSCALL_64_after_hwframe';
const FAULT = 'handle_mm_fault do_user_addr_fault exc_page_fault asm_exc_page_fault';

const CASES: Record<string, readonly (readonly [label: string, frames: string])[]> = {
  'as stress-ng made them, Linux 6.18': [
    [
      'disk/metadata',
      `__schedule schedule io_schedule folio_wait_bit_common __filemap_get_folio ext4_mb_load_buddy_gfp ext4_mb_regular_allocator ext4_mb_new_blocks ext4_fallocate vfs_fallocate __x64_sys_fallocate ${SYSCALL}`,
    ],
    [
      'lock/file',
      `__schedule schedule percpu_rwsem_wait percpu_down_write locks_start seq_read_iter vfs_read ${SYSCALL}`,
    ],
    ['lock/fs', `__schedule schedule percpu_down_write ext4_ext_migrate vfs_fileattr_set __x64_sys_ioctl ${SYSCALL}`],
    ['lock/ipc', `__schedule rwsem_down_read_slowpath down_read msgctl_info.isra.0 ksys_msgctl.constprop.0 ${SYSCALL}`],
    ['lock/mmap', `__schedule rwsem_down_write_slowpath down_write __x64_sys_pkey_free ${SYSCALL}`],
    ['kernel/rcu', `__schedule wait_for_completion srcu_barrier blk_mq_free_tag_set __x64_sys_ioctl ${SYSCALL}`],
    ['kernel/workqueue', `__schedule wait_for_completion devtmpfs_delete_node device_del __x64_sys_ioctl ${SYSCALL}`],
    ['disk/aio', `__schedule schedule_timeout wait_for_completion __x64_sys_io_destroy ${SYSCALL}`],
  ],
  'right below the switch': [
    ['cpu/preempted', `__schedule schedule exit_to_user_mode_loop ${SYSCALL}`],
    ['cpu/preempted', `__schedule schedule do_syscall_64 entry_SYSCALL_64_after_hwframe`],
    [
      'cpu/preempted',
      'finish_task_switch __schedule schedule exit_to_usermode_loop prepare_exit_to_usermode retint_user',
    ],
    ['cpu/preempted', '__schedule schedule do_notify_resume work_pending'],
    ['cpu/preempted', `__schedule __cond_resched generic_perform_write ext4_buffered_write_iter vfs_write ${SYSCALL}`],
    ['cpu/preempted', `__schedule preempt_schedule_common __cond_resched mutex_lock do_renameat2 ${SYSCALL}`],
    ['cpu/preempted', '__schedule preempt_schedule_irq irqentry_exit asm_sysvec_apic_timer_interrupt ext4_sync_file'],
    ['cpu/throttled', `__schedule __cond_resched task_work_run exit_to_user_mode_loop ${SYSCALL}`],
    ['cpu/preempted', `__schedule __cond_resched task_work_run io_run_task_work io_cqring_wait ${SYSCALL}`],
    ['cpu/migrate', `__schedule __cond_resched stop_one_cpu sched_exec bprm_execve ${SYSCALL}`],
    ['cpu/yield', `__schedule schedule __x64_sys_sched_yield ${SYSCALL}`],
    ['cpu/yield', `__schedule schedule do_sched_yield __do_sys_sched_yield ${SYSCALL}`],
    ['cpu/idle', '__schedule schedule_idle do_idle cpu_startup_entry start_secondary'],
    ['process/exit', `__schedule do_task_dead do_exit do_group_exit __x64_sys_exit_group ${SYSCALL}`],
  ],
  'what was asked for beats what it is made of': [
    [
      'disk/fsync',
      `__schedule schedule io_schedule folio_wait_bit_common __filemap_fdatawait_range ext4_sync_file do_fsync ${SYSCALL}`,
    ],
    ['disk/fsync', `__schedule schedule jbd2_log_wait_commit ext4_sync_file __x64_sys_fdatasync ${SYSCALL}`],
    ['disk/fsync', `__schedule schedule xlog_wait_on_iclog __do_sys_fsync ${SYSCALL}`],
    ['disk/fsync', `__schedule schedule rwsem_down_read_slowpath down_read iterate_supers ksys_sync ${SYSCALL}`],
    ['net/accept', `__schedule schedule schedule_timeout __skb_wait_for_more_packets unix_accept do_accept ${SYSCALL}`],
    [
      'memory/reclaim',
      `__schedule schedule io_schedule folio_wait_bit_common shrink_folio_list shrink_node try_to_free_pages ${FAULT}`,
    ],
    [
      'memory/swap',
      `__schedule schedule io_schedule folio_wait_bit_common __folio_lock_or_retry do_swap_page ${FAULT}`,
    ],
    [
      'disk/throttle',
      `__schedule schedule schedule_timeout io_schedule_timeout balance_dirty_pages generic_perform_write ${SYSCALL}`,
    ],
    [
      'process/stopped',
      `__schedule schedule do_signal_stop get_signal arch_do_signal_or_restart exit_to_user_mode_loop ${SYSCALL}`,
    ],
    ['process/frozen', `__schedule schedule get_signal arch_do_signal_or_restart exit_to_user_mode_loop ${SYSCALL}`],
  ],
  'page faults': [
    ['disk/page-fault', `__schedule schedule io_schedule folio_wait_bit_common filemap_fault ${FAULT}`],
    [
      'disk/page-fault',
      `__schedule io_schedule __lock_page_or_retry filemap_fault __do_fault __handle_mm_fault ${FAULT}`,
    ],
    ['disk/queue', `__schedule schedule io_schedule rq_qos_wait wbt_wait filemap_fault ${FAULT}`],
    ['lock/mmap', `__schedule schedule rwsem_down_read_slowpath down_read lock_mm_and_find_vma ${FAULT}`],
    ['memory/userfault', `__schedule schedule handle_userfault ${FAULT}`],
    ['memory/page-fault', `__schedule schedule something_new ${FAULT}`],
  ],
  'kernel locks, by who took them': [
    [
      'lock/fs',
      `__schedule schedule schedule_preempt_disabled __mutex_lock.constprop.0 do_renameat2 __x64_sys_rename ${SYSCALL}`,
    ],
    [
      'lock/fs',
      `__schedule schedule rwsem_down_write_slowpath down_write ext4_new_in_a_later_kernel vfs_write ${SYSCALL}`,
    ],
    ['lock/mmap', `__schedule schedule rwsem_down_write_slowpath down_write_killable __x64_sys_mprotect ${SYSCALL}`],
    ['lock/fdtable', `__schedule schedule __mutex_lock fdget_pos ksys_read ${SYSCALL}`],
    ['lock/net', `__schedule schedule __mutex_lock __netlink_dump_start ${SYSCALL}`],
    ['net/rtnl', `__schedule schedule __mutex_lock rtnl_lock ${SYSCALL}`],
    ['lock/tty', `__schedule schedule __mutex_lock tty_open chrdev_open ${SYSCALL}`],
    ['lock/kernel', `__schedule schedule __mutex_lock zzz_unknown_driver ${SYSCALL}`],
    ['disk/frozen', `__schedule schedule percpu_rwsem_wait __percpu_down_read vfs_write ksys_write ${SYSCALL}`],
  ],
  'other kernels': [
    ['lock/futex', '__schedule schedule futex_wait_queue_me futex_wait do_futex SyS_futex entry_SYSCALL_64_fastpath'],
    [
      'lock/futex',
      '__schedule schedule futex_wait_queue __futex_wait do_futex __arm64_sys_futex invoke_syscall el0_svc_common do_el0_svc el0_svc el0t_64_sync_handler el0t_64_sync',
    ],
    [
      'poll/epoll',
      '__schedule schedule schedule_hrtimeout_range ep_poll do_epoll_wait __x64_sys_epoll_wait do_syscall_64',
    ],
    [
      'poll/epoll',
      '__schedule+0x3ab/0x8c0 [kernel.kallsyms] schedule+0x5e/0xd0 schedule_hrtimeout_range_clock do_epoll_wait+1560'.replace(
        ' [kernel.kallsyms]',
        '',
      ),
    ],
    ['ipc/pipe-read', '__schedule schedule pipe_wait pipe_read new_sync_read vfs_read sys_read system_call_fastpath'],
    ['sleep/nanosleep', '__schedule schedule do_nanosleep hrtimer_nanosleep SyS_nanosleep entry_SYSCALL_64_fastpath'],
    ['process/wait', '__schedule schedule do_wait kernel_wait4 __do_sys_wait4 do_syscall_64'],
    ['ipc/eventfd', `__schedule schedule do_wait_intr_irq eventfd_read vfs_read ${SYSCALL}`],
    ['signal/wait', `__schedule schedule __x64_sys_pause ${SYSCALL}`],
    [
      'process/vfork',
      `__schedule schedule schedule_timeout __wait_for_common wait_for_completion_state kernel_clone ${SYSCALL}`,
    ],
    ['kthread/idle', '__schedule schedule worker_thread kthread ret_from_fork'],
    ['kthread/idle', '__schedule schedule schedule_timeout some_driver_thread kthread ret_from_fork_asm'],
    [
      'disk/journal',
      '__schedule schedule io_schedule wait_on_buffer_x jbd2_journal_commit_transaction kjournald2 kthread ret_from_fork',
    ],
  ],
  'the rest': [
    ['other/madvise', `__schedule schedule zzz_new_wait __x64_sys_madvise ${SYSCALL}`],
    ['other/unknown', '__schedule schedule zzz_new_wait'],
    ['disk/io', `__schedule schedule io_schedule zzz_new_wait ${SYSCALL}`],
    ['kernel/wait', `__schedule schedule schedule_timeout wait_for_completion zzz_new_wait ${SYSCALL}`],
    ['no-stack', ''],
    ['no-stack', '[lost]'],
    [
      'poll/epoll',
      `bpf_prog_1234_sched_switch bpf_trace_run4 __traceiter_sched_switch __schedule schedule do_epoll_wait ${SYSCALL}`,
    ],
  ],
};

for (const [what, cases] of Object.entries(CASES)) {
  describe(what, () => {
    for (const [label, frames] of cases) {
      test(`${label}: ${frames.split(' ').slice(0, 5).join(' ')}`, () => assert.equal(labelOf(frames), label));
    }
  });
}

function framesOf(names: readonly string[]): { frame: string }[] {
  return names.map((frame) => ({ frame }));
}

test('one array of kernel frames, with other user frames and states, decides as a new one does', () => {
  for (const kernel of [['__schedule', 'schedule', 'do_futex'], ['bpf_prog_f'], []]) {
    for (const user of [['f'], ['epoll_wait', 'f'], ['fsync'], []]) {
      for (const state of [undefined, 0, 1, 4]) {
        const verdict = classifier.classify({ kernel, user: framesOf(user), state });
        assert.deepEqual(verdict, classifier.classify({ kernel: [...kernel], user: framesOf(user), state }));
      }
    }
  }
});

test('data of a client may be its next request; data of a server holds the thread up', () => {
  const kernel = 'schedule schedule_timeout wait_woken sk_wait_data tcp_recvmsg_locked tcp_recvmsg'.split(' ');
  const ofSocket = (isOfClient?: true): string => {
    const object = { kind: 'socket', ...(isOfClient && { isOfClient }) };
    return classifier.classify({ kernel, user: [], state: 1, particulars: { object } }).rule.label;
  };
  assert.deepEqual(
    [ofSocket(true), ofSocket(), labelOf(kernel.join(' '), 1)],
    ['net/recv-client', 'net/recv', 'net/recv'],
  );
});

describe('the switch-out state', () => {
  const futex = `__schedule schedule futex_do_wait __futex_wait do_futex ${SYSCALL}`;
  const cond = `__schedule __cond_resched vfs_write ${SYSCALL}`;

  test('a thread that could run waited for a CPU, whatever its stack says', () => {
    for (const state of [0, 0x100, 0x10000]) assert.equal(labelOf(futex, state), 'cpu/preempted');
    assert.equal(labelOf(`__schedule schedule __x64_sys_sched_yield ${SYSCALL}`, 0), 'cpu/yield');
  });
  test('a sleeping thread was not preempted', () => {
    assert.equal(labelOf(futex, 1), 'lock/futex');
    assert.equal(labelOf(cond, 2), 'other/unknown');
  });
  test('stopped, traced, dead, idle', () => {
    assert.equal(labelOf(futex, 4), 'process/stopped');
    assert.equal(labelOf(futex, 8), 'process/traced');
    assert.equal(labelOf(futex, 16), 'process/exit');
    assert.equal(labelOf(futex, 32), 'process/exit');
    assert.equal(labelOf('__schedule schedule zzz', 128), 'kthread/idle');
  });
  test('lost stacks of a preempted thread are known to be so', () => assert.equal(labelOf('', 0), 'cpu/preempted'));
  test('woken, waiting for a CPU', () => assert.equal(labelOf(futex, 1, true), 'cpu/runnable'));
});

describe('rules of a user', () => {
  const withRules = (text: string) => new Classifier(new KernelRules(builtIn, parseRules(text, 'my.rules')));
  const stack = ['__schedule', 'schedule', 'futex_do_wait', 'do_futex', 'do_syscall_64'];

  test('come before the built-in ones', () => {
    const { rule, frame } = withRules('[mine] my/lock (idle): a lock\n  do_futex\n').classify({
      kernel: stack,
      user: [],
    });
    assert.deepEqual(
      [rule.label, rule.bracket, rule.kind, rule.place, frame],
      ['my/lock', 'mine', 'idle', 'my.rules:1', 'do_futex'],
    );
  });
  test('but not before those for threads that could run', () => {
    const kernel = ['__schedule', 'schedule', 'exit_to_user_mode_loop', 'do_futex'];
    assert.equal(withRules('[mine] my/lock\n do_futex\n').classify({ kernel, user: [] }).rule.label, 'cpu/preempted');
    const top = '== right below the switch\n[mine] my/cpu (cpu)\n exit_to_user_*\n';
    assert.equal(withRules(top).classify({ kernel, user: [] }).rule.label, 'my/cpu');
  });
  test('may look at user frames', () => {
    const rules = withRules('== in user frames\n[queue] my/queue (idle)\n "MyQueue<A, B>::pop" << worker\n');
    assert.equal(
      rules.classify({ kernel: stack, user: framesOf(['syscall', 'MyQueue<A, B>::pop', 'f', 'worker']) }).rule.label,
      'my/queue',
    );
    const others = framesOf(['syscall', 'MyQueue<A, B>::pop']);
    assert.equal(rules.classify({ kernel: stack, user: others }).rule.label, 'lock/futex');
  });
});
