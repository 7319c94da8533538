// Memory of the engine: growable columns of numbers, and an arena whose bytes never move.

/** Bytes that may be read past the end of any region, so that 16-byte steps need no tail case. */
export const PAD: u32 = 32;

/** A larger region, PAD bytes behind it, with the first `used` bytes of the one at `ptr`, which is given back; 0: none. */
export function moved(ptr: usize, used: usize, size: usize): usize {
  const to = heap.alloc(size + PAD);
  memory.copy(to, ptr, used);
  if (ptr) heap.free(ptr);
  return to;
}

/** Room for as many things of `size` bytes, all zero. */
export function zeroed(count: u32, size: usize): usize {
  const ptr = heap.alloc(<usize>count * size);
  memory.fill(ptr, 0, <usize>count * size);
  return ptr;
}

/** A growable column of numbers in one piece, which begins at `ptr`. */
@unmanaged
export class Column<T> {
  ptr: usize = 0;
  length: u32 = 0;
  capacity: u32 = 0;

  @inline get(i: u32): T {
    return load<T>(this.ptr + <usize>i * sizeof<T>());
  }

  @inline set(i: u32, value: T): void {
    store<T>(this.ptr + <usize>i * sizeof<T>(), value);
  }

  push(value: T): void {
    if (this.length == this.capacity) {
      this.capacity = this.capacity ? this.capacity << 1 : 1024;
      this.ptr = moved(this.ptr, <usize>this.length * sizeof<T>(), <usize>this.capacity * sizeof<T>());
    }
    this.set(this.length++, value);
  }

  /** Makes room for `count` of an empty column. */
  reserve(count: u32): void {
    if (count <= this.capacity) return;
    this.drop();
    this.capacity = count;
    this.ptr = moved(0, 0, <usize>count * sizeof<T>());
  }

  /** Gives its memory back. */
  drop(): void {
    if (this.ptr) heap.free(this.ptr);
    this.ptr = 0;
    this.length = 0;
    this.capacity = 0;
  }
}

/**
 * A column of numbers that nobody copies when it grows: what copies leave behind is as large as the column, and of ten
 * million stacks too large for anything else. It lies in extents, each as long as all before it.
 */
@unmanaged
export class LongColumn<T> {
  length: u32 = 0;
  capacity: u32 = 0;
  /** how many items lie in one piece, in front of the other extents */
  private whole: u32 = 0;
  /** by extent, where item 0 would lie in front of its items */
  private bases: usize = heap.alloc(EXTENTS * sizeof<usize>());

  @inline private at(i: u32): usize {
    return load<usize>(this.bases + <usize>extentOf(i) * sizeof<usize>()) + <usize>i * sizeof<T>();
  }

  @inline get(i: u32): T {
    return load<T>(this.at(i));
  }

  @inline set(i: u32, value: T): void {
    store<T>(this.at(i), value);
  }

  push(value: T): void {
    if (this.length == this.capacity) this.grow();
    this.set(this.length++, value);
  }

  /** Makes room for `count` of an empty column. */
  reserve(count: u32): void {
    if (count <= this.capacity) return;
    this.drop();
    let capacity = FEW;
    while (capacity < count) capacity <<= 1;
    this.lieAt(moved(0, 0, <usize>capacity * sizeof<T>()), capacity);
  }

  /** All items in one piece, which the host can read as an array. */
  flat(): usize {
    if (this.whole < this.capacity) {
      const to = heap.alloc(<usize>this.capacity * sizeof<T>() + PAD);
      const first = load<usize>(this.bases);
      memory.copy(to, first, <usize>this.whole * sizeof<T>());
      heap.free(first);
      for (let from = this.whole; from < this.capacity; from <<= 1) {
        const size = <usize>from * sizeof<T>();
        memory.copy(to + size, this.at(from), <usize>min(from, this.length - from) * sizeof<T>());
        heap.free(this.at(from));
      }
      this.lieAt(to, this.capacity);
    }
    return this.capacity ? load<usize>(this.bases) : 0;
  }

  /** Gives its memory back. */
  drop(): void {
    if (this.capacity) heap.free(load<usize>(this.bases));
    for (let from = this.whole; from < this.capacity; from <<= 1) heap.free(this.at(from));
    this.length = this.capacity = this.whole = 0;
  }

