// Names of the kernel's functions: those that any stack has from where it enters the kernel on. The host tells where by
// the names themselves, kernelStart() of src/stacks/known-frames.ts says the same of one stack.

import { names } from './intern.as';
import { zeroed } from './memory.as';
import { stacks } from './stacks.as';

/** What a name tells, as the host writes it: KernelPart of known-frames.ts. */
const ENTRY: u8 = 1;
const DOOR: u8 = 2;
const FUNCTION: u8 = 3;
/** Set beside it once the name is known to be the kernel's. */
const IS_KERNEL: u8 = 0x80;
const PART: u8 = 0x7f;

/** By name id. */
let parts: usize = 0;

/** Room for a byte a name, for the host to say what each tells. */
export function tellParts(): usize {
  parts = zeroed(names.count + 1, 1);
  return parts;
}

/** Marks the names of the kernel in the bytes that the host has filled. */
export function markKernel(): void {
  for (let i: u32 = 0; i < stacks.count; i++) {
    const from = <usize>stacks.at.get(i);
    const to = from + ((<usize>stacks.size(i)) << 2);
    for (let at = start(from, to); at < to; at += 4) {
      const part = parts + load<u32>(at);
      store<u8>(part, load<u8>(part) | IS_KERNEL);
    }
  }
}

/** Gives the bytes back. */
export function dropParts(): void {
  heap.free(parts);
  parts = 0;
}

/** Where a stack enters the kernel; `to`: nowhere. */
function start(from: usize, to: usize): usize {
  for (let at = from; at < to; at += 4) {
    const part = partAt(at);
    if (part != ENTRY && !(part == DOOR && at + 4 < to && partAt(at + 4) == FUNCTION)) continue;
    while (at > from && partAt(at - 4) == DOOR) at -= 4;
    return at;
  }
  return to;
}

@inline
function partAt(at: usize): u8 {
  return load<u8>(parts + load<u32>(at)) & PART;
}
