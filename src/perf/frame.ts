// Parses the lines under a header of `perf script` text: frames, source lines, and what other fields leave behind.

import { UNKNOWN } from '../stacks/marks.ts';

/** A frame: one level of a callchain. Texts are latin1. */
export interface PerfFrame {
  kind: 'frame';
  /** hexadecimal; '' for an inlined frame of perf 4.14, which follows its container */
  address: string;
  /** '' where perf has none */
  symbol: string;
  /** '' where perf printed none */
  dso: string;
  /** where in the object, hexadecimal; only of -F +dsoff */
  dsoOffset?: string;
  inlined: boolean;
}

/** `-F +srcline`: the place of the frame above. */
export interface SourceLine {
  kind: 'srcline';
  place: string;
  inlined: boolean;
}

/** Any other line that perf prints under a header; no stack needs it. */
export interface OtherLine {
  kind: 'other';
}

//  55d0c0de1000 work+0x10 (/opt/app)      perf
//  55d0c0de1000<TAB>work (/opt/app)       simpleperf
//  0x55D0C0De1000 work (/opt/app)         other profilers
//                   ╭ address                                          ╭ what follows
const FRAME = /^[ \t]*(?:0[xX])?([0-9a-f]+|(?=[a-fA-F]*\d)[0-9a-fA-F]{4,16}|F{16})(?:[ \t](.*))?$/s;
//  55d0c0de1000<TAB>ilen: 7 insn: 48 89 15
const INSTRUCTION = /^[ \t]*(?:insn|ilen):/;
//                          ╭ symbol           ╭ dso, any parentheses in it
const WITH_OFFSET = /^(.*?)\+0x[0-9a-fA-F]+[ \t]\((.*)\)$/s;
const UNRESOLVED = /^\[unknown\][ \t]\((.*)\)$/;
const OFFSET = /\+0x[0-9a-fA-F]+$/;
const HEX = /^0x[0-9a-f]+$/;
//	                 inlined_function          perf 4.14
const INLINED_414 = /^\t {16,}(\S.*)$/;
//  libc-start.c:360 (inlined)
//  busy.so[1634]
//  :0
const SOURCE = /^ {2}(?![0-9a-f]+ )((?:\S.*?)?:\d+|\S.*?\[[0-9a-f]+\])(?: \(discriminator \d+\))?( \(inlined\))?$/;
//  0x55d0c0de1010/0x55d0c0de0f10/P/-/-/3/CALL/-      brstack, brstacksym
//  ABI:2    BP:0x7f84…                               uregs, iregs
//  ilen: 7 insn: 48 89 15                            insn, insnlen
// 	 4K, N/A, IPC: 0.52 (12/23), BPF output:           page sizes, ipc, bpf-output
const OTHER =
  /^\s*(?:\S+\/\S*\/[PM-]\/|ABI:|[A-Z0-9]+:0x[0-9a-f]+\s|ilen: |insn: |IPC: |BPF (?:output|string): |N\/A\s*$|\d+[KMG]B?\s*$|[0-9a-f]+[ \t]+(?:insn|ilen):|<not enough memory|instruction trace error|\.{3} )/;

//  ABI:2    AX:0x12fe4b    BX:0x3                0 N/A 4K        iregs, phys_addr, data_page_size, code_page_size
const FIELD =
  /^(?:ABI:\d+|[A-Z0-9]+:0x[0-9a-f]+|\S+\/\S*\/[PM-]\/\S*|ilen:|insn:|IPC:|\d+\.\d+|\(\d+\/\d+\)|N\/A|\d+[KMG]B?)$/;
const NUMBER = /^[0-9a-f]+$/;
/** perf pads the number of phys_addr to this width, and puts no TAB before it as before a frame. */
const PHYSICAL_COLUMNS = 16;

/**
 * Are these the fields behind a sample's callchain, and nothing else? A number alone, padded as phys_addr, is one
 * `below` other frames.
 */
