// Memory that grows, and the stable order of what lies in it.

/** Bytes of 0 behind each window, so that a number that begins before its end needs no second check. */
export const PAD: usize = 32;

/** Records in a row; their addresses hold until the next add(). */
@unmanaged
export class Rows {
  ptr: usize = 0;
  /** bytes */
  length: usize = 0;
  capacity: usize = 0;

  /** Room for `size` bytes behind the others. */
  @inline add(size: usize): usize {
    const at = this.length;
    this.length = at + size;
    if (this.length > this.capacity) this.grow(at);
    return this.ptr + at;
  }

  /** Gives back the room behind them. */
  shrink(): void {
    if (this.ptr == 0 || this.length == this.capacity) return;
    const before = this.ptr;
    this.capacity = this.length;
    this.ptr = heap.alloc(this.length);
    memory.copy(this.ptr, before, this.length);
    heap.free(before);
  }

  private grow(kept: usize): void {
    const before = this.ptr;
    this.capacity = max<usize>(1024, this.length << 1);
    this.ptr = heap.alloc(this.capacity);
    if (before == 0) return;
    memory.copy(this.ptr, before, kept);
    heap.free(before);
  }
}

/** A block of `head` bytes, and copies of the rows behind it. The caller frees it. */
export function kept(head: usize, first: Rows, second: Rows, third: Rows): usize {
  const block = heap.alloc(head + first.length + second.length + third.length);
  let at = block + head;
  memory.copy(at, first.ptr, first.length);
  at += first.length;
  memory.copy(at, second.ptr, second.length);
  at += second.length;
  memory.copy(at, third.ptr, third.length);
  return block;
}

let spare: usize = 0;
let spareSize: usize = 0;

/** Puts rows of `stride` bytes in the order of the f64 that each begins with; equal ones keep their order. */
export function sortRows(rows: Rows, stride: usize): void {
  const size = rows.length;
  if (isSorted(rows.ptr, size, stride)) return;
  if (spareSize < size) {
    if (spare != 0) heap.free(spare);
    spare = heap.alloc(size);
    spareSize = size;
  }
  let from = rows.ptr;
  let to = spare;
  for (let width = stride; width < size; width <<= 1) {
    for (let at: usize = 0; at < size; at += width << 1) {
      merge(from, to, at, min<usize>(at + width, size), min<usize>(at + (width << 1), size), stride);
    }
    const before = from;
    from = to;
    to = before;
  }
  if (from != rows.ptr) memory.copy(rows.ptr, from, size);
}

/** Gives back what the largest rows needed that were sorted so far. */
export function freeSpare(): void {
  if (spare != 0) heap.free(spare);
  spare = 0;
  spareSize = 0;
}

function isSorted(ptr: usize, size: usize, stride: usize): bool {
  for (let at = stride; at < size; at += stride) {
    if (load<f64>(ptr + at) < load<f64>(ptr + at - stride)) return false;
  }
  return true;
}

function merge(from: usize, to: usize, low: usize, middle: usize, high: usize, stride: usize): void {
  let left = low;
  let right = middle;
  for (let at = low; at < high; at += stride) {
    if (left < middle && (right >= high || load<f64>(from + left) <= load<f64>(from + right))) {
      memory.copy(to + at, from + left, stride);
      left += stride;
    } else {
      memory.copy(to + at, from + right, stride);
      right += stride;
    }
  }
}

/** How many of the `count` sorted rows begin with at most `value`. */
export function countUpTo(ptr: usize, count: u32, stride: usize, value: f64): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f64>(ptr + <usize>middle * stride) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
