// Stacks in order: by the bytes of their folded lines, frame by frame, or by count.
//
// As a line each name ends in `;` or, the innermost, in the end of the line. A place among all names so ended makes of
// each stack a row of numbers, and rows that share their first ones, as stacks do, are sorted a number at a time
// (multikey quicksort, Bentley and Sedgewick 1997).

import { names } from './intern.as';
import { compareBytes } from './memory.as';
import { endReading } from './reading.as';
import { stacks } from './stacks.as';

/** Indices of stacks, as sortStacks() and sortByCount() left them. */
export let order: usize = 0;
let spare: usize = 0;

/** By name id: its place, from 1, among all names with their ends; of an inner frame, and of the innermost. */
let innerRank: usize = 0;
let leafRank: usize = 0;

/**
 * Sorts the stacks. Gives a column of stack indices in byte order of their lines. With `frames` the order is frame by
 * frame, so that all stacks with the same first frames are neighbours: as lines, `a-x` comes between `a` and `a;b`.
 */
export function sortStacks(frames: bool): usize {
  endReading();
  rankNames(frames);
  const count = stacks.count;
  makeRoom(count);
  for (let i: u32 = 0; i < count; i++) store<u32>(order + ((<usize>i) << 2), i);
  if (!isSorted(count)) sortRows(count);
  heap.free(innerRank);
  if (leafRank != innerRank) heap.free(leafRank);
  return order;
}

/** Forgets the last order. */
function makeRoom(count: u32): void {
  if (order) {
    heap.free(order);
    dropSpare();
  }
  order = heap.alloc((<usize>count) << 2);
  spare = heap.alloc((<usize>count) << 2);
}

/** Gives back what sortStacks() needed; sortByCount() needs it, too. */
export function dropSpare(): void {
  if (spare) heap.free(spare);
  spare = 0;
}

/** Sorts what sortStacks() sorted by count, largest first; with `pairs` by the sum of both counts. Equals stay in order. */
export function sortByCount(pairs: bool): void {
  mergeSort(stacks.count, pairs ? BY_PAIR : BY_COUNT);
}

// ── names ────────────────────────────────────────────────────────────────────────────────────────────────────

@inline
function at(column: usize, i: u32): u32 {
  return load<u32>(column + ((<usize>i) << 2));
}

/** Each name that a stack has, once or twice: id << 1, and 1 for its place at the end of a line. */
function rankNames(frames: bool): void {
  const room = (<usize>names.count + 1) << 2;
  innerRank = heap.alloc(room);
  memory.fill(innerRank, 0, room);
  leafRank = frames ? innerRank : heap.alloc(room);
  memory.fill(leafRank, 0, room);
  for (let stack: u32 = 0; stack < stacks.count; stack++) {
    const size = stacks.size(stack);
    if (size == 0) continue;
    const from = <usize>stacks.at.get(stack);
    for (let i: u32 = 0; i < size - 1; i++) store<u32>(innerRank + ((<usize>at(from, i)) << 2), 1);
    store<u32>(leafRank + ((<usize>at(from, size - 1)) << 2), 1);
  }
  let count: u32 = 0;
  for (let id: u32 = 1; id <= names.count; id++) count += at(innerRank, id) + (frames ? 0 : at(leafRank, id));
  makeRoom(count);
  let to = order;
  for (let id: u32 = 1; id <= names.count; id++) {
    if (at(innerRank, id)) {
      store<u32>(to, id << 1);
      to += 4;
    }
    if (!frames && at(leafRank, id)) {
      store<u32>(to, (id << 1) | 1);
      to += 4;
    }
  }
  mergeSort(count, BY_NAME);
  for (let i: u32 = 0; i < count; i++) {
    const name = at(order, i);
    store<u32>((name & 1 ? leafRank : innerRank) + ((<usize>(name >>> 1)) << 2), i + 1);
  }
}

/** The names' bytes decide, then what follows them: the end of a line comes first, `;` where it stands in ASCII. */
function nameLess(a: u32, b: u32): bool {
  const m = names.size(a >>> 1);
  const n = names.size(b >>> 1);
  const p = <usize>names.at.get(a >>> 1);
  const q = <usize>names.at.get(b >>> 1);
  const both = min(m, n);
  const order = compareBytes(p, q, both);
  if (order) return order < 0;
  const c: i32 = m > both ? <i32>load<u8>(p + both) : a & 1 ? -1 : 59;
  const d: i32 = n > both ? <i32>load<u8>(q + both) : b & 1 ? -1 : 59;
  return c < d;
}

// ── rows of numbers ──────────────────────────────────────────────────────────────────────────────────────────

/** Fewer rows are sorted by insertion. */
const FEW: u32 = 12;
/** Parts that wait: of three the largest is sorted last, so there are at most two for each halving of the rest. */
const MOST_PARTS: usize = 2 * 32 + 2;
const PART: usize = 16;

