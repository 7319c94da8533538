// Parsed rules as JSON. The build parses the rules that come with the tools, because that would take a start 4 ms, and
// V8 reads JSON in one.

import type { FramePattern, Rule, Section } from './rule-file.ts';

/** Each rule stands once, and its patterns have its number. */
interface Packed {
  rules: Rule[];
  sections: (Omit<Section, 'patterns'> & { patterns: { rule?: number; links: FramePattern['links'] }[] })[];
}

/** Writes the sections of a rule file as text for unpackSections(). */
export function packSections(sections: readonly Section[]): string {
  const numbers = new Map<Rule, number>();
  const numberOf = (rule: Rule): number => {
    const number = numbers.get(rule) ?? numbers.size;
    numbers.set(rule, number);
    return number;
  };
  const packed = sections.map(({ heading, place, patterns }) => ({
    heading,
    place,
    patterns: patterns.map(({ rule, links }) => ({ ...(rule && { rule: numberOf(rule) }), links })),
  }));
  const all: Packed = { sections: packed, rules: [...numbers.keys()] };
  return JSON.stringify(all);
}

/** Reads the text of packSections(). Patterns of one rule share its object. */
export function unpackSections(text: string): Section[] {
  const { rules, sections } = JSON.parse(text) as Packed;
  return sections.map(({ heading, place, patterns }) => ({
    heading,
    place,
    patterns: patterns.map(({ rule, links }) => ({ rule: rule === undefined ? undefined : rules[rule], links })),
  }));
}
