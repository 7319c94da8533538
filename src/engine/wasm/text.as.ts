// The text of the sorted stacks.

import { names } from './intern.as';
import { copyBytes, PAD } from './memory.as';
import { order } from './sort.as';
import { stacks } from './stacks.as';

const BLOCK: usize = 1 << 18;
/** A blank, 16 digits, a point and six decimals, twice; the newline. */
const COUNT_ROOM: usize = 56;
let output: usize = 0;
let outputCapacity: usize = 0;
let next: u32 = 0;

/** The next text begins with the first stack. */
export function restartText(): void {
  next = 0;
}

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
  while (next < stacks.count) {
    const stack = load<u32>(order + ((<usize>next) << 2));
    const size = textSize(stack);
    if (to && to + size > BLOCK) break;
    if (size + PAD > outputCapacity) {
      outputCapacity = max(BLOCK, size) + PAD;
      if (output) heap.free(output);
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
  const end = at + ((<usize>stacks.size(stack)) << 2);
  let size = COUNT_ROOM;
  for (let p = at; p < end; p += 4) size += names.size(load<u32>(p)) + 1;
  return size;
}

function writeLine(start: usize, stack: u32, pairs: bool): usize {
  let to = start;
  const at = <usize>stacks.at.get(stack);
  const end = at + ((<usize>stacks.size(stack)) << 2);
  for (let p = at; p < end; p += 4) {
    const name = load<u32>(p);
    const n = names.size(name);
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

/** Writes the last `size` digits. */
export function writeDigits(at: usize, value: u64, size: i32): void {
  let left = value;
  for (let i = size; i > 0; i--) {
    store<u8>(at + i - 1, 48 + <u8>(left % 10));
    left /= 10;
  }
}
