// The samples that are folded: which headers begin one, its weight and its root frame, and the counts of all. The frames
// between begin() and end() lie in the table.

import type { StackTable } from '../engine/stack-table.ts';
import { TRUNCATED, UNKNOWN } from '../stacks/marks.ts';
import { type PerfEvent, PerfEvents } from './events.ts';
import { MAX_STACK } from './frame.ts';
import { type Header, isWithin } from './header.ts';
import type { PerfRoots } from './roots.ts';

/** Which samples count, and what for. */
export interface SampleOptions {
  /** the events to fold; none takes the first */
  event: readonly string[];
  count: 'period' | 'samples';
  /** seconds from the first sample, or perf's own time when that is at least the first sample's; undefined: no limit */
  from: number | undefined;
  to: number | undefined;
}

export class Samples {
  readonly events: PerfEvents;
  /** samples folded; those of them without any frame; samples of the event outside --from and --to */
  folded = 0;
  empty = 0;
  outside = 0;
  /** samples without callchain, whose one frame stands on the header's line */
  singles = 0;
  /** weight of stacks cut at perf's depth limit */
  truncatedWeight = 0;
  /** perf's time of the first and last sample, seconds; NaN when it printed none */
  firstTime = Number.NaN;
  lastTime = Number.NaN;
  /** the process of the sample begun last; known only to callers that tell it of those they begin themselves */
  pid = 0;
  /** the name id of the frame that stands for lost callers */
  readonly truncated: number;
  readonly #table: StackTable;
  readonly #options: SampleOptions;
  readonly #roots: PerfRoots;
  /** by the table's key of its name */
  readonly #eventOf: PerfEvent[] = [];
  // of the sample being read
  #root = 0;
  #weight = 0;
  /** does each sample of an event count, whenever it was? */
  readonly #countsAlike: boolean;
  /** the one whose samples the engine counts by itself */
  #remembered: PerfEvent | undefined;

  /** `byTask`: each thread has a root of its own. */
  constructor(table: StackTable, options: SampleOptions, roots: PerfRoots, byTask: boolean) {
    this.#table = table;
    this.#options = options;
    this.#roots = roots;
    this.events = new PerfEvents(options.event);
    this.truncated = table.name(TRUNCATED);
    this.#countsAlike = options.from === undefined && options.to === undefined;
    table.perf.countSamples(byTask, options.count === 'period', MAX_STACK, this.truncated);
  }

  /** Begins the sample of the header at `from`; `prefix`: its comm's first line, if that has two. False: leave it out. */
  begin(header: Header, from: number, prefix: string): boolean {
    const event = this.#eventAt(header);
    const weight = Number.isNaN(header.period) ? 1 : header.period;
    if (Number.isNaN(this.firstTime)) this.firstTime = header.time;
    this.lastTime = header.time;
    event.samples++;
    event.weight += weight;
    if (event.use === 'left') return false;
    if (!isWithin(header.time, this.firstTime, this.#options)) {
      this.outside++;
      return false;
    }
    const roots = this.#roots;
    this.#weight = this.#options.count === 'samples' ? 1 : weight;
    this.#root = prefix === '' ? roots.at(header, from) : roots.of(header, this.#table.bytes, prefix);
    if (event.use === 'perhaps') this.#root = roots.ifTaken(this.#root, event);
    return true;
  }

  /** Leaves to the engine what is like the sample of this header, which the engine read and which has just begun. */
  remember(header: Header): void {
    const event = this.#eventAt(header);
    if (!this.#countsAlike || this.#root === 0 || header.commKey === 0 || header.eventKey === 0) return;
    this.#remembered ??= event;
    if (this.#remembered === event) this.#table.perf.rememberSample(this.#root);
  }

  /**
   * Scans on, and lets the engine count the samples that say nothing new. `isOpen`: has one begun? Gives what the table
   * stopped at, and whether a sample is open there.
   */
  scan(isOpen: boolean): [stop: number, isOpen: boolean] {
    const event = this.#remembered;
    if (!event) return [this.#table.scan(), isOpen];
    const stop = this.#table.perf.scanSamples(isOpen, this.#root, this.#weight);
    const { words, floats, at } = this.#table.perf.tally();
    const from = at >> 1;
    this.#root = words[at + 1] as number;
    this.#weight = floats[from + 1] as number;
    if (floats[from + 2] === 0 && floats[from + 5] === 0) return [stop, words[at] !== 0];
    const [begun = 0, period = 0, time = 0, ended = 0, empty = 0, cutWeight = 0] = floats.subarray(from + 2, from + 8);
    event.samples += begun;
    event.weight += period;
    if (begun > 0) {
      this.lastTime = time;
      this.pid = floats[from + 8] as number;
    }
    this.folded += ended;
    this.empty += empty;
    this.truncatedWeight += cutWeight;
    floats.fill(0, from + 2, from + 8);
    return [stop, words[at] !== 0];
  }

  end(): void {
    const table = this.#table;
    this.folded++;
    if (this.#root === 0 && table.depth === 0) {
      table.push(table.name(UNKNOWN));
      this.empty++;
    }
    const frames = table.end(this.#weight, this.#root, MAX_STACK, this.truncated);
    if (frames < 0) this.truncatedWeight += this.#weight;
    if (frames === 0) this.empty++;
  }

  #eventAt({ eventFrom, eventTo, eventKey }: Header): PerfEvent {
    if (eventFrom < 0) return this.events.named('');
    const key = eventKey || this.#table.key(eventFrom, eventTo);
    this.#eventOf[key] ??= this.events.named(this.#table.text(eventFrom, eventTo));
    return this.#eventOf[key];
  }
}
