// Why a thread did not run: the reason of one stack. Off-CPU stacks end in the scheduler. The frame right below it says
// whether the thread waited at all, and the frames further out say for what.

import { KnownNames } from '../../stacks/known-names.ts';
import { libcCall } from './function-name.ts';
import type { Facts, KernelRules, Vote } from './kernel-rules.ts';
import { type Candidate, holds } from './names-index.ts';
import type { Rule } from './rule-file.ts';

/** What is known of one distinct stack. */
export interface Blocked {
  /** innermost first, in any spelling */
  kernel: readonly string[];
  /** innermost first */
  user: readonly { readonly frame: string }[];
  /** prev_state of sched_switch, where known */
  state?: number | undefined;
  /** was it woken, so that it waits for a CPU? */
  isRunnable?: boolean;
  /** what it waits on, where known: the socket of a client says more than the stack */
  particulars?: { object: { kind: string; isOfClient?: boolean } | undefined } | undefined;
}

export interface Verdict {
  rule: Rule;
  /** the frame that decided; undefined: the state did, or nothing could */
  frame: string | undefined;
}

const built = { kind: 'wait', inPageFault: undefined, place: 'built in' } as const;
const NO_STACK: Rule = {
  ...built,
  kind: 'open',
  label: 'no-stack',
  bracket: 'no-stack',
  text: 'no kernel stack was recorded',
};
const CPU: Rule = { ...built, bracket: 'cpu', kind: 'cpu', label: '', text: '' };
const PREEMPTED: Rule = { ...CPU, label: 'cpu/preempted', text: 'could run on, but another thread got the CPU' };
const RUNNABLE: Rule = { ...CPU, label: 'cpu/runnable', text: 'was woken and waited for a CPU' };
const PROCESS: Rule = { ...built, bracket: 'process', label: '', text: '' };
const STOPPED: Rule = { ...PROCESS, label: 'process/stopped', text: 'stopped by a signal' };
const TRACED: Rule = { ...PROCESS, label: 'process/traced', text: 'held by a debugger or tracer' };
const EXIT: Rule = { ...PROCESS, label: 'process/exit', kind: 'excluded', text: 'a thread that has ended' };
const IDLE: Rule = {
  ...built,
  bracket: 'idle',
  kind: 'idle',
  label: 'kthread/idle',
  text: 'a kernel thread without work',
};
const RECV = 'net/recv';
const RECV_CLIENT: Rule = {
  ...built,
  bracket: 'net-recv',
  kind: 'open',
  label: 'net/recv-client',
  text: 'data of a client: its next request, or the rest of one',
};

/** Reasons that no rule file names. */
export const BUILT_IN: readonly Rule[] = [NO_STACK, PREEMPTED, RUNNABLE, STOPPED, TRACED, EXIT, IDLE, RECV_CLIENT];

const BARE = new Map(BUILT_IN.map((rule): [Rule, Verdict] => [rule, { rule, frame: undefined }]));

/** By no frame. The same object for the same rule, as callers may remember by it what they found out. */
function bare(rule: Rule): Verdict {
  return BARE.get(rule) as Verdict;
}

/** The states that sched_switch prints; others (0, preemption's 0x100) are those of a thread that could run. */
const State = { sleeping: 3, stopped: 4, traced: 8, dead: 16 + 32, parked: 64 + 128, mask: 255 } as const;

export class Classifier {
  readonly #table: KernelRules;
  readonly #derived = new Map<string, Rule>();
  readonly #clients = new WeakMap<Verdict, Verdict>();
  /**
   * by the array of kernel frames, because a dump has few such stacks, but each many times; of others, then of sleepers
   */
  readonly #byKernel = [new WeakMap<readonly string[], Verdict>(), new WeakMap<readonly string[], Verdict>()] as const;

  readonly #byLibc = new KnownNames((frame: string) => this.#inLibc(frame));

  constructor(table: KernelRules) {
    this.#table = table;
  }

  classify(blocked: Blocked): Verdict {
    const { state } = blocked;
    const stack = this.#known(blocked, state !== undefined && (state & State.sleeping) !== 0);
    if (stack.rule.kind === 'excluded') return stack;
    if (blocked.isRunnable) return bare(RUNNABLE);
    if (state === undefined) return stack;
    if ((state & State.mask) === 0) return stack.rule.kind === 'cpu' ? stack : bare(PREEMPTED);
    if ((state & State.dead) !== 0) return bare(EXIT);
    if ((state & State.stopped) !== 0) return isOf(stack, 'process') ? stack : bare(STOPPED);
    if ((state & State.traced) !== 0) return isOf(stack, 'process') ? stack : bare(TRACED);
    if ((state & State.parked) !== 0 && isOf(stack, 'other')) return bare(IDLE);
    return blocked.particulars?.object?.isOfClient && stack.rule.label === RECV ? this.#ofClient(stack) : stack;
  }

