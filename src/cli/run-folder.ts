// The folder of a run: made aside, renamed when it is whole; and where this package's own files lie.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './report.ts';

export class RunFolder {
  readonly path: string;
  readonly #final: string;
  readonly #force: boolean;

  /** Throws UsageError if there is such a run and it is not to be replaced; system errors if it can't be made. */
  constructor({ final, temporary }: { final: string; temporary: string }, force: boolean) {
    if (existsSync(final) && !force) {
      throw new UsageError(`${final}: there is such a run already; --force replaces it, --label names another`);
    }
    this.#final = final;
    this.#force = force;
    this.path = temporary;
    makeFolders(dirname(temporary));
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
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
  };
}

/** As mkdir -p. Node's own `recursive` never returns below /proc, where a folder is missing and can't be made. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder);
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
