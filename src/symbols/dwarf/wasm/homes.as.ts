// The file that a function was written in, where its entries do not say: those of lines alone. The line of an address
// does not tell, because a compiler gives code that it moved the file of what stands before. So all code of a function
// in its unit votes, whichever address is looked for: a function has one home, in each run the same.

import { firstRangeOf, functionAt, functionCount, NO_FILE, Range, rangeOf } from './function-table.as';
import { findPlace, Place } from './lines.as';
import { Rows } from './memory.as';
import { emptySlots, mixed, reserve, Slots } from './slots.as';
import { isCode } from './unit-index.as';
import { Unit } from './units.as';

/** What all code of one origin has in common. */
@unmanaged
class Home {
  hash: u32;
  origin: u32;
  file: u32;
  /** how many more votes it has than the others together had since it leads; as one pass finds a majority */
  lead: u32;
  /** have calls voted? */
  isSure: u32;
}

const HOME: usize = offsetof<Home>();
/** Before it, files were counted from 1. */
const DWARF_WITH_FILE_0: u32 = 5;

const homes: Rows = new Rows();
const slots: Slots = new Slots();

/** Sets the home of each function of a unit that has none. */
export function findHomes(unit: Unit): void {
  if (unit.hasHomes) return;
  unit.hasHomes = true;
  homes.length = 0;
  emptySlots(slots);
  const count = functionCount(unit);
  for (let i: u32 = 0; i < count; i++) {
    const home = homeOf(functionAt(unit, i).origin);
    if (!callsInlined(unit, i)) continue;
    // an inlined function's entry has the file of its caller
    const file = functionAt(unit, i + 1).callFile;
    if (file == 0 && unit.version < DWARF_WITH_FILE_0) continue;
    vote(home, file);
    home.isSure = 1;
  }
  for (let i: u32 = 0; i < count; i++) {
    const home = homeOf(functionAt(unit, i).origin);
    if (!home.isSure && !callsInlined(unit, i)) voteByLines(unit, i, home);
  }
  for (let i: u32 = 0; i < count; i++) {
    const row = functionAt(unit, i);
    if (row.home == NO_FILE) row.home = homeOf(row.origin).file;
  }
}

/** Is the next function inlined into this one? */
function callsInlined(unit: Unit, index: u32): bool {
  return index + 1 < functionCount(unit) && functionAt(unit, index + 1).depth == functionAt(unit, index).depth + 1;
}

/**
 * The lines of a function into which nothing is inlined. Line 0 stands for code that was moved. Functions that the linker
 * left out lie all at the same addresses, so their lines are anybody's.
 */
function voteByLines(unit: Unit, index: u32, home: Home): void {
  for (let i = firstRangeOf(unit, index); rangeOf(unit, i, index); i++) {
    if (!isCode(Range.start)) continue;
    const end = Range.end;
    for (let at = Range.start; at < end && findPlace(unit, at); at = Place.end) {
      if (Place.line != 0) vote(home, Place.file);
    }
  }
}

function vote(home: Home, file: u32): void {
  if (home.file == file) home.lead++;
  else if (home.lead > 0) home.lead--;
  else {
    home.file = file;
    home.lead = 1;
  }
}

/** The home of an origin, until the next one is asked for. */
function homeOf(origin: u32): Home {
  reserve(slots, homes, HOME);
  const hash = mixed(0, origin);
  let slot = hash & slots.mask;
  while (true) {
    const at = slots.ptr + (<usize>slot << 2);
    const found = load<u32>(at);
    if (found == 0) {
      const home = changetype<Home>(homes.add(HOME));
      home.hash = hash;
      home.origin = origin;
      home.file = NO_FILE;
      home.lead = home.isSure = 0;
      store<u32>(at, <u32>(homes.length / HOME));
      return home;
    }
    const home = changetype<Home>(homes.ptr + <usize>(found - 1) * HOME);
    if (home.origin == origin) return home;
    slot = (slot + 1) & slots.mask;
  }
}
