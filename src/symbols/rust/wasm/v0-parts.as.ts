// What v0 names consist of: the characters, numbers and names that are read one after the other, and the texts that are
// written for them.

import { end, hexDigit, isDigit, isNameCharacter, put, putAll, putBytes, start } from './text.as';

/** Above it another digit may not fit; crates' disambiguators are hashes of 64 bits. */
const MOST_NUMBER: u64 = (u64.MAX_VALUE - 63) / 62;
/** One `for` has fewer lifetimes. */
const MOST_BOUND: u64 = 26;

/** The place of the next character. */
export let next: usize = 0;
/** Is something in the name that is not read here? */
export let isBad: bool = false;
/** Is what is read left out of the text? */
export let isSkipping: bool = false;

/** lifetimes that `for<'a>` around the present place has named */
let bound: u64 = 0;

/** Begins behind `_R`. */
export function beginName(): void {
  next = start + 2;
  isBad = false;
  isSkipping = false;
  bound = 0;
}

export function refuse(): void {
  isBad = true;
}

export function setSkipping(skips: bool): void {
  isSkipping = skips;
}

export function goTo(place: usize): void {
  next = place;
}

// ── what is read ─────────────────────────────────────────────────────────────────────────────────────────────

@inline
export function isUpper(c: u32): bool {
  return c - 65 < 26;
}

export function take(): u32 {
  if (next >= end) isBad = true;
  return isBad ? 0 : load<u8>(next++);
}

/** Takes this character if it stands there. */
export function eat(c: u32): bool {
  if (isBad || load<u8>(next) != c || next >= end) return false;
  next++;
  return true;
}

/** `_` is 0, `0_` 1, `Z_` 62, `10_` 63. */
export function number62(): u64 {
  if (eat(95)) return 0;
  let value: u64 = 0;
  while (!isBad && !eat(95)) {
    const c = take();
    const digit = isDigit(c) ? c - 48 : c - 97 < 26 ? c - 87 : isUpper(c) ? c - 29 : 62;
    if (digit == 62 || value > MOST_NUMBER) isBad = true;
    value = value * 62 + digit;
  }
  return value + 1;
}

/** 0 where there is none. */
export function numberBehind(tag: u32): u64 {
  return eat(tag) ? number62() + 1 : 0;
}

export let nameAt: usize = 0;
export let nameSize: u32 = 0;

/** `4main`, or `5_1abc` where a digit or an underscore begins it. */
export function readName(): void {
  let c = take();
  if (!isDigit(c)) isBad = true; // u: Punycode
  let size = c - 48;
  if (size != 0) {
    while (!isBad && isDigit(load<u8>(next)) && size <= <u32>(end - next)) size = size * 10 + take() - 48;
  }
  eat(95);
  if (size > <u32>(end - next)) isBad = true;
  if (isBad) return;
  nameAt = next;
  nameSize = size;
  next += size;
  for (let p = nameAt; p < next; p++) if (!isNameCharacter(load<u8>(p))) isBad = true;
}

export function hexNumber(): u64 {
  const from = next;
  let value: u64 = 0;
  while (!isBad && !eat(95)) {
    const digit = hexDigit(take());
    if (digit < 0 || next - from > 16) isBad = true;
    value = (value << 4) | digit;
  }
  return value;
}

// ── what is written ──────────────────────────────────────────────────────────────────────────────────────────

@inline
export function say(characters: u32): void {
  if (!isSkipping) putAll(characters);
}

export function sayText(text: StaticArray<u8>): void {
  if (!isSkipping) putBytes(changetype<usize>(text), text.length);
}

export function sayName(): void {
  if (!isSkipping && !isBad) putBytes(nameAt, nameSize);
}

export function sayNumber(value: u64): void {
  if (isSkipping) return;
  let unit: u64 = 1;
  while (value / unit >= 10) unit *= 10;
  for (; unit > 0; unit /= 10) put(48 + <u32>((value / unit) % 10));
}

export const CLOSURE: StaticArray<u8> = [99, 108, 111, 115, 117, 114, 101];
export const SHIM: StaticArray<u8> = [115, 104, 105, 109];
export const MUT: StaticArray<u8> = [109, 117, 116, 32];
export const CONST: StaticArray<u8> = [99, 111, 110, 115, 116, 32];
export const UNSAFE: StaticArray<u8> = [117, 110, 115, 97, 102, 101, 32];
export const EXTERN: StaticArray<u8> = [101, 120, 116, 101, 114, 110, 32, 34];
export const TRUE: StaticArray<u8> = [116, 114, 117, 101];
export const FALSE: StaticArray<u8> = [102, 97, 108, 115, 101];
export const COMMA: u32 = 0x202c; // and a blank

// ── lifetimes ────────────────────────────────────────────────────────────────────────────────────────────────

/** Reads the lifetimes that something binds: `for<'a>`. Gives how many were bound around it. */
export function enterBinder(): u64 {
  const before = bound;
  const count = numberBehind(71);
  if (isSkipping || count == 0) return before;
  if (count > MOST_BOUND) {
    isBad = true;
    return before;
  }
  say(0x3c726f66); // for<
  for (let i: u64 = 0; i < count; i++) {
    if (i > 0) say(COMMA);
    bound++;
    sayLifetime(1);
  }
  say(0x203e); // and a blank
  return before;
}

export function leaveBinder(before: u64): void {
  bound = before;
}

export function sayLifetime(lifetime: u64): void {
  if (isSkipping || isBad) return;
  say(39);
  if (lifetime == 0) say(95);
  else if (lifetime > bound || bound - lifetime >= 26) refuse();
  else say(97 + <u32>(bound - lifetime));
}

// ── types ────────────────────────────────────────────────────────────────────────────────────────────────────

/** a to z, at most five characters each; 0: there is none */
export function basicType(tag: u32): u64 {
  switch (tag) {
    case 97: // a
      return 0x3869; // i8
    case 98: // b
      return 0x6c6f6f62; // bool
    case 99: // c
      return 0x72616863; // char
    case 100: // d
      return 0x343666; // f64
    case 101: // e
      return 0x727473; // str
    case 102: // f
      return 0x323366; // f32
    case 104: // h
      return 0x3875; // u8
    case 105: // i
      return 0x657a697369; // isize
    case 106: // j
      return 0x657a697375; // usize
    case 108: // l
      return 0x323369; // i32
    case 109: // m
      return 0x323375; // u32
    case 110: // n
      return 0x38323169; // i128
    case 111: // o
      return 0x38323175; // u128
    case 115: // s
      return 0x363169; // i16
    case 116: // t
      return 0x363175; // u16
    case 117: // u
      return 0x2928; // ()
    case 118: // v
      return 0x2e2e2e; // ...
    case 120: // x
      return 0x343669; // i64
    case 121: // y
      return 0x343675; // u64
    case 122: // z
      return 33; // !
    case 112: // p
      return 95; // _
    default:
      return 0;
  }
}
