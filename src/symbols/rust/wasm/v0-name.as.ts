// Rust's v0 names (RFC 2603), written as rustc-demangle's `{:#}` writes them: without the crates' disambiguators and the
// types of constants. Names in Punycode, and constants that are neither numbers nor `true` or `false`, are refused.
//
//     _R NvXCsbFYJioi4cCO_2rs INtB2_1AmE NtB2_4Work 2go B2_
//        └ <rs::A<u32> as rs::Work>::go ──────────────┘ └ the crate that made it: skipped

import { end, start } from './text.as';
import {
  basicType,
  beginName,
  CLOSURE,
  COMMA,
  CONST,
  EXTERN,
  eat,
  enterBinder,
  FALSE,
  goTo,
  hexNumber,
  isBad,
  isSkipping,
  isUpper,
  leaveBinder,
  MUT,
  nameAt,
  nameSize,
  next,
  number62,
  numberBehind,
  readName,
  refuse,
  SHIM,
  say,
  sayLifetime,
  sayName,
  sayNumber,
  sayText,
  setSkipping,
  TRUE,
  take,
  UNSAFE,
} from './v0-parts.as';

const MOST_DEPTH: u32 = 100;
/** Places named again may name places again. */
const MOST_STEPS: u32 = 4096;

const COLONS: u32 = 0x3a3a;
const AS: u32 = 0x20736120; // ' as '
const ARROW: u32 = 0x203e2d20; // ' -> '
const PLUS: u32 = 0x202b20; // ' + '
const EQUALS: u32 = 0x203d20; // ' = '
const LESS: u32 = 60;
const GREATER: u32 = 62;

let depth: u32 = 0;
let steps: u32 = 0;

/** Writes the name; false: it has another form, or a part that is left to others. */
export function readV0Name(): bool {
  beginName();
  depth = 0;
  steps = 0;
  if (!isUpper(load<u8>(next))) return false;
  readPath(true);
  if (!isBad && next < end) skipPath();
  return !isBad && next == end;
}

function descend(): void {
  if (++depth > MOST_DEPTH || ++steps > MOST_STEPS) refuse();
}

// ── paths ────────────────────────────────────────────────────────────────────────────────────────────────────

function skipPath(): void {
  const before = isSkipping;
  setSkipping(true);
  readPath(false);
  setSkipping(before);
}

/** `isValue`: an expression, where generics stand behind `::`. */
function readPath(isValue: bool): void {
  descend();
  const tag = take();
  if (isBad) return;
  switch (tag) {
    case 67: // C: a crate
      numberBehind(115);
      readName();
      sayName();
      break;
    case 78: // N: something in a path
      readNested(isValue);
      break;
    case 77: // M: <Type>, X: <Type as Trait>; both have the path of their impl in front, Y: <Type as Trait>
    case 88:
    case 89:
      if (tag != 89) {
        numberBehind(115);
        skipPath();
      }
      say(LESS);
      readType();
      if (tag != 77) {
        say(AS);
        readPath(false);
      }
      say(GREATER);
      break;
    case 73: // I: generics
      readPath(isValue);
      if (isValue) say(COLONS);
      say(LESS);
      readGenerics();
      say(GREATER);
      break;
    case 66: {
      // B: as another place
      const back = goBack();
      if (back != 0) {
        readPath(isValue);
        goTo(back);
      }
      break;
    }
    default:
      refuse();
  }
  depth--;
}

function readNested(isValue: bool): void {
  const space = take();
  const isSpecial = isUpper(space);
  if (!isSpecial && space - 97 >= 26) refuse();
  readPath(isValue);
  const index = numberBehind(115);
  readName();
  if (isBad) return;
  if (!isSpecial) {
    if (nameSize == 0) return;
    say(COLONS);
    sayName();
    return;
  }
  say(0x7b3a3a); // ::{
  if (space == 67) sayText(CLOSURE);
  else if (space == 83) sayText(SHIM);
  else say(space);
  if (nameSize > 0) {
    say(58);
    sayName();
  }
  say(35);
  sayNumber(index);
  say(125);
}

/** Goes to the place that is named behind B. Gives where to return to; 0: nothing is written, or it is none. */
function goBack(): usize {
  const before = next - 1;
  const place = number62();
  if (place >= <u64>(before - start - 2)) refuse();
  if (isBad || isSkipping) return 0;
  const back = next;
  goTo(start + 2 + <usize>place);
  return back;
}

