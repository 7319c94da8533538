// The header line of a sample in `perf script` text: where comm, pid, tid, time, period and event lie in it.
//
//     two words 24621/24622 [000]  1257.128449:     250000 cpu-clock:u:
//     ╰─comm──╯ ╰pid╯ ╰tid╯ ╰cpu╯ ╰──time───╯      ╰period╯╰──event──╯╰rest
//
// A comm may hold anything, even text that looks like a header. But perf pads the tid to at least 5 columns and the
// time to 12, together more than the 15 bytes of a comm, so the leftmost match of that width can't be part of one.

/** Places in the text, from `from` inclusive to `to` exclusive; -1 where a field is missing. */
export interface Header {
  kind: 'sample' | 'record' | 'deferred';
  commFrom: number;
  commTo: number;
  pidFrom: number;
  pidTo: number;
  tidFrom: number;
  tidTo: number;
  timeFrom: number;
  timeTo: number;
  eventFrom: number;
  eventTo: number;
  /** what stands behind the event */
  restFrom: number;
  /** weight of the sample in the event's unit; NaN where perf printed none */
  period: number;
}

export function emptyHeader(): Header {
  return {
    kind: 'sample',
    commFrom: 0,
    commTo: 0,
    pidFrom: -1,
    pidTo: -1,
    tidFrom: -1,
    tidTo: -1,
    timeFrom: -1,
    timeTo: -1,
    eventFrom: -1,
    eventTo: -1,
    restFrom: 0,
    period: Number.NaN,
  };
}

const SPACE = 32;
const TAB = 9;
const COLON = 58;

/** Least columns from the end of the field before, separator included. */
const TID_COLUMNS = 1 + 5;
const TIME_COLUMNS = 1 + 12;

/** Reads a header as perf prints it, with its padding. False when the line is none; `header` is then undefined. */
export function readStrictHeader(b: Uint8Array, from: number, to: number, header: Header): boolean {
  for (let colon = from + 9; colon < to; colon++) {
    if (b[colon] !== COLON || !isDigit(b[colon - 1]) || !isBlankOrEnd(b, colon + 1, to)) continue;
    const timeFrom = timeBefore(b, from, colon);
    if (timeFrom < 0 || !readTask(b, from, colon, timeFrom, header)) continue;
    header.timeFrom = timeFrom;
    header.timeTo = colon;
    readEvent(b, colon + 1, to, header);
    return true;
  }
  return false;
}

/** The start of `seconds.digits` that ends at `end`, with 6 (microseconds) or 9 digits (`--ns`); else -1. */
function timeBefore(b: Uint8Array, from: number, end: number): number {
  let p = end - 1;
  while (p > from && isDigit(b[p])) p--;
  const digits = end - 1 - p;
  if ((digits !== 6 && digits !== 9) || b[p] !== 46) return -1;
  const point = p;
  while (p > from && isDigit(b[p - 1])) p--;
  return p === point ? -1 : p;
}

/** Reads comm, pid and tid backwards from the time. */
function readTask(b: Uint8Array, from: number, colon: number, timeFrom: number, header: Header): boolean {
  let p = beforeBlanks(b, from, timeFrom);
  if (colon - p < TIME_COLUMNS) return false;
  p = beforeTimeOfDay(b, from, p);
  p = beforeMisc(b, from, p);
  p = beforeCpu(b, from, p);
  if (readTid(b, from, p, header)) return true;
  // `-L` prints the cpu as 3 columns without brackets: lto cgu. 23563   0  1209.655289:
  const cpu = beforeDigits(b, from, p);
  return cpu < p && b[cpu - 1] === SPACE && readTid(b, from, beforeBlanks(b, from, cpu), header);
}

function readTid(b: Uint8Array, from: number, end: number, header: Header): boolean {
  const tid = beforeNumber(b, from, end);
  if (tid === end) return false;
  header.tidFrom = tid;
  header.tidTo = end;
  header.pidFrom = -1;
  let first = tid;
  let firstEnd = end;
  if (b[tid - 1] === 47 && tid - 1 > from) {
    const pid = beforeNumber(b, from, tid - 1);
    if (pid === tid - 1) return false;
    header.pidFrom = pid;
    header.pidTo = tid - 1;
    first = pid;
    firstEnd = tid - 1;
  }
  const commTo = beforeBlanks(b, from, first);
  if (firstEnd - commTo < (commTo === from ? TID_COLUMNS - 1 : TID_COLUMNS)) return false;
  if (commTo > from && first - commTo < 1) return false;
  readComm(b, from, commTo, header);
  return true;
}

const GUEST = /^VM: *\d+ VCPU:\d+ /;

/** The comm without the blanks around it; guest samples start with `VM: 4242 VCPU:003 `. */
function readComm(b: Uint8Array, from: number, to: number, header: Header): void {
  let p = from;
  if (b[p] === 86 && b[p + 1] === 77 && b[p + 2] === COLON) {
    p += GUEST.exec(`${Buffer.from(b.subarray(from, to)).toString('latin1')} `)?.[0].length ?? 0;
  }
  while (p < to && b[p] === SPACE) p++;
  header.commFrom = p;
  header.commTo = Math.max(p, to);
}

