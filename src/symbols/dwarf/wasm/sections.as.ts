// The bytes of sections, seen through windows: a small section as a whole, of a large one the part that was read last.

import { PAD } from './memory.as';

/** Copies bytes of a section to an address, fewer at its end. Gives how many. */
@external('env', 'bytesOf')
declare function bytesOf(section: u32, at: f64, to: usize, length: u32): u32;

// in the order of the host's list
export const INFO: u32 = 0;
export const ABBREV: u32 = 1;
export const LINE: u32 = 2;
export const STR: u32 = 3;
export const LINE_STR: u32 = 4;
export const STR_OFFSETS: u32 = 5;
export const ADDR: u32 = 6;
export const RANGES: u32 = 7;
export const RNGLISTS: u32 = 8;
export const ARANGES: u32 = 9;
// of the file that dwz makes for what several files have in common
export const ALTERNATE_INFO: u32 = 10;
export const ALTERNATE_ABBREV: u32 = 11;
export const ALTERNATE_STR: u32 = 12;
/** another window on .debug_info: entries that are met far from the unit that is being read */
export const ENTRIES: u32 = 13;
const WINDOWS: u32 = 14;

/**
 * Places from here on are those of the other file's .debug_info and .debug_abbrev, behind any place of this file. Its lower 32
 * bits are 2 ** 31, so that they tell an entry of one from that of the other.
 */
export const ALTERNATE: f64 = 17594333528064;

@inline
function alternateOf(window: u32): u32 {
  return window == ABBREV ? ALTERNATE_ABBREV : ALTERNATE_INFO;
}

/** A section up to this size is read as a whole. */
const WHOLE: f64 = 8388608;

@unmanaged
class Window {
  size: f64 = 0;
  ptr: usize = 0;
  capacity: usize = 0;
  /** of the section's bytes, the place of the first one at hand, and how many there are */
  from: f64 = 0;
  length: u32 = 0;
}

const windows: usize = heap.alloc(<usize>WINDOWS << 2);
for (let i: u32 = 0; i < WINDOWS; i++) store<usize>(windows + (<usize>i << 2), changetype<usize>(new Window()));

@inline
function windowOf(window: u32): Window {
  return changetype<Window>(load<usize>(windows + (<usize>window << 2)));
}

/** Bytes of a section. */
export function sizeOf(section: u32): f64 {
  return windowOf(section).size;
}

export function setSize(section: u32, size: f64): void {
  windowOf(section).size = size;
  if (section == INFO) windowOf(ENTRIES).size = size;
}

/** The one place where numbers are read (cursor.as.ts), and the window that it moves in. */
export class Cursor {
  static at: usize = 0;
  static end: usize = 0;
  /** where the window's bytes begin, in memory and in which section */
  static start: usize = 0;
  static from: f64 = 0;
  static section: u32 = 0;
  static isBig: bool = false;
}

/**
 * Puts the cursor on the byte at `at` of a section, or at ALTERNATE plus its place of the other file's. At least `least`
 * bytes are at hand then, fewer at the section's end. If they aren't yet, it reads `page` bytes, and `before` in front of them.
 */
export function seek(window: u32, at: f64, least: f64, page: f64, before: f64 = 0): void {
  Cursor.from = at;
  if (at >= ALTERNATE) seekIn(alternateOf(window), at - ALTERNATE, least, page, before);
  else seekIn(window, at, least, page, before);
}

function seekIn(window: u32, at: f64, least: f64, page: f64, before: f64): void {
  const section = window == ENTRIES ? INFO : window;
  Cursor.section = section;
  const one = bytesBehind(window, at, least);
  if (!(at >= 0 && at < one.size)) {
    if (one.ptr == 0) reserve(one, 0);
    Cursor.at = one.ptr + one.length;
    Cursor.start = Cursor.at;
    Cursor.end = Cursor.at;
    return;
  }
  if (!has(one, at, least)) fill(one, section, max<f64>(0, at - before), min<f64>(at + max<f64>(least, page), one.size));
  const start = one.ptr + <usize>(at - one.from);
  Cursor.start = start;
  Cursor.at = start;
  Cursor.end = max(start, one.ptr + one.length);
}

/** What one window on .debug_info has at hand, such as the unit that was read last, serves the other one, too. */
@inline
function bytesBehind(window: u32, at: f64, least: f64): Window {
  const info = windowOf(INFO);
  return window == ENTRIES && (info.size <= WHOLE || has(info, at, least)) ? info : windowOf(window);
}

@inline
function has(one: Window, at: f64, least: f64): bool {
  return one.from <= at && one.from + <f64>one.length >= min<f64>(at + least, one.size);
}

/** Bytes of a cursor that is kept, and how many may be kept inside each other. */
const KEPT: usize = 28;
const MOST_KEPT: usize = 8;
const kept: usize = heap.alloc(KEPT * MOST_KEPT);
let keptCount: usize = 0;

/** To look elsewhere meanwhile; restoreCursor() puts the cursor back. */
export function keepCursor(): void {
  const to = kept + (keptCount % MOST_KEPT) * KEPT;
  keptCount++;
  store<f64>(to, Cursor.from);
  store<usize>(to + 8, Cursor.at);
  store<usize>(to + 12, Cursor.end);
  store<usize>(to + 16, Cursor.start);
  store<u32>(to + 20, Cursor.section);
}

export function restoreCursor(): void {
  keptCount--;
  const from = kept + (keptCount % MOST_KEPT) * KEPT;
  Cursor.from = load<f64>(from);
  Cursor.at = load<usize>(from + 8);
  Cursor.end = load<usize>(from + 12);
  Cursor.start = load<usize>(from + 16);
  Cursor.section = load<u32>(from + 20);
}

/** Reading begins anew: what was kept before something failed is of no use. */
export function dropCursors(): void {
  keptCount = 0;
}

/** Is there more of the section behind the bytes at hand? */
export function hasMore(window: u32): bool {
  const end = Cursor.from + <f64>(Cursor.end - Cursor.start);
  if (end < ALTERNATE) return end < windowOf(window).size;
  return end - ALTERNATE < windowOf(alternateOf(window)).size;
}

function fill(one: Window, section: u32, at: f64, to: f64): void {
  const isWhole = one.size <= WHOLE;
  const from = isWhole ? 0 : at;
  const length = <u32>(isWhole ? one.size : to - at);
  reserve(one, length);
  one.from = from;
  one.length = 0;
  one.length = bytesOf(section, from, one.ptr, length);
  if (one.length < length) one.size = from + <f64>one.length; // the file is cut off
  memory.fill(one.ptr + one.length, 0, PAD);
}

function reserve(one: Window, length: u32): void {
  if (<usize>length + PAD <= one.capacity) return;
  if (one.ptr != 0) heap.free(one.ptr);
  one.ptr = 0;
  one.capacity = 0;
  one.length = 0;
  one.ptr = heap.alloc(<usize>length + PAD);
  one.capacity = <usize>length + PAD;
  memory.fill(one.ptr, 0, PAD);
}
