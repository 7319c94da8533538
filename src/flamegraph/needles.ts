// Needles: towers so thin, or so lonely, that drawing them would leave a picture of mostly white. They end in a mark
// that says how many frames it hides. Thin towers side by side are no needles, because together they are mass.

/** A tower thinner than this gets no second storey, px. */
const NEEDLE = 1.5;
/** A tower is drawn, however thin it is, if no more frames than this stand on it. */
const STUMP = 3;
/** Rows that are nearly white are drawn, if they are no more than this. */
const LONELY = 14;
/** What a mark needs on both sides of its middle, px. */
const MARK_ROOM = 16;
/** A gap that nobody sees, px. */
export const NO_GAP = 0.3;
/** Frames too thin for boxes of their own are drawn together, up to this width in the page, px. */
export const TOGETHER = 6;
/** Frames are drawn together if the user did not ask to leave out wider ones than this, px. */
export const THIN = 0.1;
/** Frames narrower than this are drawn together where a script tells them apart, px. */
export const FINE = 1;

/** The boxes of one depth, from left to right: nodes of a tree, or places in columns, and where they lie, px. */
export interface Row {
  items: number[];
  lefts: number[];
  rights: number[];
}

export function emptyRow(): Row {
  return { items: [], lefts: [], rights: [] };
}

/** A tower that is cut off. */
export interface Tower {
  /** where it lies, px */
  from: number;
  to: number;
  /** its highest node that is drawn, and how many frames stand on that */
  node: number;
  hidden: number;
}

/**
 * Takes out of rows by depth what stands on needles, and rows that are nearly white. Gives, by depth, the marks of towers
 * that end one row below. `base`: the depth of what is as wide as the view; `top`: by node, the deepest frame on it.
 */
export function foldNeedles(rows: Row[], base: number, top: ArrayLike<number>, mostRows: number): Tower[][] {
  const cut: Tower[][] = [];
  const ink: number[] = [];
  let shut: Tower[] = [];
  for (let depth = base; depth < rows.length; depth++) {
    const row = rows[depth] ?? emptyRow();
    rows[depth] = row;
    const folded = dropShut(row, depth, shut, top);
    ink[depth] = folded.ink;
    if (folded.needles.length === 0) continue;
    shut = [...shut, ...folded.needles].sort((a, b) => a.from - b.from);
    cut[depth + 1] = folded.needles;
  }
  while (rows.length > base + 1 && ink[rows.length - 1] === 0) rows.pop();
  const deepest = rows.length - 1;
  // where all upper rows hold less than a share of ink, so many of them are drawn
  const limit = (share: number, drawn: number): number => {
    let full = deepest;
    while (full > base + 1 && (ink[full] as number) < share * (ink[base] as number)) full--;
    return deepest - full > drawn + LONELY ? full + drawn : deepest;
  };
  const last = Math.min(limit(1 / 16, 2), limit(1 / 4, 60), mostRows - 1);
  const { items, lefts, rights } = rows[last] as Row;
  if (last < deepest) {
    rows.length = cut.length = last + 1;
    cut[last + 1] = items
      .map((node, i) => ({
        from: lefts[i] as number,
        to: rights[i] as number,
        node,
        hidden: (top[node] as number) - last,
      }))
      .filter(({ hidden }) => hidden > 0);
  }
  return cut.map((towers, depth) => withRoom(towers, rows[depth]));
}

/** Takes what is folded out of a row. Gives the width of its boxes, and those runs of them without a gap that are needles. */
function dropShut(
  { items, lefts, rights }: Row,
  depth: number,
  shut: readonly Tower[],
  top: ArrayLike<number>,
): { ink: number; needles: Tower[] } {
  const needles: Tower[] = [];
  let [kept, at, ink, from, to, node] = [0, 0, 0, 0, Number.NEGATIVE_INFINITY, -1];
  for (let i = 0; i <= items.length; i++) {
    const left = lefts[i] ?? Number.POSITIVE_INFINITY;
    while ((shut[at]?.to as number) <= left) at++;
    if ((shut[at]?.from as number) <= left) continue;
    const item = items[i] as number;
    if (left - to > NO_GAP) {
      const hidden = node < 0 ? 0 : (top[node] as number) - depth;
      if (to - from < NEEDLE && hidden > STUMP) needles.push({ from, to, node, hidden });
      from = left;
      node = item;
    }
    if (item === undefined) break;
    if ((top[item] as number) > (top[node] as number)) node = item;
    to = rights[i] as number;
    ink += to - left;
    items[kept] = item;
    lefts[kept] = left;
    rights[kept++] = to;
  }
  items.length = lefts.length = rights.length = kept;
  return { ink, needles };
}

/** The towers whose marks have room in a row. */
function withRoom(towers: readonly Tower[], row: Row | undefined): Tower[] {
  let free = Number.NEGATIVE_INFINITY;
  return towers.filter((tower) => {
    const [left, right] = [middleOf(tower) - MARK_ROOM, middleOf(tower) + MARK_ROOM];
    if (left < free || row?.lefts.some((from, i) => from <= right && (row.rights[i] as number) >= left)) return false;
    free = right + MARK_ROOM;
    return true;
  });
}

export function middleOf({ from, to }: Tower): number {
  return (from + to) / 2;
}

/** `+60`: the mark above a tower on which 60 more frames stand. */
export function markText(hidden: number): string {
  return `+${hidden}`;
}
