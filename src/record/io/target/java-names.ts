// A Java virtual machine writes the names of what it has compiled into /tmp/perf-PID.map when jcmd asks it to.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileName } from '../../target/own-code.ts';
import { ownerIn } from '../../target/proc-pid.ts';
import { runtimeOf } from '../../target/runtimes.ts';
import { Child, exitStatus } from '../system/children.ts';
import { linkOf, rootOf, self, textOf } from '../system/proc-files.ts';
import type { User } from '../system/run-sync.ts';

// JAVA_VERSION="17.0.15"
const VERSION = /^JAVA_VERSION="(\d+)/m;
/** Compiler.perfmap came with it. */
const LEAST_VERSION = 17;
const MOST_MS = 20_000;

/**
 * The command that asks a process; undefined: it is no Java, or one that can't be asked. The program's own jcmd is taken,
 * which a JDK has and a JRE has not. In a container it would be another root's.
 */
export function askForNames(pid: number, program = linkOf(`/proc/${pid}/exe`)): string[] | undefined {
  if (program === undefined || runtimeOf(fileName(program)) !== 'Java' || rootOf(pid).isForeignNamespace)
    return undefined;
  const jcmd = join(dirname(program), 'jcmd');
  const version = VERSION.exec(textOf(join(dirname(program), '../release')) ?? '')?.[1];
  if (!existsSync(jcmd) || Number(version ?? LEAST_VERSION) < LEAST_VERSION) return undefined;
  return [jcmd, String(pid), 'Compiler.perfmap'];
}

/**
 * The user of a process, from its /proc/PID/status, for root to run its jcmd as: what lies beside a user's program is that
 * user's. Undefined: root's own, or `own` is not root.
 */
export function ownerOf(status: string, own: number): User | undefined {
  const { uid, gid } = ownerIn(status);
  return own === 0 && uid > 0 && gid >= 0 ? { name: String(uid), uid, gid } : undefined;
}

/**
 * Asks a process, as its own user; `log` gets jcmd's words. Gives what went wrong; undefined: nothing, or nothing was asked.
 */
export async function askedForNames(pid: number, log: string): Promise<string | undefined> {
  const argv = askForNames(pid);
  const status = textOf(`/proc/${pid}/status`);
  return argv && status !== undefined ? runAs(ownerOf(status, self().uid), argv, log) : undefined;
}

/** Runs it; `log` gets its words. Gives what went wrong; undefined: nothing. */
export async function runAs(user: User | undefined, argv: readonly string[], log: string): Promise<string | undefined> {
  const child = new Child({ argv, user, output: log, errors: log });
  const limit = setTimeout(() => child.signalGroup('SIGKILL'), MOST_MS);
  const ending = await child.ended;
  clearTimeout(limit);
  const status = exitStatus(ending);
  return status === 0 ? undefined : `${argv.join(' ')} ended with status ${status}; its words are in ${fileName(log)}`;
}
