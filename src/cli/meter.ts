// How far the reading is, on a terminal: bytes and rate, once it takes longer than a second.

const PATIENCE_MS = 1000;
const EVERY_MS = 200;
const CLEAR = '\r\x1b[K';

export class Meter {
  readonly #tool: string;
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  #bytes = 0;
  #beganMs: number | undefined;
  /** undefined: there is nothing to clear */
  #shownMs: number | undefined;

  /** `now` gives milliseconds. */
  constructor(tool: string, write: (text: string) => void, now = (): number => performance.now()) {
    this.#tool = tool;
    this.#write = write;
    this.#now = now;
  }

  took(bytes: number): void {
    const now = this.#now();
    this.#beganMs ??= now;
    this.#bytes += bytes;
    const ms = now - this.#beganMs;
    if (ms < PATIENCE_MS || (this.#shownMs !== undefined && now - this.#shownMs < EVERY_MS)) return;
    this.#shownMs = now;
    const [size, rate] = [this.#bytes / 1e6, this.#bytes / 1e3 / ms];
    this.#write(`${CLEAR}${this.#tool}: ${size.toFixed(0)} MB read, ${rate.toFixed(rate < 10 ? 1 : 0)} MB/s`);
  }

  /** Makes room for what else the terminal shall show. */
  clear(): void {
    if (this.#shownMs !== undefined) this.#write(CLEAR);
    this.#shownMs = undefined;
  }
}
