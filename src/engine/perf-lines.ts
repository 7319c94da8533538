// The lines of `perf script` that the engine reads itself: the TypeScript face of perf-header.as.ts and perf-frame.as.ts.

import type { Engine } from './engine.ts';
import type { EngineMemory } from './engine-memory.ts';

/** The table's memory, and where in `words` the fields of a line begin; in `floats` they begin at `at / 2`. */
export interface Fields {
  words: Uint32Array;
  floats: Float64Array;
  at: number;
}

/** How the engine counts samples. */
export interface Counting {
  /** a root for each task, not for each comm; weights by period */
  byTask: boolean;
  byPeriod: boolean;
  /** where a stack may have been cut, and the frame of what is missing then; the frame of a sample without any */
  depthLimit: number;
  cut: number;
  unknown: number;
  /** the window of time */
  from: number | undefined;
  to: number | undefined;
}

/** What the frames being read belong to: nothing (mode 0), a sample that counts (1), or one that does not (2). */
export interface OpenSample {
  mode: number;
  root: number;
  weight: number;
}

export class PerfLines {
  readonly #engine: Engine;
  readonly #memory: EngineMemory;

  constructor(engine: Engine, memory: EngineMemory) {
    this.#engine = engine;
    this.#memory = memory;
  }

  /**
   * Reads the line that scan() stopped at as the header of a sample; undefined when it is none. The fields are in the
   * order of the class Header of perf-header.as.ts.
   */
  readHeader(): Fields | undefined {
    return this.#engine.readPerfHeader() ? this.header() : undefined;
  }

  /** Reads only what follows the time of such a header. */
  readEvent(from: number, to: number): Fields {
    this.#engine.readPerfEvent(from, to);
    return this.header();
  }

  /** A number for the shape of the line that scan() stopped at, in this `state` (0 … 3) of its reader; 0: it has none. */
  shapeKey(state: number): number {
    return this.#engine.perfShapeKey(state);
  }

  /** The same for what stands before the frame of a sample without callchain; 0 also where the line has no such frame. */
  headKey(state: number): number {
    return this.#engine.perfHeadKey(state);
  }

  /** Lines of this shape are headers from now on: the fields of the class Shape of perf-shapes.as.ts. */
  defineShape(key: number, fields: readonly number[]): void {
    const at = this.#engine.newPerfShape(key) >>> 2;
    this.#memory.words.set(fields, at);
  }

  /** Reads the line that scan() stopped at by its shape, as readHeader() does. Gives that shape's use; 0: not known. */
  readShape(key: number): number {
    return this.#engine.readPerfShape(key);
  }

  /** The fields of the header that was read last. */
  header(): Fields {
    return this.#fieldsAt(this.#engine.perfHeader());
  }

  /** How the engine counts samples by itself. */
  countSamples({ byTask, byPeriod, depthLimit, cut, unknown, from, to }: Counting): void {
    this.#engine.countPerfSamples(byTask, byPeriod, depthLimit, cut, unknown, from ?? Number.NaN, to ?? Number.NaN);
  }

  /** A new pair of numbers in sums(): samples, and their weight. Gives its place. */
  newSum(): number {
    return this.#engine.newPerfSum();
  }

  /** What headers like the one that was read last have in common, by the shape of this key (0: perf's own padding). */
  planKey(shape: number): number {
    return this.#engine.perfPlanKey(shape);
  }

  /** What becomes of later samples with this key: a use of perf-samples.as.ts, their root, and the sum they add to. */
  rememberPlan(key: number, use: number, root: number, sum: number): void {
    this.#engine.rememberPerfPlan(key, use, root, sum);
  }

  /** What stands between these places behind an event is this frame, in other headers, too. */
  rememberTail(from: number, to: number, frame: number): void {
    this.#engine.rememberPerfTail(from, to, frame);
  }

  /**
   * The same as the table's scan(), but counts samples by itself while their headers say nothing new. Give it the sample
   * that is open, and the times of the first and the last one; tally() has what is open then, and what it counted.
   */
  scanSamples(open: OpenSample, first: number, last: number, mayWait: boolean): number {
    return this.#engine.scanPerfSamples(open.mode, open.root, open.weight, first, last, mayWait);
  }

  /** The fields of the class Tally of perf-samples.as.ts; the caller clears what was counted. */
  tally(): Fields {
    return this.#fieldsAt(this.#engine.perfTally());
  }

  /** Where in `floats` the sums lie; the caller clears them. */
  sums(): Pick<Fields, 'floats' | 'at'> {
    return { floats: this.#memory.floats, at: this.#engine.perfSums() >>> 3 };
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
   * Later lines of that frame's object need no look if their symbol is a name as it stands: the engine puts `mark` (latin1)
   * behind it, and `flags` (of Line) on its id.
   */
  namePlainSymbols(mark: string, flags: number): void {
    const key = mark === '' ? 0 : this.#engine.internKey(this.#memory.scratchText(mark), mark.length);
    this.#engine.namePlainSymbols(key, flags);
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
    return { words: this.#memory.words, floats: this.#memory.floats, at: place >>> 2 };
  }
}
