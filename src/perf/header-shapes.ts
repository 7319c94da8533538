// The shapes of header lines without perf's padding. The grammar of loose-header.ts takes 10 us a line. But lines that
// differ only in digits have their fields in the same places, so it reads each such shape once.

import type { StackTable } from '../engine/stack-table.ts';
import { emptyHeader, type Header, readEvent } from './header.ts';
import type { LooseHeader } from './loose-header.ts';

/**
 * What became of a line: its sample began, or it waits for the next line, with its leading blanks or `bare` of them.
 */
export type Use = 'begin' | 'wait' | 'wait-bare';

interface Shape {
  use: Use;
  /** places from the start of the line */
  header: LooseHeader;
}

/** Endless text may have endless shapes. */
const MOST_SHAPES = 1 << 16;

export class HeaderShapes {
  readonly #table: StackTable;
  readonly #known = new Map<number, Shape>();
  readonly #header = emptyHeader();
  #misses = 0;

  constructor(table: StackTable) {
    this.#table = table;
  }

  /** A number for the shape of the line that the table stopped at, in this `state` (0 … 3) of its reader; 0: none. */
  keyOfLine(state: number): number {
    const shape = this.#misses < MOST_SHAPES ? this.#table.perf.shapeOfLine() : 0;
    return shape === 0 ? 0 : shape * 4 + state;
  }

  /** What became of the line of this shape before; undefined: it is the first. */
  useOf(key: number): Use | undefined {
    const use = this.#known.get(key)?.use;
    if (use === undefined) this.#misses++;
    return use;
  }

  remember(key: number, use: Use, header: LooseHeader): void {
    if (key === 0 || header.hasFrame || header.dependsOnDigits) return;
    const from = this.#table.lineFrom;
    const relative = { ...header };
    for (const field of PLACES) if (relative[field] >= from) relative[field] -= from;
    this.#known.set(key, { use, header: relative });
  }

  /** The header of the line that the table stopped at, whose shape is known. The next call overwrites it. */
  header(key: number): Header {
    const table = this.#table;
    const from = table.lineFrom;
    const { header: known } = this.#known.get(key) as Shape;
    const { time, period } = known.numbers;
    const header = this.#header;
    const place = (relative: number): number => (relative < 0 ? relative : relative + from);
    header.kind = known.kind;
    header.commFrom = place(known.commFrom);
    header.commTo = place(known.commTo);
    header.pidFrom = place(known.pidFrom);
    header.pidTo = place(known.pidTo);
    header.tidFrom = place(known.tidFrom);
    header.tidTo = place(known.tidTo);
    header.eventFrom = place(known.eventFrom);
    header.eventTo = place(known.eventTo);
    header.restFrom = place(known.restFrom);
    header.commKey = known.commKey;
    header.eventKey = known.eventKey;
    header.period = period ? this.#number(from, period) : known.period;
    header.time = time ? this.#number(from, time) : known.time;
    if (time) readEvent(table, from + time[1] + 1, table.lineTo, header);
    return header;
  }

  /** The decimal number between two places of the line that begins at `from`. */
  #number(line: number, [from, to]: readonly [number, number]): number {
    const { bytes } = this.#table;
    let digits = 0;
    let scale = 0;
    for (let at = line + from; at < line + to; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit === -2 && scale === 0) scale = 1;
      else if (digit >= 0 && digit < 10 && digits < 1e14) {
        digits = digits * 10 + digit;
        scale *= 10;
      } else return Number(this.#table.text(line + from, line + to));
    }
    return scale === 0 ? digits : digits / scale; // both are exact, so the quotient is the nearest number
  }
}

const PLACES = [
  ...(['commFrom', 'commTo', 'pidFrom', 'pidTo', 'tidFrom', 'tidTo'] as const),
  ...(['eventFrom', 'eventTo', 'restFrom'] as const),
];
