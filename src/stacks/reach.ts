// Reach: does a stack go up to the function that its process or thread began with? If not, its outermost callers are
// missing: the copy of the stack was too small, or code without frame pointers was unwound by them.

import { isLibcObject } from './frame-name.ts';
import { isKernelThreadStart, isThreadStart } from './known-frames.ts';
import { UNKNOWN, unmarked } from './marks.ts';

/**
 * Outside of main there are a few frames: _start, __libc_start_main. Any of them will do, because others may lack a
 * name.
 */
const OUTERMOST = 4;
// What a signal handler returns to. Frame pointers end there, because the kernel made that frame. Up to Postgres 15 all
// background workers are below one: the server starts them in a handler.
const SIGNAL_RETURN = /^(?:__restore(?:_rt)?|__kernel_rt_sigreturn)$/;
// main:main.c:12    f (src/a.rs):src/a.rs:7
const PLACE = /(?: \([^()]*\))?:[^:]*:\d+$/;

/**
 * `nothing`: not even the object is known. perf prints such an address where its copy of the stack ended, and code
 * without frame pointers leads to any word.
 */
type Part = 'start' | 'own stack' | 'kernel start' | 'libc' | 'nothing' | 'other';

export class Reach {
  readonly #nameOf: (id: number) => string;
  readonly #starts: readonly string[];
  readonly #parts: Part[] = [];
  readonly #isMarked: boolean;

  /**
   * `nameOf` tells the name of a frame, latin1; `starts` are other functions that a stack may begin with. `isMarked`:
   * an unknown outermost frame means that the stack was cut, as with perf. If not, it may be a wrong one beyond the
   * start.
   */
  constructor(nameOf: (id: number) => string, starts: readonly string[] = [], isMarked = true) {
    this.#nameOf = nameOf;
    this.#starts = starts;
    this.#isMarked = isMarked;
  }

  /**
   * Does the stack, root first, from `from` on, without a root frame, reach a start? If libc has no symbols, its
   * outermost frame has no name. It counts as a start if it calls something, and so does the return of a signal
   * handler.
   */
  reaches(ids: Uint32Array, from: number): boolean {
    const outermost = this.#partOf(ids[from] as number);
    const isUnknown = outermost === 'nothing' && this.#isMarked;
    if (outermost === 'kernel start' || (outermost === 'libc' && ids.length > from + 1)) return true;
    for (let i = from; i < Math.min(ids.length, from + OUTERMOST); i++) {
      const part = this.#partOf(ids[i] as number);
      if (part === 'own stack' || (part === 'start' && !isUnknown)) return true;
    }
    return false;
  }

  #partOf(id: number): Part {
    let part = this.#parts[id];
    if (part === undefined) {
      const name = unmarked(this.#nameOf(id)).replace(PLACE, '');
      part = this.#starts.includes(name) ? 'start' : partOf(name);
      this.#parts[id] = part;
    }
    return part;
  }
}

function partOf(name: string): Part {
  if (name === UNKNOWN) return 'nothing';
  if (GO_START.test(name)) return 'own stack';
  if (isThreadStart(name)) return 'start';
  if (isKernelThreadStart(name)) return 'kernel start';
  return isLibcObject(name) || SIGNAL_RETURN.test(name) ? 'libc' : 'other';
}

/** On the stack of a thread of Go's scheduler, which runs between goroutines: what a walker finds further out is stale. */
const GO_START = /^runtime\.(?:mcall|mstart\d?|systemstack|morestack)(?:\.abi0)?$/;

/** From this share on, a message says what to do. */
export const MUCH_CUT = 0.05;
/** What to do about a recording whose stacks lack their callers. */
export const UNCUT =
  'record with perf --call-graph dwarf,65528; for Go and Node, or code with frame pointers (-fno-omit-frame-pointer, -C force-frame-pointers=yes), --call-graph fp';
export const UNCUT_OFFCPU =
  'bpftrace unwinds by frame pointers: compile with -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer, Rust with -C force-frame-pointers=yes';
