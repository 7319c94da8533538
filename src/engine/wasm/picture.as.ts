// What a picture is made of: walks the sorted stacks once, lays them out as boxes, and packs them.

import { addToBoxes, beginBoxes, endBoxes, ON_CPU } from './boxes.as';
import { inputOrderCount, inputOrderStack, inputOrderWeight } from './folded.as';
import { names } from './intern.as';
import { zeroed } from './memory.as';
import { beginPacking, endPacking, pack, packBefore } from './pack.as';
import { endReading } from './reading.as';
import { dropSpare, order } from './sort.as';
import { stacks } from './stacks.as';

/** A kind of time that only tells behind the name of a reason, of src/flamegraph/colours/time.ts. */
const MEANING: u32 = 0x80;

/** By name id, what its name tells of the kind of time; 0: no name tells any. */
let tells: usize = 0;

/** Room for a byte a name, for the host to say what each tells. */
export function tellKinds(): usize {
  tells = zeroed(names.count + 1, 1);
  return tells;
}

/**
 * Lays out the stacks in the order of sortStacks() or of the input, and packs them. `isPair`: each has a count before as
 * well. Values are counts times these factors. The other parameters are those of beginBoxes(); the box of all is at
 * least as wide as `total`.
 */
export function drawStacks(
  byInput: bool,
  isPair: bool,
  packs: bool,
  factor: f64,
  factorBefore: f64,
  total: f64,
  least: f64,
  union: bool,
  bySelf: bool,
  gap: f64,
  most: f64,
): void {
  endReading();
  dropSpare();
  const count = byInput ? inputOrderCount() : stacks.count;
  beginBoxes(least, union, bySelf, gap, most);
  if (packs) beginPacking();
  let common: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const stack = stackAt(i, byInput);
    const p = <usize>stacks.at.get(stack);
    const n = stacks.size(stack);
    const next = i + 1 < count ? shared(p, n, stackAt(i + 1, byInput)) : 0;
    const weight = byInput ? inputOrderWeight(i) : stacks.weight.get(stack);
    const before = isPair ? stacks.hits.get(stack) : 0;
    const kind = tells ? kindOf(p, n) : ON_CPU;
    addToBoxes(p, n, common, max(common, next), weight * factor, before * factorBefore, kind);
    if (packs) {
      pack(p, n, common, weight);
      if (isPair) packBefore(before);
    }
    common = next;
  }
  endBoxes(total);
  if (packs) endPacking();
  if (tells) heap.free(tells);
  tells = 0;
}

@inline
function stackAt(i: u32, byInput: bool): u32 {
  return byInput ? inputOrderStack(i) : load<u32>(order + ((<usize>i) << 2));
}

/** How many ids the n at p share with those of a stack, from the root on. */
@inline
function shared(p: usize, n: u32, stack: u32): u32 {
  const q = <usize>stacks.at.get(stack);
  const most = min(n, stacks.size(stack));
  let depth: u32 = 0;
  while (depth < most && load<u32>(p + ((<usize>depth) << 2)) == load<u32>(q + ((<usize>depth) << 2))) depth++;
  return depth;
}

/** The kind of a stack's time: kindAt() of src/flamegraph/colours/time.ts for each of its frames, root first. */
function kindOf(p: usize, n: u32): u32 {
  let kind: u32 = 0;
  let caller: u32 = 0;
  const end = p + ((<usize>n) << 2);
  for (let at = p; at < end; at += 4) {
    const own = <u32>load<u8>(tells + <usize>load<u32>(at));
    if (own & MEANING) {
      if (caller > 0 && caller < MEANING && kind > 0) kind = own & ~MEANING;
    } else if (!kind) kind = own;
    caller = own;
  }
  return kind ? kind : ON_CPU;
}
