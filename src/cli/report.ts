// Messages on stderr: what was skipped (the first three of each kind with their place, then one total) and notes.

/** The exit statuses; docs/exit-status.md explains them to users. */
export const Status = { ok: 0, skipped: 1, failed: 2, broken: 3 } as const;

const SHOWN = 3;
const QUOTED = 80;

/** At most 80 characters of a latin1 text, escaped so that a terminal shows them as they are. */
export function quote(text: string): string {
  const cut = text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
  const escaped = cut.replace(/[^ -~…]|["\\]/g, (c) =>
    c === '\t' ? '\\t' : c === '"' || c === '\\' ? `\\${c}` : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}

export class Report {
  readonly #tool: string;
  readonly #write: (text: string | Uint8Array) => void;
  readonly #skipped = new Map<string, number>();
  readonly #examples: string[] = [];
  #failedInputs = 0;
  #cutInputs = 0;
  #isBroken = false;

  /** `write` takes whole lines of text. */
  constructor(tool: string, write: (text: string | Uint8Array) => void) {
    this.#tool = tool;
    this.#write = write;
  }

  /** One line, after the tool's name. */
  note(message: string): void {
    this.#write(`${this.#tool}: ${message}\n`);
  }

  /** A text of several lines, latin1, as it is. */
  text(block: string): void {
    this.#write(Buffer.from(block, 'latin1'));
  }

  /** Something of the input could not be used. `place` is INPUT:LINE; `text` is what stands there, latin1. */
  skip(kind: string, place: string, text: string): void {
    const count = (this.#skipped.get(kind) ?? 0) + 1;
    this.#skipped.set(kind, count);
    if (count <= SHOWN) this.#examples.push(`${place}: ${kind}: ${quote(text)}`);
  }

  /** A whole input could not be read. */
  failInput(message: string): void {
    this.#failedInputs++;
    this.note(message);
  }

  /** An input ended too early, but what there was of it could be read. */
  cutInput(message: string): void {
    this.#cutInputs++;
    this.note(message);
  }

  /** The data is beyond a limit that was set for it. */
  breakLimit(message: string): void {
    this.#isBroken = true;
    this.note(message);
  }

  get skippedLines(): number {
    return [...this.#skipped.values()].reduce((a, b) => a + b, 0);
  }

  /**
   * Nothing of the input could be used. `message` says why, unless failed inputs are reason enough; what was skipped is
   * shown too where it helps, for the input is not known to be of another kind. Gives the exit status.
   */
  nothing(message: string, isForeign: boolean): number {
    if (!isForeign) this.finish(true);
    if (this.#failedInputs === 0) this.note(message);
    return Status.failed;
  }

  /** Ends the report with the totals. Gives the exit status. */
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
