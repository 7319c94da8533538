// The folder of a run: made aside, renamed when it is whole; and where this package's own files lie.

import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../engine/errors.ts';

export class RunFolder {
  readonly path: string;
  readonly #final: string;
  readonly #force: boolean;
  /** folders above it that were not there before, the innermost last */
  readonly #made: string[];

  /** Throws UsageError if there is such a run and it is not to be replaced; system errors if it can't be made. */
  constructor({ final, temporary }: { final: string; temporary: string }, force: boolean) {
    if (existsSync(final) && !force) {
      throw new UsageError(`${final}: there is such a run already; --force replaces it, --label names another`);
    }
    this.#final = final;
    this.#force = force;
    this.path = temporary;
    this.#made = makeFolders(dirname(temporary));
    for (const left of leftBy(temporary)) rmSync(left, { recursive: true, force: true });
    try {
      mkdirSync(temporary);
    } catch (error) {
      this.drop();
      throw error;
    }
    process.on('exit', this.drop); // whatever happens: whole, or absent
  }

  /** It is whole. */
  keep(): void {
    if (this.#force) rmSync(this.#final, { recursive: true, force: true });
    renameSync(this.path, this.#final);
    process.off('exit', this.drop);
  }

  readonly drop = (): void => {
    process.off('exit', this.drop);
    rmSync(this.path, { recursive: true, force: true });
    try {
      while (this.#made.length > 0) rmdirSync(this.#made.pop() as string);
    } catch {
      // others use it already
    }
  };
}

/** As mkdir -p. Node's own `recursive` never returns below /proc, where a folder is missing and can't be made. */
function makeFolders(folder: string): string[] {
  if (existsSync(folder)) return [];
  const made = makeFolders(dirname(folder));
  mkdirSync(folder);
  return [...made, folder];
}

// .baseline.4242.tmp
//  └ label ┘ └ PID of the flame-record that makes it
const TEMPORARY = /\d+\.tmp$/;

/** What runs of this label left that were killed: the process in their name is no more. */
function leftBy(temporary: string): string[] {
  const [folder, name] = [dirname(temporary), basename(temporary)];
  const start = name.replace(TEMPORARY, '');
  return readdirSync(folder)
    .filter((one) => one.startsWith(start) && TEMPORARY.test(one.slice(start.length)))
    .filter((one) => one === name || !existsSync(`/proc/${Number.parseInt(one.slice(start.length), 10)}`))
    .map((one) => join(folder, one));
}

const HERE = dirname(fileURLToPath(import.meta.url));

/** What runs a tool of this package: the same Node, the program beside this one. */
export function ownTool(name: string): string[] {
  return [process.execPath, join(HERE, `${name}.cjs`)];
}

/** A file of this package, which lies above dist/ in a package and a checkout, or beside the programs. */
export function ownFile(...path: string[]): string {
  const above = join(HERE, '..', ...path);
  return existsSync(above) ? above : join(HERE, path.at(-1) ?? '');
}
