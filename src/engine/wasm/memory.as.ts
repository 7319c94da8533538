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

/** How many slots follow on `slots`: few tables are large, and those would take most of memory. */
export function moreSlots(slots: u32): u32 {
  return slots < LARGE ? slots << 2 : slots << 1;
}

const LARGE: u32 = 1 << 20;

/** As many slots of `size` bytes, all zero. */
export function zeroed(slots: u32, size: usize): usize {
  const ptr = heap.alloc(<usize>slots * size);
  memory.fill(ptr, 0, <usize>slots * size);
  return ptr;
}

/** A growable column of u32; read it as load<u32>(column.ptr + (i << 2)). */
@unmanaged
export class Column32 {
  ptr: usize = 0;
  length: u32 = 0;
  capacity: u32 = 0;

  @inline get(i: u32): u32 {
    return load<u32>(this.ptr + ((<usize>i) << 2));
  }

  @inline set(i: u32, value: u32): void {
    store<u32>(this.ptr + ((<usize>i) << 2), value);
  }

  push(value: u32): void {
    if (this.length == this.capacity) {
      this.capacity = this.capacity ? this.capacity << 1 : 1024;
      this.ptr = moved(this.ptr, (<usize>this.length) << 2, (<usize>this.capacity) << 2);
    }
    this.set(this.length++, value);
  }

  /** Makes room for `count` of an empty column. */
  reserve(count: u32): void {
    if (count <= this.capacity) return;
    this.drop();
    this.capacity = count;
    this.ptr = moved(0, 0, (<usize>count) << 2);
  }

  /** Gives its memory back. */
  drop(): void {
    if (this.ptr) heap.free(this.ptr);
    this.ptr = 0;
    this.length = 0;
    this.capacity = 0;
  }
}

/** A growable column of f64; read it as load<f64>(column.ptr + (i << 3)). */
@unmanaged
export class Column64 {
  ptr: usize = 0;
  length: u32 = 0;
  capacity: u32 = 0;

  @inline get(i: u32): f64 {
    return load<f64>(this.ptr + ((<usize>i) << 3));
  }

  @inline set(i: u32, value: f64): void {
    store<f64>(this.ptr + ((<usize>i) << 3), value);
  }

  push(value: f64): void {
    if (this.length == this.capacity) {
      this.capacity = this.capacity ? this.capacity << 1 : 1024;
      this.ptr = moved(this.ptr, (<usize>this.length) << 3, (<usize>this.capacity) << 3);
    }
    this.set(this.length++, value);
  }

  /** Makes room for `count` of an empty column. */
  reserve(count: u32): void {
    if (count <= this.capacity) return;
    this.drop();
    this.capacity = count;
    this.ptr = moved(0, 0, (<usize>count) << 3);
  }

  /** Gives its memory back. */
  drop(): void {
    if (this.ptr) heap.free(this.ptr);
    this.ptr = 0;
    this.length = 0;
    this.capacity = 0;
  }
}

const CHUNK: usize = 1 << 20;
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
      const chunk = wanted + PAD > CHUNK >> 2 ? wanted + PAD : CHUNK;
      const ptr = this.newChunk(chunk);
      if (chunk != CHUNK) return ptr; // a region of its own; the open chunk stays open
      this.free = ptr;
      this.end = ptr + chunk;
    }
    const ptr = this.free;
    this.free += wanted;
    return ptr;
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
