// Bare names: functions whose debug information has no namespace or class for them. If several files have one of them,
// the file stands behind its name.

import type { SymbolFrame } from './object.ts';

export class BareNames {
  /** the files that a bare name was seen in */
  readonly #filesOf = new Map<string, Set<string>>();

  /** Call it for all frames before the first behind(). */
  note({ name, isBare, file }: SymbolFrame): void {
    if (!isBare || name === undefined || file === undefined) return;
    const files = this.#filesOf.get(name);
    if (files) files.add(shortPath(file));
    else this.#filesOf.set(name, new Set([shortPath(file)]));
  }

  /** ` (map.rs)`; '' if the name is enough. */
  behind({ name = '', isBare, file }: SymbolFrame): string {
    const isAmbiguous = isBare && (this.#filesOf.get(name)?.size ?? 0) > 1;
    return isAmbiguous && file !== undefined ? ` (${shortPath(file)})` : '';
  }
}

/** The file name with its folder, because half of all files of Rust are called mod.rs: `raw/mod.rs` */
export function shortPath(path: string): string {
  const folder = path.lastIndexOf('/', path.lastIndexOf('/') - 1);
  return path.slice(path[folder + 1] === '/' ? folder + 2 : folder + 1);
}
