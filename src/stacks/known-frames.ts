// Frames whose name alone tells what they are: where a thread begins, where code enters the kernel, and which functions
// are the kernel's in any program. Names are as folded text spells them, with or without a mark.

import { unmarked } from './marks.ts';

// __libc_start_main@@GLIBC_2.34     runtime.goexit.abi0     do_syscall_64.isra.0
//                  └── version ───┘               └─ of the compiler ─┘
const SUFFIX = '(?:@@?[\\w.]+)?(?:\\.(?:abi\\w+|isra|constprop|part|cold|llvm|lto_priv)(?:\\.\\d+)*)*';

function anyOf(...patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.join('|')})${SUFFIX}$`);
}

// glibc, musl, Android's bionic, Go: the outermost user functions of processes and threads
const THREAD_START = anyOf(
  '_start|_start_c|_dl_start_user|__libc_start_main|__libc_start_main_impl|__libc_start_call_main',
  'libc_start_main_stage2|__libc_init|start_thread|__start_thread|__pthread_start',
  '_*clone[23]?|runtime\\.(?:goexit|rt0_go|_?rt0_\\w+)',
);

/** Is this the outermost function of a process or thread? Where it stands at the root, there is no comm. */
export function isThreadStart(frame: string): boolean {
  return THREAD_START.test(unmarked(frame));
}

const KERNEL_THREAD_START = anyOf(
  '_*ret_from_(?:fork\\w*|kernel_(?:user_)?thread)|kernel_thread_(?:helper|starter)|secondary_startup_64\\w*',
  'x86_64_start_kernel|start_secondary|cpu_startup_entry|__primary_switched|__secondary_switched',
);

/** Is this the outermost function of a kernel thread, or of a CPU that idles? */
export function isKernelThreadStart(frame: string): boolean {
  return KERNEL_THREAD_START.test(unmarked(frame));
}

// The functions through which code enters the kernel, and those that kernel threads begin with. All that they call is
// kernel code as well. Source: arch/*/kernel/{entry*,head*}.S of Linux 4.4 to 6.18.
const KERNEL_ENTRY = anyOf(
  // x86
  'entry_(?:SYSCALL|SYSENTER|INT80)\\w*|do_syscall_64|do_fast_syscall_32|do_int80_syscall_32|do_SYSENTER_32',
  'x64_sys_call|ia32_sys_call|system_call_fastpath|sysret_\\w+|sysenter_\\w+|tracesys|int80_emulation',
  'asm_(?:exc|sysvec|common|fred|int80|spurious)_\\w+|asm_page_fault|async_page_fault|exc_page_fault|fred_\\w+',
  'do_user_addr_fault|(?:trace_|__)?do_page_fault|(?:apic_timer|reschedule|call_function)_interrupt',
  'ret_from_(?:fork\\w*|kernel_(?:user_)?thread|intr|exception|syscall)|retint_\\w+|common_interrupt',
  'secondary_startup_64\\w*|x86_64_start_kernel|start_secondary|kernel_thread_(?:helper|starter)|cpu_startup_entry',
  // arm64, arm
  'el[01]_\\w+|el[01]t_(?:32|64)_\\w+|el1h_64_\\w+|el0_svc|do_el0_svc|invoke_syscall|ret_to_user|__primary_switched',
  '__secondary_switched|ret_fast_syscall|vector_swi|__(?:irq|dabt|pabt|und)_(?:svc|usr)',
  // PowerPC, with ABI v1's dot
  '\\.?system_call_(?:common\\w*|vectored\\w*|exception)|\\.?syscall_exit\\w*|\\.?start_(?:here|secondary)_\\w+',
  '\\.?(?:data_access|instruction_access|hardware_interrupt|decrementer|doorbell_super)_common(?:_virt|_real)?',
  // s390
  '__do_syscall|pgm_check_handler|__do_pgm_check|(?:io|ext)_int_handler|__ret_from_fork|psw_idle',
  // RISC-V, LoongArch, MIPS, SPARC
  'do_trap_ecall_u|do_trap_(?:break|insn|load|store)\\w*|linux_sparc_syscall(?:32)?',
  '\\[kernel\\.kallsyms\\]|\\[kernel\\.vmlinux\\]|\\[guest\\.kernel\\.kallsyms\\]',
);

// … and those whose names programs might use as well: they are the kernel's if the function they call is
const KERNEL_DOOR = anyOf(
  'system_call|handle_exception|page_fault|handle_sys(?:n32|n64|64|call)?|do_syscall|syscall_common|start_kernel',
);

// names that only the kernel uses, and that are in most of its stacks
const KERNEL_FUNCTION = anyOf(
  '__schedule|preempt_schedule(?:_.*)?|finish_task_switch|schedule_timeout|schedule_hrtimeout_range\\w*',
  '__(?:x64|ia32|x32|arm64|s390x?|riscv|powerpc|loongarch|mips|se|do)_(?:compat_)?sys_\\w+|k?sys_\\w+|SyS_\\w+',
  'irqentry_exit\\w*|syscall_exit_to_user_mode\\w*|do_nanosleep|futex_wait_queue\\w*|futex_do_wait',
);

/**
 * What a name tells of the kernel. `entry`: code enters the kernel there. `door`: it does so if the frame called next
 * is a `function`, which is any other function of the kernel. Undefined tells nothing.
 */
export type KernelPart = 'entry' | 'door' | 'function' | undefined;
/** The same as numbers, which the engine knows. */
export const KERNEL_PARTS: readonly KernelPart[] = [undefined, 'entry', 'door', 'function'];

/** By the name of a frame, marked or not; undefined: nothing tells that it is the kernel's. */
export function kernelPart(frame: string): KernelPart {
  const name = unmarked(frame);
  if (KERNEL_ENTRY.test(name)) return 'entry';
  if (KERNEL_DOOR.test(name)) return 'door';
  return KERNEL_FUNCTION.test(name) ? 'function' : undefined;
}

/**
 * Where a stack of `depth` frames, root first, enters the kernel: the index of the kernel's outermost frame from
 * `first` on; -1: nowhere, as far as names tell.
 */
export function kernelStart(depth: number, partAt: (index: number) => KernelPart, first = 0): number {
  for (let at = first; at < depth; at++) {
    const part = partAt(at);
    const isEntry = part === 'entry' || (part === 'door' && at + 1 < depth && partAt(at + 1) === 'function');
    if (!isEntry) continue;
    while (at > first && partAt(at - 1) === 'door') at--;
    return at;
  }
  return -1;
}
