// The text of a Postgres statement without its data: constants and comments must not leave the machine in a report. Of
// utility statements, which may hold passwords, only the command stays. Latin1, in and out.

/** Statements that keep their text; of the others only the command stays. */
const PLANNED = /^(?:select|insert|update|delete|merge|with|values|table)$/i;
/** Commands of two words. */
const ON_OBJECTS = /^(?:create|alter|drop)$/i;
const OBJECTS =
  /^(?:aggregate|collation|database|domain|event|extension|foreign|function|group|index|language|materialized|operator|policy|procedure|publication|role|routine|rule|schema|sequence|server|statistics|subscription|system|table|tablespace|temp|temporary|trigger|type|unlogged|user|view)$/i;

/** Other names of a command. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['end', 'commit'],
  ['abort', 'rollback'],
  ['start', 'begin'],
  ['analyse', 'analyze'],
]);
/** The word behind a command, optional ones left out, that makes another one of it. */
const VARIANTS: ReadonlyMap<string, RegExp> = new Map([
  ['commit', /^prepared$/],
  ['rollback', /^(?:prepared|to)$/],
  ['prepare', /^transaction$/],
]);
/** Commands that end or begin a transaction: however they are written, they are one. */
const OF_TRANSACTIONS = /^(?:commit|rollback|begin)(?: \w+)?$/;

//  comment to the line's end; of several lines, perhaps cut off
const COMMENT = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
//  $$ … $$   $body$ … $body$    perhaps cut off
const DOLLARS = /\$([A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$/y;
//  'it''s'    E'it\'s'    B'01'    X'ff'    N'x'    U&'x'
const STRING = /(?:[eEbBxXnN]|[uU]&)?'/y;
//  "my ""table"""     perhaps cut off
const QUOTED = /"(?:[^"]|"")*(?:"|$)/y;
//  12   1.5e-3   .5   0x1f   1_000
const NUMBER = /(?:\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\.\d[\w.]*(?:(?<=[eE])[+-]\d+)?)/y;
const WORD = /[A-Za-z_\x80-\xff][\w$\x80-\xff]*/y;
const BLANKS = /[\s\0]+/y;
//  $1
const PARAMETER = /\$\d+/y;

/** At the end of a text that goes on. */
export const DOTS = '...';
/** Postgres calls them all `?`, as older pg_stat_statements did. */
const CONSTANT = '?';

/**
 * `update queue SET state = ?` of `UPDATE queue SET state = 'done'`; `isCut`: the text goes on. '' for an empty one.
 */
export function normalStatement(text: string, isCut: boolean): string {
  const out: string[] = [];
  let at = 0;
  /** the kind of the present statement, undefined before its first word */
  let command: 'planned' | 'utility' | 'on objects' | undefined;
  let variant: RegExp | undefined;
  /** between BEGIN ATOMIC of a function and its END: statements of the function */
  let body: 'within' | 'at a start' | undefined;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const skipped = match(COMMENT) ?? match(BLANKS);
    if (skipped !== undefined) {
      if (out.length > 0 && out.at(-1) !== ' ') out.push(' ');
      at += skipped.length;
      continue;
    }
    const constant = stringEnd(text, at, match) ?? at + (match(NUMBER)?.length ?? 0);
    if (constant > at) {
      if (command === 'planned') out.push(CONSTANT);
      at = constant;
      continue;
    }
    const token = match(PARAMETER) ?? match(QUOTED) ?? match(WORD) ?? (text[at] as string);
    at += token.length;
    const word = token.toLowerCase();
    if (body !== undefined) {
      body = body === 'at a start' && word === 'end' ? undefined : token === ';' ? 'at a start' : 'within';
    } else if (command === 'utility' && word === 'atomic') {
      body = 'at a start';
    } else if (token === ';') {
      if (command !== undefined) out.push(token, ' ');
      command = undefined;
    } else if (command === 'planned') {
      // how much of a word is left depends on the constants before it, so it would make two of one statement
      if (!(isCut && at === text.length && /[\w$]$/.test(token))) out.push(token);
    } else if (command === 'on objects') {
      if (OBJECTS.test(token)) out.push(word);
      command = 'utility';
    } else if (command === 'utility') {
      if (variant?.test(word)) out.push(word);
      if (!/^(?:work|transaction)$/.test(word)) variant = undefined;
    } else if (command === undefined && /^\w/.test(token)) {
      command = PLANNED.test(token) ? 'planned' : ON_OBJECTS.test(token) ? 'on objects' : 'utility';
      const name = SYNONYMS.get(word) ?? word;
      variant = VARIANTS.get(name);
      out.push(name);
    } else if (command === undefined && token === '(') {
      out.push(token);
    }
  }
  return tidied(out.join(''), isCut && command === 'planned');
}

/** Does this text, of normalStatement(), end or begin a transaction, and nothing else? */
export function isOfTransaction(text: string): boolean {
  return OF_TRANSACTIONS.test(text);
}

/** Where a string that begins here ends; undefined: none begins here. */
function stringEnd(text: string, at: number, match: (pattern: RegExp) => string | undefined): number | undefined {
  const tag = match(DOLLARS);
  if (tag !== undefined) {
    const end = text.indexOf(tag, at + tag.length);
    return end < 0 ? text.length : end + tag.length;
  }
  const opening = match(STRING);
  if (opening === undefined) return undefined;
  for (let i = at + opening.length; i < text.length; i++) {
    // a setting of the server says whether a backslash escapes the quote behind it: the rest may belong to the string
    if (text[i] === '\\' && !/^e/i.test(opening) && text[i + 1] === "'") return text.length;
    if (text[i] === '\\' && /^e/i.test(opening)) i++;
    else if (text[i] === "'" && text[i + 1] === "'") i++;
    else if (text[i] === "'") return i + 1;
  }
  return text.length;
}

/** Without blanks and semicolons at the end and signs of constants; with lists of constants as one. */
function tidied(text: string, isCut: boolean): string {
  const whole = isCut ? text.replace(/(?<=[-+*/%<>=|(,] ?)[-+] ?$/, '') : text;
  const tidy = whole
    .replace(/ +(?=[,;)])|(?<=\() +/g, '')
    .replace(/(?<=[-+*/%<>=|(,] ?)[-+] ?(?=\?)/g, '')
    .replace(/\?(?: ?, ?\?)+/g, '?, ...')
    .replace(/[ ;]+$/, '');
  return isCut && tidy !== '' ? tidy + DOTS : tidy;
}
