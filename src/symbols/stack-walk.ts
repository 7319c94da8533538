// Whom a waiting function returns to, where it keeps no frame pointer: by the words on the stack that may be return
// addresses, and by what its object says of its frames.

import type { CallFrame } from './dwarf/call-frames.ts';

/** A word on the stack with a call instruction before the address that it is. */
export interface StackWord {
  /** its place: so many words of 8 bytes behind the stack pointer; undefined: one of those that were looked at */
  slot: number | undefined;
  address: number;
}

export interface Walk {
  /** return addresses, the innermost first */
  callers: number[];
  /**
   * - `met`: the last function has a frame pointer, by which others are known
   * - `left`: the last function is of another object; what it returns to is not known
   * - `hidden`: the last function is of the object that waits; what it returns to is not known
   */
  end: 'met' | 'left' | 'hidden';
}

/** Of the function around an address: its object, and how its frame lies; undefined: of no object that can be read. */
export type FrameAt = (address: number) => { path: string; frame: CallFrame | undefined } | undefined;

const WORD = 8;
/** The places at which older programs looked for one word. */
export const USUAL_SLOTS: ReadonlySet<number> = new Set([0, 3, 5, 7]);

/** From the instruction `leaf` outwards. undefined: of its frame nothing is known. */
export function walkStack(leaf: number, words: readonly StackWord[], frameAt: FrameAt): Walk | undefined {
  let found = frameAt(leaf);
  if (!found?.frame) return undefined;
  const { path } = found;
  const callers: number[] = [];
  for (let top = 0; found?.frame?.base === 'sp'; ) {
    top += found.frame.size / WORD;
    const word = words.find(({ slot }) => slot === top - 1 || (slot === undefined && USUAL_SLOTS.has(top - 1)));
    if (!word) break;
    callers.push(word.address);
    // the call itself lies before the address that it returns to, and may be the last instruction of its function
    found = frameAt(word.address - 1);
  }
  if (found?.frame?.base === 'bp') return { callers, end: 'met' };
  return { callers, end: found?.path === path ? 'hidden' : 'left' };
}
