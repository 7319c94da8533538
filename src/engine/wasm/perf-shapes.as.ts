// Headers in other forms than perf's own padding. The host reads the first line of each shape, in 10 us; lines that
// differ in digits alone have their fields in the same places.

import { keyLike, keys } from './intern.as';
import { isDigit, lineEnd, lineStart } from './lines.as';
import { Column } from './memory.as';
import { decimalAt, header, readPerfEvent, SAMPLE } from './perf-header.as';
import { frameColumn } from './perf-tail.as';

/** Longer lines have no shape. */
const MOST_COLUMNS: usize = 600;
/** Endless text may have endless shapes. */
const MOST_SHAPES: u32 = 1 << 16;
const STATES: u32 = 4;
/** No line holds it. */
const BEFORE_FRAME: u32 = 10;

/** Places from the start of the line, from inclusive to exclusive; -1 where a field is missing. Written by the host. */
@unmanaged
class Shape {
  /** what became of the first such line, a number of the host's from 1 on */
  use: u32 = 0;
  commFrom: i32 = 0;
  commTo: i32 = 0;
  pidFrom: i32 = 0;
  pidTo: i32 = 0;
  tidFrom: i32 = 0;
  tidTo: i32 = 0;
  eventFrom: i32 = 0;
  eventTo: i32 = 0;
  restFrom: i32 = 0;
  timeFrom: i32 = 0;
  timeTo: i32 = 0;
  periodFrom: i32 = 0;
  periodTo: i32 = 0;
}

const text = heap.alloc(MOST_COLUMNS + 32);
/** by the key of the text: a block of shapes, one for each state */
const shapes = new Column<u32>();
let count: u32 = 0;

/**
 * A number for the shape of the line that scan() stopped at, in this state (0 … 3) of its reader; 0: the line is too
 * long, or there are too many.
 */
export function perfShapeKey(state: u32): u32 {
  return keyOf(lineEnd - lineStart, state, 0);
}

/** The same for what stands before the frame of a sample without callchain; 0 also where there is no such frame. */
export function perfHeadKey(state: u32): u32 {
  const frame = frameColumn(lineStart, lineEnd);
  return frame ? keyOf(frame - lineStart, state, BEFORE_FRAME) : 0;
}

/** `end`: a byte behind the text that tells shapes of whole lines and others apart; 0: none. */
function keyOf(size: usize, state: u32, end: u32): u32 {
  if (size > MOST_COLUMNS) return 0;
  const zeros = i8x16.splat(48);
  const ten = i8x16.splat(10);
  for (let i: usize = 0; i < size; i += 16) {
    const bytes = v128.load(lineStart + i);
    const digits = i8x16.lt_u(i8x16.sub(bytes, zeros), ten);
    v128.store(text + i, v128.bitselect(zeros, bytes, digits));
  }
  if (end) store<u8>(text + size++, end);
  const before = keys.count;
  const key = count < MOST_SHAPES ? keys.intern(text, <u32>size) : keys.known(text, <u32>size);
  if (keys.count > before) count++;
  return key * STATES + (key ? state : 0);
}

/** The shape with this key, new, for the host to write. */
export function newPerfShape(key: u32): usize {
  while (shapes.length <= key / STATES) shapes.push(0);
  let block = <usize>shapes.get(key / STATES);
  if (!block) {
    block = heap.alloc(STATES * 4);
    memory.fill(block, 0, STATES * 4);
    shapes.set(key / STATES, <u32>block);
  }
  const shape = new Shape();
  store<u32>(block + (<usize>(key % STATES) << 2), <u32>changetype<usize>(shape));
  return changetype<usize>(shape);
}

/** Reads the line that scan() stopped at, which has the shape of this key, as a header. Gives its use; 0: not known. */
export function readPerfShape(key: u32): u32 {
  if (key / STATES >= shapes.length) return 0;
  const block = <usize>shapes.get(key / STATES);
  if (!block) return 0;
  const place = <usize>load<u32>(block + (<usize>(key % STATES) << 2));
  if (place) read(changetype<Shape>(place));
  return place ? changetype<Shape>(place).use : 0;
}

function read(shape: Shape): void {
  header.kind = SAMPLE;
  header.commFrom = placeOf(shape.commFrom);
  header.commTo = placeOf(shape.commTo);
  header.pidFrom = placeOf(shape.pidFrom);
  header.pidTo = placeOf(shape.pidTo);
  header.tidFrom = placeOf(shape.tidFrom);
  header.tidTo = placeOf(shape.tidTo);
  header.commKey = keyLike(header.commKey, header.commFrom, header.commTo - header.commFrom);
  if (shape.timeFrom >= 0) {
    header.time = decimalAt(lineStart + shape.timeFrom, lineStart + shape.timeTo);
    readPerfEvent(lineStart + shape.timeTo + 1, lineEnd);
    return;
  }
  header.time = NaN;
  header.eventFrom = placeOf(shape.eventFrom);
  header.eventTo = placeOf(shape.eventTo);
  header.eventKey = header.eventFrom ? keys.intern(header.eventFrom, header.eventTo - header.eventFrom) : 0;
  header.restFrom = placeOf(shape.restFrom);
  header.period = NaN;
  if (shape.periodFrom < 0) return;
  let p = lineStart + shape.periodFrom;
  while (!isDigit(load<u8>(p))) p++;
  header.period = decimalAt(p, lineStart + shape.periodTo);
}

@inline
function placeOf(place: i32): u32 {
  return place < 0 ? 0 : <u32>(lineStart + place);
}
