// Layout: stacks in order → boxes. It keeps only the frames that are open at present, and the boxes wide enough to be
// drawn.

/** Boxes as columns, in the order in which they end: within one depth from left to right. Units: counts. */
export interface Boxes {
  count: number;
  depth: Uint32Array;
  name: Uint32Array;
  /** the widths left of it */
  start: Float64Array;
  width: Float64Array;
  size: Float64Array;
  /** its count before, in a comparison */
  before: Float64Array;
  /** the change since then, of the frame with its callees or without */
  change: Float64Array;
  /** the kinds of time of its stacks; see waits.ts */
  bits: Uint8Array;
  /** the deepest frame that stands on it, drawn or not */
  top: Uint32Array;
  /** 1 for what stands for several neighbours too thin for boxes of their own */
  together: Uint8Array;
  /** the deepest box; the root is 0 */
  deepest: number;
  /** how many frames were too thin to be drawn */
  thin: number;
  /** the largest change of a box other than the root's */
  mostChange: number;
}

/** The name of the root box, which stands for all stacks. */
export const ALL = 0;

const FIRST_ROOM = 1 << 15;

/** How a comparison is laid out. */
export interface DiffLayout {
  /** a box is as wide as both its counts together; else as its count after */
  union: boolean;
  /** changes are of a frame without its callees */
  bySelf: boolean;
}

/** How frames that are too thin for boxes of their own are drawn together: up to which gap and which width, counts. */
export interface Together {
  gap: number;
  most: number;
}

export class Layout {
  readonly #least: number;
  readonly #diff: DiffLayout;
  readonly #together: Together | undefined;
  #boxes: Boxes;
  // the last thin tower that was drawn: see #see()
  #near = 0;
  #low = 0;
  #high = 0;
  // by depth: 1 + the place of the last box there if neighbours may join it, else 0
  #joins = new Uint32Array(256);
  // the open frames, by depth: what was done when they began, and the change of their callees so far
  #names = new Uint32Array(256);
  #starts = new Float64Array(256);
  #befores = new Float64Array(256);
  #callees = new Float64Array(256);
  #bits = new Uint8Array(256);
  #tops = new Uint32Array(256);
  #open = 0;
  #done = 0;
  #doneBefore = 0;

