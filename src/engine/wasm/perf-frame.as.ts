// A frame line in perf's usual form: where its symbol and its object lie, and which name both stand for. Lines differ by
// address and offset, names don't, so the host sees only the first line of a symbol in an object. Of plain symbols it sees
// not even that: most are names as they stand, and V8 took a third of a fold's time to run and compile what looked at them.
//
//     <TAB>  55d0c0de1000 work+0x10 (/opt/app)
//            ╰─address──╯ ╰sym╯      ╰object╯

import { keys, names } from './intern.as';
import { Column, zeroed } from './memory.as';
import { placeName } from './places.as';
import { moreSlots } from './slots.as';

const TAB: u32 = 9;
const SPACE: u32 = 32;
const OPEN: u32 = 40;
const CLOSE: u32 = 41;
const MINUS: u32 = 45;
const COLON: u32 = 58;
const SEMICOLON: u32 = 59;
const GREATER: u32 = 62;
const AT: u32 = 64;
const BRACKET: u32 = 93;
const UNDERSCORE: u32 = 95;
const DELETE: u32 = 127;
const CAML: u32 = 0x6c6d6163;
const UNKNOWN = '[unknown] (';
const MOST_EXACT: f64 = 9007199254740991; // 2^53 - 1
const ALL_F: u64 = 0x6666666666666666; // ffffffff

/** Places in the text, from `from` inclusive to `to` exclusive. Read by the host. */
@unmanaged
class Frame {
  symbolFrom: u32 = 0;
  /** the same as symbolFrom: perf knows no symbol */
  symbolTo: u32 = 0;
  objectFrom: u32 = 0;
  objectTo: u32 = 0;
  /** 0: there is none */
  symbolKey: u32 = 0;
  objectKey: u32 = 0;
  isKernelAddress: u32 = 0;
  /** above 2^53 not exact */
  address: f64 = 0;
}

const frame = new Frame();

export function perfFrame(): usize {
  return changetype<usize>(frame);
}

/** Reads these bytes as such a line. False: they have another form. */
export function readFrame(from: usize, to: usize): bool {
  if (load<u8>(from) != TAB || load<u8>(to - 1) != CLOSE) return false;
  let p = from + 1;
  while (load<u8>(p) == SPACE) p++;
  const address = p;
  let value: u64 = 0;
  for (let c: u32 = load<u8>(p); isHexDigit(c); c = load<u8>(++p)) value = (value << 4) | (c < 58 ? c - 48 : c - 87);
  if (p == address || load<u8>(p) != SPACE) return false;
  frame.address = <f64>value;
  frame.isKernelAddress = <u32>(p - address == 16 && isKernelAddress(address));
  const symbol = p + 1;
  const symbolEnd = isUnknown(symbol) ? symbol : offsetIn(symbol, to);
  if (!symbolEnd) return false;
  p = symbolEnd == symbol ? symbol + UNKNOWN.length : objectBehind(symbolEnd);
  if (p > to - 1) return false;
  frame.symbolFrom = <u32>symbol;
  frame.symbolTo = <u32>symbolEnd;
  frame.objectFrom = <u32>p;
  frame.objectTo = <u32>(to - 1);
  frame.symbolKey = symbolEnd == symbol ? 0 : keys.intern(symbol, <u32>(symbolEnd - symbol));
  frame.objectKey = keys.intern(p, <u32>(to - 1 - p));
  return true;
}

@inline
function isHexDigit(c: u32): bool {
  return c - 48 < 10 || c - 97 < 6;
}

/** Of 16 digits: ffff8… and above, but not the end of a DWARF callchain whose dumped stack was too short. */
function isKernelAddress(p: usize): bool {
  if (load<u8>(p) != 102 || load<u8>(p + 3) != 102 || load<u8>(p + 4) <= 55) return false;
  return load<u64>(p) != ALL_F || load<u64>(p + 8) != ALL_F;
}

