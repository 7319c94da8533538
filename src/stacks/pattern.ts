// A user's regular expression, matched in time linear in the text, whatever the user typed: `(a+)+$` cannot hang a tool.

import { UsageError } from '../engine/errors.ts';
import { linearTest } from './linear-pattern.ts';

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
    return { source, test: (ignoreCase ? undefined : plainTest(source)) ?? linearTest(source, ignoreCase) };
  } catch (error) {
    throw new UsageError(`${named} is not a regular expression: ${reasonOf(error as Error)}`);
  }
}

//  ^vfs_read$     fsync     std::sync
//  1└─ 2 ──┘3
const PLAIN = /^(\^?)([\w :;,<>=~@#%&"'!/-]+)(\$?)$/;

/** The test of a pattern that is but a word, anchored or not; undefined: it needs the engine, which takes 5 ms to load. */
export function plainTest(source: string): ((text: string) => boolean) | undefined {
  const [, start, word = '', end] = PLAIN.exec(source) ?? [];
  if (word === '') return undefined;
  if (start && end) return (text) => text === word;
  if (start) return (text) => text.startsWith(word);
  return end ? (text) => text.endsWith(word) : (text) => text.includes(word);
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
