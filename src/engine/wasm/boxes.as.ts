// The boxes of a flame graph: stacks in order → boxes. It keeps only the frames that are open at present, and the boxes
// wide enough to be drawn; with thin neighbours drawn together, those as well. The host's side is src/engine/boxes.ts.

import { Column, moved } from './memory.as';

/** Boxes as columns, in the order in which they end. */
const depths = new Column<u32>();
const names = new Column<u32>();
const tops = new Column<u32>();
const kinds = new Column<u32>();
const together = new Column<u32>();
const starts = new Column<f64>();
const widths = new Column<f64>();
const sizes = new Column<f64>();
const befores = new Column<f64>();
const changes = new Column<f64>();
let thin: f64 = 0;
let mostChange: f64 = 0;

/** Less wide ones are left out, or drawn together up to this gap and this width. */
let least: f64 = 0;
let joins: bool = false;
let gap: f64 = 0;
let most: f64 = 0;
/** A box is as wide as both its counts together; changes are of a frame without its callees. */
let union: bool = false;
let bySelf: bool = false;

/**
 * What is known by depth: of the open frame there what was done when it began, and the change of its callees so far; and
 * 1 + the place of the last box if thin neighbours may join it, else 0.
 */
const RECORD: usize = 48;
const BEFORE: usize = 8;
const CALLEES: usize = 16;
const NAME: usize = 24;
const KINDS: usize = 28;
const TOP: usize = 32;
const JOINS: usize = 36;
const ON_CPU_DONE: usize = 40;
let records: usize = 0;
let capacity: u32 = 0;
let open: u32 = 0;
let done: f64 = 0;
let doneBefore: f64 = 0;
let doneOnCpu: f64 = 0;

/** Time on the CPU, and the share of a box from which on it is that as well: both of src/flamegraph/colours/time.ts. */
export const ON_CPU: u32 = 1;
const LEAST_ON_CPU: f64 = 0.05;

/** The last thin tower that was drawn: see note(). */
let near: f64 = 0;
let low: u32 = 0;
let high: u32 = 0;

/** Begins with the box of all stacks. `ofGap` below 0: thin ones are left out. */
export function beginBoxes(ofLeast: f64, ofUnion: bool, ofSelf: bool, ofGap: f64, ofMost: f64): void {
  least = ofLeast;
  union = ofUnion;
  bySelf = ofSelf;
  joins = ofGap >= 0;
  gap = ofGap;
  most = ofMost;
  depths.length = names.length = tops.length = kinds.length = together.length = 0;
  starts.length = widths.length = sizes.length = befores.length = changes.length = 0;
  thin = mostChange = 0;
  memory.fill(records, 0, <usize>capacity * RECORD);
  open = 0;
  done = doneBefore = doneOnCpu = 0;
  near = 0;
  low = high = 0;
  push(0);
}

/**
 * The next stack: n ids at p, root first. It shares the first `common` with the stack before, and the first `kept` with
 * that one or the next. `weight` and `before` are its values, `kind` its kinds of time.
 */
export function addToBoxes(p: usize, n: u32, common: u32, kept: u32, weight: f64, before: f64, kind: u32): void {
  while (open > common + 1) pop(done);
  const width = union ? weight + before : weight;
  // what only this stack has is as wide as the stack
  const isThin = width < least;
  const end = isThin ? max(kept, common) : n;
  for (let i = common; i < end; i++) push(load<u32>(p + ((<usize>i) << 2)));
  if (isThin && end < n) {
    if (width > 0) {
      thin += <f64>(n - end);
      const start = done + (union ? doneBefore : 0);
      if (isSeen(start + width, end + 1, n)) {
        for (let i = end; i < n; i++) join(i + 1, load<u32>(p + ((<usize>i) << 2)), start, weight, before, kind, n);
        note(start, end + 1, n);
      }
    }
    const top = recordAt(open - 1);
    store<f64>(top, load<f64>(top, CALLEES) + (weight - before), CALLEES);
    if (weight + before > 0) store<u32>(top, max(load<u32>(top, TOP), n), TOP);
  }
  const top = recordAt(open - 1);
  if (weight > 0 || before > 0) store<u32>(top, load<u32>(top, KINDS) | kind, KINDS);
  done += weight;
  doneBefore += before;
  if (kind & ON_CPU) doneOnCpu += weight;
}

/** Ends the last box, that of all stacks, which is at least as wide as `total`. */
export function endBoxes(total: f64): void {
  while (open > 1) pop(done);
  pop(max(done, total));
}

@inline
function recordAt(depth: u32): usize {
  return records + <usize>depth * RECORD;
}

