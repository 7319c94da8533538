// Entries of a map → folded stacks. Most need only a root frame more, so the engine makes those of a whole dump in one
// go.

import { Column } from './memory.as';
import { addStackAt, renewStacks, stacks } from './stacks.as';

/** Words of an entry's stack before the lengths of its stacks: map, extra, shape. */
const HEADER: u32 = 3;

/** By shape: words before the frames, 0 if the host makes its stacks; the frames outside and inside of them. */
const headers = new Column<u32>();
const roots = new Column<u32>();
const leaves = new Column<u32>();
/** indices of the stacks that are left to the host */
let left = new Column<u32>();

/**
 * Entries of this shape, which has `count` stacks, become their frames with `root` outside and `leaf` inside, where not
 * 0.
 */
export function planShape(shape: u32, count: u32, root: u32, leaf: u32): void {
  while (headers.length <= shape) {
    headers.push(0);
    roots.push(0);
    leaves.push(0);
  }
  headers.set(shape, HEADER + count);
  roots.set(shape, root);
  leaves.set(shape, leaf);
}

/**
 * Drops all stacks, and adds those of this map's planned entries. Leaves to the host the map's other entries, and
 * planned ones that have a stack of `limit` frames. Gives the sum of what was added, and forgets the plan.
 */
export function takePlanned(map: u32, limit: u32): f64 {
  const old = stacks;
  renewStacks();
  left = new Column<u32>();
  let sum: f64 = 0;
  for (let i: u32 = 0; i < old.count; i++) {
    const p = <usize>old.at.get(i);
    if (load<u32>(p) != map) continue;
    const size = old.size(i);
    const shape = load<u32>(p, 8);
    const header = shape < headers.length ? headers.get(shape) : 0;
    if (header == 0 || size == header || load<u32>(p, 4) != 0 || hasLength(p, header, limit)) {
      left.push(i);
      continue;
    }
    const weight = old.weight.get(i);
    sum += weight;
    addStackAt(roots.get(shape), p + ((<usize>header) << 2), size - header, leaves.get(shape), weight, 1);
  }
  headers.length = 0;
  roots.length = 0;
  leaves.length = 0;
  return sum;
}

function hasLength(p: usize, header: u32, length: u32): bool {
  for (let i = HEADER; i < header; i++) if (load<u32>(p + ((<usize>i) << 2)) == length) return true;
  return false;
}

export function leftColumn(): usize {
  return left.ptr;
}
export function leftCount(): u32 {
  return left.length;
}
