// Numbers at the cursor, in the order of their bytes. Beyond the end everything is 0, and isOver() tells.

import { Cursor } from './sections.as';

@inline
export function isOver(): bool {
  return Cursor.at > Cursor.end;
}

/** The place of the cursor in its section, as seek() takes it. */
@inline
export function place(): f64 {
  return Cursor.from + <f64>(Cursor.at - Cursor.start);
}

@inline
export function u8At(): u32 {
  const at = Cursor.at;
  Cursor.at = at + 1;
  return at < Cursor.end ? load<u8>(at) : 0;
}

export function u16At(): u32 {
  const at = Cursor.at;
  Cursor.at = at + 2;
  if (at >= Cursor.end) return 0;
  return Cursor.isBig ? bswap<u16>(load<u16>(at)) : load<u16>(at);
}

export function u24At(): u32 {
  const a = u8At();
  const b = u8At();
  const c = u8At();
  return Cursor.isBig ? (a << 16) | (b << 8) | c : a | (b << 8) | (c << 16);
}

export function u32At(): u32 {
  const at = Cursor.at;
  Cursor.at = at + 4;
  if (at >= Cursor.end) return 0;
  return Cursor.isBig ? bswap<u32>(load<u32>(at)) : load<u32>(at);
}

export function u64At(): f64 {
  const at = Cursor.at;
  Cursor.at = at + 8;
  if (at >= Cursor.end) return 0;
  return <f64>(Cursor.isBig ? bswap<u64>(load<u64>(at)) : load<u64>(at));
}

/** A number of 8 bytes; from 2 ** 63 on, it is negative. */
export function i64At(): f64 {
  const at = Cursor.at;
  Cursor.at = at + 8;
  if (at >= Cursor.end) return 0;
  return <f64>(Cursor.isBig ? bswap<i64>(load<i64>(at)) : load<i64>(at));
}

/** A number of 4 or 8 bytes. */
export function wordAt(isLong: bool): f64 {
  return isLong ? u64At() : <f64>u32At();
}

@inline
export function ulebAt(): u64 {
  const at = Cursor.at;
  if (at < Cursor.end) {
    const first = load<u8>(at);
    if (first < 128) {
      Cursor.at = at + 1;
      return first;
    }
  }
  return longUleb();
}

function longUleb(): u64 {
  let value: u64 = 0;
  let shift: u64 = 0;
  let byte: u32;
  do {
    byte = u8At();
    if (shift < 64) value |= (<u64>(byte & 127)) << shift;
    shift += 7;
  } while (byte & 128);
  return value;
}

export function slebAt(): i64 {
  let value: i64 = 0;
  let shift: i64 = 0;
  let byte: u32;
  do {
    byte = u8At();
    if (shift < 64) value |= (<i64>(byte & 127)) << shift;
    shift += 7;
  } while (byte & 128);
  return (byte & 64) != 0 && shift < 64 ? value | (<i64>-1 << shift) : value;
}

export function skipLeb(): void {
  while (u8At() & 128);
}

/** Passes over `count` bytes. Beyond the end the cursor stands one byte behind it. */
@inline
export function skipBytes(count: u64): void {
  if (Cursor.at <= Cursor.end && count <= <u64>(Cursor.end - Cursor.at)) Cursor.at += <usize>count;
  else Cursor.at = Cursor.end + 1;
}

/** Passes over a text and its NUL. */
export function skipText(): void {
  const end = Cursor.end;
  let at = Cursor.at;
  while (at < end && load<u8>(at) != 0) at++;
  Cursor.at = at < end ? at + 1 : end + 1;
}
