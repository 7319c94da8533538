// The text of a rule file (reasons.rules, meanings.rules, --rules FILE), as data. reasons.rules tells how it is written.

import { InputError } from '../../engine/errors.ts';

/** How the time counts: held up, waiting for work, waiting for a time, able to run, either of the first two, no waiting. */
export const KINDS = ['wait', 'idle', 'timer', 'cpu', 'open', 'excluded'] as const;
export type Kind = (typeof KINDS)[number];

/** One line at the margin. */
export interface Rule {
  /** `disk/fsync`; of a meaning `Lock:tuple` */
  label: string;
  /** `fsync`: the name of many labels; undefined: the rule gives a meaning, not a reason */
  bracket: string | undefined;
  kind: Kind;
  /** the label instead where the wait is part of a page fault */
  inPageFault: string | undefined;
  text: string;
  /** where it stands: `reasons.rules:120` */
  place: string;
}

/** Names, and what may stand between them and the names before: nothing (`<-`), or anything (`<<`). */
export interface Link {
  relation: '<-' | '<<' | undefined;
  /** whole names, or prefixes with a `*` at the end */
  names: string[];
}

/** Some functions of one line, innermost link first. */
export interface FramePattern {
  /** undefined: the functions mean what the heading says */
  rule: Rule | undefined;
  links: [Link, ...Link[]];
}

/** What stands below one line that begins with `==`. */
export interface Section {
  /** the line without its `==`; empty above the first */
  heading: string;
  place: string;
  patterns: FramePattern[];
}

/** [disk-io] disk/read (wait), in a page fault disk/page-fault: a read …
 *  └bracket┘ └ label ┘ └kind┘                 └ inPageFault ┘  └ text ┘   */
const RULE =
  /^(?:\[(?<bracket>[^\s\]]+)\]\s+)?(?<label>[^\s():,]+(?::[^\s():,]+)*)(?:\s+\((?<kind>[a-z]+)\))?(?:,\s+in a page fault\s+(?<fault>[^\s:]+))?(?::\s+(?<text>.*))?$/;
const TOKEN = /"([^"]*)"|(\S+)/g;
const COMMENT = /(?:^|\s)#(?:\s.*)?$/;

/** Reads the text of a rule file; `name` is for messages. Throws InputError at the first line that is none. */
export function parseRules(text: string, name: string): Section[] {
  let section: Section = { heading: '', place: `${name}:1`, patterns: [] };
  const sections = [section];
  let rule: Rule | undefined;
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = (raw.includes('#') ? raw.replace(COMMENT, '') : raw).trimEnd();
    if (line === '') continue;
    const place = `${name}:${number}`;
    if (line.startsWith('==')) {
      section = { heading: line.slice('=='.length).trim(), place, patterns: [] };
      sections.push(section);
      rule = undefined;
    } else if (line.startsWith(' ') || line.startsWith('\t')) {
      section.patterns.push({ rule, links: linksOf(line, place) });
    } else {
      rule = ruleOf(line, place);
    }
  }
  return sections;
}

function ruleOf(line: string, place: string): Rule {
  const { bracket, label, kind = 'wait', fault, text = '' } = RULE.exec(line)?.groups ?? {};
  if (label === undefined) {
    throw new InputError(
      `${place}: neither a rule (\`[name] group/detail: text\`) nor, indented, its functions: "${line}"`,
    );
  }
  if (!isKind(kind)) throw new InputError(`${place}: "(${kind})" is none of (${KINDS.join('), (')})`);
  return { label, bracket, kind, inPageFault: fault, text, place };
}

function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word);
}

/** `ProcSleep << LockTuple LockRow` */
function linksOf(line: string, place: string): [Link, ...Link[]] {
  const first: Link = { relation: undefined, names: [] };
  const links: [Link, ...Link[]] = [first];
  let link = first;
  for (const token of tokensOf(line.trim())) {
    if (token === '<-' || token === '<<') {
      link = { relation: token, names: [] };
      links.push(link);
    } else {
      link.names.push(token);
    }
  }
  if (links.some(({ names }) => names.length === 0)) {
    throw new InputError(`${place}: a function is missing beside "<-" or "<<"`);
  }
  return links;
}

function tokensOf(line: string): string[] {
  if (!line.includes('"')) return line.split(/\s+/);
  return Array.from(line.matchAll(TOKEN), ([, quoted, plain]) => quoted ?? (plain as string));
}
