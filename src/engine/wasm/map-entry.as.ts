// The entries of bpftrace's maps, as far as they look alike: read here, because a dump has as many of these lines as stacks.
//
//     @offcpu[                    starts an entry, behind the name of its map
//         __schedule+713          frames, innermost first
//         do_nanosleep+94
//     , ,  postgres, 4242         texts between the stacks and behind the last
//     ]: 598                      ends it
//
// An entry becomes a stack of the table: the id of its map, a number of the host's, its shape. Then come the lengths of
// its stacks in the order of the dump, then all frames, root first. The shape is what stands around the stacks.

import { Interner, keys, names } from './intern.as';
import {
  CONTROL,
  define,
  depth,
  dropStack,
  endStack,
  isDigit,
  lineEnd,
  linesRead,
  lineStart,
  pushFrame,
  scan,
  UNKNOWN,
} from './lines.as';
import { Column, PAD, moved, sameBytes } from './memory.as';

/** In a shape: a stack; any other number is the key of a text. */
const STACK: u32 = 0;

/** Their bytes are u32: the map, then what stands in the key, in order. */
let shapes = new Interner();
/** entries by shape */
let counts = new Column<u32>();

let isOpen: bool = false;
let map: u32 = 0;
/** the key of the line that starts entries of this map; 0: none does */
let startLine: u32 = 0;
let openedAt: f64 = 0;
let closedAt: f64 = 0;
/** of the last entry: its map and value, and whether anything but entries came since */
let lastMap: u32 = 0;
let lastValue: f64 = 0;
let isApart: bool = true;

// the shape of the open entry, and the lengths of its stacks: as many u32 as there are tokens at most
let capacity: u32 = 0;
let tokens: usize = 0;
let lengths: usize = 0;
let tokenCount: u32 = 0;
let stackCount: u32 = 0;
/** where the stack being read begins */
let stackFrom: u32 = 0;

function growTokens(): void {
  const wanted = capacity ? capacity << 1 : 256;
  const bytes = <usize>capacity << 2;
  tokens = moved(tokens, bytes, (<usize>wanted << 2) + PAD);
  lengths = moved(lengths, bytes, (<usize>wanted << 2) + PAD);
  capacity = wanted;
}

function addToken(token: u32): void {
  if (tokenCount == capacity) growTokens();
  store<u32>(tokens + ((<usize>tokenCount) << 2), token);
  tokenCount++;
}

/** Ends the stack that was read since the last text, if there are frames. */
function closeStack(): void {
  const end = depth();
  if (end == stackFrom) return;
  addToken(STACK);
  store<u32>(lengths + ((<usize>stackCount) << 2), end - stackFrom);
  stackCount++;
  stackFrom = end;
}

// ── what the host may ask for ────────────────────────────────────────────────────────────────────────────────────

/** The host calls this before it reads another input. */
export function restartEntries(): void {
  dropEntry();
  startLine = 0;
  isApart = true;
  shapes = new Interner();
  counts = new Column<u32>();
  counts.push(0);
}

/** Begins an entry of this map (an id other than 0). Where `size` is not 0, lines like the `size` bytes at `at` begin others. */
export function openEntry(id: u32, at: usize, size: u32): void {
  map = id;
  startLine = size ? keys.intern(at, size) : 0;
  open();
}

function open(): void {
  dropStack();
  isOpen = true;
  tokenCount = 0;
  addToken(map);
  stackCount = 0;
  stackFrom = 0;
  openedAt = linesRead();
}

/** A text between or behind the stacks of the open entry. */
export function addText(at: usize, size: u32): void {
  closeStack();
  addToken(keys.intern(at, size));
}

/** Counts the open entry. `extra` is the host's; `order` is what the values of a dump do not fall below. */
export function endEntry(weight: f64, extra: u32, order: f64): void {
  closeStack();
  const shape = shapes.intern(tokens, tokenCount << 2);
  if (shape == counts.length) counts.push(0);
  counts.set(shape, counts.get(shape) + 1);
  for (let i = stackCount; i > 0; i--) pushFrame(load<u32>(lengths + (<usize>(i - 1) << 2)));
  pushFrame(shape);
  pushFrame(extra);
  endStack(weight, map, u32.MAX_VALUE, 0);
  isOpen = false;
  isApart = false;
  lastMap = map;
  lastValue = order;
  closedAt = linesRead();
}

/** Forgets the open entry. */
export function dropEntry(): void {
  dropStack();
  isOpen = false;
}

