// The shapes of header lines without perf's padding. The grammar of loose-header.ts takes 10 us a line. But lines that
// differ only in digits have their fields in the same places, so it reads each such shape once, and the engine the others
// (perf-shapes.as.ts).

import type { StackTable } from '../engine/stack-table.ts';
import { type Header, takeFields } from './header.ts';
import type { LooseHeader } from './loose-header.ts';

/**
 * What became of a line: its sample began, or it waits for the next line, with its leading blanks or `bare` of them.
 */
export type Use = 'begin' | 'wait' | 'wait-bare';

/** The engine knows them by their places, from 1 on. */
const USES: readonly Use[] = ['begin', 'wait', 'wait-bare'];

/** The use with this number of the engine's; undefined: none. */
export function useOf(number: number): Use | undefined {
  return USES[number - 1];
}

export class HeaderShapes {
  readonly #table: StackTable;

  constructor(table: StackTable) {
    this.#table = table;
  }

  /** A number for the shape of the line that the table stopped at, in this `state` (0 … 3) of its reader; 0: none. */
  keyOfLine(state: number): number {
    return this.#table.perf.shapeKey(state);
  }

  /** The same for what stands before the frame of a sample without callchain, which is on the line; 0: it has none. */
  keyOfHead(state: number): number {
    return this.#table.perf.headKey(state);
  }

  /** What became of the line of this shape before, and reads its `header`; undefined: it is the first. */
  read(key: number, header: Header): Use | undefined {
    const use = key === 0 ? undefined : useOf(this.#table.perf.readShape(key));
    if (use !== undefined) takeFields(this.#table.perf.header(), header);
    return use;
  }

  remember(key: number, use: Use, header: LooseHeader): void {
    if (key === 0 || header.dependsOnDigits) return;
    const from = this.#table.lineFrom;
    const places = PLACES.map((field) => (header[field] < 0 ? -1 : header[field] - from));
    const { time = MISSING, period = MISSING } = header.numbers;
    this.#table.perf.defineShape(key, [USES.indexOf(use) + 1, ...places, ...time, ...period]);
  }
}

const MISSING = [-1, -1] as const;

/** In the order of the class Shape. */
const PLACES = [
  ...(['commFrom', 'commTo', 'pidFrom', 'pidTo', 'tidFrom', 'tidTo'] as const),
  ...(['eventFrom', 'eventTo', 'restFrom'] as const),
];
