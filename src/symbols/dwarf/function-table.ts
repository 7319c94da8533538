// The functions of units, with the ranges of their code. All units of a file share one table: a unit of its own would have
// a dozen small arrays, and a file has thousands of units.

import { Column, countUpTo, doubles, words } from '../elf/column.ts';

/** One function around an address. */
export interface Level {
  /** its entry in .debug_info */
  entry: number;
  /** where it was called, if it is inlined: an index of the unit's files, and a line; 0: not known */
  callFile: number;
  callLine: number;
}

/** The places of a unit's functions in the table. */
export interface FunctionSpan {
  from: number;
  to: number;
}

/** Functions that begin before another one may reach beyond it; so many are looked at. */
const MOST_OVERLAPS = 8;

export class FunctionTable {
  // of each function, in the order of the entries: outer ones before those inlined into them
  readonly #entries = new Column(doubles);
  readonly #callFiles = new Column(words);
  readonly #callLines = new Column(words);
  /** how many inlined ones enclose it, itself included; 0: it exists as code */
  readonly #depths = new Column(words);
  // of each range, those of one function in a row
  readonly #starts = new Column(doubles);
  readonly #ends = new Column(doubles);
  readonly #owners = new Column(words);
  // of each range of a function that exists as code, those of a unit by address: which it is, and where the ranges of
  // the functions inlined into it lie
  readonly #outerStarts = new Column(doubles);
  readonly #outerEnds = new Column(doubles);
  readonly #outer = new Column(words);
  readonly #innerFrom = new Column(words);
  readonly #innerTo = new Column(words);
  /** functions that exist as code, of the unit that is being read */
  #pending: { owner: number; from: number; inner: number; to: number }[] = [];

  /** Bytes of memory, about. */
  get size(): number {
    return this.#entries.length * 20 + this.#starts.length * 20 + this.#outer.length * 28;
  }

  clear(): void {
    for (const column of [this.#entries, this.#callFiles, this.#callLines, this.#depths]) column.clear();
    for (const column of [this.#starts, this.#ends, this.#owners]) column.clear();
    for (const column of [this.#outerStarts, this.#outerEnds, this.#outer, this.#innerFrom, this.#innerTo])
      column.clear();
    this.#pending = [];
  }

  /** Ranges added from here on belong to the function that add() adds next. */
  get rangeCount(): number {
    return this.#starts.length;
  }

  addRange(start: number, end: number): void {
    if (!(end > start)) return;
    this.#starts.push(start);
    this.#ends.push(end);
    this.#owners.push(this.#entries.length);
  }

  /** Adds the function whose ranges are those from `rangesFrom` on; `depth` 0: it exists as code. */
  add(entry: number, callFile: number, callLine: number, depth: number, rangesFrom: number): void {
    const ranges = this.#starts.length;
    if (depth === 0) this.#pending.push({ owner: this.#entries.length, from: rangesFrom, inner: ranges, to: ranges });
    this.#entries.push(entry);
    this.#callFiles.push(callFile);
    this.#callLines.push(callLine);
    this.#depths.push(depth);
  }

  /** How many that exist as code were added since the last endUnit(). */
  get outerCount(): number {
    return this.#pending.length;
  }

  /** All that is inlined into this one of them has been added. */
  endOuter(index: number): void {
    const outer = this.#pending[index];
    if (outer) outer.to = this.#starts.length;
  }

  /** Puts the unit's functions in the order of their addresses. */
  endUnit(): FunctionSpan {
    const from = this.#outer.length;
    const ranges: { start: number; end: number; owner: number; inner: number; to: number }[] = [];
    for (const { owner, from: first, inner, to } of this.#pending) {
      for (let r = first; r < inner; r++) {
        ranges.push({ start: this.#starts.raw[r] as number, end: this.#ends.raw[r] as number, owner, inner, to });
      }
    }
    ranges.sort((a, b) => a.start - b.start);
    for (const { start, end, owner, inner, to } of ranges) {
      this.#outerStarts.push(start);
      this.#outerEnds.push(end);
      this.#outer.push(owner);
      this.#innerFrom.push(inner);
      this.#innerTo.push(to);
    }
    this.#pending = [];
    return { from, to: this.#outer.length };
  }

  /** The functions of a unit around an address, the one that exists as code first; empty: none. */
  at({ from, to }: FunctionSpan, address: number): Level[] {
    const next = countUpTo(this.#outerStarts.raw, address, from, to);
    for (let i = next - 1; i >= from && i >= next - MOST_OVERLAPS; i--) {
      if (address < (this.#outerEnds.raw[i] as number)) return this.#levels(i, address);
    }
    return [];
  }

  #levels(outer: number, address: number): Level[] {
    const levels = [this.#level(this.#outer.raw[outer] as number)];
    const [starts, ends, owners, depths] = [this.#starts.raw, this.#ends.raw, this.#owners.raw, this.#depths.raw];
    const to = this.#innerTo.raw[outer] as number;
    let depth = 0;
    for (let r = this.#innerFrom.raw[outer] as number; r < to; r++) {
      if (address < (starts[r] as number) || address >= (ends[r] as number)) continue;
      const owner = owners[r] as number;
      if ((depths[owner] as number) <= depth) continue;
      depth = depths[owner] as number;
      levels.push(this.#level(owner));
    }
    return levels;
  }

  #level(index: number): Level {
    return {
      entry: this.#entries.raw[index] as number,
      callFile: this.#callFiles.raw[index] as number,
      callLine: this.#callLines.raw[index] as number,
    };
  }
}
