// Order and output: stacks sorted by the bytes of their folded line, and the text of those lines.

import { names } from './intern.as';
import { compareBytes, copyBytes, PAD } from './memory.as';
import { stacks } from './stacks.as';

let rank: usize = 0; // by name id: its place among all names, each taken with a `;` behind it
let order: usize = 0;
let spare: usize = 0;

let byFrames: bool = false;

/**
 * Sorts the stacks. Gives a column of stack indices in byte order of their lines. With `frames` the order is frame by
 * frame, so that all stacks with the same first frames are neighbours: as lines, `a-x` comes between `a` and `a;b`.
 */
export function sortStacks(frames: bool): usize {
  byFrames = frames;
  const nameCount = names.count;
  const most = max<u32>(nameCount, stacks.size.length);
  order = heap.alloc((<usize>most) << 2);
  spare = heap.alloc((<usize>most) << 2);
  rank = heap.alloc((<usize>nameCount + 1) << 2);
  for (let i: u32 = 0; i < nameCount; i++) store<u32>(order + ((<usize>i) << 2), i + 1);
  mergeSort(nameCount, BY_NAME);
  for (let i: u32 = 0; i < nameCount; i++) store<u32>(rank + ((<usize>load<u32>(order + ((<usize>i) << 2))) << 2), i);
  for (let i: u32 = 0; i < stacks.size.length; i++) store<u32>(order + ((<usize>i) << 2), i);
  mergeSort(stacks.size.length, BY_STACK);
  next = 0;
  return order;
}

/** Name a before name b? Both are followed by `;`, or by the end of the line where so told. */
function nameLess(a: u32, b: u32, aLast: bool, bLast: bool): bool {
  const m = names.size.get(a);
  const n = names.size.get(b);
  const p = <usize>names.at.get(a);
  const q = <usize>names.at.get(b);
  const both = min(m, n);
  const order = compareBytes(p, q, both);
  if (order) return order < 0;
  const c: i32 = m > both ? <i32>load<u8>(p + both) : aLast ? -1 : 59;
  const d: i32 = n > both ? <i32>load<u8>(q + both) : bLast ? -1 : 59;
  return c < d;
}

function stackLess(a: u32, b: u32): bool {
  const m = stacks.size.get(a);
  const n = stacks.size.get(b);
  const p = <usize>stacks.at.get(a);
  const q = <usize>stacks.at.get(b);
  const both = min(m, n);
  let i: u32 = 0;
  while (i < both && load<u32>(p + ((<usize>i) << 2)) == load<u32>(q + ((<usize>i) << 2))) i++;
  if (i == both) return m < n;
  const x = load<u32>(p + ((<usize>i) << 2));
  const y = load<u32>(q + ((<usize>i) << 2));
  if (byFrames || (i + 1 < m && i + 1 < n)) return load<u32>(rank + ((<usize>x) << 2)) < load<u32>(rank + ((<usize>y) << 2));
  return nameLess(x, y, i + 1 == m, i + 1 == n);
}

const BY_STACK: u32 = 0;
const BY_NAME: u32 = 1;
const BY_COUNT: u32 = 2;
const BY_PAIR: u32 = 3;

/** Sorts what sortStacks() sorted by count, largest first; with `pairs` by the sum of both counts. Equals stay in order. */
export function sortByCount(pairs: bool): void {
  mergeSort(stacks.size.length, pairs ? BY_PAIR : BY_COUNT);
}

@inline
function less(a: u32, b: u32, by: u32): bool {
  if (by == BY_STACK) return stackLess(a, b);
  if (by == BY_NAME) return nameLess(a, b, false, false);
  return by == BY_COUNT ? stacks.weight.get(a) > stacks.weight.get(b) : bothCounts(a) > bothCounts(b);
}

@inline
function bothCounts(stack: u32): f64 {
  return stacks.weight.get(stack) + stacks.hits.get(stack);
}

