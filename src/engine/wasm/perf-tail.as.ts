// What stands behind the event of a header: the text of a tracepoint, flags, or the frame of a sample without callchain.
// The host finds the frame (findTailFrame in src/perf/frame.ts); here is told where it need not look.

import { isDigit } from './lines.as';

const SPACE: u32 = 32;
const TAB: u32 = 9;
const RETURN: u32 = 13;
const COLON: u32 = 58;
const EQUALS: u32 = 61;
const BAR: u32 = 124;
const X: u32 = 120;
const BRACKET: u32 = 91;
const CLOSING: u32 = 93;
const UNKNOWN: u64 = 0x6e776f6e6b6e755b; // [unknown
/** Columns of the address of such a frame, and the least digits of one that perf did not pad. */
const ADDRESS_COLUMNS: usize = 16;
const LEAST_DIGITS: usize = 8;

/** Might a frame stand between these places? False: the host finds none. */
export function mayHoldFrame(from: usize, to: usize): bool {
  let p = from;
  let isText = false; // of a tracepoint
  let opening: usize = 0; // the last ` (`
  for (let i = from; i + 1 < to; i++) if (load<u16>(i) == 0x2820) opening = i;
  while (p < to) {
    if (isBlank(load<u8>(p))) {
      p++;
      continue;
    }
    const digits = load<u8>(p) == 48 && (load<u8>(p + 1) | 32) == X ? p + 2 : p;
    let q = digits;
    while (q < to && isHex(load<u8>(q))) q++;
    const count = q - digits;
    const isAddress = count > 0 && count <= ADDRESS_COLUMNS && q + 1 < to && isBlank(load<u8>(q));
    if (isAddress && isName(load<u8>(q + 1))) {
      const padded = isPadded(from, p, q, count);
      const named = opening > q;
      if (named ? padded || (!isText && count >= LEAST_DIGITS) : padded && !isText) return true;
    }
    for (q = p; q < to && !isBlank(load<u8>(q)); q++) {
      const c = load<u8>(q);
      if (c == COLON || c == EQUALS) isText = true;
    }
    p = q;
  }
  return false;
}

/**
 * Where the frame of a sample without callchain begins, with its padding, in a line without time; 0: there is none. The
 * same as the host's frameColumn() in src/perf/loose-header.ts.
 */
export function frameColumn(from: usize, to: usize): usize {
  let found: usize = 0;
  for (let p = from; p < to; ) {
    let q = p;
    while (q < to && isLowerHex(load<u8>(q))) q++;
    const isAddress = q > p && q + 1 < to && load<u8>(q) == SPACE && isFrameName(q + 1, to);
    if (isAddress && !found && q - from >= ADDRESS_COLUMNS) {
      const start = q - ADDRESS_COLUMNS;
      let blank = p;
      while (blank > start && isBlank(load<u8>(blank - 1))) blank--;
      if (start <= p && blank == start && (start == from || isBlank(load<u8>(start - 1)))) found = start;
    }
    while (q < to && !isBlank(load<u8>(q))) q++;
    if (isTime(p, q)) return 0;
    for (p = q; p < to && isBlank(load<u8>(p)); p++);
  }
  return found;
}

/** `12345.678901:` */
function isTime(from: usize, to: usize): bool {
  return to - from > 2 && load<u8>(to - 1) == COLON && isDigit(load<u8>(to - 2));
}

@inline
function isLowerHex(c: u32): bool {
  return isDigit(c) || c - 97 < 6;
}

/** Does a name begin behind such an address, and no blank of any kind or bracket but that of `[unknown]`? */
@inline
function isFrameName(p: usize, to: usize): bool {
  const c: u32 = load<u8>(p);
  if (c == BRACKET) return to - p > 8 && load<u64>(p) == UNKNOWN && load<u8>(p + 8) == CLOSING;
  return c != SPACE && c - TAB > 4 && c < 128;
}

/** Do the 16 columns that end at `end` hold this address and blanks alone? */
function isPadded(from: usize, address: usize, end: usize, digits: usize): bool {
  if (end - from < ADDRESS_COLUMNS) return false;
  if (digits == ADDRESS_COLUMNS) return true;
  let p = address;
  while (p > end - ADDRESS_COLUMNS && isBlank(load<u8>(p - 1))) p--;
  return p <= end - ADDRESS_COLUMNS;
}

/** The first letter behind an address; not `68100142 |OP LOAD`. */
@inline
function isName(c: u32): bool {
  return !isBlank(c) && c != RETURN && c != BAR;
}

@inline
function isBlank(c: u32): bool {
  return c == SPACE || c == TAB;
}

@inline
function isHex(c: u32): bool {
  return isDigit(c) || (c | 32) - 97 < 6;
}
