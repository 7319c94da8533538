// The program that a command becomes: of a script its interpreter, behind `env` and `nice` the one that these start.

import { basename } from 'node:path';
import { bytesOf } from './proc-files.ts';
import { pathOf } from './run-sync.ts';

/** Its path, with links followed, and the words that it gets. */
export interface CommandProgram {
  path: string;
  words: readonly string[];
}

// #!/usr/bin/python3 -u     #!/usr/bin/env -S python3 -X perf
//   └ interpreter    └ one word, unless env splits it
const SHEBANG = /^#![ \t]*(\S+)[ \t]*([^\n]*)/;
const HEAD_BYTES = 256;

const PREFIX = /^(?:env|nice|nohup|ionice|chrt|taskset|stdbuf|setpriv|prlimit|numactl)$/;
// -n   5   0-3,7   0x3   LANG=C
const OF_PREFIX = /^-|^[\d,-]+$|^0x|=/;

/** Undefined: it is not found. */
export function programOf([first = '', ...words]: readonly string[]): CommandProgram | undefined {
  const path = pathOf(first);
  if (path === undefined) return undefined;
  if (isPrefix(path)) return behind(words);
  const [, interpreter, rest = ''] = SHEBANG.exec(bytesOf(path)(0, HEAD_BYTES).toString('latin1')) ?? [];
  if (interpreter === undefined) return { path, words };
  const given = rest.trim() === '' ? [] : isPrefix(interpreter) ? rest.trim().split(/\s+/) : [rest.trim()];
  if (isPrefix(interpreter)) return behind([...given, first, ...words]);
  const found = pathOf(interpreter);
  return found === undefined ? undefined : { path: found, words: [...given, first, ...words] };
}

/** Does a program of that path only start another in its place? */
export function isPrefix(path: string): boolean {
  return PREFIX.test(basename(path));
}

function behind(words: readonly string[]): CommandProgram | undefined {
  const at = words.findIndex((word) => !OF_PREFIX.test(word) && pathOf(word) !== undefined);
  return at < 0 ? undefined : programOf(words.slice(at));
}
