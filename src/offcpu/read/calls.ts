// Calls of fsync and fdatasync in a dump of bpf/offcpu.bt, from their start to their end: each is several waits.

import type { WaitObject } from '../entry.ts';
import type { BpftraceText } from './bpftrace/text.ts';
import type { ParticularsReader } from './particulars.ts';

/** Equal calls. Times are nanoseconds. */
export interface CallSum {
  /** `fsync` */
  name: string;
  object: WaitObject | undefined;
  pid: number | undefined;
  /** each took 2^n nanoseconds or more, and less than 2^(n + 1) */
  lengthLog2: number;
  ns: number;
  count: number;
  maxNs: number;
}

export interface Calls {
  sums: CallSum[];
  /** calls that found no room in the map */
  missing: number;
}

/** Numbers of x86-64 and of arm64 differ, and none means two of these. */
const NAMES: Readonly<Record<number, string>> = { 74: 'fsync', 82: 'fsync', 75: 'fdatasync', 83: 'fdatasync' };

// 21335, 74, 9895605440405, 19     tid, call, object, length
// (979000, 12, 90100)              ns, count, longest
const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

/** The calls that bpf/offcpu.bt measured, out of its map `@calls`. */
export function callsOf(text: BpftraceText, particulars: ParticularsReader | undefined): Calls {
  const sums: CallSum[] = [];
  for (const [key, [value]] of text.maps.get('@calls')?.threads ?? []) {
    const [tid = 0, call = 0, object = 0, lengthLog2 = 0] = numbersIn(key);
    const [ns = 0, count = 0, maxNs = 0] = numbersIn(String(value));
    const name = NAMES[call] ?? `call ${call}`;
    const pid = particulars?.processOf(tid);
    sums.push({ name, object: particulars?.objectOf(call, object), pid, lengthLog2, ns, count, maxNs });
  }
  const all = Number(text.scalars.get('@callcount') ?? 0);
  return { sums, missing: all - sums.reduce((sum, { count }) => sum + count, 0) };
}
