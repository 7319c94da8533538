// The lines of `perf script` that the engine reads itself: the TypeScript face of perf-header.as.ts and perf-frame.as.ts.

import type { Engine } from './engine.ts';

/** The table's memory, and where in `words` the fields of a line begin; in `floats` they begin at `at / 2`. */
export interface Fields {
  words: Uint32Array;
  floats: Float64Array;
  at: number;
}

/** The part of StackTable that these lines use. */
interface Table {
  readonly words: Uint32Array;
  readonly floats: Float64Array;
}

export class PerfLines {
  readonly #engine: Engine;
  readonly #table: Table;

  constructor(engine: Engine, table: Table) {
    this.#engine = engine;
    this.#table = table;
  }

  /**
   * Reads the line that scan() stopped at as the header of a sample; undefined when it is none. The fields are in the
   * order of the class Header of perf-header.as.ts.
   */
  readHeader(): Fields | undefined {
    return this.#engine.readPerfHeader() ? this.#fieldsAt(this.#engine.perfHeader()) : undefined;
  }

  /** Reads only what follows the time of such a header. */
  readEvent(from: number, to: number): Fields {
    this.#engine.readPerfEvent(from, to);
    return this.#fieldsAt(this.#engine.perfHeader());
  }

  /**
   * How the engine counts samples by itself: with a root for each task or each comm, weights by period, and `cutFrame`
   * for what is missing of stacks of `depthLimit` frames.
   */
  countSamples(byTask: boolean, byPeriod: boolean, depthLimit: number, cutFrame: number): void {
    this.#engine.countPerfSamples(byTask, byPeriod, depthLimit, cutFrame);
  }

  /** Later samples with the comm (or task) and event of the header that readHeader() read last get this root, too. */
  rememberSample(root: number): void {
    this.#engine.rememberPerfSample(root);
  }

  /**
   * The same as the table's scan(), but counts samples by itself while their headers say nothing new. Give it the sample
   * that is open; tally() has the one that is open then, and what it counted.
   */
  scanSamples(isOpen: boolean, root: number, weight: number): number {
    return this.#engine.scanPerfSamples(isOpen, root, weight);
  }

  /** The fields of the class Tally of perf-samples.as.ts, from `begun` on for the caller to clear. */
  tally(): Fields {
    return this.#fieldsAt(this.#engine.perfTally());
  }

  /** The table's key() for the line that scan() stopped at with each digit as 0; 0 for long lines. */
  shapeOfLine(): number {
    return this.#engine.lineShape();
  }

  /**
   * Reads the unknown line as a frame in perf's usual form; undefined when it has another. The fields are in the order of
   * the class Frame of perf-frame.as.ts.
   */
  readFrame(): Fields | undefined {
    return this.#engine.readPerfFrame() ? this.#fieldsAt(this.#engine.perfFrame()) : undefined;
  }

  /** Does the same as define(). Later lines of that frame's symbol in its object do it without being looked at. */
  defineFrame(what: number): void {
    this.#engine.definePerfFrame(what);
  }

  /**
   * Later lines of that frame's symbol in its object stand for places of this kind, each for the offset in the object that
   * it prints. Gives the name id of this line's place; 0: what it prints may be an address of the process.
   */
  rememberPlaces(kind: number): number {
    this.#engine.rememberPerfPlace(kind);
    return this.#engine.perfPlace();
  }

  /** Something is mapped between these addresses of processes. */
  setMapped(from: number, to: number): void {
    this.#engine.setMapped(from, to);
  }

  /** Takes back what defineFrame() and rememberPlaces() said of later lines. */
  forgetFrames(): void {
    this.#engine.forgetPerfFrames();
  }

  #fieldsAt(place: number): Fields {
    return { words: this.#table.words, floats: this.#table.floats, at: place >>> 2 };
  }
}
