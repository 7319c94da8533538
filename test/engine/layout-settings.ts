// How tests lay stacks out where nothing about it matters.

import type { LayoutSettings } from '../../src/engine/drawing.ts';

export const PLAIN: LayoutSettings = {
  byInput: false,
  isPair: false,
  factor: { before: 1, after: 1 },
  total: 0,
  least: 0,
  union: false,
  bySelf: false,
  together: undefined,
  kinds: undefined,
  packs: false,
};
