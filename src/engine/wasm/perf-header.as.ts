// The header line of a sample in `perf script` text: where comm, pid, tid, time, period and event lie in it. The one
// grammar in the engine, because it is read once a sample: in TypeScript it took a quarter of all CPU time.
//
//     two words 24621/24622 [000]  1257.128449:     250000 cpu-clock:u:
//     ╰─comm──╯ ╰pid╯ ╰tid╯ ╰cpu╯ ╰──time───╯      ╰period╯╰──event──╯╰rest
//
// A comm may hold anything, even text that looks like a header. But perf pads the tid to at least 5 columns and the
// time to 12. Together that is more than the 15 bytes of a comm, so the leftmost match of that width can't be part of
// one.

import { keyLike } from './intern.as';
import { isDigit, lineEnd, lineStart } from './lines.as';

const SPACE: u32 = 32;
const TAB: u32 = 9;
const COLON: u32 = 58;
const POINT: u32 = 46;
/** Ten times of this fit into 64 bits. */
const MOST_DIGITS: u64 = 1_000_000_000_000_000_000;

/** Least columns from the end of the field before, separator included. */
const TID_COLUMNS: usize = 1 + 5;
/** The address of a sample without callchain, which stands on the header's line. */
const ADDRESS_COLUMNS: usize = 16;
const TIME_COLUMNS: usize = 1 + 12;

export const SAMPLE: u32 = 0;
const RECORD: u32 = 1;
const DEFERRED: u32 = 2;

/** Places in the text, from `from` inclusive to `to` exclusive; 0 where a field is missing. Read by the host. */
@unmanaged
class Header {
  kind: u32 = 0;
  commFrom: u32 = 0;
  commTo: u32 = 0;
  pidFrom: u32 = 0;
  pidTo: u32 = 0;
  tidFrom: u32 = 0;
  tidTo: u32 = 0;
  eventFrom: u32 = 0;
  eventTo: u32 = 0;
  /** what stands behind the event */
  restFrom: u32 = 0;
  commKey: u32 = 0;
  eventKey: u32 = 0;
  /** weight of the sample in the event's unit; NaN where perf printed none */
  period: f64 = 0;
  /** seconds; NaN where perf printed none */
  time: f64 = 0;
}

export const header = new Header();

export function perfHeader(): usize {
  return changetype<usize>(header);
}

/** Reads the line that scan() stopped at as a header in perf's own padding. False when it is none. */
export function readPerfHeader(): bool {
  const from = lineStart;
  const to = lineEnd;
  for (let colon = colonFrom(from + 9, to); colon < to; colon = colonFrom(colon + 1, to)) {
    if (!isDigit(load<u8>(colon - 1)) || !isBlankOrEnd(colon + 1, to)) continue;
    const timeFrom = timeBefore(from, colon);
    if (timeFrom == 0 || !readTask(from, colon, timeFrom)) continue;
    header.time = decimalAt(timeFrom, colon);
    readPerfEvent(colon + 1, to);
    header.commKey = keyLike(header.commKey, header.commFrom, header.commTo - header.commFrom);
    return true;
  }
  return false;
}

/** The start of `seconds.digits` that ends at `end`, with 6 (microseconds) or 9 digits (`--ns`); else 0. */
function timeBefore(from: usize, end: usize): usize {
  let p = end - 1;
  while (p > from && isDigit(load<u8>(p))) p--;
  const digits = end - 1 - p;
  if ((digits != 6 && digits != 9) || load<u8>(p) != 46) return 0;
  const point = p;
  while (p > from && isDigit(load<u8>(p - 1))) p--;
  return p == point ? 0 : p;
}

/** The decimal number between two places, which holds a point or none. Rounded to the nearest. */
export function decimalAt(from: usize, to: usize): f64 {
  let digits: u64 = 0;
  let scale: f64 = 0;
  let more: f64 = 1;
  for (let p = from; p < to; p++) {
    const c = load<u8>(p);
    if (c == POINT) scale = 1;
    else if (digits < MOST_DIGITS) {
      digits = digits * 10 + (c - 48);
      scale *= 10;
    } else if (scale == 0) more *= 10;
  }
  return scale == 0 ? <f64>digits * more : <f64>digits / scale;
}

/** Reads comm, pid and tid backwards from the time. */
function readTask(from: usize, colon: usize, timeFrom: usize): bool {
  let p = beforeBlanks(from, timeFrom);
  if (colon - p < TIME_COLUMNS) return false;
  p = beforeTimeOfDay(from, p);
  p = beforeMisc(from, p);
  p = beforeCpu(from, p);
  if (readTid(from, p)) return true;
  // `-L` prints the cpu as 3 columns without brackets: lto cgu. 23563   0  1209.655289:
  const cpu = beforeDigits(from, p);
  return cpu < p && cpu > from && load<u8>(cpu - 1) == SPACE && readTid(from, beforeBlanks(from, cpu));
}

function readTid(from: usize, end: usize): bool {
  const tid = beforeNumber(from, end);
  if (tid == end) return false;
  header.tidFrom = <u32>tid;
  header.tidTo = <u32>end;
  header.pidFrom = header.pidTo = 0;
  let first = tid;
  let firstEnd = end;
  if (tid - 1 > from && load<u8>(tid - 1) == 47) {
    const pid = beforeNumber(from, tid - 1);
    if (pid == tid - 1) return false;
    header.pidFrom = <u32>pid;
    header.pidTo = <u32>(tid - 1);
    first = pid;
    firstEnd = tid - 1;
  }
  const commTo = beforeBlanks(from, first);
  if (firstEnd - commTo < (commTo == from ? TID_COLUMNS - 1 : TID_COLUMNS)) return false;
  if (commTo > from && first == commTo) return false;
  let commFrom = afterGuest(from, commTo);
  while (commFrom < commTo && load<u8>(commFrom) == SPACE) commFrom++;
  header.commFrom = <u32>commFrom;
  header.commTo = <u32>max(commFrom, commTo);
  return true;
}

