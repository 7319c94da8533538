// Messages on stderr: notes, and what the tool skipped (the first three of each kind with their place, then one total).

import type { Meter } from './meter.ts';

/** The exit statuses; docs/exit-status.md explains them to users. */
export const Status = { ok: 0, skipped: 1, failed: 2, broken: 3 } as const;

const SHOWN = 3;
const QUOTED = 80;

/** Quotes at most 80 characters of a latin1 text, with escapes in place of what a terminal would obey. */
export function quote(text: string): string {
  const cut = text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
  const escaped = cut.replace(/[^ -~\u2026]|["\\]/g, (c) =>
    c === '\t' ? '\\t' : c === '"' || c === '\\' ? `\\${c}` : escapeOf(c),
  );
  return `"${escaped}"`;
}

function escapeOf(c: string): string {
  return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** What a terminal would obey; names of events, files and threads may hold it. */
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f]/g;

export class Report {
  readonly #tool: string;
  readonly #write: (text: string | Uint8Array) => void;
  readonly #meter: Meter | undefined;
  readonly #skipped = new Map<string, number>();
  readonly #examples: string[] = [];
  #failedInputs = 0;
  #cutInputs = 0;
  #isBroken = false;

  /** `write` receives whole lines. `meter` shows how far the reading is. */
  constructor(tool: string, write: (text: string | Uint8Array) => void, meter?: Meter) {
    this.#tool = tool;
    this.#meter = meter;
    this.#write = (text) => {
      meter?.clear();
      write(text);
    };
  }

  /** So many bytes of input were read. */
  took(bytes: number): void {
    this.#meter?.took(bytes);
  }

  /** Prints one line, behind the tool's name, with escapes in place of what a terminal would obey. */
  note(message: string): void {
    this.#write(`${this.#tool}: ${message.replace(CONTROL, escapeOf)}\n`);
  }

  /** Prints a text of several lines, latin1, unchanged. */
  text(block: string): void {
    this.#write(Buffer.from(block, 'latin1'));
  }

  /** Counts a part of the input that the tool can't use. `place` is INPUT:LINE, `text` is what stands there, latin1. */
  skip(kind: string, place: string, text: string): void {
    const count = (this.#skipped.get(kind) ?? 0) + 1;
    this.#skipped.set(kind, count);
    if (count <= SHOWN) this.#examples.push(`${place}: ${kind}: ${quote(text)}`);
  }

  /** Reports that the tool can't read an input at all. */
  failInput(message: string): void {
    this.#failedInputs++;
    this.note(message);
  }

  /** Reports that an input ended too early, after a part that the tool could use. */
  cutInput(message: string): void {
    this.#cutInputs++;
    this.note(message);
  }

  /** Reports that the data exceeds a limit of --fail-over. */
  breakLimit(message: string): void {
    this.#isBroken = true;
    this.note(message);
  }

  get skippedLines(): number {
    return [...this.#skipped.values()].reduce((a, b) => a + b, 0);
  }

  /**
   * Ends a run that could use no input at all. `message` says why, unless failed inputs have said it. Shows the bad
   * lines of an input of our own kind, but not those of a foreign one, which has no others. Returns the exit status.
   */
  nothing(message: string, isForeign: boolean): number {
    if (!isForeign) this.finish(true);
    if (this.#failedInputs === 0) this.note(message);
    return Status.failed;
  }

  /** Prints the totals. Returns the exit status. */
  finish(strict: boolean): number {
    for (const example of this.#examples) this.note(example);
    if (this.#skipped.size > 0) {
      const kinds = [...this.#skipped].map(([kind, count]) => `${count} ${kind}`).join(', ');
      this.note(`skipped ${this.skippedLines} ${this.skippedLines === 1 ? 'line' : 'lines'}: ${kinds}`);
    }
    if (this.#failedInputs > 0) return Status.failed;
    const isIncomplete = this.#skipped.size > 0 || this.#cutInputs > 0;
    if (strict && isIncomplete) return Status.failed;
    if (this.#isBroken) return Status.broken;
    return isIncomplete ? Status.skipped : Status.ok;
  }
}
