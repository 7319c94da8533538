// Which kind of code a frame is, as far as its folded name tells: the rules of the default palette.

import type { StackTable } from '../engine/stack-table.ts';
import { type KernelPart, kernelPart, kernelStart } from '../stacks/known-frames.ts';

export type CodeKind = 'application' | 'library' | 'kernel' | 'jit' | 'inlined' | 'waker' | 'unresolved';

// JS:*run /srv/a.js:10     LazyCompile:~f     Builtins_JSEntry     py::work:/srv/a.py     Lcom/example/Main;::run
const MANAGED =
  /^(?:(?:JS|LazyCompile|Function|Script|Eval|RegExp|Builtin|BytecodeHandler|Handler|Stub):|Builtins_|py::|L[\w/$]+;::)/;

// _int_malloc   __GI___libc_open   __memcpy_avx_unaligned_erms   start_thread   _dl_relocate_object   operator new
const SYSTEM_C =
  /^(?:_int_(?:malloc|free|realloc|memalign)|_?_?libc_|__GI_|_IO_|_dl_|__?pthread_|pthread_|__(?:mem|str|wcs|wmem)\w+_(?:avx|sse|evex|erms|unaligned|generic)|(?:malloc|calloc|realloc|cfree|free|memcpy|memmove|memset|syscall|clone3?|__clone3?|start_thread|_start|__poll|__read|__write|epoll_wait)(?:@|$)|operator (?:new|delete)|__cxa_|_Unwind_|__gnu_cxx::|std::|runtime\.)/;
// core::iter::adapters::map::Map<I,F>::fold     <alloc::vec::Vec<T> as core::ops::Drop>::drop     __rust_alloc
const SYSTEM_RUST = /^(?:<+&?(?:mut )?)?(?:core|alloc|std)::|^__?rust_|^rust_begin_unwind/;

const RULES: readonly (readonly [RegExp, CodeKind])[] = [
  [/_\[k\]$/, 'kernel'],
  [/_\[j\]$/, 'jit'],
  [/_\[i\]$/, 'inlined'],
  [/_\[w\]$/, 'waker'],
  // [unknown]   [libfoo.so]   [lost]   0x7f00deadbeef   - and -- where two stacks of one sample meet
  [/^(?:\[.*\]|0x[0-9a-f]+|--?|)$/, 'unresolved'],
  [MANAGED, 'jit'],
  [SYSTEM_C, 'library'],
  [SYSTEM_RUST, 'library'],
];

/** The kind of a frame by its name (latin1). */
export function kindOf(name: string): CodeKind {
  return RULES.find(([pattern]) => pattern.test(name))?.[1] ?? 'application';
}

const MARKED = /_\[k\]$/;
const PARTS: readonly KernelPart[] = [undefined, 'entry', 'door', 'function'];

/**
 * Names of kernel functions in text folded without marks: those called from where the kernel is entered. Indexed by
 * name id, 1 for such. Where any name is marked `_[k]`, the marks are the truth and nothing is guessed.
 */
export function kernelNames(table: StackTable): Uint8Array {
  const kernel = new Uint8Array(table.nameCount + 1);
  const parts = new Uint8Array(table.nameCount + 1); // of PARTS
  let entries = 0;
  for (let id = 1; id <= table.nameCount; id++) {
    const name = table.nameText(id);
    if (MARKED.test(name)) return kernel;
    const part = kernelPart(name);
    parts[id] = PARTS.indexOf(part);
    if (part === 'entry' || part === 'door') entries++;
  }
  if (entries === 0) return kernel;
  const { words } = table;
  table.forEachAt((from, to) => {
    const start = kernelStart(to - from, (at) => PARTS[parts[words[from + at] as number] as number]);
    if (start >= 0) for (let at = from + start; at < to; at++) kernel[words[at] as number] = 1;
    return undefined;
  });
  return kernel;
}