/** The number of a row at this depth; 0 where it has ended. */
@inline
function numberAt(stack: u32, depth: u32): u32 {
  const size = stacks.size(stack);
  if (depth >= size) return 0;
  return at(depth + 1 == size ? leafRank : innerRank, at(<usize>stacks.at.get(stack), depth));
}

/** Does row a come before row b, whose first `depth` numbers are the same? */
function rowLess(a: u32, b: u32, depth: u32): bool {
  let i = depth;
  let x = numberAt(a, i);
  let y = numberAt(b, i);
  while (x == y && x != 0) {
    i++;
    x = numberAt(a, i);
    y = numberAt(b, i);
  }
  return x < y;
}

function isSorted(count: u32): bool {
  for (let i: u32 = 1; i < count; i++) if (rowLess(at(order, i), at(order, i - 1), 0)) return false;
  return true;
}

let parts: usize = 0;
let partsEnd: usize = 0;

/** `numbered`: do `numbers` hold those of its rows at this depth? */
@inline
function pushPart(from: u32, to: u32, depth: u32, numbered: bool): void {
  if (to - from < 2) return;
  store<u32>(partsEnd, from);
  store<u32>(partsEnd, to, 4);
  store<u32>(partsEnd, depth, 8);
  store<u32>(partsEnd, <u32>numbered, 12);
  partsEnd += PART;
}

function sortRows(count: u32): void {
  if (parts == 0) parts = heap.alloc(MOST_PARTS * PART);
  partsEnd = parts;
  pushPart(0, count, 0, false);
  while (partsEnd > parts) {
    partsEnd -= PART;
    const depth = load<u32>(partsEnd, 8);
    sortPart(load<u32>(partsEnd), load<u32>(partsEnd, 4), depth, load<u32>(partsEnd, 12) != 0);
  }
}

/** Divides this part at the number of one of its rows, and leaves three parts to be sorted. */
function sortPart(from: u32, to: u32, first: u32, numbered: bool): void {
  if (to - from < FEW) {
    insertRows(from, to, first);
    return;
  }
  const depth = numbered ? first : numberRows(from, to, first);
  const numbers = spare;
  const pivot = pivotOf(from, to);
  let less = from;
  let more = to;
  let i = from;
  while (i < more) {
    const number = at(numbers, i);
    if (number < pivot) swapRows(less++, i++);
    else if (number > pivot) swapRows(i, --more);
    else i++;
  }
  // what is pushed last is sorted first
  const a = less - from;
  const b = more - less;
  const c = to - more;
  const largest = max(a, max(b, c));
  for (let turn = 0; turn < 2; turn++) {
    const isFirst = turn == 0;
    if ((a == largest) == isFirst) pushPart(from, less, depth, true);
    if ((b == largest) == isFirst) pushPart(less, more, depth + 1, false);
    if ((c == largest) == isFirst) pushPart(more, to, depth, true);
  }
}

/** Fills in the numbers of these rows at the first depth from `first` on at which they differ. Gives that depth. */
function numberRows(from: u32, to: u32, first: u32): u32 {
  let depth = first;
  while (true) {
    const number = numberAt(at(order, from), depth);
    let isSame = true;
    for (let i = from; i < to; i++) {
      const other = numberAt(at(order, i), depth);
      store<u32>(spare + ((<usize>i) << 2), other);
      isSame = isSame && other == number;
    }
    if (!isSame) return depth;
    depth++;
  }
}

let random: u32 = 1;

/** The middle one of three numbers of these rows, drawn by lot, so that no order of rows is a bad one. */
function pivotOf(from: u32, to: u32): u32 {
  random = random * 1664525 + 1013904223;
  const size = to - from;
  const step = size / 3;
  const start = from + (random >>> 8) % step;
  const a = at(spare, start);
  const b = at(spare, start + step);
  const c = at(spare, start + 2 * step);
  return max(min(a, b), min(max(a, b), c));
}

@inline
function swapRows(i: u32, j: u32): void {
  swap(order, i, j);
  swap(spare, i, j);
}

@inline
function swap(column: usize, i: u32, j: u32): void {
  const x = at(column, i);
  store<u32>(column + ((<usize>i) << 2), at(column, j));
  store<u32>(column + ((<usize>j) << 2), x);
}

function insertRows(from: u32, to: u32, depth: u32): void {
  for (let i = from + 1; i < to; i++) {
    const row = at(order, i);
    let j = i;
    for (; j > from && rowLess(row, at(order, j - 1), depth); j--) {
      store<u32>(order + ((<usize>j) << 2), at(order, j - 1));
    }
    store<u32>(order + ((<usize>j) << 2), row);
  }
}

// ── whole items ──────────────────────────────────────────────────────────────────────────────────────────────

const BY_NAME: u32 = 0;
const BY_COUNT: u32 = 1;
const BY_PAIR: u32 = 2;

@inline
function less(a: u32, b: u32, by: u32): bool {
  if (by == BY_NAME) return nameLess(a, b);
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