  /** Leaves out boxes less wide than `least` (counts), or draws them together. */
  constructor(least: number, diff: DiffLayout, together: Together | undefined) {
    this.#least = least;
    this.#diff = diff;
    this.#together = together;
    this.#boxes = {
      count: 0,
      depth: new Uint32Array(FIRST_ROOM),
      name: new Uint32Array(FIRST_ROOM),
      start: new Float64Array(FIRST_ROOM),
      width: new Float64Array(FIRST_ROOM),
      size: new Float64Array(FIRST_ROOM),
      before: new Float64Array(FIRST_ROOM),
      change: new Float64Array(FIRST_ROOM),
      bits: new Uint8Array(FIRST_ROOM),
      top: new Uint32Array(FIRST_ROOM),
      together: new Uint8Array(FIRST_ROOM),
      deepest: 0,
      thin: 0,
      mostChange: 0,
    };
    this.#push(ALL);
  }

  /**
   * The next stack: `words` from `from` to `to` are its ids, root first. It shares the first `common` with the stack
   * before, and the first `kept` with that one or the next. `weight` and `before` are its values, `bits` its kinds of
   * time.
   */
  add(
    words: Uint32Array,
    from: number,
    to: number,
    common: number,
    kept: number,
    weight: number,
    before: number,
    bits: number,
  ): void {
    while (this.#open > common + 1) this.#pop(this.#done);
    const width = this.#diff.union ? weight + before : weight;
    // what only this stack has is as wide as the stack
    const isThin = width < this.#least;
    const end = isThin ? from + Math.max(kept, common) : to;
    for (let i = from + common; i < end; i++) this.#push(words[i] as number);
    const top = this.#open - 1;
    if (isThin && end < to) {
      if (width > 0) {
        this.#boxes.thin += to - end;
        const start = this.#done + (this.#diff.union ? this.#doneBefore : 0);
        if (this.#isSeen(start + width, end - from + 1, to - from)) {
          for (let i = end; i < to; i++)
            this.#join(i - from + 1, words[i] as number, start, weight, before, bits, to - from);
          this.#see(start, end - from + 1, to - from);
        }
      }
      this.#callees[top]! += weight - before;
      if (weight + before > 0) this.#tops[top] = Math.max(this.#tops[top] as number, to - from);
    }
    if (weight > 0 || before > 0) this.#bits[top]! |= bits;
    this.#done += weight;
    this.#doneBefore += before;
  }

  /** Ends the layout. The root box is at least as wide as `total`. */
  finish(total: number): Boxes {
    while (this.#open > 1) this.#pop(this.#done);
    this.#pop(Math.max(this.#done, total));
    return this.#boxes;
  }

  #push(name: number): void {
    const at = this.#open++;
    if (at === this.#names.length) {
      this.#names = grown(this.#names);
      this.#starts = grown(this.#starts);
      this.#befores = grown(this.#befores);
      this.#callees = grown(this.#callees);
      this.#bits = grown(this.#bits);
      this.#tops = grown(this.#tops);
    }
    this.#names[at] = name;
    this.#starts[at] = this.#done;
    this.#befores[at] = this.#doneBefore;
    this.#callees[at] = 0;
    this.#bits[at] = 0;
    this.#tops[at] = at;
  }

  #pop(end: number): void {
    const depth = --this.#open;
    const size = end - (this.#starts[depth] as number);
    const before = this.#doneBefore - (this.#befores[depth] as number);
    const own = size - before - (this.#callees[depth] as number);
    const bits = this.#bits[depth] as number;
    const top = this.#tops[depth] as number;
    if (depth > 0) {
      this.#callees[depth - 1]! += size - before;
      this.#bits[depth - 1]! |= bits;
      if (size + before > 0) this.#tops[depth - 1] = Math.max(this.#tops[depth - 1] as number, top);
    }
    const { union, bySelf } = this.#diff;
    const boxes = this.#boxes;
    const width = union ? size + before : size;
    if (width <= 0) return;
    const start = (this.#starts[depth] as number) + (union ? (this.#befores[depth] as number) : 0);
    if (width < this.#least && depth > 0) {
      boxes.thin++;
      if (this.#isSeen(start + width, depth, depth))
        this.#join(depth, this.#names[depth] as number, start, size, before, bits, top);
      return;
    }
    const change = bySelf ? own : size - before;
    this.#box(depth, this.#names[depth] as number, start, size, before, change, bits, top);
    if (depth < this.#joins.length) this.#joins[depth] = 0;
    if (depth > 0) boxes.mostChange = Math.max(boxes.mostChange, Math.abs(change));
  }

  /** Is a thin tower seen, which ends at `end` and has frames from depth `low` to `high`, beside the one before? */
  #isSeen(end: number, low: number, high: number): boolean {
    return this.#together !== undefined && (end > this.#near || low < this.#low || high > this.#high);
  }

  /** Frames up to half a gap behind this tower, and no higher, are not seen. */
  #see(start: number, low: number, high: number): void {
    this.#near = start + (this.#together as Together).gap / 2;
    this.#low = low;
    this.#high = high;
  }

  /** Adds a frame to the box of its thin neighbours, or begins one. */
  #join(depth: number, name: number, start: number, size: number, before: number, bits: number, top: number): void {
    const { gap, most } = this.#together as Together;
    const boxes = this.#boxes;
    while (depth >= this.#joins.length) this.#joins = grown(this.#joins);
    const at = (this.#joins[depth] as number) - 1;
    const width = this.#diff.union ? size + before : size;
    const from = boxes.start[at] as number;
    if (at >= 0 && start - from < most && start - from - (boxes.width[at] as number) < gap) {
      boxes.width[at] = start + width - from;
      if (top > (boxes.top[at] as number)) boxes.top[at] = top;
      return;
    }
    this.#box(depth, name, start, size, before, size - before, bits, top);
    boxes.together[boxes.count - 1] = 1;
    this.#joins[depth] = boxes.count;
  }

  #box(
    depth: number,
    name: number,
    start: number,
    size: number,
    before: number,
    change: number,
    bits: number,
    top: number,
  ): void {
    const boxes = this.#boxes;
    const at = boxes.count++;
    if (at === boxes.depth.length) {
      boxes.depth = grown(boxes.depth);
      boxes.name = grown(boxes.name);
      boxes.start = grown(boxes.start);
      boxes.width = grown(boxes.width);
      boxes.size = grown(boxes.size);
      boxes.before = grown(boxes.before);
      boxes.change = grown(boxes.change);
      boxes.bits = grown(boxes.bits);
      boxes.top = grown(boxes.top);
      boxes.together = grown(boxes.together);
    }
    boxes.depth[at] = depth;
    boxes.name[at] = name;
    boxes.start[at] = start;
    boxes.width[at] = this.#diff.union ? size + before : size;
    boxes.size[at] = size;
    boxes.before[at] = before;
    boxes.change[at] = change;
    boxes.bits[at] = bits;
    boxes.top[at] = top;
    if (depth > boxes.deepest) boxes.deepest = depth;
  }
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(column: T): T {
  const copy = new (column.constructor as new (length: number) => T)(column.length * 2);
  copy.set(column);
  return copy;
}

/** The boxes' indices by depth, from left to right within one: row d is rows[d] … rows[d + 1] - 1 of `order`. */
export function byRow(boxes: Boxes): { order: Uint32Array; rows: Uint32Array } {
  const rows = new Uint32Array(boxes.deepest + 2);
  for (let i = 0; i < boxes.count; i++) rows[(boxes.depth[i] as number) + 1]!++;
  for (let d = 1; d < rows.length; d++) rows[d]! += rows[d - 1] as number;
  const next = rows.slice();
  const order = new Uint32Array(boxes.count);
  for (let i = 0; i < boxes.count; i++) order[next[boxes.depth[i] as number]!++] = i;
  return { order, rows };
}
