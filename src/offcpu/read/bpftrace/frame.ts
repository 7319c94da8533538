// A frame as bpftrace prints it, in all its stack modes.

import { isKernelAddress } from '../../../perf/frame.ts';

/** Texts are latin1. */
export interface BpftraceFrame {
  /** '' where bpftrace found none */
  symbol: string;
  /** the object in parentheses, of mode `perf`; '' in other modes */
  dso: string;
  /** known where an address is printed: mode `perf`, `raw`, and frames without a symbol */
  isKernel: boolean | undefined;
  inlined: boolean;
  /** hexadecimal, where bpftrace printed it; '' or undefined: it did not */
  address?: string | undefined;
}

/** Places of a frame line as bpftrace usually prints it: `    do_nanosleep+94`, `    0x7f83c7aa3545`. */
export interface SymbolPlaces {
  /** of the symbol; empty for an address alone */
  from: number;
  to: number;
  /** is an address that stands alone the kernel's? */
  isKernel: boolean;
}

/** Finds the symbol without making a string; false when the line is of another form. */
export function findSymbol(b: Uint8Array, from: number, to: number, places: SymbolPlaces): boolean {
  let p = from;
  while (b[p] === 32) p++;
  // TAB: mode perf.  [inlined]
  if (p === to || b[p] === 9 || b[p] === 91) return false;
  if (b[p] === 48 && b[p + 1] === 120) return findAddress(b, p + 2, to, places);
  let q = to;
  while (q > p && isDigit(b[q - 1])) q--;
  if (q === to || q <= p + 1 || b[q - 1] !== 43) return false;
  places.from = p;
  places.to = q - 1;
  return true;
}

function findAddress(b: Uint8Array, from: number, to: number, places: SymbolPlaces): boolean {
  for (let p = from; p < to; p++) {
    const c = b[p] as number;
    if (!(isDigit(c) || (c >= 97 && c <= 102))) return false;
  }
  places.from = to;
  places.to = to;
  // from 0xffff800000000000 on
  places.isKernel = to - from === 16 && b[from] === 102 && b[from + 3] === 102 && (b[from + 4] as number) >= 56;
  return from < to && to - from <= 16;
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= 48 && c <= 57;
}

const INLINED = '[inlined] ';
const INLINED_PERF = ' (inlined)';
//	    7fc00eabd545 clock_nanosleep+101 (/usr/lib/x86_64-linux-gnu/libc.so.6)
//      └─ address ┘ └──── what follows
const PERF = /^\t *([0-9a-f]+) (\S.*)$/s;
// clock_nanosleep+101 (/usr/lib (x)/libc.so.6)     0x7fb7c4ff4bb6 ([unknown])
// └──── symbol ─────┘  └───── object ───────┘
const WITH_OBJECT = /^(.*?\+\d+|0x[0-9a-f]+|\S+) \((.*)\)$/s;
// spin+37@/src/dir/file.c:14
//        └─ place, 0.24 and newer
const PLACE = /@[^@]*:\d+(?::\d+)?$/;
// do_nanosleep+94     x+0x5e (pasted, or of bcc)     ext4_sync_file+94 [ext4]
//             └┬┘
const OFFSET = /\+(?:\d+|0x[0-9a-f]+)(?: \[\w+\])?$/;
const ADDRESS = /^(?:0x)?[0-9a-f]+$/;
// mode build_id: the id of the object, the offset in it;   mode raw: an address
//     0c5b…(40) 0x0c1234                                       7fb7c4ff4bb6
const RAW = /^(?:[0-9a-f]{40} 0x[0-9a-f]+|0x[0-9a-f]{1,16}|[0-9a-f]{4,16})$/;

/** Is this line, at column 0, a frame of mode raw or build_id? */
export function isRawFrame(text: string): boolean {
  return RAW.test(text);
}

/** Reads a frame line without its newline. */
export function readFrame(line: string): BpftraceFrame {
  const perf = PERF.exec(line);
  if (perf) return perfFrame(perf[1] as string, perf[2] as string);
  let text = line.replace(/^[ \t]+|[ \t]+$/g, '');
  const inlined = text.startsWith(INLINED);
  if (inlined) text = text.slice(INLINED.length);
  if (RAW.test(text)) return unresolved(text, '', inlined);
  const symbol = text.replace(PLACE, '').replace(OFFSET, '');
  return { symbol, dso: '', isKernel: undefined, inlined };
}

function perfFrame(address: string, text: string): BpftraceFrame {
  const inlined = text.endsWith(INLINED_PERF);
  const [, named = inlined ? text.slice(0, -INLINED_PERF.length) : text, dso = ''] =
    (!inlined && WITH_OBJECT.exec(text)) || [];
  if (ADDRESS.test(named)) return unresolved(address, dso, inlined);
  const symbol = named.replace(PLACE, '').replace(OFFSET, '');
  return { symbol, dso, isKernel: isKernelAddress(withoutPrefix(address)), inlined, address };
}

function unresolved(address: string, dso: string, inlined: boolean): BpftraceFrame {
  const isOffset = address.includes(' ');
  const isKernel = isKernelAddress(withoutPrefix(address.split(' ')[0] as string));
  return { symbol: '', dso, isKernel, inlined, address: isOffset ? '' : withoutPrefix(address) };
}

function withoutPrefix(address: string): string {
  return address.replace(/^0x/, '');
}
