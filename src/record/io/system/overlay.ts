// A tree of links to all files of this machine, in which some are replaced: what a program finds there by its own paths.

import { mkdirSync, readdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the tree in the empty folder `root`. `replaced`: what stands at an absolute path (latin1), and, as the kernel calls
 * a file that is gone, at `PATH (deleted)`. Paths may lead through folders that are gone, too.
 */
export function makeOverlay(root: string, replaced: ReadonlyMap<string, string>): void {
  const made = new Set<string>();
  const at = (path: string): Buffer => Buffer.concat([Buffer.from(root), Buffer.from(path, 'latin1')]);
  const replace = (path: string, file: string | Buffer): void => {
    remove(at(path));
    symlinkSync(file, at(path));
  };
  const fill = (folder: string): void => {
    if (made.has(folder)) return;
    made.add(folder);
    if (folder !== '/') {
      fill(dirname(folder));
      remove(at(folder));
      mkdirSync(at(folder));
    }
    const prefix = folder === '/' ? '/' : `${folder}/`;
    for (const name of namesIn(folder)) replace(`${prefix}${name}`, Buffer.from(`${prefix}${name}`, 'latin1'));
  };
  for (const path of replaced.keys()) fill(dirname(path));
  for (const [path, file] of replaced) {
    replace(path, resolve(file));
    replace(`${path} (deleted)`, resolve(file));
  }
}

function remove(link: Buffer): void {
  try {
    unlinkSync(link);
  } catch {
    // there is none
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(Buffer.from(folder, 'latin1'), 'latin1');
  } catch {
    return []; // gone, or not ours to read
  }
}