function makeRoom(depth: u32): void {
  if (depth < capacity) return;
  const used = <usize>capacity * RECORD;
  capacity = max<u32>(256, max(capacity << 1, depth + 1));
  const size = <usize>capacity * RECORD;
  records = moved(records, used, size);
  memory.fill(records + used, 0, size - used);
}

function push(name: u32): void {
  makeRoom(open);
  const at = recordAt(open);
  store<f64>(at, done);
  store<f64>(at, doneBefore, BEFORE);
  store<f64>(at, 0, CALLEES);
  store<u32>(at, name, NAME);
  store<u32>(at, 0, KINDS);
  store<u32>(at, open, TOP);
  store<f64>(at, doneOnCpu, ON_CPU_DONE);
  open++;
}

function pop(end: f64): void {
  const depth = --open;
  const at = recordAt(depth);
  const size = end - load<f64>(at);
  const before = doneBefore - load<f64>(at, BEFORE);
  const own = size - before - load<f64>(at, CALLEES);
  let kind = load<u32>(at, KINDS);
  const top = load<u32>(at, TOP);
  if (depth > 0) {
    const caller = at - RECORD;
    store<f64>(caller, load<f64>(caller, CALLEES) + (size - before), CALLEES);
    store<u32>(caller, load<u32>(caller, KINDS) | kind, KINDS);
    if (size + before > 0) store<u32>(caller, max(load<u32>(caller, TOP), top), TOP);
  }
  if (doneOnCpu - load<f64>(at, ON_CPU_DONE) < size * LEAST_ON_CPU) kind &= ~ON_CPU;
  const width = union ? size + before : size;
  if (width <= 0) return;
  const start = load<f64>(at) + (union ? load<f64>(at, BEFORE) : 0);
  const name = load<u32>(at, NAME);
  if (width < least && depth > 0) {
    thin += 1;
    if (isSeen(start + width, depth, depth)) join(depth, name, start, size, before, kind, top);
    return;
  }
  const change = bySelf ? own : size - before;
  box(depth, name, start, size, before, change, kind, top, 0);
  store<u32>(at, 0, JOINS);
  if (depth > 0) mostChange = max(mostChange, abs(change));
}

/** Is a thin tower seen, which ends at `end` and has frames from depth `from` to `to`, beside the one before? */
@inline
function isSeen(end: f64, from: u32, to: u32): bool {
  return joins && (end > near || from < low || to > high);
}

/** Frames up to half a gap behind this tower, and no higher, are not seen. */
@inline
function note(start: f64, from: u32, to: u32): void {
  near = start + gap / 2;
  low = from;
  high = to;
}

/** Adds a frame to the box of its thin neighbours, or begins one. */
function join(depth: u32, name: u32, start: f64, size: f64, before: f64, kind: u32, top: u32): void {
  makeRoom(depth);
  const record = recordAt(depth);
  const place = load<u32>(record, JOINS);
  if (place > 0) {
    const at = place - 1;
    const from = starts.get(at);
    if (start - from < most && start - from - widths.get(at) < gap) {
      widths.set(at, start + (union ? size + before : size) - from);
      if (top > tops.get(at)) tops.set(at, top);
      return;
    }
  }
  box(depth, name, start, size, before, size - before, kind, top, 1);
  store<u32>(record, depths.length, JOINS);
}

function box(
  depth: u32,
  name: u32,
  start: f64,
  size: f64,
  before: f64,
  change: f64,
  kind: u32,
  top: u32,
  isTogether: u32,
): void {
  depths.push(depth);
  names.push(name);
  starts.push(start);
  widths.push(union ? size + before : size);
  sizes.push(size);
  befores.push(before);
  changes.push(change);
  kinds.push(kind);
  tops.push(top);
  together.push(isTogether);
}

export function boxCount(): u32 {
  return depths.length;
}
/** How many frames were too thin to be drawn. */
export function thinFrames(): f64 {
  return thin;
}
/** The largest change of a box other than the root's. */
export function mostBoxChange(): f64 {
  return mostChange;
}
/** Columns by box: the u32 ones depth, name, top, kinds, together; the f64 ones start, width, size, before, change. */
export function boxColumn(column: u32): usize {
  switch (column) {
    case 0:
      return depths.ptr;
    case 1:
      return names.ptr;
    case 2:
      return tops.ptr;
    case 3:
      return kinds.ptr;
    case 4:
      return together.ptr;
    case 5:
      return starts.ptr;
    case 6:
      return widths.ptr;
    case 7:
      return sizes.ptr;
    case 8:
      return befores.ptr;
    default:
      return changes.ptr;
  }
}
