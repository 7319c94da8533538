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
    const header = this.#header;
    const known = (this.#known.get(key) as Shape).header;
    Object.assign(header, known);
    for (const field of PLACES) if (known[field] >= 0) header[field] = known[field] + from;
    const { time, period } = known.numbers;
    if (period) header.period = Number(table.text(from + period[0], from + period[1]));
    if (!time) return header;
    header.time = Number(table.text(from + time[0], from + time[1]));
    readEvent(table, from + time[1] + 1, table.lineTo, header);
    return header;
  }
}

const PLACES = [
  ...(['commFrom', 'commTo', 'pidFrom', 'pidTo', 'tidFrom', 'tidTo'] as const),
  ...(['eventFrom', 'eventTo', 'restFrom'] as const),
];
