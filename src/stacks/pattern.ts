// A user's regular expression, matched in time linear in the text, whatever the user typed: `(a+)+$` cannot hang a tool.

import { RE2JS } from 're2js';
import { UsageError } from '../engine/errors.ts';

/** What a tool asks of a regular expression. */
export interface Pattern {
  /** as the user typed it */
  readonly source: string;
  test(text: string): boolean;
}

//  (?=x)  (?!x)  (?<=x)  (?<!x)      but not (?<name>x), (?:x)
const LOOK_AROUND = /^\(\?<?[=!]/;
//  \1  \k<name>
const BACK_REFERENCE = /^\\(?:[1-9]|k<)/;

/** Compiles a pattern. Throws UsageError, which names `option` (`--include`), if the text is no such expression. */
export function patternOf(source: string, option: string, ignoreCase = false): Pattern {
  const named = `${option} ${JSON.stringify(source)}`;
  const unsupported = unsupportedIn(source);
  if (unsupported !== undefined) {
    throw new UsageError(`${named} has a ${unsupported}, which takes unbounded time: write the pattern without it`);
  }
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return { source, test: (text) => compiled.test(text) };
  } catch (error) {
    throw new UsageError(`${named} is not a regular expression: ${reasonOf(error as Error)}`);
  }
}

/** The first part of the expression that no linear engine knows; a class such as `[(?=]` holds only characters. */
function unsupportedIn(source: string): string | undefined {
  let isClass = false;
  for (let at = 0; at < source.length; at++) {
    const c = source[at];
    const rest = source.slice(at, at + 4);
    if (!isClass && LOOK_AROUND.test(rest)) return `look-around ${LOOK_AROUND.exec(rest)?.[0]}…)`;
    if (!isClass && BACK_REFERENCE.test(rest)) return `back-reference ${rest.slice(0, 2)}`;
    if (c === '\\') at++;
    else if (c === '[') isClass = true;
    else if (c === ']') isClass = false;
  }
  return undefined;
}

/** error parsing regexp: missing closing ): `(` → missing closing ): "(" */
function reasonOf({ message }: Error): string {
  return message.replace(/^error parsing regexp: /, '').replace(/`(.*)`$/s, '"$1"');
}
