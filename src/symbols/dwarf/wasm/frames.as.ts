// Frames and lists of frames as numbers: the same ones have the same number, however often they are met.

import { FunctionRow, levelOf, NO_FILE } from './function-table.as';
import { findHomes } from './homes.as';
import { Place } from './lines.as';
import { Rows } from './memory.as';
import { BARE, Declared, findEntryName, NO_NAME, NOT_OPEN } from './names.as';
import { emptySlots, mixed, reserve, Slots } from './slots.as';
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
  /** the file that a function with a bare name was written in; NO_FILE: of all others */
  home: u32;
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

const frames: Rows = new Rows();
const lists: Rows = new Rows();
const members: Rows = new Rows();

const frameSlots: Slots = new Slots();
const listSlots: Slots = new Slots();

/** Numbers begin anew. */
export function forgetFrames(): void {
  frames.length = lists.length = members.length = 0;
  emptySlots(frameSlots);
  emptySlots(listSlots);
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

/** There is no list, because a name was NOT_OPEN. */
export const NO_LIST: u32 = u32.MAX_VALUE;

/** The list of the first `count` levels, of which the last has the place that was found, if one was; or NO_LIST. */
export function listOf(index: u32, unit: Unit, count: u32, hasPlace: bool): u32 {
  const from = members.length;
  // names look at other places
  const placeFile = hasPlace ? Place.file : NO_FILE;
  const placeLine = hasPlace ? Place.line : 0;
  for (let i: u32 = 0; i < count; i++) {
    const level = levelOf(i);
    const isLast = i + 1 == count;
    const own = nameOf(index, unit, level);
    if (own == NOT_OPEN) {
      members.length = from;
      return NO_LIST;
    }
    const name = own | (i > 0 ? IS_INLINED : 0);
    const file = isLast ? placeFile : levelOf(i + 1).callFile;
    const line = isLast ? placeLine : levelOf(i + 1).callLine;
    const home = (name & BARE) != 0 ? level.home : NO_FILE;
    const frame = numberOf(<u64>level.nameAt, name, index, file, line, home);
    store<u32>(members.add(4), frame);
  }
  if (count == 0 && hasPlace) store<u32>(members.add(4), numberOf(0, NO_NAME, index, placeFile, placeLine, NO_FILE));
  return addList(from);
}

/** A name that can't be read fails once, and then there is none. */
function nameOf(index: u32, unit: Unit, level: FunctionRow): u32 {
  if (level.name == 0) {
    level.name = <u16>NO_NAME;
    level.nameAt = 0;
    const name = findEntryName(unit.from + <f64>level.entry);
    level.name = <u16>name;
    level.nameAt = Text.at;
    if ((name & BARE) != 0) {
      if (Declared.unit == index && !isNaN(Declared.file)) level.home = <u32>Declared.file;
      else findHomes(unit);
    }
  }
  return level.name;
}

function numberOf(nameAt: u64, name: u32, unit: u32, file: u32, line: u32, home: u32): u32 {
  reserve(frameSlots, frames, FRAME);
  const hash = mixed(mixed(mixed(mixed(mixed(<u32>nameAt, name), unit), file), line), home);
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
      row.home = home;
      store<u32>(at, <u32>(frames.length / FRAME));
      return <u32>(frames.length / FRAME) - 1;
    }
    const row = changetype<FrameRow>(frameAt(found - 1));
    const isName = row.hash == hash && row.name == name && row.nameAt == nameAt && row.home == home;
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
