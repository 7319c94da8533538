// Off-CPU data of any kind. It recognises the kind, passes raw dumps to their reader, and keeps folded text as it is.

import { InputError } from '../../engine/errors.ts';
import { StackTable } from '../../engine/stack-table.ts';
import { isMetadata, unitIn } from '../../stacks/metadata.ts';
import { type InputKind, isCertain, isEnough, sniff, WHAT_TO_DO, WHAT_TO_DO_WITH_SVG } from '../../stacks/sniff.ts';
import type { OnSkip } from './bpftrace/text.ts';
import { isUnit, timeUnitOf, type Unit } from './stacks.ts';

/** A reader of raw dumps. */
export interface DumpReader {
  beginInput(name?: string): void;
  write(block: Uint8Array): void;
  /** Gives the reason why nothing of it could be used, '' for an unknown one. */
  endInput(): string | undefined;
}

/** Kinds of data that hold no off-CPU time, and what to do with them. */
const FOREIGN: Partial<Record<InputKind, string>> = {
  'perf.data': 'this is perf.data, of time on the CPU',
  'perf report': 'this is the text of perf report',
  offwaketime: WHAT_TO_DO.offwaketime,
  reasons: 'this is a result of offcpu-classify --json; give it to --baseline',
  svg: WHAT_TO_DO_WITH_SVG,
  binary: 'this is binary data',
};

export class OffcpuInput<Dump extends DumpReader> {
  /** folded stacks of all inputs that were folded */
  readonly folded = new StackTable();
  /** the unit of their counts, if lines in them say it */
  unit: Unit | undefined;
  readonly #openDump: () => Dump;
  readonly #isDeclared: boolean;
  readonly #onSkip: OnSkip;
  #dump: Dump | undefined;
  #start: Buffer | undefined;
  #isFolded = false;
  #name = '';

  /** `openDump` makes the reader when the first raw dump comes. `isDeclared`: the user says the unit of folded text. */
  constructor(openDump: () => Dump, isDeclared: boolean, onSkip: OnSkip) {
    this.#openDump = openDump;
    this.#isDeclared = isDeclared;
    this.#onSkip = onSkip;
  }

  /** The reader of the raw dumps; undefined: there was none. */
  get dump(): Dump | undefined {
    return this.#dump;
  }

  begin(name = ''): void {
    this.#name = name;
    this.#start = Buffer.alloc(0);
    this.folded.restartLineNumbers();
  }

  /** Takes a block of the input, cut anywhere. Throws InputError if it is something else. */
  block(bytes: Uint8Array): void {
    if (this.#start === undefined) {
      this.#pass(bytes);
    } else {
      this.#start = Buffer.concat([this.#start, bytes]);
      if (isEnough(this.#start)) this.#passStart(this.#start);
    }
  }

  /** Ends the input. Gives the reason why nothing of it could be used. */
  end(): string | undefined {
    if (this.#start !== undefined) {
      if (this.#start.length === 0) return 'the input is empty; did the command before the pipe fail?';
      try {
        this.#passStart(this.#start);
      } catch (error) {
        if (error instanceof InputError) return error.message;
        throw error;
      }
    }
    if (this.#isFolded) {
      if (this.folded.closeLine()) this.#scan();
      return undefined;
    }
    const why = this.#dump?.endInput();
    return why === '' ? 'neither a dump of bpftrace or bcc, nor text of perf script, nor folded stacks' : why;
  }

  #passStart(start: Buffer): void {
    this.#start = undefined;
    const kind = sniff(start);
    const foreign = FOREIGN[kind] ?? (isCertain(kind) ? WHAT_TO_DO[kind] : undefined);
    if (foreign !== undefined) throw new InputError(foreign);
    this.#isFolded = kind === 'folded';
    if (!this.#isFolded) {
      this.#dump ??= this.#openDump();
      this.#dump.beginInput(this.#name);
    }
    this.#pass(start);
  }

  #pass(bytes: Uint8Array): void {
    if (this.#isFolded) {
      this.folded.write(bytes);
      this.#scan();
    } else {
      this.#dump?.write(bytes);
    }
  }

  #scan(): void {
    const table = this.folded;
    while (table.scanFolded()) {
      const text = table.lineText();
      const unit = unitIn(text);
      if (unit !== undefined && !this.#isDeclared) this.#setUnit(unit);
      else if (!isMetadata(text)) this.#onSkip('not a folded line', table.linesRead, text);
    }
  }

  #setUnit(said: string): void {
    if (!isUnit(said)) this.folded.skipLines();
    const unit = timeUnitOf(said);
    if (this.folded.stackCount === 0) this.unit ??= unit;
    const before = this.unit ?? 'us';
    if (before !== unit) {
      this.folded.skipLines();
      throw new InputError(`its counts are in ${unit}, those before in ${before}: fold both with the same --unit`);
    }
  }
}
