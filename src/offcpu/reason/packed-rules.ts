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

/**
 * Lines of a name and its patterns, `\nfutex_wait\t12,40`, by the length of the name. As text, because an object of all
 * names would take most of the time.
 */
type Lines = string[];

export interface PackedRules {
  sections: { heading: string; place: string }[];
  rules: Rule[];
  /** in order of the file */
  patterns: PackedPattern[];
  whole: Lines;
  /** without leading underscores */
  prefixes: Lines;
}

/** Indexes the sections of a rule file. Each rule stands once, and its patterns have its number. */
export function packRules(all: readonly Section[]): PackedRules {
  const sections = all.filter(({ patterns }) => patterns.length > 0);
  const rules = new Map<Rule, number>();
  const patterns: PackedPattern[] = [];
  const whole = new Map<string, number[]>();
  const prefixes = new Map<string, number[]>();
  for (const [section, { patterns: ofSection }] of sections.entries()) {
    for (const { rule, links } of ofSection) {
      const [first, ...rest] = links;
      for (const name of first.names) {
        if (name.endsWith('*')) push(prefixes, unprefixed(name.slice(0, -1)), patterns.length);
        else push(whole, name, patterns.length);
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
    whole: linesOf(whole),
    prefixes: linesOf(prefixes),
  };
}

/** Reads what JSON.stringify() made of packRules(). */
export function unpackRules(text: string): PackedRules {
  return JSON.parse(text) as PackedRules;
}

function linesOf(patterns: ReadonlyMap<string, number[]>): Lines {
  const lines: Lines = [];
  for (const [name, numbers] of patterns) {
    while (lines.length <= name.length) lines.push('');
    lines[name.length] += `\n${name}\t${numbers}`;
  }
  return lines;
}

/** The numbers of the patterns of a name. A name of another length may hold this one; its line is not among these. */
export function numbersOf(name: string, { [name.length]: lines = '' }: Lines): number[] {
  const at = lines.indexOf(`\n${name}\t`);
  if (at < 0) return [];
  const from = at + name.length + 2;
  const end = lines.indexOf('\n', from);
  return lines
    .slice(from, end < 0 ? undefined : end)
    .split(',')
    .map(Number);
}

function packLink({ relation, names }: Link): PackedLink {
  return {
    adjacent: relation === '<-',
    names: names.filter((name) => !name.endsWith('*')),
    prefixes: names.filter((name) => name.endsWith('*')).map((name) => unprefixed(name.slice(0, -1))),
  };
}

function push(map: Map<string, number[]>, key: string, value: number): void {
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
