// Rust's names made readable, those whose every part is certain. The host leaves all others to a demangler of all names.

import { readLegacyName } from './legacy-name.as';
import { begin, isFull, start, written } from './text.as';
import { readV0Name } from './v0-name.as';

export { inputAt, longest, outputAt } from './text.as';

const LEGACY: u32 = 0x4e5a5f; // _ZN
const V0: u32 = 0x525f; // _R

/** Reads a name of `size` bytes. Gives the bytes of its readable form; 0: it has another form. */
export function readRustName(size: u32): u32 {
  begin(size);
  const head = load<u32>(start);
  let isRead = false;
  if ((head & 0xffff) == V0) isRead = readV0Name();
  else if ((head & 0xffffff) == LEGACY) isRead = readLegacyName();
  return isRead && !isFull ? written() : 0;
}
