// The caller of a libc function, which a walker of frame pointers loses: bpf/offcpu.bt finds it on the stack.

import { type IdSpan, spanOf } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import type { ParticularsReader } from './particulars.ts';

// Of glibc's functions those that wait by another one of it. The walk of frame pointers goes on behind their caller, which
// nothing finds: pthread_mutex_lock calls __lll_lock_wait, sem_wait and pthread_cond_wait call __futex_abstimed_wait_common.
const WAITS_BY_ANOTHER =
  /^_*(?:GI_+)?(?:pthread_(?:mutex|cond|rwlock|barrier|join|timedjoin|clockjoin|once|spin)\w*|(?:new_)?sem_\w*|do_futex_wait|u?sleep|nanosleep|thrd_\w+|mtx_\w+|cnd_\w+|system|popen|pclose|getaddrinfo)(?:[.@+]|$)/;

export class Callers {
  readonly #particulars: ParticularsReader | undefined;
  readonly #names: BpftraceNames;
  /** name ids by address; 0: none */
  readonly #known = new Map<number, number>();
  /** has any caller been put into a stack? Then libc keeps no frame pointers, and where none was found one is missing. */
  hasFound = false;

  constructor(particulars: ParticularsReader | undefined, names: BpftraceNames) {
    this.#particulars = particulars;
    this.#names = names;
  }

  /** Names the callers at these addresses. To be done before spans are read: names move them. */
  learn(addresses: Iterable<number | undefined>): void {
    for (const address of addresses) {
      if (!address || this.#known.has(address)) continue;
      const symbol = this.#particulars?.callerName(address);
      const isKnown = symbol !== undefined || this.#names.userFrames?.isMapped(address) === true;
      const word = this.#names.word({ symbol: symbol ?? '', dso: '', isKernel: undefined, inlined: false });
      this.#known.set(address, isKnown ? this.#names.atAddress(address, word) : 0);
    }
  }

  /**
   * The user stack with its innermost function's caller put in, if that is not there already. What lies on the stack in
   * place of a return address has no name, or is of the function itself.
   */
  into(user: IdSpan, caller: number | undefined): IdSpan {
    const depth = user.to - user.from;
    const id = this.#known.get(caller ?? 0) ?? 0;
    const leaf = user.ids[user.to - 1] as number;
    if (id === 0 || depth === 0 || this.#isSame(id, leaf)) return user;
    if (depth > 1 && this.#isSame(id, user.ids[user.to - 2] as number)) return user;
    this.hasFound = true;
    const ids = new Uint32Array(depth + 1);
    ids.set(user.ids.subarray(user.from, user.to));
    ids[depth - 1] = id;
    ids[depth] = leaf;
    return spanOf(ids);
  }

  #isSame(a: number, b: number): boolean {
    const { userFrames } = this.#names;
    return a === b || (userFrames !== undefined && userFrames.functionOf(a) === userFrames.functionOf(b));
  }

  /**
   * Is a caller missing between what into() made of a stack and its other callers: was none found, or one that was itself
   * called from libc's caller?
   */
  isMissing(user: IdSpan, whole: IdSpan, caller: number | undefined): boolean {
    if (user.to - user.from <= 1) return false;
    const id = this.#known.get(caller ?? 0) ?? 0;
    return id === 0 || (whole !== user && WAITS_BY_ANOTHER.test(this.#nameOf(caller as number, id)));
  }

  #nameOf(caller: number, id: number): string {
    return this.#particulars?.callerName(caller) ?? this.#names.userFrames?.functionOf(id) ?? '';
  }
}
