// The rules for kernel frames, and those for functions of libraries, by name.

import { InputError } from '../../engine/errors.ts';
import { isNameless } from '../../stacks/frame-name.ts';
import { type KernelPart, kernelPart } from '../../stacks/known-frames.ts';
import { isCall, kernelName, libcCall, userName } from './function-name.ts';
import { type Candidate, NamesIndex } from './names-index.ts';
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
  kernelPart: KernelPart;
  isSwitch: boolean;
  isWrapper: boolean;
  isFault: boolean;
  isLock: boolean;
  /** by step */
  votes: readonly Candidate<Vote>[];
}

// JS:^fsyncSync node:fs:1322:19
const NODES_OWN = /^JS:.* node:\S+$/;

export class KernelRules {
  readonly #kernel = new NamesIndex<Vote>();
  readonly #user = new NamesIndex<Vote>();
  readonly #known = new Map<string, Facts>();
  readonly #knownOfUser = new Map<string, readonly Candidate<Vote>[]>();
  readonly rules: Rule[] = [];
  /** do any rules look at user frames? */
  readonly hasUserRules: boolean;

  /**
   * `own` come from the user's files, and go before the built-in ones of the same kind. Throws InputError for an
   * unknown heading, and for functions without a reason.
   */
  constructor(builtIn: readonly Section[], own: readonly Section[] = []) {
    const isTop = (section: Section): boolean => BEFORE_WAITS.includes(placeOf(section));
    const given = builtIn.filter(({ patterns }) => patterns.length > 0);
    const firstWait = given.findIndex((section) => !isTop(section));
    const ordered = [
      ...own.filter(isTop),
      ...given.slice(0, firstWait),
      ...own.filter((section) => !isTop(section)),
      ...given.slice(firstWait),
    ];
    ordered.forEach((section, step) => {
      const place = placeOf(section);
      const index = USER_PLACES.includes(place) ? this.#user : this.#kernel;
      const votes = new Map<Rule | undefined, Vote>();
      for (const pattern of section.patterns) {
        const { rule } = pattern;
        if (rule === undefined && !MARKS.includes(place) && place !== 'switch') {
          throw new InputError(`${section.place}: functions without a reason above them, "[name] group/detail: text"`);
        }
        let vote = votes.get(rule);
        if (vote === undefined) {
          vote = { step, place, rule };
          votes.set(rule, vote);
          if (rule) this.rules.push(rule);
        }
        index.add(pattern, vote);
      }
    });
    this.hasUserRules = ordered.some((section) => placeOf(section) === 'user');
  }

  /** What the rules know of a kernel frame, in any spelling. */
  facts(frame: string): Facts {
    let facts = this.#known.get(frame);
    if (facts === undefined) {
      facts = this.#factsOf(kernelName(frame));
      this.#known.set(frame, facts);
    }
    return facts;
  }

  votesOfUser(frame: string): readonly Candidate<Vote>[] {
    let votes = this.#knownOfUser.get(frame);
    if (votes === undefined) {
      votes = byStep(this.#user.find(userName(frame)));
      this.#knownOfUser.set(frame, votes);
    }
    return votes;
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
    return !this.votesOfUser(frame).some(({ of }) => of.place !== 'user' && of.place !== 'interpreter');
  }

  /** Does the function interpret the program's own, so that it is not the one that waits if those are known? */
  isOfInterpreter(frame: string): boolean {
    return this.votesOfUser(frame).some(({ of }) => of.place === 'interpreter');
  }

  #factsOf(name: string): Facts {
    const found = this.#kernel.find(name);
    const is = (place: RulePlace): boolean => found.some(({ of }) => of.place === place);
    return {
      name,
      isCall: isCall(name),
      isTracer: is('tracer'),
      kernelPart: is('entry') ? 'entry' : kernelPart(name),
      isSwitch: is('switch'),
      isWrapper: is('wrapper'),
      isFault: is('fault'),
      isLock: is('lock'),
      votes: byStep(found.filter(({ of }) => of.rule !== undefined)),
    };
  }
}

/** The order of find() stays within a step. */
function byStep(votes: Candidate<Vote>[]): Candidate<Vote>[] {
  return votes.sort((a, b) => a.of.step - b.of.step);
}

function placeOf({ heading, place }: Section): RulePlace {
  if (heading === '') return 'any';
  if (!isKnown(heading))
    throw new InputError(`${place}: "== ${heading}" is none of: ${Object.keys(PLACES).join(', ')}`);
  return PLACES[heading];
}

function isKnown(heading: string): heading is keyof typeof PLACES {
  return Object.hasOwn(PLACES, heading);
}