/** Does `[unknown] (` stand there? */
function isUnknown(p: usize): bool {
  for (let i = 0; i < UNKNOWN.length; i++) if (load<u8>(p + i) != <u8>UNKNOWN.charCodeAt(i)) return false;
  return true;
}

/** Where the first `+0x1a (` behind a symbol begins; 0: there is none. */
function offsetIn(symbol: usize, to: usize): usize {
  for (let p = symbol + 1; p < to; p++) if (load<u8>(p) == 43 && objectBehind(p)) return p;
  return 0;
}

/** Where the object begins whose `+0x1a (` begins at `p`; 0: something else stands there. */
function objectBehind(p: usize): usize {
  if (load<u8>(p + 1) != 48 || load<u8>(p + 2) != 120) return 0;
  p += 3;
  while (isHexDigit(load<u8>(p))) p++;
  return load<u8>(p) == SPACE && load<u8>(p + 1) == OPEN ? p + 2 : 0;
}

// ── what frames stand for ────────────────────────────────────────────────────────────────────────────────────

const FIRST_SLOTS: u32 = 1 << 10;
const SLOT_SHIFT: usize = 4;

/**
 * Each slot: symbol's key << 32 | object's key << 1 | kernel address, or 0; then what such a line does; then 1 + the kind
 * of the places that such lines stand for instead, or 0.
 */
let slots: usize = 0;
let mask: u32 = 0;
let count: u32 = 0;

@inline
function pairOf(): u64 {
  return ((<u64>frame.symbolKey) << 32) | (<u64>((frame.objectKey << 1) | frame.isKernelAddress));
}

@inline
function slotOf(pair: u64): usize {
  const hash = pair * 0x9e3779b97f4a7c15;
  let slot = <u32>(hash >>> 32) & mask;
  while (true) {
    const at = slots + ((<usize>slot) << SLOT_SHIFT);
    const found = load<u64>(at);
    if (found == 0 || found == pair) return at;
    slot = (slot + 1) & mask;
  }
}

/** What a line in perf's usual form does; 0: it has another form, or the host has to name its symbol in its object. */
export function frameAction(from: usize, to: usize): u32 {
  if (count == 0 || !readFrame(from, to)) return 0;
  const at = slotOf(pairOf());
  if (!load<u64>(at)) return nameSymbol();
  const kind = load<u32>(at, 12);
  return kind ? placeIn(kind - 1) : load<u32>(at, 8);
}

/** Addresses of processes that something is mapped at; all others are offsets in their object. */
let mappedFrom: f64 = 0;
let mappedTo: f64 = 0;

export function setMapped(from: f64, to: f64): void {
  mappedFrom = from;
  mappedTo = to;
}

/** The name of the place of the last frame read; 0: the host has to say which place that is. */
function placeIn(kind: u32): u32 {
  const address = frame.address;
  if ((address >= mappedFrom && address < mappedTo) || address > MOST_EXACT) return 0;
  return placeName(kind, address, address, false);
}

/** Lines with the symbol and object of the last frame read stand for places of this kind from now on. */
export function rememberPlaces(kind: u32): void {
  rememberFrame(0);
  store<u32>(slotOf(pairOf()), kind + 1, 12);
}

// ── symbols that are names as they stand ─────────────────────────────────────────────────────────────────────────

/** By object's key << 1 | kernel address: 1 + the key of the mark behind its names, with flags; 0: the host names all. */
const objects = new Column<u32>();
const FLAGS: u32 = 0xc0000000;
const LONGEST: u32 = 1 << 10;
/** in little-endian order */
const FRAME_DU: u64 = 0x75645f656d617266;
const UMMY: u32 = 0x796d6d75;
const marked = heap.alloc(LONGEST + 64);

/** Plain symbols of the object of the last frame read get this mark (a key, or 0) and these flags from now on. */
export function namePlainSymbols(mark: u32, flags: u32): void {
  const object = (frame.objectKey << 1) | frame.isKernelAddress;
  while (objects.length <= object) objects.push(0);
  objects.set(object, (mark + 1) | flags);
}

