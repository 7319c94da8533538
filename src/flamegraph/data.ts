// The data that the picture carries for its viewer and for the tools that read folded text, as JSON in <metadata>.

import type { PackedStacks } from '../stacks/packed/picture-data.ts';
import type { SideFactors } from './change.ts';
import type { ColourFamily, Scheme } from './colours/classes.ts';
import type { Paper } from './style.ts';
import type { Measure } from './words.ts';

export interface Data extends PackedStacks {
  /** tells this picture from others in one page */
  key: string;
  title: string;
  measure: Measure;
  /** the nodes that the stacks have as a tree */
  nodes: number;
  /** a comparison in which a frame is as wide as both its values */
  union: boolean;
  negate: boolean;
  /** undefined but in a comparison */
  basis?: SideFactors;
  /** in values; see changeClass() */
  mostChange: number;
  nameType: string;
  /** px: from the top of the static picture to its boxes, and its width */
  headHeight: number;
  staticWidth: number;
  frameHeight: number;
  fontSize: number;
  /** boxes narrower than this are not drawn, px */
  minPx: number;
  /** as wide as the window? */
  fluid: boolean;
  inverted: boolean;
  /** the order of the stacks is time: equal functions side by side are not joined */
  flamechart: boolean;
  /** the families that occur */
  families: readonly ColourFamily[];
  byTime: boolean;
  /** the class of the outermost frames, if they have one of their own */
  rootClass: string;
  /** a family's letter a name */
  letters: string;
  /** by name number, the bits of the wait that a frame's name tells */
  waits: Record<number, number>;
  /** the one scheme that fits a background of the user's; undefined: both */
  scheme?: Scheme;
  papers: Record<Scheme, Paper>;
  fonts: { text: string; frames: string };
  /** what --meta embeds */
  meta?: unknown;
}
