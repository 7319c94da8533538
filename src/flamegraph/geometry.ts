// Measures that the static picture and the viewer share, in px.

/** Boxes thinner than this are slivers: nobody can point at them, px. */
export const SLIVER = 1;
/** Left of a label, px. */
export const LABEL_INDENT = 3;
/** The mean width of a glyph, in font sizes. */
export const GLYPH = 0.602;
/** Left free between neighbours, px. */
const GAP = 0.6;

/** The width as drawn: a little air between neighbours, if there is room for it. */
export function boxWidth(width: number): number {
  return Math.max(width - GAP, width * 0.75);
}

/** How many glyphs a box of this width takes. */
export function labelColumns(width: number, glyph: number): number {
  return (width - 2 * LABEL_INDENT) / glyph;
}

export function labelBaseline(frameHeight: number, fontSize: number): number {
  return hundredths((frameHeight - 1) / 2 + fontSize * 0.34);
}

export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
