// Kinds of time, as sets of bits: time on the CPU, and a bit for each group of waits.

import type { ColourFamily } from './classes.ts';

/** Time on the CPU; the bits above are those of the groups in waits.ts. */
export const ON_CPU = 1;

/** A frame with less of its time on the CPU has the colour of its waits. */
export const LEAST_ON_CPU = 0.05;

/** Marks the bit of a name that tells a kind only behind the frame of a reason. */
export const MEANING = 0x80;

/**
 * The kind of time at a frame. On the way from the root, the first frame that tells one counts; what a server says it
 * waits for, right behind that, counts more. `own`, `caller`: what both names tell; `before`: the kind at the caller;
 * 0: none.
 */
export function kindAt(own: number, caller: number, before: number): number {
  if (own & MEANING) return caller > 0 && caller < MEANING && before > 0 ? own & ~MEANING : before;
  return before || own;
}

/** The letter of the family of waits of more than one group. */
export const SEVERAL = 'w';

/** The family of time of these kinds; undefined where some of it was on the CPU. */
export function waitFamily(families: readonly ColourFamily[], bits: number): ColourFamily | undefined {
  if (bits === 0 || bits & ON_CPU) return undefined;
  return families.find((family) => family.bits === bits) ?? families.find(({ letter }) => letter === SEVERAL);
}
