// Programs that answer at once: versions, probes, a container's first process.

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

const MS = 10_000;
const MOST_BYTES = 1 << 28;

export interface Answer {
  status: number | null;
  out: string;
  err: string;
}

/** A user of this machine. */
export interface User {
  name: string;
  uid: number;
  gid: number;
}

/** Runs a program to its end, without shell and stdin; undefined: it is not installed. */
export function answerOf(
  argv: readonly string[],
  { user, variables }: { user?: User | undefined; variables?: Readonly<Record<string, string>> } = {},
): Answer | undefined {
  const [program = '', ...args] = argv;
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'latin1',
    timeout: MS,
    maxBuffer: MOST_BYTES,
    env: { ...process.env, LC_ALL: 'C', ...variables },
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  return error && (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { status, out: stdout, err: stderr };
}

/** The path of a program on PATH, with links followed; undefined: there is none. */
export function pathOf(program: string): string | undefined {
  if (program.includes('/')) return existsSync(program) ? realpathSync(program) : undefined;
  const [folder] = foldersWith(program);
  return folder === undefined ? undefined : realpathSync(join(folder, program));
}

/** The folders on PATH that have this program. */
export function foldersWith(program: string): string[] {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '');
  return folders.filter((folder) => existsSync(join(folder, program)));
}

/** The user with this name; undefined: there is none. */
export function userNamed(name: string): User | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(answerOf(['id', flag, '--', name])?.out.trim() || Number.NaN));
  return Number.isInteger(uid) && Number.isInteger(gid) ? { name, uid: uid as number, gid: gid as number } : undefined;
}
