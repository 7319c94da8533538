// Frames that stand for several others: what each of them becomes where it is the innermost frame of its kind, and
// where it calls another.

import { nameCount } from './intern.as';
import { forgetLines } from './lines.as';
import { Column, zeroed } from './memory.as';
import { addStack, dropReplaced, renewStacks, scratchFor, stacks } from './stacks.as';

// what is known of a name: set by the host; how it is met in stacks
const KERNEL: u8 = 1;
const LEAF: u8 = 2;
const CALLER: u8 = 4;

/** flag on a name id in a list, as of frame lines: drops the frames further out */
const LAST: u32 = 0x80000000;
const IDS: u32 = 0x3fffffff;

/** by name id: a byte each */
let facts: usize = 0;
let factCount: u32 = 0;
/** by name id: where in `lists` that of a leaf and that of a caller begins; 0: the name stays */
const leafLists = new Column<u32>();
const callerLists = new Column<u32>();
/** the number of names in a list, then these */
const lists = new Column<u32>();

/**
 * Room for a byte a name, which the host sets to KERNEL for names of kernel frames. Forgets all lists, and what only new
 * lines and stacks would need, because its memory is needed now, and mostly all is read.
 */
export function beginExpansion(): usize {
  forgetLines();
  stacks.close();
  if (facts) heap.free(facts);
  factCount = nameCount() + 1;
  facts = zeroed(factCount, 1);
  leafLists.length = callerLists.length = lists.length = 0;
  for (let i: u32 = 0; i < factCount; i++) {
    leafLists.push(0);
    callerLists.push(0);
  }
  lists.push(0);
  return facts;
}

/** Notes of each name how it is met in stacks: as LEAF, or as CALLER if the next frame is the user's, too. */
export function meetFrames(): void {
  for (let i: u32 = 0; i < stacks.count; i++) {
    let p = <usize>stacks.at.get(i);
    for (const end = p + ((<usize>stacks.size(i)) << 2); p < end; p += 4) {
      const fact = facts + load<u32>(p);
      store<u8>(fact, load<u8>(fact) | (p + 4 < end && !isKernel(load<u32>(p, 4)) ? CALLER : LEAF));
    }
  }
}

@inline
function isKernel(id: u32): bool {
  return (load<u8>(facts + id) & KERNEL) != 0;
}

/** Keeps the `count` names in the scratch room, outermost first. Gives the place of their list. */
export function addList(count: u32): u32 {
  const from = scratchFor(count);
  const at = lists.length;
  lists.push(count);
  for (let i: u32 = 0; i < count; i++) lists.push(load<u32>(from + ((<usize>i) << 2)));
  return at;
}

/** A name becomes these lists; 0: it stays. */
export function planFrame(id: u32, leaf: u32, caller: u32): void {
  leafLists.set(id, leaf);
  callerLists.set(id, caller);
}

/** Puts the lists into all stacks, whose first `roots` frames are never dropped. */
export function expandStacks(roots: u32): void {
  const old = stacks;
  renewStacks();
  stacks.reserve(old.count);
  for (let i: u32 = 0; i < old.count; i++) {
    const p = <usize>old.at.get(i);
    const size = old.size(i);
    const to = scratchFor(expandedSize(p, size));
    let count: u32 = 0;
    for (let j: u32 = 0; j < size; j++) {
      const list = listOf(p, j, size);
      const words = list == 0 ? p + ((<usize>j) << 2) : lists.ptr + ((<usize>list + 1) << 2);
      const end = words + ((<usize>(list == 0 ? 1 : lists.get(list))) << 2);
      if (words == end) count = min(count, roots);
      for (let at = words; at < end; at += 4) {
        const word = load<u32>(at);
        if (word & LAST) count = min(count, roots);
        store<u32>(to + ((<usize>count) << 2), word & IDS);
        count++;
      }
    }
    addStack(count, old.weight.get(i), old.hits.get(i));
  }
  dropReplaced();
}

/** The list of the frame `j` of a stack; 0: none. */
@inline
function listOf(p: usize, j: u32, size: u32): u32 {
  const at = p + ((<usize>j) << 2);
  const id = load<u32>(at);
  if (id >= factCount) return 0;
  return j + 1 < size && !isKernel(load<u32>(at, 4)) ? callerLists.get(id) : leafLists.get(id);
}

function expandedSize(p: usize, size: u32): u32 {
  let sum: u32 = 0;
  for (let j: u32 = 0; j < size; j++) {
    const list = listOf(p, j, size);
    sum += list == 0 ? 1 : lists.get(list);
  }
  return sum;
}