export function isFieldLine(text: string, below: boolean): boolean {
  if (!text.startsWith(' ')) return false;
  const words = withoutReturn(text)
    .split(/[ \t]+/)
    .filter((word) => word !== '');
  const [first = ''] = words;
  if (NUMBER.test(first) && text.indexOf(first) + first.length !== PHYSICAL_COLUMNS) return false;
  if (words.length === 1 && NUMBER.test(first)) return below;
  return (
    words.length > 0 &&
    words.some((word) => FIELD.test(word)) &&
    words.every((word) => FIELD.test(word) || NUMBER.test(word))
  );
}

/** Reads one such line without its newline; undefined when it is of no known kind. */
export function readFrameLine(text: string): PerfFrame | SourceLine | OtherLine | undefined {
  const line = withoutReturn(text);
  if (isFieldLine(line, false)) return { kind: 'other' };
  const [, address, behind = ''] = FRAME.exec(line) ?? [];
  if (address !== undefined && !INSTRUCTION.test(behind)) {
    return { kind: 'frame', ...splitFrame(address.toLowerCase(), trimBlanks(behind)) };
  }
  const source = SOURCE.exec(line);
  if (source) return { kind: 'srcline', place: source[1] as string, inlined: source[2] !== undefined };
  const inlined = INLINED_414.exec(line);
  if (inlined) return { kind: 'frame', address: '', symbol: inlined[1] as string, dso: '', inlined: true };
  return OTHER.test(line) || /\S:$/.test(trimBlanks(line)) ? { kind: 'other' } : undefined;
}

/** A file and a line; not `??:0`, `:0` or `lib.so[11634]`, which stand for none. */
export function isSource(place: string): boolean {
  return !place.endsWith(']') && !place.startsWith('??') && !place.startsWith(':');
}

/** Splits `sym+0x18 (dso)` and all that perf makes of it. */
export function splitFrame(address: string, text: string): Omit<PerfFrame, 'kind'> {
  const [symbol, dso] = splitDso(text);
  const offset = OFFSET.exec(dso)?.[0].slice('+0x'.length);
  return {
    address,
    symbol: symbol === UNKNOWN || HEX.test(symbol) ? '' : symbol,
    dso: withoutOffset(dso),
    ...(offset === undefined ? {} : { dsoOffset: offset }),
    inlined: dso === 'inlined',
  };
}

/** `/x.so+0x1234`, from -F +dsoff, without the offset. */
export function withoutOffset(dso: string): string {
  return dso.replace(OFFSET, '');
}

/** Symbols never hold `+0xHEX (`, but paths may hold any parentheses: so the first such place decides. */
function splitDso(text: string): [symbol: string, dso: string] {
  if (!text.endsWith(')')) return [trimBlanks(text).replace(OFFSET, ''), ''];
  const plain = WITH_OFFSET.exec(text) ?? undefined;
  if (plain) return [plain[1] as string, plain[2] as string];
  const unresolved = UNRESOLVED.exec(text);
  if (unresolved) return ['', unresolved[1] as string];
  const open = openingOf(text);
  const dso = open < 0 ? '' : text.slice(open + 1, -1);
  // `StubRoutines (1)` is a symbol by itself
  if (open < 0 || (open > 0 && !isBlank(text.charCodeAt(open - 1))) || /^\d*$/.test(dso)) return [trimBlanks(text), ''];
  return [trimBlanks(text.slice(0, open)), dso];
}

/**
 * String's own trim() would take the byte 0xA0 of a UTF-8 name for a blank, and a regular expression quadratic time.
 */
function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9;
}

/**
 * The frame in the tail of a one-line sample: `ADDR 55dc3f1b71a3 leaf+0x1a (/src) insn: 48 89` → its address and
 * `leaf+0x1a (/src)`. It is the first address with a name behind it, or the second of two such, because flags and data
 * addresses stand before it. Undefined where there is none, as in a tracepoint's text.
 */
