// Memory of the engine: growable columns of numbers, and an arena whose bytes never move.

/** Bytes that may be read past the end of any region, so that 16-byte steps need no tail case. */
export const PAD: u32 = 32;

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
      const capacity: u32 = this.capacity ? this.capacity << 1 : 1024;
      const ptr = heap.alloc((<usize>capacity) << 2);
      memory.copy(ptr, this.ptr, (<usize>this.length) << 2);
      this.ptr = ptr;
      this.capacity = capacity;
    }
    this.set(this.length++, value);
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
      const capacity: u32 = this.capacity ? this.capacity << 1 : 1024;
      const ptr = heap.alloc((<usize>capacity) << 3);
      memory.copy(ptr, this.ptr, (<usize>this.length) << 3);
      this.ptr = ptr;
      this.capacity = capacity;
    }
    this.set(this.length++, value);
  }
}

const CHUNK: usize = 1 << 20;

/** Hands out regions that stay where they are: what is interned is never copied again. */
@unmanaged
export class Arena {
  free: usize = 0;
  end: usize = 0;

  /** `size` bytes, 4-byte aligned, with PAD readable bytes behind them. */
  take(size: usize): usize {
    const wanted = (size + 3) & ~(<usize>3);
    if (this.end - this.free < wanted + PAD) {
      const chunk = wanted + PAD > CHUNK >> 2 ? wanted + PAD : CHUNK;
      const ptr = heap.alloc(chunk);
      if (chunk != CHUNK) return ptr; // a region of its own; the open chunk stays open
      this.free = ptr;
      this.end = ptr + chunk;
    }
    const ptr = this.free;
    this.free += wanted;
    return ptr;
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
