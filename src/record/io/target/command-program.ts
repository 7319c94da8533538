// The program that a command becomes: a script's interpreter, or what `env`, `nice` and `sh -c` start.

import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { isShell } from '../../target/launcher.ts';
import { bytesOf } from '../system/proc-files.ts';
import { pathOf } from '../system/run-sync.ts';

export interface CommandProgram {
  /** of its file, with links followed */
  path: string;
  /** what starts it, without what stands before it: the script itself, unless its first line names env */
  argv: readonly string[];
  /** the words that it gets */
  words: readonly string[];
  /** env, nice and their like, with their words; or nothing */
  before: readonly string[];
}

// #!/usr/bin/python3 -u     #!/usr/bin/env -S python3 -X perf
//   └ interpreter    └ one word, unless env splits it
const SHEBANG = /^#![ \t]*(\S+)[ \t]*([^\n]*)/;
const HEAD_BYTES = 256;

const PREFIX = /^(?:env|nice|nohup|ionice|chrt|taskset|stdbuf|setpriv|prlimit|numactl)$/;
// -n   5   0-3,7   0x3   LANG=C
const OF_PREFIX = /^-|^[\d,-]+$|^0x|=/;
/** It has split the first line of a script. */
const SPLIT = '-S';

/** Undefined: it is not found. */
export function programOf(command: readonly string[]): CommandProgram | undefined {
  const [first = '', ...words] = command;
  const path = pathOf(first);
  if (path === undefined) return undefined;
  if (isPrefix(path)) return behind(command);
  const simple = isShell(basename(path)) ? simpleCommand(words) : undefined;
  if (simple) return programOf(simple);
  const [, interpreter, text = ''] = SHEBANG.exec(bytesOf(path)(0, HEAD_BYTES).toString('latin1')) ?? [];
  if (interpreter === undefined) return { path, argv: command, words, before: [] };
  const rest = text.trim();
  if (isPrefix(interpreter))
    return behind([interpreter, ...rest.split(/\s+/).filter((word) => word !== SPLIT), ...command]);
  const found = pathOf(interpreter);
  if (found === undefined) return undefined;
  return { path: found, argv: command, words: [...(rest === '' ? [] : [rest]), ...command], before: [] };
}

// echo and others that are programs as well; -l and -i would read the user's files first
const BUILTIN = /^(?:echo|printf|test|kill|pwd|true|false|time)$/;
const BARE = /^-e?c$/;
// exec python3 -X perf app.py     A=1 ./server     words that no shell changes
const SIMPLE = /^[\w./:,@%+=-]+(?: +[\w./:,@%+=-]+)*$/;

/** The words of `sh -c`, where these are a program's that is found; undefined: the shell has to read more. */
function simpleCommand([option = '', text = '', ...rest]: readonly string[]): string[] | undefined {
  if (!BARE.test(option) || rest.length > 0 || !SIMPLE.test(text.trim())) return undefined;
  const words = text.trim().split(/ +/);
  if (words[0] === 'exec') words.shift();
  if (BUILTIN.test(words[0] ?? '')) return undefined;
  const given = words[0]?.includes('=') ? ['env', ...words] : words;
  return pathOf(given[0] ?? '') === undefined ? undefined : given;
}

const SETUID = 0o4000;
const SETGID = 0o2000;

/** Does a program of that path begin as another user or group than ours? */
export function changesUser(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) return false;
  const { geteuid, getegid } = process;
  return (
    ((file.mode & SETUID) !== 0 && file.uid !== geteuid?.()) || ((file.mode & SETGID) !== 0 && file.gid !== getegid?.())
  );
}

/** Does a program of that path only start another in its place? */
function isPrefix(path: string): boolean {
  return PREFIX.test(basename(path));
}

function behind(command: readonly string[]): CommandProgram | undefined {
  const at = command.findIndex((word, i) => i > 0 && !OF_PREFIX.test(word) && pathOf(word) !== undefined);
  const program = at < 0 ? undefined : programOf(command.slice(at));
  return program && { ...program, before: [...command.slice(0, at), ...program.before] };
}
