// The folder of a run, which is made aside and renamed when it is whole. And the places of this package's own files.

import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSystemError, reason } from '../../../cli/inputs.ts';
import { UsageError } from '../../../engine/errors.ts';
import type { RunFolders } from '../../artifacts.ts';
import { handOver } from './hand-over.ts';
import { textOf } from './proc-files.ts';

/** Only its owner may read it: stacks, command lines and logs may tell what others should not know. */
const PRIVATE = 0o700;

export class RunFolder {
  readonly path: string;
  readonly #final: string;
  /** the name it gets if it can't have its own */
  readonly #spare: string;
  readonly #force: boolean;
  /** the folders above it that this run made, the innermost last */
  readonly #made: string[];
  #isProtected = false;

  /**
   * Throws UsageError if there is such a run already, unless `force`, if another process records one, or if the folder
   * can't be made.
   */
  constructor({ final, temporary, spare }: RunFolders, force: boolean) {
    if (existsSync(final) && !force) {
      throw new UsageError(`${final}: there is such a run already; --force replaces it, --label names another`);
    }
    this.#final = final;
    this.#spare = spare;
    this.#force = force;
    this.path = temporary;
    this.#made = inOutDir(() => makeFolders(dirname(temporary)));
    rmSync(temporary, { recursive: true, force: true });
    try {
      inOutDir(() => mkdirSync(temporary, PRIVATE));
      for (const { path, pid, isLive } of othersOf(temporary)) {
        if (!isLive) rmSync(path, { recursive: true, force: true });
        else if (isOlder(path, temporary)) {
          throw new UsageError(`${final}: process ${pid} is recording this label right now; --label names another`);
        }
      }
    } catch (error) {
      this.drop();
      throw error;
    }
    process.on('exit', this.drop); // whatever happens: whole, or absent
  }

  /** From now on it holds a recording, which must not be lost. */
  protect(): void {
    this.#isProtected = true;
  }

  /** It holds nothing worth keeping after all. */
  unprotect(): void {
    this.#isProtected = false;
  }

  /** Gives the whole run its name, and returns that. */
  keep(): string {
    if (this.#force) rmSync(this.#final, { recursive: true, force: true });
    process.off('exit', this.drop);
    for (const name of [this.#final, this.#spare]) {
      try {
        renameSync(this.path, name);
        this.#handOver(name);
        return name;
      } catch (error) {
        if (name === this.#spare || !isTaken(error)) throw error;
      }
    }
    return this.path;
  }

  /** Removes it. But if it holds a recording, gives it its spare name, and returns that. */
  readonly drop = (): string | undefined => {
    process.off('exit', this.drop);
    if (this.#isProtected && existsSync(this.path)) {
      renameSync(this.path, this.#spare);
      this.#handOver(this.#spare);
      return this.#spare;
    }
    rmSync(this.path, { recursive: true, force: true });
    try {
      while (this.#made.length > 0) rmdirSync(this.#made.pop() as string);
    } catch {
      // others use it already
    }
    return undefined;
  };

  #handOver(run: string): void {
    handOver(run);
    for (const folder of this.#made) handOver(folder, { isFlat: true });
  }
}

function inOutDir<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${error.path}: ${reason(error)}; --out-dir names another folder`);
  }
}

/** Which of two folders was made first? Their names decide between two of one moment. */
function isOlder(one: string, other: string): boolean {
  const born = (path: string): number =>
    statSync(path, { throwIfNoEntry: false })?.birthtimeMs ?? Number.POSITIVE_INFINITY;
  return born(one) < born(other) || (born(one) === born(other) && one < other);
}

/** Did somebody make a run of that name meanwhile? */
function isTaken(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
}

/** Does what mkdir -p does, because Node's own `recursive` never returns below /proc, where no folder can be made. */
function makeFolders(folder: string): string[] {
  if (existsSync(folder)) return [];
  const made = makeFolders(dirname(folder));
  mkdirSync(folder);
  return [...made, folder];
}

// .baseline.4242.tmp
//  └ label ┘ └ PID of the flame-record that makes it
const TEMPORARY = /\d+\.tmp$/;

interface Other {
  path: string;
  pid: number;
  /** does its flame-record still run? */
  isLive: boolean;
}

/** Folders of other runs of this label: of runs that go on now, and of killed ones. */
function othersOf(temporary: string): Other[] {
  const [folder, name] = [dirname(temporary), basename(temporary)];
  const start = name.replace(TEMPORARY, '');
  return readdirSync(folder)
    .filter((one) => one !== name && one.startsWith(start) && TEMPORARY.test(one.slice(start.length)))
    .map((one) => {
      const pid = Number.parseInt(one.slice(start.length), 10);
      const command = textOf(`/proc/${pid}/cmdline`) ?? '';
      return { path: join(folder, one), pid, isLive: command.includes('flame-record') };
    });
}

/** The command of a tool of this package: the same Node, with its flags, the program beside this one. */
export function ownTool(name: string): string[] {
  return [process.execPath, ...process.execArgv, join(import.meta.dirname, `${name}.cjs`)];
}

/** A file of this package, which lies above dist/ in a package and a checkout, or beside the programs. */
export function ownFile(...path: string[]): string {
  const above = join(import.meta.dirname, '..', ...path);
  return existsSync(above) ? above : join(import.meta.dirname, path.at(-1) ?? '');
}
