// Needles: towers so thin, or so lonely, that drawing them would leave a picture of mostly white. They end in a mark that
// says how many frames it hides.

/** A tower thinner than this gets no second storey, px. */
export const NEEDLE = 1.5;
/** A tower that goes on for no more than so many frames is drawn, however thin it is. */
export const STUMP = 3;
/** What a mark needs on both sides of its middle, px. */
export const MARK_ROOM = 16;

/** Where all upper rows hold less than this share of ink, so many of them are drawn, if there are `more` than that. */
const LONELY: readonly { ink: number; drawn: number; more: number }[] = [
  { ink: 1 / 16, drawn: 2, more: 14 },
  { ink: 1 / 4, drawn: 60, more: 14 },
];

/** The deepest row to draw. `ink`: by depth, the share of the width that is covered; `least`: a row that is drawn anyway. */
export function lastRow(ink: ArrayLike<number>, least: number): number {
  const deepest = ink.length - 1;
  return LONELY.reduce((limit, { ink: share, drawn, more }) => {
    let full = deepest;
    while (full > least && (ink[full] as number) < share) full--;
    return deepest - full > drawn + more ? Math.min(limit, full + drawn) : limit;
  }, deepest);
}

/** `+60`, in the row above a tower that goes on for so many frames. */
export function markText(hidden: number): string {
  return `+${hidden}`;
}

/** Does a tower of this width, px, go on too long? `hidden`: frames of which none would be drawn. */
export function isNeedle(width: number, hidden: number): boolean {
  return width < NEEDLE && hidden > STUMP;
}
