// Wait events: where a Postgres server keeps what it waits for, so that bpf/offcpu.bt can read it at each switch.

import type { ReadBytes } from '../../symbols/elf/section-data.ts';
import { exportedSymbol } from '../../symbols/elf.ts';

/** The files of /proc/PID that tell it. */
export interface ServerFiles {
  exe: ReadBytes;
  /** '' if it can't be read */
  auxv: Buffer;
  /** PG_VERSION, which lies in the current folder of each process of a server; undefined: there is none */
  version?: string;
}

/** `address` is the same in all processes of a server; `version` is the major one. */
export interface WaitEvents {
  address: number;
  version: number;
}

const SYMBOL = 'my_wait_event_info'; // since Postgres 14
const NEWEST_KNOWN = 18;
const AT_ENTRY = 9n;

/** Undefined: no Postgres; a text: one whose wait events can't be recorded, and why. */
export function waitEventsOf({ exe, auxv, version }: ServerFiles): WaitEvents | string | undefined {
  const symbol = exportedSymbol(exe, SYMBOL);
  if (!symbol) {
    return version === undefined ? undefined : `Postgres ${version.trim()} exports no ${SYMBOL}`;
  }
  const entry = entryOf(auxv);
  const major = Number.parseInt(version ?? '', 10);
  if (entry === undefined || Number.isNaN(major)) return 'address and version of the server may not be read';
  if (major > NEWEST_KNOWN) return `those of Postgres ${major} are not known`;
  return { address: Number(symbol.value + entry - symbol.entry), version: major };
}

/** The wait events of several processes, which one program records only if they are of one server. */
export function sharedWaitEvents(found: readonly ReturnType<typeof waitEventsOf>[]): ReturnType<typeof waitEventsOf> {
  const [first] = found;
  const isShared = found.every((one) =>
    typeof one === 'object' && typeof first === 'object' ? one.address === first.address : one === first,
  );
  return isShared ? first : 'the processes are not of one Postgres server';
}

/** The entry point of a process, by its /proc/PID/auxv: the program's own address, plus where it was loaded. */
export function entryOf(auxv: Buffer): bigint | undefined {
  return valueIn(auxv, AT_ENTRY);
}

/** /proc/PID/auxv holds pairs of 64-bit words: what it is, and its value. */
function valueIn(auxv: Buffer, type: bigint): bigint | undefined {
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (auxv.readBigUInt64LE(at) === type) return auxv.readBigUInt64LE(at + 8);
  }
  return undefined;
}
