// What processes have mapped as code, and where: by the events of a recording, or by copies of /proc/PID/maps.

import type { PerfMap } from './perf-map.ts';

export interface Mapping {
  /** addresses of the process; `to` is behind the last */
  from: number;
  to: number;
  /** where in the file the first byte lies */
  offset: number;
  path: string;
}

// 55d0c000-55d0e000 r-xp 00002000 fd:01 1310       /usr/lib/x86_64-linux-gnu/libc.so.6
// └ from   └ to      └ x: code └ offset             └─ path
const LINE = /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) [0-9a-f]+:[0-9a-f]+ \d+ *(.*)$/gm;

/** Any process, if a recording does not tell which. */
export const ANY_PROCESS = -1;

/** Those of a file in all processes, and the range of addresses that they lie in. */
interface OfPath {
  from: number;
  to: number;
  mappings: Mapping[];
}

export class Mappings {
  readonly #ofPid = new Map<number, Mapping[]>();
  readonly #ofPath = new Map<string, OfPath>();
  readonly #compiled = new Map<number, PerfMap>();
  readonly #knowsAll: boolean;
  #count = 0;
  /** addresses that anything is mapped at, all lie between these */
  from = Number.POSITIVE_INFINITY;
  to = 0;

  /**
   * `knowsAll`: each process has its own number here, and one without may have run any program. If not, a single
   * process stands for all, because its number may be another one in a container.
   */
  constructor({ knowsAll = false } = {}) {
    this.#knowsAll = knowsAll;
  }

  get count(): number {
    return this.#count;
  }

  /** Of all processes. */
  *all(): Iterable<Mapping> {
    for (const mappings of this.#ofPid.values()) yield* mappings;
  }

  add(pid: number, mapping: Mapping): void {
    const known = this.#ofPid.get(pid);
    if (known) known.push(mapping);
    else this.#ofPid.set(pid, [mapping]);
    const ofPath = this.#ofPath.get(mapping.path);
    if (ofPath) {
      ofPath.from = Math.min(ofPath.from, mapping.from);
      ofPath.to = Math.max(ofPath.to, mapping.to);
      ofPath.mappings.push(mapping);
    } else this.#ofPath.set(mapping.path, { from: mapping.from, to: mapping.to, mappings: [mapping] });
    this.#count++;
    this.from = Math.min(this.from, mapping.from);
    this.to = Math.max(this.to, mapping.to);
  }

  /** A child begins with what its parent has mapped. */
  fork(child: number, parent: number): void {
    if (child !== parent) for (const mapping of this.#ofPid.get(parent) ?? []) this.add(child, mapping);
  }

  /** Adds the mappings of a copy of /proc/PID/maps, latin1. */
  addMaps(pid: number, maps: string): void {
    for (const [, from = '', to = '', offset = '', path = ''] of maps.matchAll(LINE)) {
      this.add(pid, { from: Number(`0x${from}`), to: Number(`0x${to}`), offset: Number(`0x${offset}`), path });
    }
  }

  /** Adds the functions that a compiler in that process told perf of. */
  addCompiled(pid: number, map: PerfMap): void {
    this.#compiled.set(pid, map);
  }

  compiledFor(pid: number): PerfMap | undefined {
    const own = this.#compiled.get(pid);
    const [only] = this.#compiled.size === 1 && this.#isUnknown(pid) ? this.#compiled.values() : [];
    return own ?? only;
  }

  /**
   * The mapping that an address of a process lies in. With a `path`: one of that file, in any process, because a child
   * has its parent's mappings, often without an event. With '': one of any file. Undefined also if the process had
   * several at that address, one after the other, as after exec: then nobody knows which one.
   */
  at(pid: number, address: number, path: string): Mapping | undefined {
    const mappings = this.#ofPid.get(pid) ?? [];
    if (path === '') {
      const own = mappingsAt(mappings, address);
      return agreed(own.length > 0 || !this.#isUnknown(pid) ? own : mappingsAt(this.all(), address));
    }
    // a recording of the whole machine has thousands, and perf 6.1 prints offsets, which lie in none
    const ofPath = this.#ofPath.get(path);
    if (!ofPath || address < ofPath.from || address >= ofPath.to) return undefined;
    const isIt = (one: Mapping): boolean => one.path === path && address >= one.from && address < one.to;
    return mappings.findLast(isIt) ?? ofPath.mappings.findLast(isIt);
  }

  #isUnknown(pid: number): boolean {
    return pid === ANY_PROCESS || (!this.#knowsAll && this.#ofPid.size <= 1);
  }
}

function mappingsAt(mappings: Iterable<Mapping>, address: number): Mapping[] {
  const found: Mapping[] = [];
  for (const mapping of mappings) if (address >= mapping.from && address < mapping.to) found.push(mapping);
  return found;
}

function agreed(mappings: readonly Mapping[]): Mapping | undefined {
  const last = mappings.at(-1);
  const isSame = ({ from, offset, path }: Mapping): boolean =>
    path === last?.path && from - offset === last.from - last.offset;
  return mappings.every(isSame) ? last : undefined;
}