/** Reads what follows the time: period and event, or a record that is no sample. */
export function readEvent(b: Uint8Array, from: number, to: number, header: Header): void {
  let p = afterBlanks(b, from, to);
  header.kind = 'sample';
  header.period = Number.NaN;
  header.eventFrom = header.eventTo = -1;
  if (startsWith(b, p, to, RECORD) || startsWith(b, p, to, METRIC)) header.kind = 'record';
  else if (startsWith(b, p, to, DEFERRED)) header.kind = 'deferred';
  if (header.kind !== 'sample') {
    header.restFrom = p;
    return;
  }
  let end = p;
  let period = 0;
  while (end < to && isDigit(b[end])) period = period * 10 + (b[end++] as number) - 48;
  if (end > p && isBlankOrEnd(b, end, to)) {
    header.period = period;
    p = afterBlanks(b, end, to);
  }
  header.restFrom = p;
  for (let i = p; i < to; i++) {
    if (b[i] !== COLON || !isBlankOrEnd(b, i + 1, to)) continue;
    header.eventFrom = p;
    header.eventTo = i;
    header.restFrom = i + 1;
    return;
  }
}

const RECORD = Buffer.from('PERF_RECORD_');
const METRIC = Buffer.from('metric: ');
const DEFERRED = Buffer.from('DEFERRED CALLCHAIN');

function startsWith(b: Uint8Array, at: number, to: number, word: Uint8Array): boolean {
  if (to - at < word.length) return false;
  for (let i = 0; i < word.length; i++) if (b[at + i] !== word[i]) return false;
  return true;
}

/** `2024-05-01 12:00:00.000001` (or nine digits) before p, when there is one. */
function beforeTimeOfDay(b: Uint8Array, from: number, p: number): number {
  const second = b[p - 7] === 46 ? p - 7 : p - 10;
  if (second - from < 19 || b[second] !== 46 || b[second - 3] !== COLON || b[second - 6] !== COLON) return p;
  const isDate = b[second - 9] === SPACE && b[second - 12] === 45 && b[second - 15] === 45;
  return isDate ? beforeBlanks(b, from, second - 19) : p;
}

/** perf's misc flags: K, U, H, G, g, with M, E, S or Sp behind. */
function beforeMisc(b: Uint8Array, from: number, p: number): number {
  let start = p;
  while (start > from && p - start < 4 && isMisc(b[start - 1])) start--;
  if (start === p || start === from || b[start - 1] !== SPACE) return p;
  const before = beforeBlanks(b, from, start);
  return b[before - 1] === 93 || isDigit(b[before - 1]) ? before : p;
}

function isMisc(c: number | undefined): boolean {
  return c === 75 || c === 85 || c === 72 || c === 71 || c === 103 || c === 77 || c === 69 || c === 83 || c === 112;
}

/** `[003]` before p, when there is one; of a sample without cpu it is `[-01]`. */
function beforeCpu(b: Uint8Array, from: number, p: number): number {
  if (b[p - 1] !== 93 || p - 1 <= from) return p;
  const digits = beforeNumber(b, from, p - 1);
  if (digits === p - 1 || digits === from || b[digits - 1] !== 91) return p;
  return beforeBlanks(b, from, digits - 1);
}

function beforeNumber(b: Uint8Array, from: number, end: number): number {
  const p = beforeDigits(b, from, end);
  return p < end && p > from && b[p - 1] === 45 ? p - 1 : p;
}

function beforeDigits(b: Uint8Array, from: number, end: number): number {
  let p = end;
  while (p > from && isDigit(b[p - 1])) p--;
  return p;
}

function beforeBlanks(b: Uint8Array, from: number, end: number): number {
  let p = end;
  while (p > from && b[p - 1] === SPACE) p--;
  return p;
}

function afterBlanks(b: Uint8Array, from: number, to: number): number {
  let p = from;
  while (p < to && (b[p] === SPACE || b[p] === TAB)) p++;
  return p;
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= 48 && c <= 57;
}

/** A blank, the end of the line, or a carriage return. */
function isBlankOrEnd(b: Uint8Array, at: number, to: number): boolean {
  return at >= to || b[at] === SPACE || b[at] === TAB || b[at] === 13;
}

/** The time that lies there as `1257.128449`, seconds. */
export function secondsAt(b: Uint8Array, from: number, to: number): number {
  let whole = 0;
  let p = from;
  while (p < to && b[p] !== 46) whole = whole * 10 + (b[p++] as number) - 48;
  let fraction = 0;
  let scale = 1;
  for (p++; p < to; p++) {
    fraction = fraction * 10 + (b[p] as number) - 48;
    scale *= 10;
  }
  return whole + fraction / scale;
}
