// Where a waiting function without a frame pointer returns to: by the words on the stack that may be return addresses,
// and by what its object says of its frames.

import type { CallFrame } from './dwarf/call-frames.ts';

/** A word on the stack that is an address right behind a call instruction. */
export interface StackWord {
  /** its place, in words of 8 bytes behind the stack pointer; undefined: one of USUAL_SLOTS */
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

/** What the files of the process say of an address. */
export interface Code {
  /** The object of the function around it, and how its frame lies; undefined: no object that can be read. */
  frameAt(address: number): { path: string; frame: CallFrame | undefined } | undefined;
  /**
   * Does a direct call right before it lead to the function that starts there, perhaps by a jump in place of the last call
   * of the function it calls?
   */
  leadsTo(address: number, start: number): boolean;
}

const WORD = 8;
/** The places at which older versions of bpf/offcpu.bt looked for one word. */
export const USUAL_SLOTS: ReadonlySet<number> = new Set([0, 3, 5, 7]);

/**
 * Walks from the instruction `leaf` outwards. `outer` is the first return address that a walk by frame pointers found;
 * undefined: it found none, because libc used rbp for something else. Gives undefined if nothing is known of leaf's
 * frame.
 */
export function walkStack(
  leaf: number,
  words: readonly StackWord[],
  code: Code,
  outer: number | undefined,
): Walk | undefined {
  let found = code.frameAt(leaf);
  if (!found?.frame) return undefined;
  const { path } = found;
  const callers: number[] = [];
  for (let top = 0; found?.frame; ) {
    const { frame }: { frame?: CallFrame | undefined } = found;
    if (frame.base === 'sp') top += frame.size / WORD;
    const isNext = ({ slot, address }: StackWord): boolean => {
      if (frame.base === 'bp') return slot !== undefined && slot >= top && code.leadsTo(address, frame.start);
      return slot === undefined ? USUAL_SLOTS.has(top - 1) : slot === top - 1;
    };
    const word = words.find(isNext);
    if (frame.base === 'bp' && (word?.slot === undefined || word.address === outer)) return { callers, end: 'met' };
    if (!word) break;
    if (frame.base === 'bp') top = (word.slot as number) + 1;
    callers.push(word.address);
    // the call itself lies before the address that it returns to, and may be the last instruction of its function
    found = code.frameAt(word.address - 1);
  }
  return { callers, end: found?.path === path ? 'hidden' : 'left' };
}
