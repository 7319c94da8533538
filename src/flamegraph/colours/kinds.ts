// Which kind of code a frame is, as far as its folded name tells: the rules of the default palette.

import type { StackTable } from '../../engine/stack-table.ts';
import { KERNEL_PARTS, kernelPart } from '../../stacks/known-frames.ts';

export type CodeKind = 'application' | 'library' | 'kernel' | 'jit' | 'inlined' | 'waker' | 'unresolved';

// JS:*run /srv/a.js:10     LazyCompile:~f     Builtins_JSEntry     py::work:/srv/a.py     Lcom/example/Main;::run
const MANAGED =
  /^(?:(?:JS|LazyCompile|Function|Script|Eval|RegExp|Builtin|BytecodeHandler|Handler|Stub):|Builtins_|py::|L[\w/$]+;::)/;

// _int_malloc   __GI___libc_open   __memcpy_avx_unaligned_erms   start_thread   _dl_relocate_object   operator new
const SYSTEM_C =
  /^(?:_int_(?:malloc|free|realloc|memalign)|_?_?libc_|__GI_|_IO_|_dl_|__?pthread_|pthread_|__(?:mem|str|wcs|wmem)\w+_(?:avx|sse|evex|erms|unaligned|generic)|(?:malloc|calloc|realloc|cfree|free|memcpy|memmove|memset|syscall|clone3?|__clone3?|start_thread|_start|__poll|__read|__write|epoll_wait)(?:@|$)|operator (?:new|delete)|__cxa_|_Unwind_|__gnu_cxx::|std::|runtime\.)/;
// core::iter::adapters::map::Map<I,F>::fold     <alloc::vec::Vec<T> as core::ops::Drop>::drop     __rust_alloc
const SYSTEM_RUST = /^(?:<+&?(?:mut )?)?(?:core|alloc|std)::|^__?rust_|^rust_begin_unwind/;

const LIBRARY = new RegExp(`${SYSTEM_C.source}|${SYSTEM_RUST.source}`);
// [unknown]   [libfoo.so]   [lost]   0x7f00deadbeef   - and -- where two stacks of one sample meet
const UNRESOLVED = /^(?:\[.*\]|0x[0-9a-f]+|--?|)$/;
const OF_MARKS: Readonly<Record<string, CodeKind>> = {
  '_[k]': 'kernel',
  '_[j]': 'jit',
  '_[i]': 'inlined',
  '_[w]': 'waker',
};

/** The kind of a frame by its name (latin1). */
export function kindOf(name: string): CodeKind {
  const marked = name.endsWith(']') ? OF_MARKS[name.slice(-4)] : undefined;
  if (marked !== undefined) return marked;
  if (UNRESOLVED.test(name)) return 'unresolved';
  if (MANAGED.test(name)) return 'jit';
  return LIBRARY.test(name) ? 'library' : 'application';
}

const MARKED = /_\[k\]$/;

/**
 * Which names are the kernel's functions in text folded without marks: those called from where the kernel is entered.
 * Where any name is marked `_[k]`, the marks are the truth and nothing is guessed.
 */
export class KernelGuess {
  readonly #table: StackTable;
  /** by name id, places in KERNEL_PARTS */
  readonly #parts: Uint8Array;
  #hasEntries = false;
  #hasMarks = false;

  constructor(table: StackTable) {
    this.#table = table;
    this.#parts = new Uint8Array(table.nameCount + 1);
  }

  see(id: number, name: string): void {
    if (this.#hasMarks) return;
    this.#hasMarks = MARKED.test(name);
    const part = kernelPart(name);
    this.#parts[id] = KERNEL_PARTS.indexOf(part);
    if (part === 'entry' || part === 'door') this.#hasEntries = true;
  }

  /** By name id, 1 for the kernel's, when all names were seen; undefined: none is. */
  get names(): Uint8Array | undefined {
    return this.#hasMarks || !this.#hasEntries ? undefined : this.#table.drawing.kernelNames(this.#parts);
  }
}