/** Guest samples start with `VM: 4242 VCPU:003 `. */
function afterGuest(from: usize, to: usize): usize {
  if (to - from < 10 || load<u32>(from) != 0x203a4d56) return from; // "VM: "
  let p = from + 4;
  while (p < to && load<u8>(p) == SPACE) p++;
  while (p < to && isDigit(load<u8>(p))) p++;
  if (to - p < 7 || load<u32>(p + 1) != 0x55504356 || load<u8>(p + 5) != COLON) return from; // "VCPU:"
  for (p += 6; p < to && isDigit(load<u8>(p)); p++);
  return p;
}

/** Reads what follows the time, from `from` on: period and event, or a record that is no sample. */
export function readPerfEvent(from: usize, to: usize): void {
  const p = afterBlanks(from, to);
  const lastEvent = header.eventKey;
  header.period = NaN;
  header.eventFrom = header.eventTo = header.eventKey = 0;
  header.restFrom = <u32>from;
  header.kind = kindAt(p, to);
  if (header.kind != SAMPLE) return;
  let end = p;
  let period: f64 = 0;
  while (end < to && isDigit(load<u8>(end))) period = period * 10 + <f64>(load<u8>(end++) - 48);
  const hasPeriod = end > p && isBlankOrEnd(end, to);
  // no period: padded to the column of an address it is one
  const isAddress = end == from + 1 + ADDRESS_COLUMNS && p > from + 1;
  const behind = hasPeriod ? afterBlanks(end, to) : p;
  if (hasPeriod && !isAddress) {
    header.period = period;
    header.restFrom = <u32>end;
  }
  for (let i = colonFrom(behind, to); i < to; i = colonFrom(i + 1, to)) {
    if (!isBlankOrEnd(i + 1, to)) continue;
    if (hasPeriod) header.period = period;
    header.eventFrom = <u32>behind;
    header.eventTo = <u32>i;
    header.restFrom = <u32>(i + 1);
    header.eventKey = keyLike(lastEvent, behind, <u32>(i - behind));
    return;
  }
}

function kindAt(p: usize, to: usize): u32 {
  if (to - p < 8) return SAMPLE;
  const word = load<u64>(p);
  if (word == 0x4345525f46524550) return RECORD; // "PERF_REC"
  if (word == 0x203a63697274656d) return RECORD; // "metric: "
  if (word == 0x4445525245464544) return DEFERRED; // "DEFERRED"
  return SAMPLE;
}

/** `2024-05-01 12:00:00.000001` (or nine digits) before p, when there is one. */
function beforeTimeOfDay(from: usize, p: usize): usize {
  if (p - from < 26) return p;
  const second = load<u8>(p - 7) == 46 ? p - 7 : p - 10;
  if (second - from < 19 || load<u8>(second) != 46) return p;
  if (load<u8>(second - 3) != COLON || load<u8>(second - 6) != COLON) return p;
  const isDate = load<u8>(second - 9) == SPACE && load<u8>(second - 12) == 45 && load<u8>(second - 15) == 45;
  return isDate ? beforeBlanks(from, second - 19) : p;
}

/** perf's misc flags: K, U, H, G, g, with M, E, S or Sp behind. */
function beforeMisc(from: usize, p: usize): usize {
  let start = p;
  while (start > from && p - start < 4 && isMisc(load<u8>(start - 1))) start--;
  if (start == p || start == from || load<u8>(start - 1) != SPACE) return p;
  const before = beforeBlanks(from, start);
  if (before == from) return p;
  const c = load<u8>(before - 1);
  return c == 93 || isDigit(c) ? before : p;
}

function isMisc(c: u32): bool {
  return c == 75 || c == 85 || c == 72 || c == 71 || c == 103 || c == 77 || c == 69 || c == 83 || c == 112;
}

/** `[003]` before p, when there is one; of a sample without cpu it is `[-01]`. */
function beforeCpu(from: usize, p: usize): usize {
  if (p - 1 <= from || load<u8>(p - 1) != 93) return p;
  const digits = beforeNumber(from, p - 1);
  if (digits == p - 1 || digits == from || load<u8>(digits - 1) != 91) return p;
  return beforeBlanks(from, digits - 1);
}

function beforeNumber(from: usize, end: usize): usize {
  const p = beforeDigits(from, end);
  return p < end && p > from && load<u8>(p - 1) == 45 ? p - 1 : p;
}

@inline
function beforeDigits(from: usize, end: usize): usize {
  let p = end;
  while (p > from && isDigit(load<u8>(p - 1))) p--;
  return p;
}

@inline
function beforeBlanks(from: usize, end: usize): usize {
  let p = end;
  while (p > from && load<u8>(p - 1) == SPACE) p--;
  return p;
}

@inline
function afterBlanks(from: usize, to: usize): usize {
  let p = from;
  while (p < to && (load<u8>(p) == SPACE || load<u8>(p) == TAB)) p++;
  return p;
}

/** The first colon from `p` on; `to`, or beyond: there is none. */
@inline
function colonFrom(p: usize, to: usize): usize {
  const colon = i8x16.splat(<i8>COLON);
  for (; p < to; p += 16) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(p), colon));
    if (hits != 0) return p + ctz(hits);
  }
  return to;
}

/** A blank, the end of the line, or a carriage return. */
@inline
function isBlankOrEnd(at: usize, to: usize): bool {
  if (at >= to) return true;
  const c = load<u8>(at);
  return c == SPACE || c == TAB || c == 13;
}
