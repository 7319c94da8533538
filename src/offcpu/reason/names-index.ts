// Patterns by name: which of them begin with a given function.

import type { FramePattern, Link } from './rule-file.ts';

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

interface Ranked<Of> extends Candidate<Of> {
  /** whole names come before prefixes, long ones before short ones */
  length: number;
}

const WHOLE = Number.POSITIVE_INFINITY;
const NOTHING: readonly Chained[] = [];

export class NamesIndex<Of> {
  /** most names stand in one pattern, and an array for each would take a third of a start */
  readonly #whole = new Map<string, Ranked<Of> | Ranked<Of>[]>();
  readonly #prefixes = new Map<string, Ranked<Of>[]>();
  /** the lengths of the prefixes, the longest first; undefined: not computed since the last add() */
  #lengths: number[] | undefined;

  add(pattern: FramePattern, of: Of): void {
    const [first, ...rest] = pattern.links;
    const chained = rest.length === 0 ? NOTHING : rest.map(chainedOf);
    const whole: Ranked<Of> = { of, rest: chained, length: WHOLE };
    for (const name of first.names) {
      if (name.endsWith('*')) {
        const prefix = unprefixed(name.slice(0, -1));
        push(this.#prefixes, prefix, { of, rest: chained, length: prefix.length });
        this.#lengths = undefined;
      } else {
        const known = this.#whole.get(name);
        if (known === undefined) this.#whole.set(name, whole);
        else if (Array.isArray(known)) known.push(whole);
        else this.#whole.set(name, [known, whole]);
      }
    }
  }

  /**
   * All that begin with this name: whole names first, then prefixes from long to short; equal ones in order of add().
   */
  find(name: string): Candidate<Of>[] {
    const found = [this.#whole.get(name) ?? []].flat();
    const bare = unprefixed(name);
    this.#lengths ??= [...new Set(Array.from(this.#prefixes.keys(), (prefix) => prefix.length))].sort((a, b) => b - a);
    for (const length of this.#lengths) {
      if (length <= bare.length) found.push(...(this.#prefixes.get(bare.slice(0, length)) ?? []));
    }
    return found;
  }
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Prefixes are compared without leading underscores: `nfs_*` fits `__nfs_revalidate_inode` as well. */
function unprefixed(name: string): string {
  let from = 0;
  while (name.charCodeAt(from) === 0x5f) from++;
  return from === 0 ? name : name.slice(from);
}

function chainedOf({ relation, names }: Link): Chained {
  return {
    adjacent: relation === '<-',
    names: new Set(names.filter((name) => !name.endsWith('*'))),
    prefixes: names.filter((name) => name.endsWith('*')).map((name) => unprefixed(name.slice(0, -1))),
  };
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
