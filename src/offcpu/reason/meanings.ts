// What a wait means to the program: the rule that fits the functions that make it.

import { InputError } from '../../engine/errors.ts';
import type { StackTable } from '../../engine/stack-table.ts';
import { isLibcObject, isNameless } from '../../stacks/frame-name.ts';
import { KnownNames } from '../../stacks/known-names.ts';
import { HIDDEN, LOST, TRUNCATED } from '../../stacks/marks.ts';
import { NamesOf } from '../entry-rows.ts';
import { nameByFile, userName } from './function-name.ts';
import { type Candidate, endOf, holds, NamesIndex, type Pattern } from './names-index.ts';
import { type PackedRules, packRules } from './packed-rules.ts';
import type { Kind, Rule, Section } from './rule-file.ts';

/** A function of a program, or a comm, with what the rules know of it. Meanings.frameOf() makes one for each. */
export interface UserFrame extends Readonly<Facts> {
  readonly frame: string;
  /** as rules name it */
  readonly name: string;
  /** does it say more than an address, an object or a mark? */
  readonly hasName: boolean;
  readonly isUnnamed: boolean;
  /** is it an unnamed function of the C library? */
  readonly isLibc: boolean;
}

/** A function of which no rule knows anything. It keeps no texts, because an input may have millions. */
class UnknownFrame implements UserFrame {
  readonly #textOf: (id: number) => string;
  readonly #id: number;

  constructor(textOf: (id: number) => string, id: number) {
    this.#textOf = textOf;
    this.#id = id;
  }

  get frame(): string {
    return this.#textOf(this.#id);
  }
  get name(): string {
    return userName(this.frame);
  }
  get hasName(): boolean {
    return true;
  }
  get isUnnamed(): boolean {
    return false;
  }
  get isLibc(): boolean {
    return false;
  }
  get isStale(): boolean {
    return false;
  }
  get programs(): string[] {
    return NO_FACTS.programs;
  }
  get ways(): Candidate<true>[] {
    return NO_FACTS.ways;
  }
  get parks(): Candidate<true>[] {
    return NO_FACTS.parks;
  }
  get fits(): Candidate<Fit>[] {
    return NO_FACTS.fits;
  }
}

/** What the rules know of a function. */
interface Facts {
  isStale: boolean;
  programs: string[];
  /** the function waits for its caller, if the rest of one of these holds */
  ways: Candidate<true>[];
  /** the function parks its thread, if the rest of one of these holds */
  parks: Candidate<true>[];
  fits: Candidate<Fit>[];
}

/** A rule in its place. */
interface Fit {
  order: number;
  rule: Rule;
  isOwn: boolean;
  /** its first function must make the wait; else it may stand anywhere */
  isParked: boolean;
  /** undefined: any */
  program: string | undefined;
  labels: readonly string[];
}

/** A rule that fits a stack, its first function at `at` and its last at `end`. */
interface Found {
  fit: Fit;
  at: number;
  links: number;
  end: number;
}

export interface Meaning {
  rule: Rule;
  /** the frame, or `comm:NAME`, that decided */
  frame: string;
}

/** A thread's user frames, innermost first, and its name. */
export interface Thread {
  comm: string | undefined;
  user: readonly UserFrame[];
}

// postgres is known by     postgres parked in poll/* sleep/nanosleep     postgres waiting in disk/*
const KNOWN_BY = /^(\S+) is known by$/;
const WAITS_IN = /^(\S+) (parked|waiting) in (.+)$/;
const STALE = 'frames further out are stale';
const WAYS = 'functions that wait for their callers';
const PARKS = 'functions that park a thread';
/** Frames from the innermost that may park: those further out called what waits. */
const NEAR = 8;
const ANY = 'any';
/** They stand for functions that were not seen. */
const MARKS: ReadonlySet<string> = new Set([HIDDEN, LOST, TRUNCATED]);
/** The label of rules that say: no meaning. */
const NONE = '-';

export function isMeaningHeading(heading: string): boolean {
  return [STALE, WAYS, PARKS].includes(heading) || KNOWN_BY.test(heading) || WAITS_IN.test(heading);
}

/** What a heading says of the functions below it: which program they show, or what waits where. */
type Heading =
  | { kind: 'stale' | 'ways' | 'parks' }
  | { kind: 'program'; program: string }
  | ({ kind: 'fits' } & Pick<Fit, 'isParked' | 'program' | 'labels'>);

/** A file with the headings of its sections, in order of the files. */
interface MeaningFile {
  index: NamesIndex;
  headings: readonly Heading[];
  isOwn: boolean;
  /** the number of its first pattern among those of all files */
  from: number;
}

export class Meanings {
  readonly #files: readonly MeaningFile[];
  readonly #frames = new KnownNames((frame: string) => this.#newFrame(frame));
  readonly #comms = new KnownNames((comm: string | undefined) => this.frameOf(commName(comm)));
  readonly #programsOfComm = new Map<string | undefined, Set<string>>();

