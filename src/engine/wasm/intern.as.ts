// Interning: equal byte strings get one small number, from 1 upwards; 0 means "none".

import { Arena, Column32, moreSlots, sameBytes, zeroed } from './memory.as';

const FIRST_SLOTS: u32 = 1 << 12;

/** Mixes n bytes into 32 bits; may read up to 7 bytes past the end. */
@inline
export function hashBytes(p: usize, n: u32): u32 {
  let h: u64 = n;
  const whole = p + (n & ~7);
  for (; p < whole; p += 8) h = rotl<u64>((h ^ load<u64>(p)) * 0x9e3779b97f4a7c15, 29);
  const rest = n & 7;
  if (rest) h = rotl<u64>((h ^ (load<u64>(p) & (((<u64>1) << (rest << 3)) - 1))) * 0x9e3779b97f4a7c15, 29);
  h = (h ^ (h >>> 32)) * 0xd6e8feb86659fd93;
  return <u32>(h ^ (h >>> 32));
}

/** An open-addressing table, never more than half full. */
@unmanaged
export class Interner {
  slots: usize = 0;
  mask: u32 = 0;
  hash: Column32 = new Column32();
  at: Column32 = new Column32();
  size: Column32 = new Column32();
  bytes: Arena = new Arena();

  constructor() {
    this.slots = zeroed(FIRST_SLOTS, 4);
    this.mask = FIRST_SLOTS - 1;
    this.hash.push(0);
    this.at.push(<u32>this.bytes.take(0));
    this.size.push(0);
  }

  /** How many there are; ids are 1 … count. */
  get count(): u32 {
    return this.size.length - 1;
  }

  /** The id of these bytes, or 0. */
  @inline find(p: usize, n: u32, h: u32): u32 {
    let slot = h & this.mask;
    while (true) {
      const id = load<u32>(this.slots + ((<usize>slot) << 2));
      if (id == 0) return 0;
      if (this.hash.get(id) == h && this.size.get(id) == n && sameBytes(p, <usize>this.at.get(id), n)) return id;
      slot = (slot + 1) & this.mask;
    }
  }

  /** Adds bytes that find() did not know; they are copied. */
  add(p: usize, n: u32, h: u32): u32 {
    const id = this.size.length;
    const at = this.bytes.take(n);
    memory.copy(at, p, n);
    this.hash.push(h);
    this.at.push(<u32>at);
    this.size.push(n);
    if (id << 1 > this.mask) this.grow();
    else this.place(id, h);
    return id;
  }

  intern(p: usize, n: u32): u32 {
    const h = hashBytes(p, n);
    const id = this.find(p, n, h);
    return id ? id : this.add(p, n, h);
  }

  /** The id of these bytes; 0 if they were not seen. */
  known(p: usize, n: u32): u32 {
    return this.find(p, n, hashBytes(p, n));
  }

  private place(id: u32, h: u32): void {
    let slot = h & this.mask;
    while (load<u32>(this.slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & this.mask;
    store<u32>(this.slots + ((<usize>slot) << 2), id);
  }

  private grow(): void {
    const size = moreSlots(this.mask + 1);
    heap.free(this.slots);
    this.slots = zeroed(size, 4);
    this.mask = size - 1;
    for (let id: u32 = 1; id < this.hash.length; id++) this.place(id, this.hash.get(id));
  }
}

/** Frame names, as folded output spells them. */
export const names = new Interner();
/** Any other bytes a grammar wants to recognise: comms, events, symbols. */
export const keys = new Interner();

/** The key of these bytes, which are often those of the key `last` (0: none). */
@inline
export function keyLike(last: u32, p: usize, n: u32): u32 {
  return last != 0 && keys.size.get(last) == n && sameBytes(p, keys.at.get(last), n) ? last : keys.intern(p, n);
}

export function internName(p: usize, n: u32): u32 {
  return names.intern(p, n);
}
export function internKey(p: usize, n: u32): u32 {
  return keys.intern(p, n);
}
export function nameCount(): u32 {
  return names.count;
}
/** Columns indexed by name id: where its bytes are, how many there are. */
export function nameAtColumn(): usize {
  return names.at.ptr;
}
export function nameSizeColumn(): usize {
  return names.size.ptr;
}
/** Where the bytes of a key are, and how many there are. */
export function keyAt(key: u32): usize {
  return keys.at.get(key);
}
export function keySize(key: u32): u32 {
  return keys.size.get(key);
}