export function findTailFrame(tail: string, isSecond = false): { address: string; text: string } | undefined {
  let tried = 0;
  for (const match of tail.matchAll(TAIL_ADDRESS)) {
    if (++tried > MOST_FIELDS) return undefined;
    const before = tail.slice(0, match.index);
    const [field = '', address = ''] = match;
    const isText = /[=:]/.test(before); // of a tracepoint
    const rest = tail.slice(match.index + field.length);
    if (rest.startsWith('|')) continue; // 68100142 |OP LOAD|LVL L1 hit: data_src
    const end = match.index + field.trimEnd().length;
    const isPadded = PADDED.test(tail.slice(Math.max(0, end - ADDRESS_COLUMNS - 1), end));
    if (isText && !isPadded) continue;
    const object = isPadded ? TAIL_ANY_OBJECT : TAIL_OBJECT;
    const named = TAIL_NAMED.exec(rest)?.[1] ?? (isText ? undefined : object.exec(rest)?.[1]);
    if (isText && named === undefined) continue;
    if (named === undefined ? !isPadded : !isPadded && address.length < 8) continue;
    // 7f2937c85115 buffer+0x8 (/srv/app)     55dc3f1b71a3 leaf+0x1a (/srv/app): a data address first, with its own name
    const next = named === undefined || isSecond ? '' : rest.slice(named.length);
    const behind = NEXT_ADDRESS.test(next) ? findTailFrame(next, true) : undefined;
    if (behind) return behind;
    return { address: address.toLowerCase(), text: trimBlanks(named ?? rest.replace(/ (?:insn:|ilen:|=>).*$/s, '')) };
  }
  return undefined;
}

/** Fewer numbers than these stand before an address; the text of a tracepoint may be long. */
const MOST_FIELDS = 16;
/** perf pads the address of such a frame to this width; the numbers in a tracepoint's text have no padding. */
const ADDRESS_COLUMNS = 16;
const PADDED = /^[ \t]?(?=.{16}$)(?:[ \t]+[0-9a-fx]+|[89a-f][0-9a-f]{15})$/i;
//                    ╭ address            ╭ not followed by another one and its name
const TAIL_ADDRESS = /(?<=^|[ \t])(?:0x)?([0-9a-f]{1,16})[ \t](?=[^ \t\r])(?![0-9a-f]{4,16}[ \t]+[^( \t])/gi;
//                   leaf+0x1a (/src)           the first object behind an offset; else the first parenthesis
const TAIL_NAMED = /^(\[unknown\] \(.*?\)|.*?\+0x[0-9a-f]+ \(.*?\))(?=[\s]|$)/s;
const TAIL_ANY_OBJECT = /^(.*? \(.*?\))(?=\s|$)/s;
const NEXT_ADDRESS = /^[ \t]+[0-9a-f]+ \S/;
const TAIL_OBJECT = /^(.*? \([[/].*?\))(?=\s|$)/s;

/** The `(` that balances the `)` at the end; -1 when there is none. */
function openingOf(text: string): number {
  let open = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const c = text.charCodeAt(i);
    if (c === 41) open++;
    else if (c === 40 && --open === 0) return i;
  }
  return -1;
}

const USER_BRACKETS = /^\[(?:vdso|vsyscall|heap|stack|unknown|anon|JIT)/;
const KERNEL_FILE = /(?:^|\/)(?:vmlinux[^/]*|kcore|[^/]+\.ko(?:\.[xg]z|\.zst)?|bpf_prog_[^/]*)$/;
const JIT_FILE = /^\[JIT|\/perf-\d+\.map$|\/jitted-\d+-\d+\.so$/;

/** The first address of the kernel's half, on every 64-bit machine. */
export const KERNEL_ADDRESS = 'ffff800000000000';
/** The kernel's limit on the depth of a callchain. A chain of just that length has lost its root. */
export const MAX_STACK = 127;
/** Ends a DWARF callchain whose dumped stack was too short. */
export const NO_ADDRESS = 'ffffffffffffffff';

/** Hexadecimal, as perf prints it. */
export function isKernelAddress(address: string): boolean {
  return address.length === 16 && address >= KERNEL_ADDRESS && address !== NO_ADDRESS;
}

export function isKernel(frame: Pick<PerfFrame, 'address' | 'dso'>): boolean {
  const { address, dso } = frame;
  if (isKernelAddress(address)) return true;
  return dso.startsWith('[') ? !USER_BRACKETS.test(dso) : KERNEL_FILE.test(dso);
}

export function isJit(frame: Pick<PerfFrame, 'dso'>): boolean {
  return JIT_FILE.test(frame.dso);
}

/** A line of a file with CRLF. */
export function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/** The same, without leading blanks either. */
export function bare(line: string): string {
  return withoutReturn(line).replace(/^ +/, '');
}
