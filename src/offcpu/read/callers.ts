// The caller of a libc function, which a walker of frame pointers loses: bpf/offcpu.bt finds it on the stack.

import { type IdSpan, spanOf } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import type { ParticularsReader } from './particulars.ts';

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

  /** Has the stack other callers than the one that was not found? */
  isMissing(user: IdSpan, caller: number | undefined): boolean {
    return user.to - user.from > 1 && !this.#known.get(caller ?? 0);
  }
}