export function isEntryOpen(): bool {
  return isOpen;
}
/** Would an entry with this value of the open entry's map begin another dump? Values of a dump never fall. */
export function beginsDump(order: f64): bool {
  return isApart || lastMap != map || order < lastValue;
}
/** Anything but entries came. */
export function setApart(): void {
  isApart = true;
}
/** The lines in which the open entry began, and the last one ended. */
export function entryOpenedAt(): f64 {
  return openedAt;
}
export function entryClosedAt(): f64 {
  return closedAt;
}
/** Shapes are 1, 2, … */
export function shapeCount(): u32 {
  return shapes.count;
}
export function entryCount(shape: u32): u32 {
  return counts.get(shape);
}
/** The numbers of a shape: its map; then 0 for a stack, else the key of a text. */
export function shapeAt(shape: u32): usize {
  return shapes.at.get(shape);
}
export function shapeSize(shape: u32): u32 {
  return shapes.size(shape) >> 2;
}

/** As scan(), but entries and frames of the usual form are read on the way. */
export function scanEntries(): u32 {
  while (true) {
    const stop = scan();
    if (stop == UNKNOWN) {
      const name = readFrame();
      if (name == 0) return stop;
      define(name);
    } else if (stop != CONTROL || !readEntryLine()) return stop;
  }
}

// ── control lines ────────────────────────────────────────────────────────────────────────────────────────────────

const COMMA: u32 = 44;
const SPACE: u32 = 32;

/** The end of the line, without a carriage return before its newline. */
@inline
function textEnd(): usize {
  return lineEnd > lineStart && load<u8>(lineEnd - 1) == 13 ? lineEnd - 1 : lineEnd;
}

/** False: a line that the host has to look at. */
function readEntryLine(): bool {
  const from = lineStart;
  const to = textEnd();
  if (!isOpen) {
    const size = <u32>(to - from);
    if (startLine == 0 || size != keys.size(startLine)) return false;
    if (!sameBytes(from, <usize>keys.at.get(startLine), size)) return false;
    open();
    addText(from, 0);
    return true;
  }
  if (load<u8>(from) == COMMA && (to == from + 1 || (to == from + 2 && load<u8>(from + 1) == SPACE))) {
    addText(from, <u32>(to - from));
    return true;
  }
  return readEnd(from, to);
}

/** `, postgres, 4242]: 598` */
function readEnd(from: usize, to: usize): bool {
  let p = to;
  while (p > from && isDigit(load<u8>(p - 1))) p--;
  const close = p - 3;
  if (p == to || to - p > 15 || close < from) return false;
  if (load<u8>(p - 1) != SPACE || load<u8>(p - 2) != 58 || load<u8>(close) != 93) return false; // ]:
  let value: f64 = 0;
  for (let i = p; i < to; i++) value = value * 10 + <f64>(load<u8>(i) - 48);
  if (beginsDump(value)) return false;
  addText(from, <u32>(close - from));
  endEntry(value, 0, value);
  return true;
}

// ── frame lines ──────────────────────────────────────────────────────────────────────────────────────────────────

/** The name of the new frame line `    do_nanosleep+94`, if it is one that stays as it is; else 0. */
function readFrame(): u32 {
  const to = textEnd();
  let p = lineStart;
  while (load<u8>(p) == SPACE) p++;
  const first = load<u8>(p);
  if (p >= to || first == 9 || first == 91 || (first == 48 && load<u8>(p + 1) == 120)) return 0; // [ 0x
  let q = to;
  while (q > p && isDigit(load<u8>(q - 1))) q--;
  if (q == to || q <= p + 1 || load<u8>(q - 1) != 43 || load<u8>(q - 2) == SPACE) return 0; // +
  return isPlainName(p, q - 1) ? names.intern(p, <u32>(q - 1 - p)) : 0;
}

/** The letters that names of OCaml begin with. */
const CAML: u32 = 0x6c6d6163;

/** Nothing in it that may be mangled, an argument list, the hash of a Rust name, or more than a folded line can hold. */
function isPlainName(from: usize, to: usize): bool {
  if (load<u8>(from) == 95) {
    const second = load<u8>(from + 1);
    const c = second == 95 ? load<u8>(from + 2) : second; // _Z _R __Z __R
    if (c == 90 || c == 82) return false;
  }
  if (to - from > 4 && load<u32>(from) == CAML) return false;
  for (let p = from; p < to; p++) {
    const c = load<u8>(p);
    if (c < SPACE || c == 127 || c == 40 || c == 59) return false; // ( ;
    if (c == 104 && p > from && load<u8>(p - 1) == 58 && isHash(p + 1, to)) return false; // :h
  }
  return true;
}

function isHash(from: usize, to: usize): bool {
  if (to - from < 16) return false;
  for (let p = from; p < from + 16; p++) {
    const c = load<u8>(p);
    if (!isDigit(c) && !(c >= 97 && c <= 102)) return false;
  }
  return true;
}
