// Slivers: boxes too thin to be looked at one by one. Neighbours are drawn together, one path a colour and row, so that a
// dense picture stays small and quick.

import { NO_GAP } from './needles.ts';

/** Below this width neighbours of any colour run together, px. */
const RUN = 1;

const BEFORE_ALL = -1e9;

/** Collects the slivers of rows, each from left to right. Lengths are px; paths are stroked as high as a box. */
export class Slivers {
  readonly #paths = new Map<string, { text: string; end: number; y: number }>();
  #kind = '';
  #from = 0;
  #to = BEFORE_ALL;
  #y = 0;
  readonly #lengthOf: (tenths: number) => string | number;

  /** `lengthOf`: writes tenths of a pixel. */
  constructor(lengthOf: (tenths: number) => string | number) {
    this.#lengthOf = lengthOf;
  }

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

  /** Begins a row, whose middle lies at `y`. */
  begin(y: number): void {
    this.#draw();
    this.#kind = '';
    this.#to = BEFORE_ALL;
    this.#y = y;
  }

  /** The paths by kind; each starts at x = 0, y = 0: `M0 0` goes in front. */
  finish(): Map<string, string> {
    this.begin(0);
    const texts = new Map([...this.#paths].map(([kind, { text }]) => [kind, text]));
    this.#paths.clear();
    return texts;
  }

  #draw(): void {
    if (this.#kind === '') return;
    // tenths of a pixel, in whole numbers: relative steps must not drift
    const from = Math.round(this.#from * 10);
    const to = Math.max(Math.round(this.#to * 10), from + 1);
    const path = this.#paths.get(this.#kind) ?? { text: '', end: 0, y: 0 };
    path.text += `m${this.#lengthOf(from - path.end)} ${this.#y - path.y}h${this.#lengthOf(to - from)}`;
    path.end = to;
    path.y = this.#y;
    this.#paths.set(this.#kind, path);
  }
}

/** In px: `.5` for 5, without the text of a fraction, because V8 takes long for one. */
export function inPixels(value: number): string {
  const whole = (value / 10) | 0;
  const rest = value - whole * 10;
  return rest > 0 ? `${whole || ''}.${rest}` : String(value / 10);
}