  /**
   * `own` come from the user's files, and go before the built-in ones. Throws InputError for functions without a
   * meaning.
   */
  constructor(builtIn: PackedRules, own: readonly Section[] = []) {
    const ownRules = packRules(own);
    this.#files = [fileOf(ownRules, true, 0), fileOf(builtIn, false, ownRules.patterns.length)];
  }

  get rules(): Rule[] {
    return this.#files.flatMap(({ index }) => index.rules.rules);
  }

  /** Learns from a stack which program its comm is. Show it all stacks before the first meaningOf(). */
  notice({ comm, user }: Thread): void {
    for (const frame of user) this.#note(comm, frame);
    this.#note(comm, this.#comms.of(comm));
  }

  #note(comm: string | undefined, { programs }: UserFrame): void {
    if (programs.length === 0) return;
    const known = this.#programsOfComm.get(comm) ?? new Set();
    this.#programsOfComm.set(comm, known);
    for (const program of programs) known.add(program);
  }

  /**
   * The meaning of a wait whose reason has this full label and kind; undefined: none. If the kind is not `open`, only a
   * user's rule may give a meaning of another kind.
   */
  meaningOf(thread: Thread, label: string, kind: Kind = 'open'): Meaning | undefined {
    if (!hasFits(thread.user) && this.#comms.of(thread.comm).fits.length === 0) return undefined;
    const stack = this.#stackOf(thread);
    const programs = this.#programsOfComm.get(thread.comm);
    const nameAt = (index: number): string | undefined => stack[index]?.name;
    const makers = makersOf(stack, nameAt);
    let best: Found | undefined;
    stack.forEach(({ fits }, at) => {
      for (const { of: fit, rest } of fits) {
        if (fit.isParked && !isMaker(fit.rule, rest.length, at, makers)) continue;
        if (!fit.isOwn && kind !== 'open' && fit.rule.kind !== kind) continue;
        if (fit.program !== undefined && !programs?.has(fit.program)) continue;
        if (!fit.labels.some((wanted) => isLabel(label, wanted))) continue;
        const end = endOf(rest, nameAt, at);
        if (end === undefined) continue;
        const found = { fit, at, links: rest.length, end };
        if (best === undefined || goesBefore(found, best)) best = found;
      }
    });
    if (best === undefined || best.fit.rule.label === NONE) return undefined;
    return { rule: best.fit.rule, frame: nameAt(best.at) as string };
  }

  /** Innermost first, without what is stale; the comm outermost. */
  #stackOf({ comm, user }: Thread): UserFrame[] {
    const stale = user.findIndex(({ isStale }) => isStale);
    return [...(stale < 0 ? user : user.slice(0, stale + 1)), this.#comms.of(comm)];
  }

  /** The same object for the same function, while there are few. */
  frameOf(frame: string): UserFrame {
    return this.#frames.of(frame);
  }

  /** Those of the names of a table, whose texts `bare` makes functions. */
  framesOf(names: StackTable, bare: (text: string) => string): NamesOf<UserFrame> {
    const textOf = (id: number): string => bare(names.nameText(id));
    return new NamesOf(names, (text) => this.#newFrame(bare(text)), {
      is: (frame) => frame.fits === NO_FACTS.fits && frame.hasName && !frame.isUnnamed && !frame.isLibc,
      at: (id) => new UnknownFrame(textOf, id),
    });
  }

  #newFrame(frame: string): UserFrame {
    const name = userName(frame);
    const byFile = nameByFile(name);
    return {
      frame,
      name,
      hasName: !isNameless(frame),
      isUnnamed: isNameless(name) && !MARKS.has(name),
      isLibc: isLibcObject(name),
      ...this.#factsOf(byFile === undefined ? [name] : [name, byFile]),
    };
  }

  /** What the files say of a function that goes by these names. */
  #factsOf(names: readonly string[]): Facts {
    let facts: Facts | undefined;
    for (const name of names) {
      for (const file of this.#files) {
        for (const pattern of file.index.find(name)) {
          facts ??= noFacts();
          addTo(facts, pattern, file);
        }
      }
    }
    return facts ?? NO_FACTS;
  }
}

function noFacts(): Facts {
  return { isStale: false, programs: [], ways: [], parks: [], fits: [] };
}

/** Of most functions, so that each has no lists of its own. */
const NO_FACTS = noFacts();

function addTo(facts: Facts, { rule, section, order, rest }: Pattern, { headings, isOwn, from }: MeaningFile): void {
  const heading = headings[section] as Heading;
  if (heading.kind === 'stale') facts.isStale = true;
  else if (heading.kind === 'program') facts.programs.push(heading.program);
  else if (heading.kind !== 'fits') facts[heading.kind].push({ of: true, rest });
  else {
    const { isParked, program, labels } = heading;
    facts.fits.push({ of: { order: from + order, rule: rule as Rule, isOwn, isParked, program, labels }, rest });
  }
}

