// Patterns by name: which of a rule file begin with a given function.

import { HEAD, type PackedRules, unprefixed } from './packed-rules.ts';
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

/** What the names say that begin with the same letters. */
interface Head {
  whole: Map<string, readonly Pattern[]>;
  /** from short to long */
  prefixes: { text: string; patterns: readonly Pattern[] }[];
}

const NO_HEAD: Head = { whole: new Map(), prefixes: [] };
const NO_PATTERNS: readonly Pattern[] = [];

export class NamesIndex {
  readonly rules: PackedRules;
  readonly #found: Pattern[] = [];
  readonly #heads = new Map<string, Head>();

  constructor(rules: PackedRules) {
    this.rules = rules;
  }

  /**
   * All that begin with this name: whole names first, then prefixes from long to short; equal ones in order. The same
   * array for all names that only `*` fits.
   */
  find(name: string): readonly Pattern[] {
    const bare = unprefixed(name);
    let found: readonly Pattern[] = this.#headAt('').prefixes[0]?.patterns ?? NO_PATTERNS;
    for (let length = 1; length <= HEAD && length <= bare.length; length++) {
      const { prefixes } = this.#headAt(bare.slice(0, length));
      for (const { text, patterns } of prefixes) if (bare.startsWith(text)) found = [...patterns, ...found];
    }
    const whole = this.#headAt(bare.slice(0, HEAD)).whole.get(name);
    return whole ? [...whole, ...found] : found;
  }

  #headAt(letters: string): Head {
    const known = this.#heads.get(letters);
    if (known !== undefined) return known;
    const lines = this.rules.heads[letters];
    if (lines === undefined) return NO_HEAD;
    const head = this.#readHead(lines);
    this.#heads.set(letters, head);
    return head;
  }

  #readHead(lines: string): Head {
    const head: Head = { whole: new Map(), prefixes: [] };
    for (const line of lines.split('\n')) {
      const [name = '', numbers = ''] = line.split('\t');
      const patterns = numbers.split(',').map((order) => this.#patternAt(Number(order)));
      if (name.endsWith('*')) head.prefixes.push({ text: name.slice(0, -1), patterns });
      else head.whole.set(name, patterns);
    }
    head.prefixes.sort((a, b) => a.text.length - b.text.length);
    return head;
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
