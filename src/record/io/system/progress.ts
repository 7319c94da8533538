// Progress of a long run: a line a phase; on a terminal also a last line that each step writes over.

import type { Report } from '../../../cli/report.ts';

const CLEAR = '\r\x1b[K';

export class Progress {
  readonly #report: Report;
  readonly #isQuiet: boolean;
  readonly #isTerminal: boolean;
  #passing = '';

  readonly #write: (text: string) => void;

  constructor(
    report: Report,
    { quiet, interactive }: { quiet: boolean; interactive: boolean },
    write = (text: string): void => void process.stderr.write(text),
  ) {
    this.#write = write;
    this.#report = report;
    this.#isQuiet = quiet;
    this.#isTerminal = interactive && !quiet;
  }

  /** Tells that a phase begins. */
  phase(text: string): void {
    if (!this.#isQuiet) this.note(text);
  }

  /** Tells what users should know, --quiet or not. */
  note(text: string): void {
    this.done();
    this.#report.note(text);
  }

  /** Shows how far the run is, on a terminal only. It calls a function only then. */
  passing(what: string | (() => string)): void {
    if (!this.#isTerminal) return;
    const text = typeof what === 'string' ? what : what();
    if (text === this.#passing) return;
    this.#write(CLEAR + text.slice(0, (process.stderr.columns || 80) - 1));
    this.#passing = text;
  }

  /** Clears the last line. */
  done(): void {
    if (this.#passing !== '') this.#write(CLEAR);
    this.#passing = '';
  }
}
