// Frames and lists of frames as numbers: the same ones have the same number, however often they are met.

import { FunctionRow, levelOf } from './function-table.as';
import { Place } from './lines.as';
import { Rows } from './memory.as';
import { findEntryName, NO_NAME } from './names.as';
import { Text } from './forms.as';
import { Unit } from './units.as';

/** A function at a place in the source. */
@unmanaged
class FrameRow {
  hash: u32;
  /** as findEntryName() gives it, with IS_INLINED */
  name: u32;
  nameAt: u64;
  unit: u32;
  file: u32;
  line: u32;
  spare: u32;
}

/** Its frames are numbers in a row. */
@unmanaged
class ListRow {
  hash: u32;
  /** bytes in `members` */
  at: u32;
  size: u32;
}

const FRAME: usize = offsetof<FrameRow>();
const LIST: usize = offsetof<ListRow>();
const IS_INLINED: u32 = 0x80000000;
/** the file of a frame without a place */
const NO_FILE: u32 = 0xffffffff;
const FIRST_SLOTS: u32 = 1 << 10;

const frames: Rows = new Rows();
const lists: Rows = new Rows();
const members: Rows = new Rows();

/** Numbers of rows by their hashes: an open-addressing table, at most half full; 0: empty, else the number plus 1. */
@unmanaged
class Slots {
  ptr: usize = 0;
  mask: u32 = 0;
}

const frameSlots: Slots = new Slots();
const listSlots: Slots = new Slots();

/** Room for one more row, each of which begins with its hash. */
@inline
function reserve(slots: Slots, rows: Rows, stride: usize): void {
  const count = <u32>(rows.length / stride);
  if (count >= slots.mask >> 1) grow(slots, rows, stride, count);
}

function grow(slots: Slots, rows: Rows, stride: usize, count: u32): void {
  const size: u32 = slots.mask == 0 ? FIRST_SLOTS : (slots.mask + 1) << 1;
  if (slots.ptr != 0) heap.free(slots.ptr);
  slots.ptr = heap.alloc(<usize>size << 2);
  memory.fill(slots.ptr, 0, <usize>size << 2);
  slots.mask = size - 1;
  for (let i: u32 = 0; i < count; i++) {
    let slot = load<u32>(rows.ptr + <usize>i * stride) & slots.mask;
    while (load<u32>(slots.ptr + (<usize>slot << 2)) != 0) slot = (slot + 1) & slots.mask;
    store<u32>(slots.ptr + (<usize>slot << 2), i + 1);
  }
}

@inline
function mixed(hash: u32, value: u32): u32 {
  const product = (hash ^ value) * 0x9e3779b1;
  return product ^ (product >>> 15);
}

export function frameAt(frame: u32): usize {
  return frames.ptr + <usize>frame * FRAME;
}

export function listAt(list: u32): usize {
  return members.ptr + changetype<ListRow>(lists.ptr + <usize>list * LIST).at;
}

export function listLength(list: u32): u32 {
  return changetype<ListRow>(lists.ptr + <usize>list * LIST).size >> 2;
}

/** The list of the first `count` levels, of which the last has the place that was found, if one was. */
export function listOf(index: u32, unit: Unit, count: u32, hasPlace: bool): u32 {
  const from = members.length;
  for (let i: u32 = 0; i < count; i++) {
    const level = levelOf(i);
    const isLast = i + 1 == count;
    const name = nameOf(unit, level) | (i > 0 ? IS_INLINED : 0);
    const file = isLast ? (hasPlace ? Place.file : NO_FILE) : levelOf(i + 1).callFile;
    const line = isLast ? (hasPlace ? Place.line : 0) : levelOf(i + 1).callLine;
    const frame = numberOf(<u64>level.nameAt, name, index, file, line);
    store<u32>(members.add(4), frame);
  }
  if (count == 0 && hasPlace) store<u32>(members.add(4), numberOf(0, NO_NAME, index, Place.file, Place.line));
  return addList(from);
}

/** A name that can't be read fails once, and then there is none. */
function nameOf(unit: Unit, level: FunctionRow): u32 {
  if (level.name == 0) {
    level.name = NO_NAME;
    level.nameAt = 0;
    level.name = findEntryName(unit.from + <f64>level.entry);
    level.nameAt = Text.at;
  }
  return level.name;
}

function numberOf(nameAt: u64, name: u32, unit: u32, file: u32, line: u32): u32 {
  reserve(frameSlots, frames, FRAME);
  const hash = mixed(mixed(mixed(mixed(<u32>nameAt, name), unit), file), line);
  let slot = hash & frameSlots.mask;
  while (true) {
    const at = frameSlots.ptr + (<usize>slot << 2);
    const found = load<u32>(at);
    if (found == 0) {
      const row = changetype<FrameRow>(frames.add(FRAME));
      row.hash = hash;
      row.name = name;
      row.nameAt = nameAt;
      row.unit = unit;
      row.file = file;
      row.line = line;
      store<u32>(at, <u32>(frames.length / FRAME));
      return <u32>(frames.length / FRAME) - 1;
    }
    const row = changetype<FrameRow>(frameAt(found - 1));
    const isName = row.hash == hash && row.name == name && row.nameAt == nameAt;
    if (isName && row.unit == unit && row.file == file && row.line == line) return found - 1;
    slot = (slot + 1) & frameSlots.mask;
  }
}

/** The number of the list whose members are those from `from` on; they go if it is known. */
function addList(from: usize): u32 {
  reserve(listSlots, lists, LIST);
  const size = members.length - from;
  let hash: u32 = <u32>size;
  for (let at = from; at < members.length; at += 4) hash = mixed(hash, load<u32>(members.ptr + at));
  let slot = hash & listSlots.mask;
  while (true) {
    const at = listSlots.ptr + (<usize>slot << 2);
    const found = load<u32>(at);
    if (found == 0) {
      const row = changetype<ListRow>(lists.add(LIST));
      row.hash = hash;
      row.at = <u32>from;
      row.size = <u32>size;
      store<u32>(at, <u32>(lists.length / LIST));
      return <u32>(lists.length / LIST) - 1;
    }
    const row = changetype<ListRow>(lists.ptr + <usize>(found - 1) * LIST);
    const isLike = row.hash == hash && row.size == <u32>size;
    if (isLike && memory.compare(members.ptr + row.at, members.ptr + from, size) == 0) {
      members.length = from;
      return found - 1;
    }
    slot = (slot + 1) & listSlots.mask;
  }
}
