// Folded lines: `root;caller;leaf COUNT`. Many recordings have the same stacks in the same order over and over. So a
// line is first compared with the stack that came next last time. If it differs, it is compared with the line before
// it, and only the rest is split and interned, because neighbours in a sorted file share most of their frames.

import { names } from './intern.as';
import { lineEnd, lineStart, moves, nextLine, nextLineStart, passLine } from './lines.as';
import { Column, LongColumn, sameBytes } from './memory.as';
import { scratchFor, stacks } from './stacks.as';

const ids = new Column<u32>(); // the root frames of this input, then the frames of the last line
const ends = new Column<u32>(); // where each ends, from the start of its line
let last: usize = 0;
let lastSize: u32 = 0;
let lastMoves: u32 = 0;

let roots: u32 = 0;
let lines: f64 = 0;
let pairs: f64 = 0;

/** The next input's lines get the first n ids in the scratch room as root frames; they are counted from 0. */
export function beginFolded(n: u32): void {
  const given = scratchFor(n);
  ids.length = 0;
  for (let i: u32 = 0; i < n; i++) ids.push(load<u32>(given + ((<usize>i) << 2)));
  ends.length = 0;
  lastSize = 0;
  roots = n;
  lines = 0;
  pairs = 0;
  previous = NONE;
}
/** Folded lines of this input; then those of them that have another number before the count. */
export function foldedLines(): f64 {
  return lines;
}
export function foldedPairs(): f64 {
  return pairs;
}

let inOrder: bool = false;
const NONE: u32 = 0xffffffff;
/** By stack: the one that came after it last time. */
const follower = new LongColumn<u32>();
let previous: u32 = NONE;

const logStack = new LongColumn<u32>();
const logWeight = new LongColumn<f64>();

/** Gives back what only reading needs; it may go on. */
export function dropFollowers(): void {
  follower.drop();
  previous = NONE;
}

/** From now on also keeps every line, in the order of the input. */
export function keepInputOrder(): void {
  inOrder = true;
}
export function inputOrderCount(): u32 {
  return logStack.length;
}
/** By line: its stack, its weight. */
export function inputOrderStack(line: u32): u32 {
  return logStack.get(line);
}
export function inputOrderWeight(line: u32): f64 {
  return logWeight.get(line);
}

/**
 * Reads whole lines. True: stopped at a line that is no folded line (lineStart, lineEnd), also one that says something
 * of the others (isMetadata); false: all are read. A count without a stack counts for the frame `[unknown]`.
 */
export function scanFolded(): bool {
  while (true) {
    foldKnown();
    if (!nextLine()) return false;
    const start = lineStart;
    let end = lineEnd;
    while (end > start && isBlank(load<u8>(end - 1))) end--;
    if (end == start) continue;
    if (load<u8>(start) == HASH && isMetadata(start, end)) return true;
    // the count: digits, perhaps with a fraction
    let p = end;
    while (p > start && isDigit(load<u8>(p - 1))) p--;
    let point: usize = 0;
    if (p > start && p < end && load<u8>(p - 1) == 46) {
      point = p - 1;
      p--;
      while (p > start && isDigit(load<u8>(p - 1))) p--;
    }
    if (p == end || p == point || p == start || !isBlank(load<u8>(p - 1))) return true;
    let weight: f64 = 0;
    for (let i = p; i < end; i++) {
      if (i != point) weight = weight * 10 + <f64>(load<u8>(i) - 48);
    }
    for (let i = point; point && i < end - 1; i++) weight /= 10;
    let keyEnd = p;
    while (keyEnd > start && isBlank(load<u8>(keyEnd - 1))) keyEnd--;
    if (weight > 9007199254740991) return true;
    lines++;
    if (keyEnd == start) setToOne(unknownName());
    else {
      if (isDigit(load<u8>(keyEnd - 1)) && endsInNumber(start, keyEnd)) pairs++;
      split(start, keyEnd);
    }
    const stack = stacks.add(ids.ptr, ids.length, weight, 1);
    log(stack, weight);
    while (follower.length <= stack) follower.push(NONE);
    if (previous != NONE) follower.set(previous, stack);
    previous = stack;
  }
}

@inline
function log(stack: u32, weight: f64): void {
  if (!inOrder) return;
  logStack.push(stack);
  logWeight.push(weight);
}

/** How far ahead a line is looked for: the recording at hand may lack stacks that others have. */
const TRIES: i32 = 3;
/** So many digits are exact without a look. */
const SHORT: usize = 15;

