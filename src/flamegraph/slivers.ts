// Slivers: boxes too thin to be looked at one by one. Neighbours are drawn together, one path a colour and row, so that a
// dense picture stays small and quick.

import { NO_GAP } from './needles.ts';

/** Below this width neighbours of any colour run together, px. */
const RUN = 1;

const BEFORE_ALL = -1e9;

/** Collects the slivers of one row, from left to right. Lengths are px; paths are stroked as high as a box. */
export class Slivers {
  readonly #paths = new Map<string, { text: string; end: number }>();
  #kind = '';
  #from = 0;
  #to = BEFORE_ALL;

  add(kind: string, from: number, to: number): void {
    if (from - this.#to < NO_GAP && (kind === this.#kind || this.#to - this.#from < RUN)) {
      this.#to = to;
      return;
    }
    this.#draw();
    this.#kind = kind;
    this.#from = from;
    this.#to = to;
  }

  /** The row's paths by kind; begins the next row. Each starts at x = 0 in the middle of the row: `M0 8` goes in front. */
  finish(): Map<string, string> {
    this.#draw();
    const texts = new Map([...this.#paths].map(([kind, { text }]) => [kind, text]));
    this.#paths.clear();
    this.#kind = '';
    this.#to = BEFORE_ALL;
    return texts;
  }

  #draw(): void {
    if (this.#kind === '') return;
    // tenths of a pixel, in whole numbers: relative steps must not drift
    const from = Math.round(this.#from * 10);
    const to = Math.max(Math.round(this.#to * 10), from + 1);
    const path = this.#paths.get(this.#kind) ?? { text: '', end: 0 };
    path.text += `m${tenths(from - path.end)} 0h${tenths(to - from)}`;
    path.end = to;
    this.#paths.set(this.#kind, path);
  }
}

/** `.5` for 5, without the text of a fraction, because V8 takes long for one. */
function tenths(value: number): string {
  const whole = (value / 10) | 0;
  const rest = value - whole * 10;
  return rest > 0 ? `${whole || ''}.${rest}` : String(value / 10);
}
