// Frames of `perf script` by their objects: which file an address lies in, and where, in whatever form perf printed it.

import { Mappings } from '../symbols/mappings.ts';
import type { ObjectSymbols } from '../symbols/object.ts';
import type { CodePlace, Expansion, Symbolizer } from '../symbols/symbolizer.ts';
import { isJit, isKernel, type PerfFrame } from './frame.ts';

// busy 18646/18646 3685.517583: PERF_RECORD_MMAP2 18646/18646: [0x562199e91000(0x121000) @ 0xc6000 fe:00 6013295 26]:
// r-xp /opt/busy
//                               └ with --show-mmap-events       └ from         └ length    └ offset  └ file, or <build-id>
const MMAP =
  /PERF_RECORD_MMAP2? (-?\d+)\/-?\d+: \[0x([0-9a-f]+)\((?:0x)?([0-9a-f]+)\) @ (?:0x)?([0-9a-f]+)(?: <([0-9a-f]+)>| [^\]]*)?\]: (\S+) (.+)$/;

// bash 3638/3638 38813.669186: PERF_RECORD_FORK(3705:3705):(3638:3638)      with --show-task-events
//                                               └ child     └ parent       PID:TID each; a thread has its process's PID
const FORK = /PERF_RECORD_FORK\((\d+):\d+\):\((\d+):\d+\)$/;

/** What perf prints in place of a path. */
const NO_FILE = /^(?:\[|\/\/anon|\/memfd:|\/SYSV|\/dev\/zero|inlined$|\/tmp\/perf-\d+\.map$|$)/;

/** How frames are looked up in their objects. */
export interface LookupOptions {
  symbolizer: Symbolizer;
  /** where to keep what the records say that processes had mapped */
  mappings?: Mappings | undefined;
  /** what compilers told perf, of a run that has kept it; undefined: perf still finds that by itself */
  compiled?: Pick<Mappings, 'compiledFor'> | undefined;
  /** give inlined functions frames of their own */
  inline: boolean;
  /** tell how well user frames are known? Unless it says no */
  rates?: boolean | undefined;
}

type FrameNames = Pick<PerfFrame, 'symbol' | 'dso'>;

export class PerfObjects {
  readonly #symbolizer: Symbolizer;
  readonly #maps: Mappings;
  readonly #compiled: LookupOptions['compiled'];
  readonly #buildIds = new Map<string, string>();
  /** whether addresses that could be either turned out as offsets in the file, above 0, or as those of the process */
  #votes = 0;

  constructor({ symbolizer, mappings = new Mappings(), compiled }: LookupOptions) {
    this.#symbolizer = symbolizer;
    this.#maps = mappings;
    this.#compiled = compiled;
  }

  /** All addresses of processes that anything is mapped at lie between these. */
  get mapped(): { from: number; to: number } {
    return this.#maps;
  }

  /** Takes a record that is no sample, such as PERF_RECORD_MMAP2; others are left. */
  readRecord(text: string): void {
    const [, pid, from = '', length = '', offset = '', buildId, access = '', path = ''] = MMAP.exec(text) ?? [];
    if (pid === undefined) {
      const [, child, parent] = FORK.exec(text) ?? [];
      if (child !== undefined) this.#maps.fork(Number(child), Number(parent));
      return;
    }
    if (!access.includes('x')) return;
    const start = Number(`0x${from}`);
    this.#maps.add(Number(pid), {
      from: start,
      to: start + Number(`0x${length}`),
      offset: Number(`0x${offset}`),
      path,
    });
    if (buildId !== undefined) this.#buildIds.set(path, buildId);
  }

  /** The frame, with the name that the compiler in the process gave it, where perf has none. */
  named(frame: PerfFrame, pid: number): PerfFrame {
    if (frame.symbol !== '' || !isJit(frame)) return frame;
    const symbol = this.#compiled?.compiledFor(pid)?.at(Number(`0x${frame.address}`));
    return symbol === undefined ? frame : { ...frame, symbol };
  }

  /** Where a frame lies; undefined: in the kernel, or in nothing that can be used. */
  placeOf(frame: PerfFrame, pid: number): CodePlace | undefined {
    const object = this.objectOf(frame);
    if (!object) return undefined;
    const { dsoOffset, address, symbol, dso } = frame;
    if (dsoOffset !== undefined) return this.#symbolizer.placeIn(object, Number(`0x${dsoOffset}`));
    return this.placeAt(object, Number(`0x${address}`), { symbol, dso }, pid);
  }

  /** The object of a frame; undefined: it is the kernel's, or has none. */
  objectOf(frame: Pick<PerfFrame, 'address' | 'dso' | 'inlined'>): ObjectSymbols | undefined {
    if (frame.inlined || NO_FILE.test(frame.dso) || isKernel(frame)) return undefined;
    return this.#symbolizer.object(frame.dso, this.#buildIds.get(frame.dso));
  }

  /** Where the frame that perf printed with this address lies; undefined: in nothing that can be used. */
  placeAt(object: ObjectSymbols, address: number, names: FrameNames, pid: number): CodePlace | undefined {
    const offset = this.#offsetOf(names, address, pid, object);
    return offset === undefined ? undefined : this.#symbolizer.placeIn(object, offset);
  }

  /** The functions of a frame; undefined: it is the kernel's, or nothing is known of it. */
  at(frame: PerfFrame, pid: number): Expansion | undefined {
    const place = this.placeOf(frame, pid);
    return place && this.#symbolizer.functionsAt(place);
  }

  /**
   * perf 6.1 prints offsets in the file, 6.12 addresses of the process, and with -F +dsoff both. An address that lies
   * in a map of that file is the process's. But in programs that are loaded low it may be a good offset as well.
   */
  #offsetOf(frame: FrameNames, address: number, pid: number, object: ObjectSymbols): number | undefined {
    const mapping = this.#maps.at(pid, address, frame.dso);
    const isOffset = object.addressAt(address) !== undefined;
    if (!mapping) {
      if (isOffset) return address;
      if (object.refusal === undefined) this.#symbolizer.unmapped++;
      return undefined;
    }
    const mapped = address - mapping.from + mapping.offset;
    if (!isOffset) {
      this.#votes -= SURE;
      return mapped;
    }
    this.#votes += voteOf(frame.symbol, object, address, mapped);
    return this.#votes === 0 ? undefined : this.#votes > 0 ? address : mapped;
  }
}

/** What a name counts, when a call, which may stand before any address by chance, counts 1. */
const SURE = 100;

/**
 * Which of two offsets leads to the function that perf found there? Else, which one stands behind a call, as callers
 * do? Above 0: the first one; below: the second.
 */
function voteOf(symbol: string, object: ObjectSymbols, one: number, other: number): number {
  const votes = [one, other].map((offset) => {
    const at = object.addressAt(offset);
    if (at === undefined) return 0;
    if (symbol !== '' && object.nameAt(at) === symbol) return SURE;
    // DWARF's callers are the last byte of the call
    return object.endsCall(at) || object.endsCall(at + 1) ? 1 : 0;
  });
  return (votes[0] as number) - (votes[1] as number);
}