/** Names the symbol of the last frame read as the host would, and remembers that. 0: the host has to name it. */
function nameSymbol(): u32 {
  const object = (frame.objectKey << 1) | frame.isKernelAddress;
  const naming = object < objects.length ? objects.get(object) : 0;
  if (!naming || !isPlain(frame.symbolFrom, frame.symbolTo)) return 0;
  const mark = (naming & ~FLAGS) - 1;
  const action = nameWith(mark) | (naming & FLAGS);
  rememberFrame(action);
  return action;
}

function nameWith(mark: u32): u32 {
  const size = frame.symbolTo - frame.symbolFrom;
  if (!mark) return names.intern(frame.symbolFrom, size);
  const markSize = keys.size(mark);
  memory.copy(marked, frame.symbolFrom, size);
  memory.copy(marked + size, keys.at.get(mark), markSize);
  return names.intern(marked, size + markSize);
}

/**
 * Does symbolFrame() of src/symbols/symbol-frame.ts leave the symbol between these places as it is, whatever its options?
 * False: it may not, or the symbol stands for several frames.
 */
function isPlain(from: usize, to: usize): bool {
  if (from == to || to - from > LONGEST || isMangled(from) || load<u8>(from) == SPACE) return false;
  if (isFrameDummy(from, to)) return false;
  let hasList = false; // perhaps of arguments
  let isBlankBehind = false;
  let hasVersion = false;
  let c: u32 = 0;
  for (let p = from; p < to; p++) {
    c = load<u8>(p);
    if (c < SPACE || c == DELETE || c == SEMICOLON) return false;
    if (c == OPEN) hasList = true;
    else if (c == CLOSE) isBlankBehind = false;
    else if (c == SPACE) isBlankBehind = true;
    else if (c == AT) hasVersion = true;
    else if (c == MINUS && load<u8>(p + 1) == GREATER) return false;
    else if (c == COLON && isHash(p, to)) return false;
  }
  return c != SPACE && c != BRACKET && (!hasList || (c != CLOSE && !hasVersion && !isBlankBehind));
}

/** `frame_dummy` */
function isFrameDummy(p: usize, to: usize): bool {
  return to - p == 11 && load<u64>(p) == FRAME_DU && load<u32>(p + 7) == UMMY;
}

/** `_Z`, `_R`, `__Z`, `__R`; `caml` */
function isMangled(p: usize): bool {
  if (load<u32>(p) == CAML) return true;
  if (load<u8>(p) != UNDERSCORE) return false;
  const c: u32 = load<u8>(p + 1) == UNDERSCORE ? load<u8>(p + 2) : load<u8>(p + 1);
  return c == 90 || c == 82;
}

/** `::h0123456789abcdef` */
function isHash(p: usize, to: usize): bool {
  if (to - p < 19 || load<u16>(p) != 0x3a3a || load<u8>(p + 2) != 104) return false;
  for (let i: usize = 3; i < 19; i++) if (!isHexDigit(load<u8>(p + i))) return false;
  return true;
}

/** The host looks at all frames again. */
export function forgetPerfFrames(): void {
  if (slots) heap.free(slots);
  slots = 0;
  mask = count = 0;
}

/** From now on lines with the symbol and object of the last frame read do this. */
export function rememberFrame(action: u32): void {
  if (count >= mask - (mask >> 2)) grow();
  const at = slotOf(pairOf());
  if (load<u64>(at) == 0) count++;
  store<u64>(at, pairOf());
  store<u32>(at, action, 8);
  store<u32>(at, 0, 12);
}

function grow(): void {
  const old = slots;
  const end = slots + (mask ? (<usize>mask + 1) << SLOT_SHIFT : 0);
  const size = mask ? moreSlots(mask + 1) : FIRST_SLOTS;
  slots = zeroed(size, 1 << SLOT_SHIFT);
  mask = size - 1;
  for (let p = old; p < end; p += 1 << SLOT_SHIFT) {
    if (load<u64>(p)) memory.copy(slotOf(load<u64>(p)), p, 1 << SLOT_SHIFT);
  }
  if (old) heap.free(old);
}
