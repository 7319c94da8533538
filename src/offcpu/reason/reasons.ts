// From stacks to reasons: which rules there are, and what they decide for each stack.

import { ownText } from '../../engine/own-data.ts';
import type { StackTable } from '../../engine/stack-table.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { UNKNOWN } from '../../stacks/marks.ts';
import type { NamesOf } from '../entry-rows.ts';
import { type Blocked, BUILT_IN, Classifier, type Verdict } from './classify.ts';
import { libcCall } from './function-name.ts';
import { KernelRules } from './kernel-rules.ts';
import { isMeaningHeading, isParked, Meanings, type UserFrame } from './meanings.ts';
import { unpackRules } from './packed-rules.ts';
import { type Kind, parseRules, type Rule, type Section } from './rule-file.ts';

/** What is known of a thread that did not run. */
export interface OffcpuStack {
  comm: string | undefined;
  /** innermost first */
  user: readonly UserFrame[];
  kernel: readonly string[];
  /** prev_state of sched_switch */
  state: number | undefined;
  /** was it woken, so that it waits for a CPU? */
  isRunnable: boolean;
  /** Postgres' wait_event_info */
  waitEvent: number | undefined;
  particulars?: Blocked['particulars'];
}

/** Why a stack waited. */
export interface Explained {
  rule: Rule;
  /** the name of its meaning, and how its time counts; undefined: none known */
  meaning: { label: string; kind: Kind } | undefined;
  /** the innermost function that is not the scheduler's, of stacks without a rule */
  leaf: string | undefined;
  /** where wait events were recorded, but none with this wait: the function that called libc */
  withoutEvent: string | undefined;
}

/** How the time of a wait counts. */
export function kindOf({ rule, meaning }: Pick<Explained, 'rule' | 'meaning'>): Kind {
  return meaning?.kind ?? rule.kind;
}

/** Many stacks may share one object. */
export interface Decision extends Explained {
  verdict: Verdict;
  /** what gave the meaning: a frame, `comm:NAME`, or `wait event`; then where that rule stands */
  meaningBy: string | undefined;
  meaningPlace: string | undefined;
  /** does the thread wait on a word of its own, whose address names no lock? */
  isParked: boolean;
}

/** The name of a wait event, `Lock:tuple`; undefined: no wait, or an unknown one. */
export type DecodeWaitEvent = (waitEvent: number) => string | undefined;

/** What decides, made of the rule files. */
interface Deciders {
  table: KernelRules;
  classifier: Classifier;
  meanings: Meanings;
}

export class Reasons {
  readonly #own: readonly Section[];
  readonly #decode: DecodeWaitEvent;
  #made: Deciders | undefined;
  /** were wait events recorded? If all are 0, they were not */
  #hasEvents = false;
  /** of stacks about whose meaning nothing is known, which are most */
  readonly #plain = new WeakMap<Verdict, Decision>();

  /** `own`: rule files of the user, name and text. Throws InputError if they are none. */
  constructor(own: readonly { name: string; text: string }[], decode: DecodeWaitEvent) {
    this.#own = own.flatMap(({ name, text }) => parseRules(text, name));
    this.#decode = decode;
    if (own.length > 0) this.#made = this.#make(); // says at once what is wrong with them
  }

  get table(): KernelRules {
    return this.#deciders.table;
  }

