// The stacks of a picture in a compact form: columns of whole numbers that deflate well. Its reader is
// src/stacks/packed/unpack.ts.
//
// Neighbours share frames. It writes of a stack how many frames of the one before fall away, how many are new, and a code
// for each of these. Code 0 is a name that was not there yet; it gets the next number, from 1. Codes up to REMEMBERED are
// places among what the caller called last. Larger ones are numbers of other names. Counts are decimal text, so that
// fractions stay what they are.

import { names } from './intern.as';
import { Arena, Column, PAD, copyBytes, zeroed } from './memory.as';
import { writeDigits } from './text.as';

/** How many names are remembered of each caller: REMEMBERED of src/stacks/packed/successors.ts. */
const REMEMBERED: u32 = 8;
const LONGEST_NUMBER: u32 = 5;
const LONGEST_COUNT: u32 = 350;
const MAX_EXACT: f64 = 9007199254740991; // 2^53 - 1

/** Bytes that grow, chunk by chunk, because a copy of ten million counts would not fit. */
@unmanaged
class Bytes {
  /** Where chunks begin and how many bytes each holds; the last one's is not known before end(). */
  starts: Column<u32> = new Column<u32>();
  sizes: Column<u32> = new Column<u32>();
  to: usize = 0;
  limit: usize = 0;

  /** Room for `size` bytes at `to`. */
  @inline makeRoom(size: u32): void {
    if (this.to + size > this.limit) this.grow(size);
  }

  private grow(size: u32): void {
    this.end();
    const chunk = max<u32>(size, CHUNK << min<u32>(this.starts.length, DOUBLINGS));
    this.to = heap.alloc(<usize>chunk + PAD);
    this.limit = this.to + chunk;
    this.starts.push(<u32>this.to);
  }

  /** The last chunk is whole. */
  end(): void {
    const chunks = this.starts.length;
    if (chunks > this.sizes.length) this.sizes.push(<u32>this.to - this.starts.get(chunks - 1));
  }

  /** Seven bits a byte, least first; the top bit says that more follow. */
  @inline number(value: u32): void {
    let to = this.to;
    while (value > 0x7f) {
      store<u8>(to++, (value & 0x7f) | 0x80);
      value >>>= 7;
    }
    store<u8>(to++, value);
    this.to = to;
  }

  /** A line with a decimal number. */
  count(value: f64): void {
    this.makeRoom(LONGEST_COUNT);
    let to = this.to;
    if (value >= 0 && value <= MAX_EXACT && floor(value) == value) {
      const whole = <u64>value;
      let size = 1;
      for (let left = whole / 10; left; left /= 10) size++;
      writeDigits(to, whole, size);
      to += size;
    } else to += writeDecimal(to, value);
    store<u8>(to++, 10);
    this.to = to;
  }

  drop(): void {
    for (let i: u32 = 0; i < this.starts.length; i++) heap.free(<usize>this.starts.get(i));
    this.starts.drop();
    this.sizes.drop();
    this.to = this.limit = 0;
  }
}

/** The first chunk's size, and how often the next one is twice as large. */
const CHUNK: u32 = 1 << 14;
const DOUBLINGS: u32 = 7;

/** The host writes a number as folded text has it, without an exponent, and gives how many bytes it took. */
@external('env', 'writeDecimal')
declare function writeDecimal(at: usize, value: f64): u32;

const falls = new Bytes();
const fresh = new Bytes();
const frames = new Bytes();
const counts = new Bytes();
const befores = new Bytes();
const texts = new Bytes();
/** Name ids by number, and numbers by name id. */
const used = new Column<u32>();
let numbers: usize = 0;
/**
 * By name number, what it called last: twice the one name that it has called, or 1 + where its row of REMEMBERED names
 * lies; 0: it has called none.
 */
let callers: usize = 0;
const rows = new Arena();
let depth: u32 = 0;
let nodes: f64 = 0;

