// Rust's legacy names: paths whose parts stand behind their lengths, in C++'s way, with rustc's own escapes.
//
//     _ZN 4core 3ops 8function 6FnOnce 40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$ 17h05af221e174051e9 E
//                                               └ { ─┘                              └ hash: dropped

import { end, hexDigit, isDigit, isNameCharacter, put, start } from './text.as';

const HASH_SIZE: u32 = 17;
const COLON: u32 = 58;
const DOT: u32 = 46;
const UNDERSCORE: u32 = 95;
const DOLLAR: u32 = 36;

/** Writes the name; false: it has another form, or a part that rustc does not write. */
export function readLegacyName(): bool {
  // the shortest thing in front of 17h…E has two bytes
  if (end - start < 3 + 2 + 2 + HASH_SIZE + 1 || load<u8>(end - 1) != 69 || !isHash(end - 1 - HASH_SIZE)) return false;
  const last = end - 1 - HASH_SIZE - 2;
  if (load<u16>(last) != 0x3731) return false; // 17
  const first = start + 3;
  for (let p = first; p < last; ) {
    if (p > first) putColons();
    let length: usize = 0;
    for (; p < last && isDigit(load<u8>(p)) && length <= last - p; p++) length = length * 10 + load<u8>(p) - 48;
    if (length == 0 || length > last - p) return false;
    if (!readPart(p, p + length)) return false;
    p += length;
  }
  return true;
}

function putColons(): void {
  put(COLON);
  put(COLON);
}

function isHash(p: usize): bool {
  if (load<u8>(p) != 104) return false;
  for (let i: usize = 1; i < HASH_SIZE; i++) if (hexDigit(load<u8>(p + i)) < 0) return false;
  return true;
}

function readPart(p: usize, end: usize): bool {
  // an identifier may not begin with an escape
  if (end - p > 1 && load<u8>(p) == UNDERSCORE && load<u8>(p + 1) == DOLLAR) p++;
  while (p < end) {
    const c: u32 = load<u8>(p);
    if (c == DOLLAR) {
      p = readEscape(p + 1, end);
      if (p == 0) return false;
    } else if (c == DOT && end - p > 1 && load<u8>(p + 1) == DOT) {
      putColons();
      p += 2;
    } else {
      if (c != DOT && !isNameCharacter(c)) return false;
      put(c);
      p++;
    }
  }
  return true;
}

/** Reads `u7b$` or `LT$`. Gives the place behind; 0: it is none that rustc writes for a visible character or a blank. */
function readEscape(p: usize, end: usize): usize {
  let close = p;
  while (close < end && load<u8>(close) != DOLLAR) close++;
  if (close == end || close == p) return 0;
  const c = load<u8>(p) == 117 ? codeAt(p + 1, close) : named(p, close - p);
  if (c == 0) return 0;
  put(c);
  return close + 1;
}

function codeAt(p: usize, end: usize): u32 {
  let code: u32 = 0;
  for (; p < end; p++) {
    const digit = hexDigit(load<u8>(p));
    if (digit < 0 || code > 127) return 0;
    code = (code << 4) | digit;
  }
  return code >= 32 && code < 127 ? code : 0;
}

function named(p: usize, size: usize): u32 {
  if (size == 1) return load<u8>(p) == 67 ? 44 : 0; // C: ,
  if (size != 2) return 0;
  switch (<u32>load<u16>(p)) {
    case 0x5053: // SP: @
      return 64;
    case 0x5042: // BP: *
      return 42;
    case 0x4652: // RF: &
      return 38;
    case 0x544c: // LT: <
      return 60;
    case 0x5447: // GT: >
      return 62;
    case 0x504c: // LP: (
      return 40;
    case 0x5052: // RP: )
      return 41;
    default:
      return 0;
  }
}
