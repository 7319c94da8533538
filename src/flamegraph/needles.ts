// Needles: towers so thin, or so lonely, that drawing them would leave a picture of mostly white. They end in a mark
// that says how many frames it hides.

/** A tower thinner than this gets no second storey, px. */
export const NEEDLE = 1.5;
/** A tower is drawn, however thin it is, if no more frames than this stand on it. */
export const STUMP = 3;
/** What a mark needs on both sides of its middle, px. */
export const MARK_ROOM = 16;

/**
 * Where all upper rows hold less than the share `ink` of ink, `drawn` of them are drawn, if that leaves out over
 * `more`.
 */
const LONELY: readonly { ink: number; drawn: number; more: number }[] = [
  { ink: 1 / 16, drawn: 2, more: 14 },
  { ink: 1 / 4, drawn: 60, more: 14 },
];

/**
 * The deepest row to draw. `ink`: by depth, the share of the width that is covered; `least`: a row that is drawn
 * anyway.
 */
export function lastRow(ink: ArrayLike<number>, least: number): number {
  const deepest = ink.length - 1;
  return LONELY.reduce((limit, { ink: share, drawn, more }) => {
    let full = deepest;
    while (full > least && (ink[full] as number) < share) full--;
    return deepest - full > drawn + more ? Math.min(limit, full + drawn) : limit;
  }, deepest);
}

/** `+60`: the mark above a tower on which 60 more frames stand. */
export function markText(hidden: number): string {
  return `+${hidden}`;
}

/** Is a tower of this width, px, too tall to go on? `hidden`: how many frames would not be drawn then. */
export function isNeedle(width: number, hidden: number): boolean {
  return width < NEEDLE && hidden > STUMP;
}
