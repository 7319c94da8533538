// What a wait means to the program: the first rule that fits the user's frames.

import { InputError } from '../../engine/errors.ts';
import { userName } from './function-name.ts';
import { type Candidate, holds, NamesIndex } from './names-index.ts';
import type { Rule, Section } from './rule-file.ts';

/** What the rules know of a name. */
interface Facts {
  name: string;
  isStale: boolean;
  programs: readonly string[];
  fits: readonly Candidate<Fit>[];
}

/** A rule in its place. */
interface Fit {
  order: number;
  rule: Rule;
  /** undefined: any */
  program: string | undefined;
  labels: readonly string[];
}

export interface Meaning {
  rule: Rule;
  /** the frame, or `comm:NAME`, that decided */
  frame: string;
}

/** A thread's user frames, innermost first, and its name. */
export interface Thread {
  comm: string | undefined;
  user: readonly string[];
}

// postgres is known by     postgres waiting in poll/* sleep/nanosleep
const KNOWN_BY = /^(\S+) is known by$/;
const WAITING_IN = /^(\S+) waiting in (.+)$/;
const STALE = 'frames further out are stale';
const ANY = 'any';
/** The label of rules that say: no meaning. */
const NONE = '-';

export function isMeaningHeading(heading: string): boolean {
  return heading === STALE || KNOWN_BY.test(heading) || WAITING_IN.test(heading);
}

export class Meanings {
  readonly #rules = new NamesIndex<Fit>();
  readonly #programs = new NamesIndex<string>();
  readonly #stale = new NamesIndex<true>();
  readonly #known = new Map<string, Facts>();
  readonly #programsOfComm = new Map<string | undefined, Set<string>>();

  /** In order of precedence: the user's own sections first. Throws InputError. */
  constructor(sections: readonly Section[]) {
    let order = 0;
    for (const { heading, place, patterns } of sections) {
      const program = KNOWN_BY.exec(heading)?.[1];
      const [, waiting = ANY, labels] = WAITING_IN.exec(heading) ?? [];
      for (const pattern of patterns) {
        if (heading === STALE) this.#stale.add(pattern, true);
        else if (program !== undefined) this.#programs.add(pattern, program);
        else if (pattern.rule === undefined) throw new InputError(`${place}: functions without a meaning above them`);
        else {
          const { rule } = pattern;
          const of = waiting === ANY ? undefined : waiting;
          this.#rules.add(pattern, { order: order++, rule, program: of, labels: labels?.split(/\s+/) ?? ['*'] });
        }
      }
    }
  }

  /** Learns from a stack which program its comm is. To be shown all stacks before the first meaningOf(). */
  notice({ comm, user }: Thread): void {
    const note = (frame: string): void => {
      for (const program of this.#factsOf(frame).programs) {
        const known = this.#programsOfComm.get(comm);
        if (known) known.add(program);
        else this.#programsOfComm.set(comm, new Set([program]));
      }
    };
    for (const frame of user) note(frame);
    note(commName(comm));
  }

  /** The meaning of a wait with this reason (its full label). */
  meaningOf(thread: Thread, label: string): Meaning | undefined {
    const stack = this.#stackOf(thread);
    const programs = this.#programsOfComm.get(thread.comm);
    const nameAt = (index: number): string | undefined => stack[index]?.name;
    let best: Fit | undefined;
    let frame = '';
    stack.forEach(({ name, fits }, at) => {
      for (const { of: fit, rest } of fits) {
        if (best !== undefined && fit.order >= best.order) continue;
        if (fit.program !== undefined && !programs?.has(fit.program)) continue;
        if (!fit.labels.some((wanted) => isLabel(label, wanted))) continue;
        if (!holds(rest, nameAt, at)) continue;
        best = fit;
        frame = name;
      }
    });
    return best === undefined || best.rule.label === NONE ? undefined : { rule: best.rule, frame };
  }

  /** Innermost first, without what is stale; the comm outermost. */
  #stackOf({ comm, user }: Thread): Facts[] {
    const stack: Facts[] = [];
    for (const frame of user) {
      const facts = this.#factsOf(frame);
      stack.push(facts);
      if (facts.isStale) break;
    }
    stack.push(this.#factsOf(commName(comm)));
    return stack;
  }

  #factsOf(frame: string): Facts {
    let facts = this.#known.get(frame);
    if (facts === undefined) {
      const name = userName(frame);
      const programs = this.#programs.find(name).map(({ of }) => of);
      facts = { name, isStale: this.#stale.find(name).length > 0, programs, fits: this.#rules.find(name) };
      this.#known.set(frame, facts);
    }
    return facts;
  }
}

/** `GC Thread#0` → `comm:GC_Thread#0`, as rules and folded text write it; an unknown one is `comm:`. */
function commName(comm = ''): string {
  return `comm:${comm.replaceAll(' ', '_')}`;
}

/** Does `disk/fsync` belong to `disk/fsync`, `disk/*` or `*`? */
function isLabel(label: string, wanted: string): boolean {
  return wanted.endsWith('*') ? label.startsWith(wanted.slice(0, -1)) : label === wanted;
}