  private grow(): void {
    const capacity = this.capacity;
    const size = <usize>capacity * sizeof<T>();
    if (capacity == 0) {
      this.reserve(FEW);
      return;
    }
    if (capacity < FIRST_EXTENT) {
      this.lieAt(moved(load<usize>(this.bases), size, size << 1), capacity << 1);
      return;
    }
    store<usize>(this.bases + <usize>extentOf(capacity) * sizeof<usize>(), heap.alloc(size + PAD) - size);
    this.capacity = capacity << 1;
  }

  /** `count` items lie there. */
  private lieAt(ptr: usize, count: u32): void {
    for (let extent: u32 = 0; extent <= extentOf(count - 1); extent++)
      store<usize>(this.bases + <usize>extent * sizeof<usize>(), ptr);
    this.capacity = this.whole = count;
  }
}

const FEW: u32 = 1 << 10;
const FIRST_BITS: u32 = 16;
const FIRST_EXTENT: u32 = 1 << FIRST_BITS;
const EXTENTS: usize = 17;

/** Extent 0 has the first 2^16 items, and each of the others as many as all before it. */
@inline
function extentOf(i: u32): u32 {
  return 32 - clz<u32>(i >>> FIRST_BITS);
}

/** How many bytes or numbers lie at a place of an arena where they stand in front of them. */
@inline
export function sizeAt(at: usize): u32 {
  return load<u32>(at - SIZE);
}

const SIZE: usize = 4;

const CHUNK: usize = 1 << 20;
/** All arenas together leave room in the memory that the engine begins with. */
const FIRST_CHUNK: usize = 1 << 18;
/** Each chunk begins with the place of the one before. */
const CHUNK_HEAD: usize = 16;

/** Hands out regions that stay where they are: what is interned is never copied again. */
@unmanaged
export class Arena {
  last: usize = 0;
  free: usize = 0;
  end: usize = 0;

  /** `size` bytes, 4-byte aligned, with PAD readable bytes behind them. */
  take(size: usize): usize {
    const wanted = (size + 3) & ~(<usize>3);
    if (this.end - this.free < wanted + PAD) {
      const isLarge = wanted + PAD > FIRST_CHUNK;
      const chunk = isLarge ? wanted + PAD : this.last ? CHUNK : FIRST_CHUNK;
      const ptr = this.newChunk(chunk);
      if (isLarge) return ptr; // a region of its own; the open chunk stays open
      this.free = ptr;
      this.end = ptr + chunk;
    }
    const ptr = this.free;
    this.free += wanted;
    return ptr;
  }

  /** `size` bytes, behind a number that sizeAt() gives. */
  takeSized(size: usize, count: u32): usize {
    const at = this.take(SIZE + size) + SIZE;
    store<u32>(at - SIZE, count);
    return at;
  }

  private newChunk(size: usize): usize {
    const chunk = heap.alloc(CHUNK_HEAD + size);
    store<usize>(chunk, this.last);
    this.last = chunk;
    return chunk + CHUNK_HEAD;
  }

  /** Gives all regions back. */
  drop(): void {
    while (this.last) {
      const chunk = this.last;
      this.last = load<usize>(chunk);
      heap.free(chunk);
    }
    this.free = 0;
    this.end = 0;
  }
}

/** Are the n bytes at a and b the same? May read up to 15 bytes past either end. */
@inline
export function sameBytes(a: usize, b: usize, n: u32): bool {
  let i: u32 = 0;
  for (; i + 16 <= n; i += 16) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  }
  const rest = n - i;
  if (rest == 0) return true;
  const mask: u32 = (1 << rest) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) & mask) == mask;
}

/** Below 0, 0 or above 0, as the n bytes at a come before, are or come behind those at b. May read 15 bytes past either end. */
@inline
export function compareBytes(a: usize, b: usize, n: u32): i32 {
  for (let i: u32 = 0; i < n; i += 16) {
    const equal: u32 = i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i)));
    if (equal == 0xffff) continue;
    const at = i + ctz<u32>(~equal);
    return at < n ? <i32>load<u8>(a + at) - <i32>load<u8>(b + at) : 0;
  }
  return 0;
}

/** Copies n bytes in 16-byte steps; may write up to 15 bytes past the end of `to`. */
@inline
export function copyBytes(to: usize, from: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i += 16) v128.store(to + i, v128.load(from + i));
}

/** The place of the first newline at or after p; one must exist. */
@inline
export function newlineAt(p: usize): usize {
  const newline = i8x16.splat(10);
  while (true) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(p), newline));
    if (hits != 0) return p + ctz(hits);
    p += 16;
  }
}