function readGenerics(): void {
  for (let i = 0; !isBad && !eat(69); i++) {
    if (i > 0) say(COMMA);
    if (eat(76)) sayLifetime(number62());
    else if (eat(75)) readConstant();
    else readType();
  }
}

// ── types ────────────────────────────────────────────────────────────────────────────────────────────────────

function readType(): void {
  const tag = take();
  const basic = basicType(tag);
  if (basic != 0) {
    say(<u32>basic);
    say(<u32>(basic >>> 32));
    return;
  }
  descend();
  if (isBad) return;
  switch (tag) {
    case 82: // R: &, Q: &mut
    case 81:
      say(38);
      if (eat(76)) {
        const lifetime = number62();
        if (lifetime != 0) {
          sayLifetime(lifetime);
          say(32);
        }
      }
      if (tag == 81) sayText(MUT);
      readType();
      break;
    case 80: // P: *const, O: *mut
    case 79:
      say(42);
      sayText(tag == 80 ? CONST : MUT);
      readType();
      break;
    case 65: // A: an array, S: a slice
    case 83:
      say(91);
      readType();
      if (tag == 65) {
        say(0x203b); // and a blank
        readConstant();
      }
      say(93);
      break;
    case 84: // T: a tuple
      say(40);
      if (readTypes() == 1) say(44);
      say(41);
      break;
    case 70: {
      // F: a function
      const before = enterBinder();
      readFunction();
      leaveBinder(before);
      break;
    }
    case 68: // D: a trait object
      readDyn();
      break;
    case 66: {
      const back = goBack();
      if (back != 0) {
        readType();
        goTo(back);
      }
      break;
    }
    default:
      goTo(next - 1);
      readPath(false);
  }
  depth--;
}

/** Gives how many there are. */
function readTypes(): u32 {
  let count: u32 = 0;
  for (; !isBad && !eat(69); count++) {
    if (count > 0) say(COMMA);
    readType();
  }
  return count;
}

function readFunction(): void {
  if (eat(85)) sayText(UNSAFE);
  if (eat(75)) {
    sayText(EXTERN);
    if (eat(67)) say(67);
    else {
      readName();
      if (isBad || nameSize == 0) refuse();
      else for (let i: u32 = 0; i < nameSize; i++) say(load<u8>(nameAt + i) == 95 ? 45 : load<u8>(nameAt + i));
    }
    say(0x2022); // and a blank
  }
  say(0x286e66); // fn(
  readTypes();
  say(41);
  if (eat(117)) return;
  say(ARROW);
  readType();
}

function readDyn(): void {
  say(0x206e7964); // and a blank
  const before = enterBinder();
  for (let i = 0; !isBad && !eat(69); i++) {
    if (i > 0) say(PLUS);
    readTrait();
  }
  leaveBinder(before);
  if (!eat(76)) refuse();
  const lifetime = number62();
  if (lifetime == 0) return;
  say(PLUS);
  sayLifetime(lifetime);
}

function readTrait(): void {
  let isOpen = readOpenPath();
  while (eat(112)) {
    say(isOpen ? COMMA : LESS);
    isOpen = true;
    readName();
    sayName();
    say(EQUALS);
    readType();
  }
  if (isOpen) say(GREATER);
}

/** Reads a path, and leaves its generics open. Are there any? */
function readOpenPath(): bool {
  let isOpen = false;
  descend();
  if (eat(66)) {
    const back = goBack();
    if (back != 0) {
      isOpen = readOpenPath();
      goTo(back);
    }
  } else if (eat(73)) {
    readPath(false);
    say(LESS);
    readGenerics();
    isOpen = true;
  } else readPath(false);
  depth--;
  return isOpen;
}

// ── constants ────────────────────────────────────────────────────────────────────────────────────────────────

function readConstant(): void {
  descend();
  const tag = take();
  switch (tag) {
    case 112: // p
      say(95);
      break;
    case 97: // signed: a i l n s x
    case 105:
    case 108:
    case 110:
    case 115:
    case 120:
      if (eat(110)) say(45);
      sayNumber(hexNumber());
      break;
    case 104: // unsigned: h j m o t y
    case 106:
    case 109:
    case 111:
    case 116:
    case 121:
      sayNumber(hexNumber());
      break;
    case 98: {
      // b
      const value = hexNumber();
      if (value > 1) refuse();
      sayText(value == 1 ? TRUE : FALSE);
      break;
    }
    case 66: {
      const back = goBack();
      if (back != 0) {
        readConstant();
        goTo(back);
      }
      break;
    }
    default:
      refuse();
  }
  depth--;
}
