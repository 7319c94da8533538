// Patterns by name: which of a rule file begin with a given function.

import { numbersOf, type PackedRules, unprefixed } from './packed-rules.ts';
import type { Rule } from './rule-file.ts';

/** A pattern that begins with the function asked for. */
export interface Candidate<Of> {
  of: Of;
  /** what has to stand further out for it to hold */
  rest: readonly Chained[];
}

/** A link of a pattern, ready to be compared. */
interface Chained {
  adjacent: boolean;
  names: ReadonlySet<string>;
  prefixes: readonly string[];
}

/** One line of functions. find() makes one object for each that it finds. */
export interface Pattern {
  /** its place in the file, and that of its section */
  order: number;
  section: number;
  /** undefined: the functions mean what the heading says */
  rule: Rule | undefined;
  rest: readonly Chained[];
}

const NOTHING: readonly Chained[] = [];

export class NamesIndex {
  readonly rules: PackedRules;
  readonly #found: Pattern[] = [];

  constructor(rules: PackedRules) {
    this.rules = rules;
  }

  /** All that begin with this name: whole names first, then prefixes from long to short; equal ones in order. */
  find(name: string): Pattern[] {
    const { whole, prefixes } = this.rules;
    const found = numbersOf(name, whole);
    const bare = unprefixed(name);
    for (let length = Math.min(bare.length, prefixes.length - 1); length >= 0; length--) {
      if (prefixes[length] !== '') found.push(...numbersOf(bare.slice(0, length), prefixes));
    }
    return found.map((order) => this.#patternAt(order));
  }

  #patternAt(order: number): Pattern {
    const known = this.#found[order];
    if (known !== undefined) return known;
    const { section, rule, rest } = this.rules.patterns[order] as PackedRules['patterns'][number];
    const pattern = {
      order,
      section,
      rule: rule === undefined ? undefined : this.rules.rules[rule],
      rest: rest?.map((link) => ({ ...link, names: new Set(link.names) })) ?? NOTHING,
    };
    this.#found[order] = pattern;
    return pattern;
  }
}

/** Does the rest of a pattern hold whose first name stands at `at`? Names are innermost first. */
export function holds(rest: readonly Chained[], nameAt: (index: number) => string | undefined, at: number): boolean {
  return rest.length === 0 || endOf(rest, nameAt, at) !== undefined;
}

/** Where the last name of a pattern stands, whose first stands at `at`; undefined: the pattern does not hold. */
export function endOf(
  rest: readonly Chained[],
  nameAt: (index: number) => string | undefined,
  at: number,
): number | undefined {
  let end = at;
  for (const link of rest) {
    let found = false;
    while (!found) {
      const name = nameAt(++end);
      if (name === undefined) return undefined;
      found = isIn(link, name);
      if (!found && link.adjacent) return undefined;
    }
  }
  return end;
}

function isIn({ names, prefixes }: Chained, name: string): boolean {
  if (names.has(name)) return true;
  if (prefixes.length === 0) return false;
  const bare = unprefixed(name);
  return prefixes.some((prefix) => bare.startsWith(prefix));
}
