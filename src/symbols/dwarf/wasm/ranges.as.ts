// Lists of address ranges: .debug_ranges of DWARF 3 and 4, .debug_rnglists of DWARF 5.

import { i64At, isOver, u8At, u32At, ulebAt, wordAt } from './cursor.as';
import { ENDLESS_RANGES, fail, UNKNOWN_RANGE } from './failures.as';
import { addressOf } from './forms.as';
import { Rows } from './memory.as';
import { hasMore, keepCursor, RANGES, RNGLISTS, restoreCursor, seek } from './sections.as';
import { Unit } from './units.as';

const END_OF_LIST: u32 = 0;
const BASE_ADDRESSX: u32 = 1;
const STARTX_ENDX: u32 = 2;
const STARTX_LENGTH: u32 = 3;
const OFFSET_PAIR: u32 = 4;
const BASE_ADDRESS: u32 = 5;
const START_END: u32 = 6;
const START_LENGTH: u32 = 7;

/**
 * Bytes of a large section to read at once, on either side: the lists of a unit lie together, but gcc's entries name them in
 * another order.
 */
const PAGE: f64 = 262144;
const MOST_BYTES: f64 = 33554432;
/** One more than the highest address of 4 bytes. */
const ALL_SHORT: f64 = 4294967296;

/** The list that readRanges() read, empty ranges included: a start and an end each. */
export const ranges: Rows = new Rows();
export const RANGE: usize = 16;

/** Reads the list of the unit in use at this offset into `ranges`. Leaves the cursor where it is. */
export function readRanges(unit: Unit, at: f64): void {
  keepCursor();
  const isNew = unit.version >= 5;
  const own = isNew ? RNGLISTS : RANGES;
  for (let least: f64 = 16; ; least *= 8) {
    seek(own, at, least, PAGE, PAGE);
    ranges.length = 0;
    if (isNew ? readNew(unit) : readOld(unit)) break;
    if (!hasMore(own) || least > MOST_BYTES) fail(ENDLESS_RANGES, at, 0);
  }
  restoreCursor();
}

@inline
function add(start: f64, end: f64): void {
  const range = ranges.add(RANGE);
  store<f64>(range, start);
  store<f64>(range + 8, end);
}

/** Adds a range of offsets from a base. Go has ones before it: the sum goes around, in the bits of an address. */
@inline
function addOffsets(base: f64, start: f64, end: f64, isLong: bool): void {
  add(around(base + start, isLong), around(base + end, isLong));
}

@inline
function around(address: f64, isLong: bool): f64 {
  return !isLong && address >= ALL_SHORT ? address - ALL_SHORT : address;
}

/** False: the bytes at hand were too few. */
function readOld(unit: Unit): bool {
  const isLong = unit.addressSize == 8;
  const baseFollows: f64 = isLong ? -1 : ALL_SHORT - 1;
  let base = unit.low;
  while (true) {
    const start = isLong ? i64At() : <f64>u32At();
    const end = isLong ? i64At() : <f64>u32At();
    if (isOver()) return false;
    if (start == 0 && end == 0) return true;
    if (start == baseFollows) base = end;
    else addOffsets(base, start, end, isLong);
  }
}

function readNew(unit: Unit): bool {
  const isLong = unit.addressSize == 8;
  let base = unit.low;
  while (true) {
    const kind = u8At();
    if (isOver()) return false;
    let start: f64 = 0;
    let end: f64 = 0;
    switch (kind) {
      case END_OF_LIST:
        return true;
      case BASE_ADDRESSX:
        base = addressOf(<f64>ulebAt());
        continue;
      case STARTX_ENDX:
        start = addressOf(<f64>ulebAt());
        end = addressOf(<f64>ulebAt());
        break;
      case STARTX_LENGTH:
        start = addressOf(<f64>ulebAt());
        end = start + <f64>ulebAt();
        break;
      case OFFSET_PAIR:
        start = <f64>(<i64>ulebAt());
        end = <f64>(<i64>ulebAt());
        if (isOver()) return false;
        addOffsets(base, start, end, isLong);
        continue;
      case BASE_ADDRESS:
        base = wordAt(isLong);
        continue;
      case START_END:
        start = wordAt(isLong);
        end = wordAt(isLong);
        break;
      case START_LENGTH:
        start = wordAt(isLong);
        end = start + <f64>ulebAt();
        break;
      default:
        fail(UNKNOWN_RANGE, kind, 0);
    }
    if (isOver()) return false;
    add(start, end);
  }
}