  /** The same object for the same verdict, as of bare(). */
  #ofClient(stack: Verdict): Verdict {
    const known = this.#clients.get(stack) ?? { ...stack, rule: RECV_CLIENT };
    this.#clients.set(stack, known);
    return known;
  }

  #known(blocked: Blocked, sleeps: boolean): Verdict {
    const { kernel } = blocked;
    const table = this.#table;
    const verdicts = this.#byKernel[sleeps ? 1 : 0];
    const known = verdicts.get(kernel);
    if (known) return known;
    const verdict = this.#ofStack(blocked, sleeps);
    // in other stacks the user's frames decide
    if (!table.hasUserRules && kernel.some((frame) => !table.facts(frame).isTracer)) verdicts.set(kernel, verdict);
    return verdict;
  }

  /** By the frames alone. A thread that surely sleeps was not preempted, whatever stands below the switch. */
  #ofStack({ kernel, user }: Blocked, sleeps: boolean): Verdict {
    const table = this.#table;
    const stack: Facts[] = [];
    const frames: string[] = [];
    let isInside = true;
    for (const frame of kernel) {
      const facts = table.facts(frame);
      isInside &&= !facts.isSwitch;
      if (isInside && facts.isTracer) continue;
      stack.push(facts);
      frames.push(frame);
    }
    if (stack.length === 0) return this.#withoutKernel(user);

    const nameAt = (index: number): string | undefined => stack[index]?.name;
    let top = 0;
    while (stack[top]?.isSwitch) top++;
    let wait = top;
    while (stack[wait]?.isSwitch || stack[wait]?.isWrapper) wait++;
    const behind = stack[wait]?.isLock ? wait : stack.length;

    let best: Vote | undefined;
    let bestAt = -1;
    let inFault = false;
    let call: string | undefined;
    for (let at = 0; at < stack.length; at++) {
      const facts = stack[at] as Facts;
      inFault ||= facts.isFault;
      if (facts.isCall) call = facts.name.slice(0, -'()'.length);
      for (const { of: vote, rest } of facts.votes) {
        if (best !== undefined && vote.step >= best.step) break;
        if (!isPlace(vote, at, top, wait, behind)) continue;
        if (sleeps && vote.rule?.kind === 'cpu' && (vote.place === 'top' || vote.place === 'switch')) continue;
        if (!holds(rest, nameAt, at)) continue;
        best = vote;
        bestAt = at;
        break;
      }
    }
    if (table.hasUserRules) {
      const own = this.#ofUser(user, best);
      if (own) return own;
    }
    if (best?.rule === undefined) return { rule: this.#other(call), frame: frames[Math.min(wait, frames.length - 1)] };
    const { rule } = best;
    return { rule: inFault && rule.inPageFault !== undefined ? this.#pageFault(rule) : rule, frame: frames[bestAt] };
  }

  /** By the function that went into the kernel, because the kernel's own frames were not recorded. */
  #withoutKernel(user: Blocked['user']): Verdict {
    const own = this.#table.hasUserRules ? this.#ofUser(user, undefined) : undefined;
    if (own) return own;
    const frame = user.find((one) => this.#table.inLibc(one.frame).place !== 'libc-wrapper')?.frame;
    return frame === undefined ? bare(NO_STACK) : this.#byLibc.of(frame);
  }

  #inLibc(frame: string): Verdict {
    const { rule } = this.#table.inLibc(frame);
    if (rule !== undefined) return { rule, frame };
    const call = libcCall(frame);
    return call === undefined ? bare(NO_STACK) : { rule: this.#other(call), frame };
  }

  #ofUser(user: Blocked['user'], best: Vote | undefined): Verdict | undefined {
    let found: { vote: Vote; frame: string } | undefined;
    user.forEach(({ frame }, at) => {
      const votes: readonly Candidate<Vote>[] = this.#table.votesOfUser(frame);
      const vote = votes.find(({ of, rest }) => of.place === 'user' && holds(rest, (i) => user[i]?.frame, at))?.of;
      if (vote && vote.step < (found?.vote.step ?? best?.step ?? Number.POSITIVE_INFINITY)) found = { vote, frame };
    });
    return found?.vote.rule && { rule: found.vote.rule, frame: found.frame };
  }

  #pageFault(rule: Rule): Rule {
    return this.#derive(`fault ${rule.label}`, {
      ...rule,
      label: rule.inPageFault as string,
      text: 'a page of a file',
    });
  }

  #other(call = 'unknown'): Rule {
    const label = `other/${call}`;
    // it may be waiting for work
    return this.#derive(label, { ...built, kind: 'open', label, bracket: 'other', text: 'no rule knows this stack' });
  }

  #derive(key: string, rule: Rule): Rule {
    const known = this.#derived.get(key) ?? rule;
    this.#derived.set(key, known);
    return known;
  }
}

function isPlace({ place }: Vote, at: number, top: number, wait: number, behind: number): boolean {
  if (place === 'any') return true;
  if (place === 'top') return at === top;
  if (place === 'wait' || place === 'lock') return at === wait;
  if (place === 'behind') return at > behind;
  return place === 'switch' && at < top;
}

function isOf({ rule }: Verdict, bracket: string): boolean {
  return rule.bracket === bracket;
}