export function beginPacking(): void {
  falls.drop();
  fresh.drop();
  frames.drop();
  counts.drop();
  befores.drop();
  texts.drop();
  used.drop();
  used.reserve(names.count);
  numbers = zeroed(names.count + 1, 4);
  callers = zeroed(names.count + 1, 4);
  depth = 0;
  nodes = 0;
}

/** Adds a stack: n ids at p. Its first `common` frames are those of the stack before. */
export function pack(p: usize, n: u32, common: u32, count: f64): void {
  falls.makeRoom(LONGEST_NUMBER);
  falls.number(depth - common);
  fresh.makeRoom(LONGEST_NUMBER);
  fresh.number(n - common);
  frames.makeRoom((n - common) * LONGEST_NUMBER);
  let caller = common > 0 ? numberOf(load<u32>(p + ((<usize>(common - 1)) << 2))) : 0;
  const end = p + ((<usize>n) << 2);
  for (let at = p + ((<usize>common) << 2); at < end; at += 4) {
    const id = load<u32>(at);
    let number = numberOf(id);
    const isNew = number == 0;
    if (isNew) {
      used.push(id);
      number = used.length;
      store<u32>(numbers + ((<usize>id) << 2), number);
    }
    const place = placeOf(caller, number);
    frames.number(isNew ? 0 : place ? place : number + REMEMBERED);
    caller = number;
  }
  counts.count(count);
  nodes += <f64>(n - common);
  depth = n;
}

export function packBefore(count: f64): void {
  befores.count(count);
}

@inline
function numberOf(id: u32): u32 {
  return load<u32>(numbers + ((<usize>id) << 2));
}

/** The place of a name among what its caller called last, from 1; 0: it has none. From now on it is the first. */
@inline
function placeOf(caller: u32, name: u32): u32 {
  const known = callers + ((<usize>caller) << 2);
  const row = load<u32>(known);
  if (row == name << 1) return 1;
  if (row == 0) {
    store<u32>(known, name << 1);
    return 0;
  }
  let at: usize = row & ~1;
  if (!(row & 1)) {
    at = rows.take(REMEMBERED << 2);
    memory.fill(at, 0, REMEMBERED << 2);
    store<u32>(at, row >>> 1);
    store<u32>(known, <u32>at | 1);
  }
  let before = load<u32>(at);
  if (before == name) return 1;
  store<u32>(at, name);
  for (let place: u32 = 2; place <= REMEMBERED; place++) {
    at += 4;
    const here = load<u32>(at);
    store<u32>(at, before);
    if (here == name) return place;
    before = here;
  }
  return 0;
}

/** Ends the packing: from now on the columns are whole. */
export function endPacking(): void {
  heap.free(numbers);
  heap.free(callers);
  rows.drop();
  for (let i: u32 = 0; i < used.length; i++) {
    const id = used.get(i);
    const size = names.size(id);
    texts.makeRoom(size + 1);
    copyBytes(texts.to, <usize>names.at.get(id), size);
    store<u8>(texts.to + size, 10);
    texts.to += size + 1;
  }
  for (let column: u32 = 0; column < COLUMNS; column++) packed(column).end();
}

/** How many nodes the stacks have as a tree, without its root. */
export function packedNodes(): f64 {
  return nodes;
}
/** The name ids by number, from 1; how many they are. */
export function packedNamesColumn(): usize {
  return used.ptr;
}
export function packedNames(): u32 {
  return used.length;
}

/** A column of the packed form, in the order of its reader. */
const COLUMNS: u32 = 6;
function packed(column: u32): Bytes {
  switch (column) {
    case 0:
      return texts;
    case 1:
      return falls;
    case 2:
      return fresh;
    case 3:
      return frames;
    case 4:
      return counts;
    default:
      return befores;
  }
}
/** A column's chunks: how many, and of each its place and size. */
export function packedChunks(column: u32): u32 {
  return packed(column).starts.length;
}
export function packedAt(column: u32, chunk: u32): usize {
  return packed(column).starts.get(chunk);
}
export function packedSize(column: u32, chunk: u32): u32 {
  return packed(column).sizes.get(chunk);
}
