// The rules for kernel frames, and those for functions of libraries, by name.

import { InputError } from '../../engine/errors.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { type KernelPart, kernelPart } from '../../stacks/known-frames.ts';
import { KnownNames } from '../../stacks/known-names.ts';
import { isCall, kernelName, libcCall, userName } from './function-name.ts';
import { type Candidate, NamesIndex } from './names-index.ts';
import { type PackedRules, packRules } from './packed-rules.ts';
import type { Rule, Section } from './rule-file.ts';

/** What a heading of a rule file says about the functions below it. */
const PLACES = {
  tracers: 'tracer',
  'entries into the kernel': 'entry',
  'the switch itself': 'switch',
  'ways to wait': 'wrapper',
  'page faults': 'fault',
  'right below the switch': 'top',
  'right below the wait': 'wait',
  anywhere: 'any',
  'behind a kernel lock': 'behind',
  'a kernel lock itself': 'lock',
  'in user frames': 'user',
  'ways into the kernel': 'libc-wrapper',
  "in libc, without the kernel's frames": 'libc',
  'in libraries and runtimes': 'library',
  'in interpreters': 'interpreter',
} as const;
export type RulePlace = (typeof PLACES)[keyof typeof PLACES];

/** Places that only say what a frame is. */
const MARKS: readonly RulePlace[] = ['tracer', 'entry', 'wrapper', 'fault', 'libc-wrapper', 'library', 'interpreter'];
/** Places in the program's half of a stack. */
const USER_PLACES: readonly RulePlace[] = ['user', 'libc', 'libc-wrapper', 'library', 'interpreter'];
const BEFORE_WAITS: readonly RulePlace[] = [...MARKS, 'switch', 'top'];

/** One way a name can decide: the earliest step wins. */
export interface Vote {
  step: number;
  place: RulePlace;
  rule: Rule | undefined;
}

/** What the rules know of a name. */
export interface Facts {
  name: string;
  isCall: boolean;
  isTracer: boolean;
  isEntry: boolean;
  isSwitch: boolean;
  isWrapper: boolean;
  isFault: boolean;
  isLock: boolean;
  /** by step */
  votes: readonly Candidate<Vote>[];
}

