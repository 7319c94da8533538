// The engine of regular expressions that takes linear time, apart because it is the largest part of a tool that has it.

import { RE2JS } from 're2js';

/** Throws the engine's own error for what is no regular expression. */
export function linearTest(source: string, ignoreCase: boolean): (text: string) => boolean {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(source), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return (text) => compiled.test(text);
}
