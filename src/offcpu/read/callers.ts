// The callers of a libc function, which a walker of frame pointers loses: bpf/offcpu.bt finds them on the stack.

import { HIDDEN } from '../../stacks/marks.ts';
import { type StackWord, USUAL_SLOTS, walkStack } from '../../symbols/stack-walk.ts';
import { type IdSpan, spanOf } from './bpftrace/id-span.ts';
import type { BpftraceNames } from './bpftrace/names.ts';
import type { ParticularsReader } from './particulars.ts';

// Of glibc's functions those that wait by another one of it. The walk of frame pointers goes on behind their caller:
// pthread_mutex_lock calls __lll_lock_wait, sem_wait and pthread_cond_wait call __futex_abstimed_wait_common.
const WAITS_BY_ANOTHER =
  /^_*(?:GI_+)?(?:pthread_(?:mutex|cond|rwlock|barrier|join|timedjoin|clockjoin|once|spin)\w*|(?:new_)?sem_\w*|do_futex_wait|u?sleep|nanosleep|thrd_\w+|mtx_\w+|cnd_\w+|system|popen|pclose|getaddrinfo)(?:[.@+]|$)/;

/** A user stack with the callers that the walk found. */
interface Whole {
  user: IdSpan;
  /** is a function missing behind the waiting one? */
  isMissing: boolean;
}

/** What belongs between the waiting function and the next frame. */
interface Between {
  /** outermost first */
  ids: readonly number[];
  isMissing: boolean;
}
/** Without files: perhaps a caller is missing, perhaps the waiting function has a frame pointer. */
const NOTHING: Between = { ids: [], isMissing: true };

export class Callers {
  readonly #particulars: ParticularsReader | undefined;
  readonly #names: BpftraceNames;
  readonly #hidden: number;
  readonly #words = new Map<number, readonly StackWord[]>();
  /** name ids by address; and the addresses at which there is code of a name or file */
  readonly #known = new Map<number, number>();
  readonly #named = new Set<number>();
  readonly #walked = new Map<string, Between | undefined>();
  /** has any stack got a caller? Then libc keeps no frame pointers, so stacks that got none lack one. */
  hasFound = false;

  constructor(particulars: ParticularsReader | undefined, names: BpftraceNames) {
    this.#particulars = particulars;
    this.#names = names;
    this.#hidden = names.nameOf(names.word({ symbol: HIDDEN, dso: '', isKernel: undefined, inlined: false }));
  }

  /**
   * Names the callers that these numbers of keys stand for. Call it before spans are read, because new names move them.
   */
  learn(callers: Iterable<number | undefined>): void {
    for (const caller of callers) {
      if (!caller || this.#words.has(caller)) continue;
      const words = this.#particulars?.wordsOf(caller) ?? [];
      this.#words.set(caller, words);
      for (const { address } of words) this.#learn(address);
    }
  }

  #learn(address: number): void {
    if (this.#known.has(address)) return;
    const symbol = this.#particulars?.callerName(address);
    const word = this.#names.word({ symbol: symbol ?? '', dso: '', isKernel: undefined, inlined: false });
    this.#known.set(address, this.#names.atAddress(address, word));
    if (symbol !== undefined || this.#names.userFrames?.isMapped(address)) this.#named.add(address);
  }

  /** The user stack of process `pid`, with the callers of its innermost function unless it has them already. */
  into(user: IdSpan, caller: number | undefined, pid: number | undefined): Whole {
    const depth = user.to - user.from;
    if (depth === 0) return { user, isMissing: false };
    const leaf = user.ids[user.to - 1] as number;
    const words = this.#words.get(caller ?? 0) ?? [];
    const found = this.#walk(user, caller ?? 0, words, pid) ?? this.#guess(user, words);
    const { ids, isMissing } = found;
    // a stack of one frame shows by itself that it lacks its callers
    const between = isMissing && found !== NOTHING && depth > 1 ? [this.#hidden, ...ids] : ids;
    if (between.length === 0) return { user, isMissing: isMissing && depth > 1 };
    this.hasFound = true;
    const whole = new Uint32Array(depth + between.length);
    whole.set(user.ids.subarray(user.from, user.to));
    whole.set(between, depth - 1);
    whole[whole.length - 1] = leaf;
    return { user: spanOf(whole), isMissing };
  }

  /** By what the files of the process say of their frames. Undefined: they say nothing of the waiting function. */
  #walk(
    { ids: user, from, to }: IdSpan,
    caller: number,
    words: readonly StackWord[],
    pid: number | undefined,
  ): Between | undefined {
    const { userFrames } = this.#names;
    const leaf = user[to - 1] as number;
    const address = userFrames?.addressOf(leaf);
    if (userFrames === undefined || address === undefined) return undefined;
    const outer = to - from > 1 ? userFrames.addressOf(user[to - 2] as number) : undefined;
    const key = `${leaf} ${caller} ${outer} ${pid}`;
    let between = this.#walked.get(key);
    if (between === undefined && !this.#walked.has(key)) {
      const code = {
        frameAt: (at: number) => userFrames.callFrameAt(at, pid),
        leadsTo: (at: number, start: number) => userFrames.leadsTo(at, start, pid),
      };
      const walk = walkStack(address, words, code, outer);
      const ids = walk?.callers.map((at) => this.#known.get(at) as number).reverse() ?? [];
      between = walk && { ids, isMissing: walk.end === 'hidden' };
      this.#walked.set(key, between);
    }
    return between;
  }

  /**
   * Without files: the first word that is likely to be a return address. Any other word has no name, or lies in the
   * function itself.
   */
  #guess({ ids, from, to }: IdSpan, words: readonly StackWord[]): Between {
    const address = words.find(({ slot }) => slot === undefined || USUAL_SLOTS.has(slot))?.address;
    if (address === undefined || !this.#named.has(address)) return NOTHING;
    const id = this.#known.get(address) as number;
    const isThere =
      this.#isSame(id, ids[to - 1] as number) || (to - from > 1 && this.#isSame(id, ids[to - 2] as number));
    return isThere
      ? { ids: [], isMissing: false }
      : { ids: [id], isMissing: WAITS_BY_ANOTHER.test(this.#nameOf(address, id)) };
  }

  #isSame(a: number, b: number): boolean {
    const { userFrames } = this.#names;
    return a === b || (userFrames !== undefined && userFrames.functionOf(a) === userFrames.functionOf(b));
  }

  #nameOf(caller: number, id: number): string {
    return this.#particulars?.callerName(caller) ?? this.#names.userFrames?.functionOf(id) ?? '';
  }
}