// JS:^fsyncSync node:fs:1322:19
// {closure#1} (src/main.rs)     the body of a thread; not those of Rust's own library: {closure#0}<…> (std/thread/lifecycle.rs)
const CLOSURE = /^\{closure.* \((?!(?:std|core|alloc)\/)[^()\s]+\.rs\)$/;
const NODES_OWN = /^JS:.* node:\S+$/;

/** What a heading says about the functions below it, and when they decide. */
type Step = Pick<Vote, 'step' | 'place'>;

export class KernelRules {
  /** the files, with the steps of their sections */
  readonly #files: readonly { index: NamesIndex; steps: readonly Step[] }[];
  readonly #facts = new KnownNames((frame: string) => this.#factsOf(kernelName(frame)));
  readonly #kernelParts = new KnownNames((frame: string): KernelPart => {
    const { isEntry, name } = this.facts(frame);
    return isEntry ? 'entry' : kernelPart(name);
  });
  readonly #ofUser = new KnownNames((frame: string) =>
    this.#votesOf(userName(frame), (place) => USER_PLACES.includes(place)),
  );
  /** do any rules look at user frames? */
  readonly hasUserRules: boolean;

  /**
   * `own` come from the user's files, and go before the built-in ones of the same kind. Throws InputError for an
   * unknown heading, and for functions without a reason.
   */
  constructor(builtIn: PackedRules, own: readonly Section[] = []) {
    const isTop = (place: RulePlace): boolean => BEFORE_WAITS.includes(place);
    const ownPlaces = own.map(placeOf); // headings without functions must be known, too
    const ownRules = packRules(own);
    const places = builtIn.sections.map(placeOf);
    const firstWait = places.findIndex((place) => !isTop(place));
    this.#files = [fileOf(ownRules, 0, isTop), fileOf(builtIn, 1, (_, section) => section < firstWait)];
    this.hasUserRules = [...ownPlaces, ...places].includes('user');
  }

  get rules(): Rule[] {
    return this.#files.flatMap(({ index }) => index.rules.rules);
  }

  /** What the rules know of a kernel frame, in any spelling. */
  facts(frame: string): Facts {
    return this.#facts.of(frame);
  }

  /** What facts() and kernelPart() tell of the place of a frame, without remembering it. */
  placeOf(frame: string): { isSwitch: boolean; kernelPart: KernelPart } {
    const name = kernelName(frame);
    const places = this.#files.flatMap(({ index, steps }) =>
      index.find(name).map(({ section }) => steps[section]?.place),
    );
    return {
      isSwitch: places.includes('switch'),
      kernelPart: places.includes('entry') ? 'entry' : kernelPart(name),
    };
  }

  /** What the name of a frame tells of the kernel. Apart from facts(), because only folded stacks need it. */
  kernelPart(frame: string): KernelPart {
    return this.#kernelParts.of(frame);
  }

  votesOfUser(frame: string): readonly Candidate<Vote>[] {
    return this.#ofUser.of(frame);
  }

  /** What the rules know of a function of libc: its place and, if it waits, its rule. */
  inLibc(frame: string): { place: 'libc' | 'libc-wrapper' | undefined; rule: Rule | undefined } {
    for (const { of } of this.votesOfUser(frame)) {
      if (of.place === 'libc' || of.place === 'libc-wrapper') return { place: of.place, rule: of.rule };
    }
    return { place: undefined, rule: undefined };
  }

  /** Does the function have a name, and is it neither a library's nor a runtime's? */
  isOfProgram(frame: string): boolean {
    if (isNameless(frame) || libcCall(frame) !== undefined) return false;
    if (NODES_OWN.test(frame)) return false;
    if (CLOSURE.test(frame)) return true;
    return !this.votesOfUser(frame).some(({ of }) => of.place !== 'user' && of.place !== 'interpreter');
  }

  /** Does the function interpret the program's own, so that it is not the one that waits if those are known? */
  isOfInterpreter(frame: string): boolean {
    return this.votesOfUser(frame).some(({ of }) => of.place === 'interpreter');
  }

  /** By step; the order of find() stays within a step. */
  #votesOf(name: string, isWanted: (place: RulePlace) => boolean): Candidate<Vote>[] {
    const votes: Candidate<Vote>[] = [];
    for (const { index, steps } of this.#files) {
      for (const { section, rule, rest } of index.find(name)) {
        const step = steps[section] as Step;
        if (isWanted(step.place)) votes.push({ of: { ...step, rule }, rest });
      }
    }
    return votes.sort((a, b) => a.of.step - b.of.step);
  }

  #factsOf(name: string): Facts {
    const found = this.#votesOf(name, (place) => !USER_PLACES.includes(place));
    const is = (place: RulePlace): boolean => found.some(({ of }) => of.place === place);
    return {
      name,
      isCall: isCall(name),
      isTracer: is('tracer'),
      isEntry: is('entry'),
      isSwitch: is('switch'),
      isWrapper: is('wrapper'),
      isFault: is('fault'),
      isLock: is('lock'),
      votes: found.filter(({ of }) => of.rule !== undefined),
    };
  }
}

/** Own files (0) go before the built-in one (1), in what decides before the waits and in what decides after. */
function fileOf(
  rules: PackedRules,
  file: 0 | 1,
  isEarly: (place: RulePlace, section: number) => boolean,
): { index: NamesIndex; steps: Step[] } {
  const steps = rules.sections.map((section, i) => {
    const place = placeOf(section);
    return { place, step: (isEarly(place, i) ? file : 2 + file) + i / rules.sections.length };
  });
  for (const { rule, section } of rules.patterns) {
    const { place } = steps[section] as Step;
    if (rule === undefined && !MARKS.includes(place) && place !== 'switch') {
      const at = rules.sections[section]?.place;
      throw new InputError(`${at}: functions without a reason above them, "[name] group/detail: text"`);
    }
  }
  return { index: new NamesIndex(rules), steps };
}

function placeOf({ heading, place }: Pick<Section, 'heading' | 'place'>): RulePlace {
  if (heading === '') return 'any';
  if (!isKnown(heading))
    throw new InputError(`${place}: "== ${heading}" is none of: ${Object.keys(PLACES).join(', ')}`);
  return PLACES[heading];
}

function isKnown(heading: string): heading is keyof typeof PLACES {
  return Object.hasOwn(PLACES, heading);
}
