// Places in objects: what their frames are called is known when all is read. Until then a name without a readable text
// stands for each. They are many, so they lie in columns here.

import { names } from './intern.as';
import { Column } from './memory.as';

const KEY: u32 = 22;
const key = memory.data(KEY + 8);

/** by number: the name, what lines of it have in common, the address, and how that was printed */
const ids = new Column<u32>();
const kinds = new Column<u32>();
const addresses = new Column<f64>();
const printed = new Column<f64>();

/** The name of a place. Where it `isApart`, each printed address has one of its own. */
export function placeName(kind: u32, address: f64, printedAt: f64, isApart: bool): u32 {
  store<u16>(key, 0x6600); // no name has a byte of 0
  store<u32>(key + 2, kind);
  store<f64>(key + 6, address);
  store<f64>(key + 14, isApart ? printedAt : 0);
  const known = names.count;
  const id = names.intern(key, KEY);
  if (names.count > known) {
    ids.push(id);
    kinds.push(kind);
    addresses.push(address);
    printed.push(printedAt);
  }
  return id;
}

/** The number of the place that a name stands for; -1: it stands for itself. */
export function placeOf(id: u32): i32 {
  let low: u32 = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids.get(middle) < id) low = middle + 1;
    else high = middle;
  }
  return low < ids.length && ids.get(low) == id ? <i32>low : -1;
}

export function placeCount(): u32 {
  return ids.length;
}
export function placeNameColumn(): usize {
  return ids.ptr;
}
export function placeKindColumn(): usize {
  return kinds.ptr;
}
export function placeAddressColumn(): usize {
  return addresses.ptr;
}
export function placePrintedColumn(): usize {
  return printed.ptr;
}
