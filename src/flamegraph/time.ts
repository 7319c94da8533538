// Kinds of time, as sets of bits: time on the CPU, and a bit for each group of waits.

import type { Family } from './classes.ts';

/** Time on the CPU; the bits above are those of the groups in waits.ts. */
export const ON_CPU = 1;

/** The letter of the family of waits of more than one group. */
export const SEVERAL = 'w';

/** The family of time of these kinds; undefined where some of it was on the CPU. */
export function waitFamily(families: readonly Family[], bits: number): Family | undefined {
  if (bits === 0 || bits & ON_CPU) return undefined;
  return families.find((family) => family.bits === bits) ?? families.find(({ letter }) => letter === SEVERAL);
}
