// What processes have mapped as code, and where: by the events of a recording, or by copies of /proc/PID/maps.

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

export class Mappings {
  readonly #ofPid = new Map<number, Mapping[]>();
  #count = 0;

  get pids(): Iterable<number> {
    return this.#ofPid.keys();
  }

  get count(): number {
    return this.#count;
  }

  /** A later one hides an earlier one at the same addresses. */
  add(pid: number, mapping: Mapping): void {
    const known = this.#ofPid.get(pid);
    if (known) known.push(mapping);
    else this.#ofPid.set(pid, [mapping]);
    this.#count++;
  }

  /** Adds those of a copy of /proc/PID/maps, latin1. */
  addMaps(pid: number, maps: string): void {
    for (const [, from = '', to = '', offset = '', path = ''] of maps.matchAll(LINE)) {
      this.add(pid, { from: Number(`0x${from}`), to: Number(`0x${to}`), offset: Number(`0x${offset}`), path });
    }
  }

  /**
   * The mapping of a process that an address lies in. A child has its parent's, of which there may be no event: so those
   * of other processes count as well, if they are of that file. `path` '': any file.
   */
  at(pid: number, address: number, path: string): Mapping | undefined {
    const own = lastAt(this.#ofPid.get(pid) ?? [], address, path);
    if (own) return own;
    for (const [other, mappings] of path === '' && this.#ofPid.size > 1 ? [] : this.#ofPid) {
      const found = other === pid ? undefined : lastAt(mappings, address, path);
      if (found) return found;
    }
    return undefined;
  }
}

function lastAt(mappings: readonly Mapping[], address: number, path: string): Mapping | undefined {
  const found = mappings.findLast(({ from, to }) => address >= from && address < to);
  return found && (path === '' || found.path === path) ? found : undefined;
}