function fileOf(rules: PackedRules, isOwn: boolean, from: number): MeaningFile {
  const headings = rules.sections.map(({ heading }) => headingOf(heading));
  for (const { rule, section } of rules.patterns) {
    if (rule === undefined && headings[section]?.kind === 'fits')
      throw new InputError(`${rules.sections[section]?.place}: functions without a meaning above them`);
  }
  return { index: new NamesIndex(rules), headings, isOwn, from };
}

function headingOf(heading: string): Heading {
  if (heading === STALE) return { kind: 'stale' };
  if (heading === WAYS) return { kind: 'ways' };
  if (heading === PARKS) return { kind: 'parks' };
  const program = KNOWN_BY.exec(heading)?.[1];
  if (program !== undefined) return { kind: 'program', program };
  const [, waiting = ANY, how = 'waiting', labels = '*'] = WAITS_IN.exec(heading) ?? [];
  return {
    kind: 'fits',
    isParked: how === 'parked',
    program: waiting === ANY ? undefined : waiting,
    labels: labels.split(/\s+/),
  };
}

/** Does the thread wait on a word of its own, so that the word's address names no lock? Frames innermost first. */
export function isParked(user: readonly UserFrame[]): boolean {
  const nameAt = (index: number): string | undefined => user[index]?.name;
  return user.slice(0, NEAR).some(({ parks }, at) => parks.some(({ rest }) => holds(rest, nameAt, at)));
}

/** Most stacks of most programs have no function that any rule begins with. */
function hasFits(stack: readonly UserFrame[]): boolean {
  for (const { fits } of stack) if (fits.length > 0) return true;
  return false;
}

/** Where in a stack the function stands that makes the wait: the first that does not wait for its caller. */
interface Makers {
  /** its place, if no unnamed frame may hide another between it and the wait */
  sure: number;
  /** its place, if unnamed frames and lost callers are passed over */
  likely: number;
  commAt: number;
  /** does the stack hold nothing but functions that wait for their callers, and the comm? */
  isCommAlone: boolean;
}

/** Mutexes wait in these as well, so alone they show no thread that waits for work. */
const OF_LOCKS_TOO: ReadonlySet<string> = new Set(['futex_wait', '__futex_wait', '__timedwait', '__wait', 'syscall']);

function makersOf(stack: readonly UserFrame[], nameAt: (index: number) => string | undefined): Makers {
  const commAt = stack.length - 1;
  const first = (isPassed: (frame: UserFrame, at: number) => boolean): number =>
    stack.findIndex((frame, at) => at === commAt || !isPassed(frame, at));
  // without libc6-dbg those that pthread_cond_wait() calls have no names: it goes on, whatever they are
  const namedAt = (at: number): number => stack.findIndex((frame, i) => i >= at && !frame.isLibc);
  const isWay = (at: number): boolean => stack[at]?.ways.some(({ rest }) => holds(rest, nameAt, at)) === true;
  const left = first(({ ways, isStale, isLibc }, at) => (isLibc ? isWay(namedAt(at)) : ways.length > 0 || isStale));
  return {
    sure: first(({ isLibc }, at) => isWay(isLibc ? namedAt(at) : at)),
    likely: first(({ ways, isUnnamed }) => ways.length > 0 || isUnnamed),
    commAt,
    isCommAlone: left === commAt && commAt > 0 && !OF_LOCKS_TOO.has(stack[0]?.name ?? ''),
  };
}

/**
 * May the first function of this rule stand at `at`? For an idle wait the whole way to the kernel must be known,
 * because --busy takes its time away.
 */
function isMaker({ kind }: Rule, links: number, at: number, makers: Makers): boolean {
  if (at === makers.commAt) return makers.isCommAlone;
  if (kind !== 'idle') return at <= makers.likely;
  return at <= makers.sure && (at > 0 || links > 0);
}

/** Which of two rules that fit decides? A user's rules, and rules for any place, go by the order of their files. */
function goesBefore(a: Found, b: Found): boolean {
  if (a.fit.isOwn !== b.fit.isOwn) return a.fit.isOwn;
  if (!a.fit.isParked || !b.fit.isParked) return a.fit.order < b.fit.order;
  const [isOpen, wasOpen] = [a.fit.rule.kind === 'open', b.fit.rule.kind === 'open'];
  if (isOpen !== wasOpen) return wasOpen;
  return (b.at - a.at || b.links - a.links || a.end - b.end || a.fit.order - b.fit.order) < 0;
}

/** `GC Thread#0` → `comm:GC_Thread#0`, as rules and folded text write it; an unknown one is `comm:`. */
function commName(comm = ''): string {
  return `comm:${comm.replaceAll(' ', '_')}`;
}

/** Does `disk/fsync` belong to `disk/fsync`, `disk/*` or `*`? */
function isLabel(label: string, wanted: string): boolean {
  return wanted.endsWith('*') ? label.startsWith(wanted.slice(0, -1)) : label === wanted;
}
