// How often laws are tried: a law that says nothing as often as scripts/bundle-tests.mjs tells; `make soak` tells more.

import fc from 'fast-check';

const USUAL = 50;

/** For a law that needs `times` as many examples as others. */
export function runs(times: number): number {
  return Math.ceil(times * (fc.readConfigureGlobal().numRuns ?? USUAL));
}