/** Sorts the first n entries of `order`, from small runs upwards; runs already in order are only looked at. */
function mergeSort(n: u32, by: u32): void {
  for (let width: u32 = 1; width < n; width <<= 1) {
    for (let from: u32 = 0; from + width < n; from += width << 1) {
      const middle = from + width;
      const end = min(middle + width, n);
      if (less(load<u32>(order + ((<usize>middle) << 2)), load<u32>(order + ((<usize>(middle - 1)) << 2)), by)) {
        merge(from, middle, end, by);
      }
    }
  }
}

function merge(from: u32, middle: u32, end: u32, by: u32): void {
  memory.copy(spare, order + ((<usize>from) << 2), (<usize>(middle - from)) << 2);
  let a = spare;
  const aEnd = spare + ((<usize>(middle - from)) << 2);
  let b = order + ((<usize>middle) << 2);
  const bEnd = order + ((<usize>end) << 2);
  let to = order + ((<usize>from) << 2);
  while (a < aEnd && b < bEnd) {
    if (less(load<u32>(b), load<u32>(a), by)) {
      store<u32>(to, load<u32>(b));
      b += 4;
    } else {
      store<u32>(to, load<u32>(a));
      a += 4;
    }
    to += 4;
  }
  memory.copy(to, a, aEnd - a);
}

// ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────

const BLOCK: usize = 1 << 18;
/** A blank, 16 digits, a point and six decimals, twice; the newline. */
const COUNT_ROOM: usize = 56;
let output: usize = 0;
let outputCapacity: usize = 0;
let next: u32 = 0;

/** Where writeFolded() leaves its text. */
export function outputAt(): usize {
  return output;
}

/**
 * Writes the next whole lines, about a quarter of a MiB. With `pairs` each has two counts, its hits and its weight.
 * Gives the number of bytes; 0 at the end.
 */
export function writeFolded(pairs: bool): u32 {
  let to: usize = 0;
  while (next < stacks.size.length) {
    const stack = load<u32>(order + ((<usize>next) << 2));
    const size = textSize(stack);
    if (to && to + size > BLOCK) break;
    if (size + PAD > outputCapacity) {
      outputCapacity = max(BLOCK, size) + PAD;
      output = heap.alloc(outputCapacity);
    }
    to += writeLine(output + to, stack, pairs);
    next++;
  }
  return <u32>to;
}

/** Room that a line may need. */
function textSize(stack: u32): usize {
  const at = <usize>stacks.at.get(stack);
  const end = at + ((<usize>stacks.size.get(stack)) << 2);
  let size = COUNT_ROOM;
  for (let p = at; p < end; p += 4) size += names.size.get(load<u32>(p)) + 1;
  return size;
}

function writeLine(start: usize, stack: u32, pairs: bool): usize {
  let to = start;
  const at = <usize>stacks.at.get(stack);
  const end = at + ((<usize>stacks.size.get(stack)) << 2);
  for (let p = at; p < end; p += 4) {
    const name = load<u32>(p);
    const n = names.size.get(name);
    copyBytes(to, <usize>names.at.get(name), n);
    to += n;
    store<u8>(to++, 59);
  }
  if (end > at) to--;
  if (pairs) to = writeCount(to, stacks.hits.get(stack));
  to = writeCount(to, stacks.weight.get(stack));
  store<u8>(to++, 10);
  return to - start;
}

/** A blank and the count, with at most six decimals. Gives the place behind it. */
function writeCount(start: usize, count: f64): usize {
  let to = start;
  store<u8>(to++, 32);
  let whole = <u64>count;
  let millionths = <u64>nearest((count - <f64>whole) * 1e6);
  if (millionths == 1000000) {
    whole++;
    millionths = 0;
  }
  let size = 1;
  for (let left = whole / 10; left; left /= 10) size++;
  writeDigits(to, whole, size);
  to += size;
  if (!millionths) return to;
  let decimals = 6;
  for (; millionths % 10 == 0; millionths /= 10) decimals--;
  store<u8>(to++, 46);
  writeDigits(to, millionths, decimals);
  return to + decimals;
}

function writeDigits(at: usize, value: u64, size: i32): void {
  let left = value;
  for (let i = size; i > 0; i--) {
    store<u8>(at + i - 1, 48 + <u8>(left % 10));
    left /= 10;
  }
}
