// /proc, as texts for the rules that choose and judge a target. Any file may be gone or forbidden at any time.

import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import type { Root } from '../../target/container.ts';

/** This process, as others see it. */
export function self(): { pid: number; uid: number } {
  return { pid: process.pid, uid: process.geteuid?.() ?? 0 };
}

/** A file of /proc, latin1; undefined: it is not there, or we may not read it. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** A file's size in bytes; undefined: it is not there, or we may not look. */
export function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size;
  } catch {
    return undefined;
  }
}

/** Are we root, and is it another user's? perf refuses to read such a file. False: it is not there. */
export function isOfAnother(path: string): boolean {
  return process.getuid?.() === 0 && (statSync(path, { throwIfNoEntry: false })?.uid ?? 0) !== 0;
}

export function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The stat, status and cmdline of each process. */
export function processTexts(): { stat: string; status: string; cmdline: string }[] {
  return numbersIn('/proc').flatMap((pid) => processText(pid) ?? []);
}

export function processText(pid: number): { stat: string; status: string; cmdline: string } | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === undefined
    ? undefined
    : { stat, status: textOf(`/proc/${pid}/status`) ?? '', cmdline: textOf(`/proc/${pid}/cmdline`) ?? '' };
}

export function placeOf(pid: number): { pid: number; pidNamespace: string | undefined; cgroup: string } {
  return { pid, pidNamespace: linkOf(`/proc/${pid}/ns/pid`), cgroup: textOf(`/proc/${pid}/cgroup`) ?? '' };
}

/** The program of a process, whatever its root; its auxiliary vector; and a Postgres server's version. */
export function serverFilesOf(pid: number): { exe: ReturnType<typeof bytesOf>; auxv: Buffer; version?: string } {
  const version = textOf(`/proc/${pid}/cwd/PG_VERSION`);
  return {
    exe: bytesOf(`/proc/${pid}/exe`),
    auxv: Buffer.from(textOf(`/proc/${pid}/auxv`) ?? '', 'latin1'),
    ...(version === undefined ? {} : { version }),
  };
}

/** The root of a process, seen from our own root, and whether it has another mount namespace. */
export function rootOf(pid: number): Root {
  const namespace = linkOf(`/proc/${pid}/ns/mnt`);
  const isForeignNamespace = namespace !== undefined && namespace !== linkOf('/proc/self/ns/mnt');
  return { pid, root: linkOf(`/proc/${pid}/root`) ?? '/', isForeignNamespace };
}

export function tidsOf(pid: number): number[] {
  return numbersIn(`/proc/${pid}/task`);
}

/** A thread, with its kernel stack if we may read it. */
export function taskOf(
  pid: number,
  tid: number,
): { pid: number; tid: number; comm: string; state: string; stack: string } {
  const folder = `/proc/${pid}/task/${tid}`;
  const stat = textOf(`${folder}/stat`) ?? '';
  return {
    pid,
    tid,
    comm: (textOf(`${folder}/comm`) ?? '').replace(/\n$/, ''),
    state: stat.slice(stat.lastIndexOf(')') + 2).charAt(0) || 'X',
    stack: textOf(`${folder}/stack`) ?? '',
  };
}

/** Reads pieces of a file; no bytes if it can't be read. */
export function bytesOf(path: string): (at: number, length: number) => Buffer {
  return (at, length) => {
    let fd: number | undefined;
    try {
      fd = openSync(path, 'r');
      const bytes = Buffer.alloc(Math.min(length, 1 << 26));
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, at));
    } catch {
      return Buffer.alloc(0);
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  };
}

/** The names in a folder that are numbers. */
export function numbersIn(folder: string): number[] {
  return namesIn(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
