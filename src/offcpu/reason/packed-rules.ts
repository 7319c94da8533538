// The rules of a file with an index of the functions they begin with, as JSON. The build packs the rules that come with
// the tools, because V8 reads JSON in 1 ms, and parsing and indexing them would take a start 10 ms.

import type { Link, Rule, Section } from './rule-file.ts';

/** Names further out in a pattern. */
interface PackedLink {
  adjacent: boolean;
  names: string[];
  /** without leading underscores */
  prefixes: string[];
}

/** A line of functions behind the first link, whose names are in the index. Numbers are those of PackedRules. */
interface PackedPattern {
  section: number;
  /** undefined: the functions mean what the heading says */
  rule?: number;
  rest?: PackedLink[];
}

export interface PackedRules {
  sections: { heading: string; place: string }[];
  rules: Rule[];
  /** in order of the file */
  patterns: PackedPattern[];
  /**
   * The names that the patterns begin with, by their first HEAD letters without leading underscores: lines of a name and its
   * patterns, `futex_wait\t12,40`. A prefix stands without leading underscores and with its star. As text, because an object
   * of all names would take most of the time.
   */
  heads: Record<string, string>;
}

/** Most functions of most programs differ from all names of the rules by so many letters. */
export const HEAD = 4;

/** Indexes the sections of a rule file. Each rule stands once, and its patterns have its number. */
export function packRules(all: readonly Section[]): PackedRules {
  const sections = all.filter(({ patterns }) => patterns.length > 0);
  const rules = new Map<Rule, number>();
  const patterns: PackedPattern[] = [];
  const numbers = new Map<string, number[]>();
  for (const [section, { patterns: ofSection }] of sections.entries()) {
    for (const { rule, links } of ofSection) {
      const [first, ...rest] = links;
      for (const name of first.names) {
        push(numbers, name.endsWith('*') ? unprefixed(name) : name, patterns.length);
      }
      if (rule && !rules.has(rule)) rules.set(rule, rules.size);
      patterns.push({
        section,
        ...(rule && { rule: rules.get(rule) as number }),
        ...(rest.length > 0 && { rest: rest.map(packLink) }),
      });
    }
  }
  return {
    sections: sections.map(({ heading, place }) => ({ heading, place })),
    rules: [...rules.keys()],
    patterns,
    heads: headsOf(numbers),
  };
}

/** Reads what JSON.stringify() made of packRules(). */
export function unpackRules(text: string): PackedRules {
  return JSON.parse(text) as PackedRules;
}

function headsOf(patterns: ReadonlyMap<string, number[]>): Record<string, string> {
  const lines = new Map<string, string[]>();
  for (const [name, numbers] of patterns) push(lines, headOf(name.replace(/\*$/, '')), `${name}\t${numbers}`);
  return Object.fromEntries([...lines].map(([head, all]) => [head, all.join('\n')]));
}

function headOf(name: string): string {
  return unprefixed(name).slice(0, HEAD);
}

function packLink({ relation, names }: Link): PackedLink {
  return {
    adjacent: relation === '<-',
    names: names.filter((name) => !name.endsWith('*')),
    prefixes: names.filter((name) => name.endsWith('*')).map((name) => unprefixed(name.slice(0, -1))),
  };
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Prefixes are compared without leading underscores: `nfs_*` fits `__nfs_revalidate_inode` as well. */
export function unprefixed(name: string): string {
  let from = 0;
  while (name.charCodeAt(from) === 0x5f) from++;
  return from === 0 ? name : name.slice(from);
}
