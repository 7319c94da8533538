// The data that the picture carries for its viewer, as JSON in <metadata>.

import type { Measure } from './words.ts';

export interface Data {
  version: 1;
  measure: Measure;
  /** the count that 1 in `stacks` stands for */
  grain: number;
  /** a comparison in which a frame is as wide as both its counts */
  union: boolean;
  negate: boolean;
  /** in counts; see changeClass() */
  mostChange: number;
  nameType: string;
  /** px: from the top to the first row, below the last one, beside all of them */
  headHeight: number;
  bottom: number;
  margin: number;
  /** rows of the static picture */
  rows: number;
  frameHeight: number;
  fontSize: number;
  /** boxes narrower than this are not drawn, px */
  minPx: number;
  /** as wide as the window? */
  fluid: boolean;
  inverted: boolean;
  /** are the stacks leaf first? */
  reversed: boolean;
  /** the class of the outermost frames, if they have one of their own */
  rootClass: string;
  /** two characters a name */
  classes: string;
  /** a byte that is no UTF-8 is a lone surrogate, U+DC00 + byte */
  names: string[];
  /** see coding.ts */
  stacks: string;
}