  /** The first stack reads the rules: an empty input needs none. */
  get #deciders(): Deciders {
    this.#made ??= this.#make();
    return this.#made;
  }

  #make(): Deciders {
    const table = new KernelRules(unpackRules(ownText('reasons.generated.json')), this.#own.flatMap(reasonsOf));
    const meanings = new Meanings(unpackRules(ownText('meanings.generated.json')), this.#own.flatMap(meaningsOf));
    return { table, classifier: new Classifier(table), meanings };
  }

  /** Is there a reason, label or meaning of this name? */
  knows(name: string): boolean {
    if (name === 'other' || name.startsWith('other/')) return true;
    const { table, meanings } = this.#deciders;
    const isOf = ({ bracket, label, inPageFault }: Rule): boolean => [bracket, label, inPageFault].includes(name);
    return [...table.rules, ...BUILT_IN, ...meanings.rules].some(isOf) || this.#isWaitEvent(name);
  }

  #isWaitEvent(name: string): boolean {
    for (let group = 1; group < 16; group++) {
      for (let event = 0; event < 256; event++) if (this.#decode((group << 24) | event) === name) return true;
    }
    return false;
  }

  /** The user frames by the names of a table, whose texts `bare` makes functions. */
  framesOf(names: StackTable, bare: (text: string) => string): NamesOf<UserFrame> {
    return this.#deciders.meanings.framesOf(names, bare);
  }

  /** A user frame of a stack. The same object for the same name, so that callers may keep it. */
  frameOf(name: string): UserFrame {
    return this.#deciders.meanings.frameOf(name);
  }

  /**
   * Show it all stacks before the first decide(), because only all of a thread's stacks tell which program it is of.
   */
  notice(stack: OffcpuStack): void {
    if (stack.waitEvent) this.#hasEvents = true;
    this.#deciders.meanings.notice(stack);
  }

  decide(stack: OffcpuStack): Decision {
    const verdict = this.#deciders.classifier.classify(stack);
    const meaning = hasMeaning(verdict.rule) ? this.#meaningOf(stack, verdict.rule) : undefined;
    const withoutEvent =
      meaning === undefined && hasMeaning(verdict.rule) ? this.#callerWithoutEvent(stack) : undefined;
    const parked = isParked(stack.user);
    const isPlain = meaning === undefined && withoutEvent === undefined && !parked;
    const decision = (isPlain ? this.#plain.get(verdict) : undefined) ?? {
      verdict,
      rule: verdict.rule,
      meaning,
      meaningBy: meaning?.by,
      meaningPlace: meaning?.place,
      leaf: verdict.frame,
      withoutEvent,
      isParked: parked,
    };
    if (isPlain) this.#plain.set(verdict, decision);
    return decision;
  }

  #callerWithoutEvent({ waitEvent, user }: OffcpuStack): string | undefined {
    if (waitEvent === undefined || !this.#hasEvents) return undefined;
    const isLibc = (frame: string): boolean =>
      this.table.inLibc(frame).place !== undefined || libcCall(frame) !== undefined;
    return user.find(({ frame }) => !isNameless(frame) && !isLibc(frame))?.frame ?? UNKNOWN;
  }

  #meaningOf(stack: OffcpuStack, reason: Rule): (Meant & { by: string; place: string }) | undefined {
    const isTold = stack.waitEvent !== undefined && this.#hasEvents;
    const event = isTold ? this.#decode(stack.waitEvent as number) : undefined;
    if (event === undefined) {
      const meaning = this.#deciders.meanings.meaningOf(stack, reason.label, reason.kind);
      // without a word of the server an extension's runtime may wait, but the server itself for nothing that it names
      if (meaning === undefined || (isTold && OF_SERVER.test(meaning.rule.label))) return undefined;
      const { rule, frame } = meaning;
      return { label: rule.label, kind: rule.kind, by: frame, place: rule.place };
    }
    const kind = kindOfEvent(event);
    // the server names the wait that it is about to make; a page of a file, say, may hold it up before
    const isBefore = (kind === 'idle' || kind === 'open') && reason.kind !== 'open';
    return { label: event, kind: isBefore ? reason.kind : kind, by: 'wait event', place: 'the server' };
  }
}

// the classes of Postgres' wait events: `IO:WALSync`   `LWLock`
const OF_SERVER = /^(?:Activity|BufferPin|Client|Extension|IO|IPC|Lock|LWLock|Timeout)(?::|$)/;

interface Meant {
  label: string;
  kind: Kind;
}

/** A thread that could run waited for nothing but a CPU, whatever the program was about to do. */
function hasMeaning({ kind, label }: Rule): boolean {
  return kind !== 'cpu' && kind !== 'excluded' && label !== 'no-stack';
}

/**
 * Waiting for work, a time, or held up? By the classes of Postgres' manual, with its two idle events of a client. An
 * extension's latch is undecided: its worker pauses there as well as it waits for others, and only it knows.
 */
function kindOfEvent(event: string): Kind {
  if (event.startsWith('Activity:') || event === 'Client:ClientRead') return 'idle';
  if (/^Client:WalSenderWaitForW(?:AL|al)$/.test(event)) return 'idle';
  if (event.startsWith('Extension:')) return 'open';
  return event.startsWith('Timeout:') ? 'timer' : 'wait';
}

/** Rules with a `[name]` give reasons, others meanings; under a heading of their own they must. */
function reasonsOf(section: Section): Section[] {
  if (section.heading !== '') return isMeaningHeading(section.heading) ? [] : [section];
  const patterns = section.patterns.filter(({ rule }) => rule === undefined || rule.bracket !== undefined);
  return patterns.length > 0 ? [{ ...section, patterns }] : [];
}

function meaningsOf(section: Section): Section[] {
  if (section.heading !== '') return isMeaningHeading(section.heading) ? [section] : [];
  const patterns = section.patterns.filter(({ rule }) => rule !== undefined && rule.bracket === undefined);
  return patterns.length > 0 ? [{ ...section, patterns }] : [];
}
