// A function as rules name it, from any spelling of a symbolizer.

import { tidyName } from '../../stacks/frame-name.ts';

//  ffffffff821facd8 __schedule+0x1f/0x40 [kernel.kallsyms]_[k]
//  └── address ───┘           └ offset ┘ └── module ──────┘└mark
const ADDRESS = /^(?:0x)?[0-9a-f]{8,16} +/;
const MARK = /_\[[a-z]\]$/;
const MODULE = / +(?:\[[^\]]*\]|\([^)]*\))$/;
const OFFSET = /\+(?:0x[0-9a-f]+|\d+)(?:\/0x[0-9a-f]+)?$/;
//  do_pselect.constprop.0     __mutex_lock.isra.0.cold     f.llvm.1234
const COMPILER = /(?:\.(?:isra|constprop|part|cold|llvm|lto_priv|localalias)(?:\.\d+)*)+$/;
//  __x64_sys_epoll_wait     __se_compat_sys_futex_time32     SyS_read     __do_sys_flock
const CALL =
  /^(?:__(?:x64|ia32|ia32_compat|x32|x32_compat|arm64|arm64_compat|s390|s390x|riscv|powerpc|loongarch|mips|se|se_compat|do|do_compat)_sys_|compat_SyS_|SyS_|compat_sys_|sys_)(\w+?)(?:_time32|_time64)?$/;

/** `f` without address, offset, module, mark and compiler's suffix; the wrapper of a system call as `read()`. */
export function kernelName(frame: string): string {
  let name = frame;
  if (ADDRESS.test(name)) name = name.replace(ADDRESS, '');
  if (name.endsWith(']') || name.endsWith(')')) name = name.replace(MARK, '').replace(MODULE, '');
  if (name.includes('+')) name = name.replace(OFFSET, '');
  if (name.includes('.')) name = name.replace(COMPILER, '');
  if (!name.includes('ys_') && !name.includes('yS_')) return name;
  const call = CALL.exec(name)?.[1];
  return call === undefined ? name : `${call}()`;
}

//  pthread_cond_wait@@GLIBC_2.3.2     runtime.futex.abi0
const VERSION = /@@?[A-Za-z_][\w.]*$/;
const ABI = /\.abi(?:0|internal)$/;

// WaitLatch+0x1f     epoll_wait+0x56 (/usr/lib/x86_64-linux-gnu/libc.so.6)     futex_wait [libc.so.6]
const OBJECT = / +(?:\[[^\]]*\]|\((?:\/|\[)[^)]*\))$/;

// WaitLatch [clone .cold]
const CLONE = /(?: \[clone [^\]]*\])+$/;

// void jdk.internal.misc.Unsafe.park     byte[] app.Page.bytes     java.lang.String T.slug
// └ type                                 └ as the JVM names methods for perf
const OF_JVM = /^[\w$]+(?:\.[\w$]+)*(?:\[\])* (?=[\w$.]+\.[\w$<>]+$)/;

/**
 * A user function without address, offset, object, arguments, version, the compiler's suffix, the type that a method of
 * Java returns, and brackets around the type whose method it is.
 */
export function userName(frame: string): string {
  let name = ADDRESS.test(frame) ? frame.replace(ADDRESS, '') : frame;
  if (name.endsWith(']') || name.endsWith(')')) name = name.replace(MARK, '').replace(OBJECT, '');
  if (name.includes('+')) name = name.replace(OFFSET, '');
  name = tidyName(name);
  if (name.endsWith(']')) name = name.replace(CLONE, '');
  if (name.startsWith('<')) name = ofOwnType(name);
  if (name.includes('@')) name = name.replace(VERSION, '');
  if (name.includes('.')) name = name.replace(ABI, '').replace(COMPILER, '').replace(OF_JVM, '');
  return name;
}

//  select (mio/selector/epoll.rs)
//              └ the file with its folder
const IN_FILE = / \((?:[^()\s]+?\/)??((?:[^()\s/]+\/)?[^()\s/]+\.[A-Za-z]+)\)$/;

/** `selector/epoll.rs:select` for a name without its namespace, which has its file behind it; undefined for others. */
export function nameByFile(name: string): string | undefined {
  const file = name.endsWith(')') ? IN_FILE.exec(name) : null;
  return file === null ? undefined : `${file[1]}:${name.slice(0, file.index)}`;
}

// <std::sys::sync::mutex::futex::Mutex>::lock_contended     Rust, as its newer mangling has it; older: without brackets
// <app::Job as core::future::future::Future>::poll          of a trait: stays
function ofOwnType(name: string): string {
  let depth = 0;
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '<') depth++;
    else if (name[i] === '>' && name[i - 1] !== '-') depth--;
    else if (depth === 1 && name.startsWith(' as ', i)) return name;
    if (depth === 0) return name.startsWith('::', i + 1) ? name.slice(1, i) + name.slice(i + 1) : name;
  }
  return name;
}

// __GI___libc_read     pread64     __write_nocancel
const LIBC_CALL =
  /^_*(?:GI_+)?(?:libc_)?(p?readv?|p?writev?|open|openat|close|ioctl|fcntl|unlink|rename|f?truncate|fallocate|f?stat|lseek|getdents|sendfile|splice|execve|fork|clone3?)(?:64|v2|_2)*(?:_nocancel)?$/;

/**
 * The system call of a libc function that is named like it, if only the kernel's frames could tell what it waits for.
 */
export function libcCall(frame: string): string | undefined {
  return LIBC_CALL.exec(userName(frame))?.[1];
}

export function isCall(name: string): boolean {
  return name.endsWith('()');
}
