// Interning: equal byte strings get one small number, from 1 upwards; 0 means "none".

import { Arena, LongColumn, sameBytes, sizeAt } from './memory.as';
import { Slots } from './slots.as';

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

@unmanaged
export class Interner {
  slots: Slots = new Slots();
  at: LongColumn<u32> = new LongColumn<u32>();
  bytes: Arena = new Arena();

  constructor() {
    this.at.push(<u32>this.bytes.takeSized(0, 0));
  }

  /** How many there are; ids are 1 … count. */
  get count(): u32 {
    return this.at.length - 1;
  }

  @inline size(id: u32): u32 {
    return sizeAt(this.at.get(id));
  }

  /** The id of these bytes, or 0. */
  @inline find(p: usize, n: u32, h: u32): u32 {
    if (!this.slots.ptr) this.open();
    let slot = h & this.slots.mask;
    while (true) {
      const entry = this.slots.at(slot);
      if (entry == 0) return 0;
      if (<u32>(entry >>> 32) == h) {
        const id = <u32>entry;
        const at = <usize>this.at.get(id);
        if (sizeAt(at) == n && sameBytes(p, at, n)) return id;
      }
      slot = (slot + 1) & this.slots.mask;
    }
  }

  /** Adds bytes that find() did not know; they are copied. */
  add(p: usize, n: u32, h: u32): u32 {
    const id = this.at.length;
    const at = this.bytes.takeSized(n, n);
    memory.copy(at, p, n);
    this.at.push(<u32>at);
    this.slots.add(h, id);
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

  /** Gives back what only looking for bytes needs; the next look makes it again. */
  close(): void {
    this.slots.drop();
  }

  private open(): void {
    this.slots.open(this.count);
    for (let id: u32 = 1; id <= this.count; id++) this.slots.add(hashBytes(<usize>this.at.get(id), this.size(id)), id);
  }
}

/** Frame names, as folded output spells them. */
export const names = new Interner();
/** Any other bytes a grammar wants to recognise: comms, events, symbols. */
export const keys = new Interner();

/** The key of these bytes, which are often those of the key `last` (0: none). */
@inline
export function keyLike(last: u32, p: usize, n: u32): u32 {
  return last != 0 && keys.size(last) == n && sameBytes(p, keys.at.get(last), n) ? last : keys.intern(p, n);
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
/** By name id: where its bytes are; how many, a u32 in front of them tells. */
export function nameAtColumn(): usize {
  return names.at.flat();
}
/** Where the bytes of a key are, and how many there are. */
export function keyAt(key: u32): usize {
  return keys.at.get(key);
}
export function keySize(key: u32): u32 {
  return keys.size(key);
}
