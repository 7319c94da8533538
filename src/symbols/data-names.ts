// Variables by their address: the name of a lock, or where it lies, by a copy of /proc/PID/maps and the files in it.

import { withoutDeleted } from '../stacks/frame-name.ts';
import type { ObjectSymbols } from './object.ts';
import { symbolFrame } from './symbol-frame.ts';

export interface DataName {
  /** the variable, demangled, latin1; undefined: it has no symbol */
  symbol: string | undefined;
  /** `heap`, `stack`, `shared memory`, `memory`, `data of libpq.so.5` */
  place: string;
}

interface Region {
  from: number;
  to: number;
  isReadable: boolean;
  offset: number;
  path: string;
}

// 55d2cfef3000-55d2cfef4000 rw-p 00069000 fe:00 6135931                    /src/rs/target/release/host
// └ from       └ to         │    └ offset                                  └ path
//                           └ readable
const LINE = /^([0-9a-f]+)-([0-9a-f]+) (.)...? ([0-9a-f]+) [0-9a-f]+:[0-9a-f]+ \d+ *(.*)$/gm;
// /dev/zero (deleted)     /dev/shm/PostgreSQL.1234     /SYSV0012ab (deleted)     /memfd:x (deleted)
const SHARED = /^\/(?:dev\/zero|dev\/shm\/|SYSV|memfd:)/;
/** glibc gives each thread's heap a place of its own, at a multiple of this. */
const ARENA = 64 << 20;
/** A thread's stack has a page or more below it that nobody may read. */
const MOST_GUARD = 1 << 20;

export class DataNames {
  /** by pid; undefined: of processes that have no entry of their own */
  readonly #regions = new Map<number | undefined, Region[]>();
  readonly #object: (path: string) => Pick<ObjectSymbols, 'dataAt' | 'refusal'>;

  /** `object` gives the symbols of a mapped file. */
  constructor(object: (path: string) => Pick<ObjectSymbols, 'dataAt' | 'refusal'>) {
    this.#object = object;
  }

  /** Adds a copy of /proc/PID/maps, latin1. `pid` undefined: it serves all processes without a copy of their own. */
  addMaps(pid: number | undefined, maps: string): void {
    const regions = Array.from(maps.matchAll(LINE), ([, from = '', to = '', readable, offset = '', path = '']) => ({
      ...{ from: Number(`0x${from}`), to: Number(`0x${to}`), offset: Number(`0x${offset}`) },
      ...{ isReadable: readable === 'r', path },
    }));
    this.#regions.set(pid, regions);
  }

  /** The variable at an address of a process; undefined: nothing is known of its memory. */
  at(address: number, pid: number | undefined): DataName | undefined {
    const regions = this.#regions.get(pid) ?? this.#regions.get(undefined);
    const index = regions?.findIndex(({ from, to }) => address >= from && address < to) ?? -1;
    if (!regions || index < 0) return undefined;
    const region = regions[index] as Region;
    if (region.path === '[heap]') return { symbol: undefined, place: 'heap' };
    if (region.path.startsWith('[stack')) return { symbol: undefined, place: 'stack' };
    if (SHARED.test(region.path)) return { symbol: undefined, place: 'shared memory' };
    const path = region.path.startsWith('/') ? region.path : fileBelow(regions, index);
    return (path === undefined ? undefined : this.#inFile(path, regions, address)) ?? anonymous(regions, index);
  }

  #inFile(path: string, regions: readonly Region[], address: number): DataName | undefined {
    const first = regions.find((region) => region.path === path && region.offset === 0);
    const object = this.#object(path);
    if (first === undefined) return undefined;
    const found = object.refusal === undefined ? object.dataAt(address - first.from) : undefined;
    if (found === undefined) return undefined;
    const symbol = found && symbolFrame(found, { tidy: true, demangle: true, keepHash: false });
    return { symbol: symbol || undefined, place: `data of ${withoutDeleted(path).replace(/^.*\//, '')}` };
  }
}

/** Variables that begin as zero follow those of the file, without being in it. */
function fileBelow(regions: readonly Region[], index: number): string | undefined {
  const [below, region] = [regions[index - 1], regions[index]];
  return below && region?.path === '' && below.to === region.from && below.path.startsWith('/')
    ? below.path
    : undefined;
}

function anonymous(regions: readonly Region[], index: number): DataName {
  const [below, region] = [regions[index - 1], regions[index] as Region];
  const isGuarded = below && !below.isReadable && below.to === region.from && below.to - below.from <= MOST_GUARD;
  const place = region.from % ARENA === 0 ? 'heap' : isGuarded && region.path === '' ? 'stack' : 'memory';
  return { symbol: undefined, place };
}