/** Reads lines as long as each is what came next last time, a stack and a whole number. */
function foldKnown(): void {
  while (previous != NONE) {
    const start = nextLineStart();
    if (!start) return;
    let stack = follower.get(previous);
    let end: usize = 0;
    for (let tries = TRIES; tries && stack != NONE; tries--) {
      end = endOf(start, stack);
      if (end) break;
      stack = follower.get(stack);
    }
    if (!end) return;
    let p = end + 1;
    let weight: u64 = 0;
    while (isDigit(load<u8>(p))) weight = weight * 10 + <u64>(load<u8>(p++) - 48);
    if (load<u8>(p) != 10 || p == end + 1 || p - end > SHORT) return;
    passLine(p);
    lines++;
    if (isDigit(load<u8>(end - 1)) && endsInNumber(start, end)) pairs++;
    stacks.addTo(stack, <f64>weight, 1);
    log(stack, <f64>weight);
    follower.set(previous, stack);
    previous = stack;
  }
}

/** Where the frames of this stack end, if the line has just these and a blank; else 0. */
function endOf(start: usize, stack: u32): usize {
  if (stack >= stacks.count) return 0; // from before renewStacks()
  const size = stacks.size(stack);
  const at = <usize>stacks.at.get(stack);
  if (size <= roots) return 0;
  for (let i: u32 = 0; i < roots; i++) if (load<u32>(at + ((<usize>i) << 2)) != ids.get(i)) return 0;
  const last = at + ((<usize>size - 1) << 2);
  let p = start;
  for (let id = at + ((<usize>roots) << 2); id <= last; id += 4) {
    const name = load<u32>(id);
    const n = names.size(name);
    if (!sameBytes(p, <usize>names.at.get(name), n)) return 0;
    p += n;
    if (load<u8>(p++) != (id == last ? 32 : 59)) return 0;
  }
  return p - 1;
}

const HASH: u8 = 35;

/**
 * Is a line that starts with `#` no stack: a comment, or a word about the others, as `# unit: us`? A comm may start
 * with `#`, too, and have blanks. So a line with a `;` is metadata only if a key, a colon and a blank stand before it.
 */
function isMetadata(start: usize, end: usize): bool {
  const isSpaced = start + 1 == end || isBlank(load<u8>(start + 1));
  for (let p = start + 1; p < end; p++) {
    const c = load<u8>(p);
    if (c == 58 && (p + 1 == end || isBlank(load<u8>(p + 1)))) return true;
    if (c == 59) return false;
    if (!isSpaced && !isKey(c)) return false;
  }
  return isSpaced;
}

/** A letter, a digit, `-` or `_`. */
function isKey(c: u8): bool {
  return isDigit(c) || c == 45 || c == 95 || <u32>((c | 32) - 97) < 26;
}

/** Is what stands before `end` a name or nothing, blanks and a number? */
function endsInNumber(start: usize, end: usize): bool {
  let p = end;
  while (p > start && isDigit(load<u8>(p - 1))) p--;
  if (p > start && load<u8>(p - 1) == 46) {
    const point = p--;
    while (p > start && isDigit(load<u8>(p - 1))) p--;
    if (p == point - 1) return false;
  }
  return p > start && isBlank(load<u8>(p - 1));
}

/** The name `[unknown]`. */
function unknownName(): u32 {
  const text = scratchFor(3);
  store<u64>(text, 0x6e776f6e6b6e755b);
  store<u8>(text, 0x5d, 8);
  return names.intern(text, 9);
}

/** The stack is this one frame. */
function setToOne(frame: u32): void {
  ids.length = roots;
  ends.length = 0;
  lastSize = 0;
  ids.push(frame);
}

function split(start: usize, keyEnd: usize): void {
  const size = <u32>(keyEnd - start);
  const common = lastMoves == moves ? commonPrefix(start, last, min(size, lastSize)) : 0;
  let kept: u32 = 0;
  while (kept < ends.length && ends.get(kept) < common) kept++;
  ids.length = roots + kept;
  ends.length = kept;
  let p = kept ? start + ends.get(kept - 1) + 1 : start;
  const semicolon = i8x16.splat(59);
  let from = p;
  while (true) {
    let hits: u32 = p < keyEnd ? i8x16.bitmask(i8x16.eq(v128.load(p), semicolon)) : 0;
    while (hits) {
      const at = p + ctz(hits);
      if (at >= keyEnd) break;
      ids.push(names.intern(from, <u32>(at - from)));
      ends.push(<u32>(at - start));
      from = at + 1;
      hits &= hits - 1;
    }
    p += 16;
    if (p >= keyEnd) break;
  }
  ids.push(names.intern(from, <u32>(keyEnd - from)));
  ends.push(size);
  last = start;
  lastSize = size;
  lastMoves = moves;
}

@inline
function commonPrefix(a: usize, b: usize, n: u32): u32 {
  let i: u32 = 0;
  for (; i < n; i += 16) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i)));
    if (same != 0xffff) {
      i += ctz(~same);
      break;
    }
  }
  return i < n ? i : n;
}

@inline
function isBlank(c: u8): bool {
  return c == 32 || c == 9 || c == 13;
}

@inline
function isDigit(c: u8): bool {
  return c >= 48 && c <= 57;
}
